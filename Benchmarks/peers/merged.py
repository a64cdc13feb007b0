"""Prints, for each file of updates (each behind its length in 4 bytes), the text of the block they make together."""

import sys

from pycrdt import Doc, XmlFragment


def text(path):
    document = Doc()
    content = document.get("content_v0", type=XmlFragment)
    with open(path, "rb") as file:
        while head := file.read(4):
            document.apply_update(file.read(int.from_bytes(head, "big")))
    return "".join(str(inner) for element in content.children for inner in element.children)


for path in sys.argv[1:]:
    print(text(path))
