"""Run cve-bin-tool's own checkers over a folder, without its database. Prints what was counted as JSON.

Its command insists on a database of flaws of some gigabytes. So this drives its public scanner class, with every
checker except the one of SQLite, which reads a page of the Internet when it is loaded, and without the readers of
package lists, which ask the database: only the checkers run.
"""

import json
import logging
import sys

from cve_bin_tool import version_scanner
from cve_bin_tool.checkers import BUILTIN_CHECKERS


def main() -> None:
    """Scan the folder that is named."""
    logging.disable(logging.CRITICAL)
    version_scanner.valid_files.clear()
    checkers = {point.name: point.load() for name, point in BUILTIN_CHECKERS.items() if name != "sqlite"}
    scanner = version_scanner.VersionScanner(sources=[], checkers=checkers)
    found = {(one.product_info.product, one.product_info.version) for one in scanner.recursive_scan(sys.argv[1])}
    print(json.dumps({"checkers": len(checkers), "files": scanner.total_scanned_files, "found": sorted(found)}))


if __name__ == "__main__":
    main()
