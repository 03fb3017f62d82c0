"""The least that a look into an image costs: read, decompress, hash, one pattern pass. Prints seconds as JSON.

Loading the libraries and the rules is not counted.
"""

import hashlib
import json
import sys
import time
from pathlib import Path

from fairmark.examine.adapters.image_file import open_image
from fairmark.examine.extract import extract
from fairmark.examine.limits import Limits
from fairmark.examine.literals import searcher
from fairmark.examine.patterns import patterns


def main() -> None:
    """Go through the image that is named."""
    search = searcher(sorted({literal for one in patterns() for literal in one.anchors}))
    with open_image(Path(sys.argv[1])) as image:
        start = time.process_time()
        hashlib.sha256(image.blob.memory).digest()
        opened = extract(image.blob, limits=Limits(), clock=time.monotonic)  # the directory of the file system
        listed = time.process_time()
        plain = [tree.read(entry) for tree in opened.trees for entry in tree.files_in_disk_order()]
        read = time.process_time()
        digests = [hashlib.sha256(data).digest() for data in plain]
        hashed = time.process_time()
        found = sum(map(bool, map(search, plain)))
        searched = time.process_time()
    seconds = {"decompress": read - listed, "hash": hashed - read, "search": searched - hashed}
    print(
        json.dumps(
            seconds
            | {"floor": sum(seconds.values()), "list": listed - start, "files": len(digests), "with_literals": found}
        )
    )


if __name__ == "__main__":
    main()
