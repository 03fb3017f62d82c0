"""Scan a folder for components as ``fairmark assess`` does: open, look for containers, one pass, inventory."""

import json
import sys
import time
from pathlib import Path

from fairmark.examine.adapters.directory import open_directory
from fairmark.examine.adapters.spool import FileSpool
from fairmark.examine.extract import extract_tree
from fairmark.examine.inventory import inventory
from fairmark.examine.limits import Limits
from fairmark.examine.patterns import patterns
from fairmark.examine.scan import scan
from fairmark.examine.subject import Subject
from fairmark.model.device import Device
from fairmark.model.evidence import Tool
from fairmark.workflows.adapters.inputs import work_folder


def main() -> None:
    """Scan the folder that is named."""
    limits, clock = Limits(), time.monotonic
    with (
        open_directory(Path(sys.argv[1]), limits=limits, clock=clock) as found,
        work_folder() as folder,
        FileSpool(folder) as spool,
    ):
        opened = extract_tree(found.tree, limits=limits, clock=clock, spool=spool)
        files, _ = scan(opened.trees, loose=opened.loose, limits=limits, clock=clock)
        tool = Tool(name="fairmark", version="bench")
        subject = Subject(opened.trees, files, Device(), tool, crack=lambda _hashes, _words: {})
        components, _ = inventory(subject)
    names = sorted((one.name, one.version) for one in components)
    print(json.dumps({"rules": len(patterns()), "files": len(files), "found": names}))


if __name__ == "__main__":
    main()
