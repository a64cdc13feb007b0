"""Yjs updates of somebody who types into a block, encoded without a Yjs engine: that costs next to nothing."""

CLIENT = 1_234_567_890
ELEMENT, TEXT = 3, 6


def varuint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def string(text):
    data = text.encode()
    return varuint(len(data)) + data


def update(structs, clock, count):
    """One update of one client that deletes nothing; `structs` are `count` encoded ones from `clock` on."""
    return b"\x01" + varuint(count) + varuint(CLIENT) + varuint(clock) + structs + b"\x00"


def paragraph(root, text, clock):
    """The structs of a paragraph with a text in an empty root, and the clock after them."""
    element = b"\x07\x01" + string(root) + varuint(ELEMENT) + string("paragraph")
    inner = b"\x07\x00" + varuint(CLIENT) + varuint(clock) + varuint(TEXT)
    letters = b"\x04\x00" + varuint(CLIENT) + varuint(clock + 1) + string(text)
    return element + inner + letters, clock + 2 + len(text)


def note(title, text=""):
    """The update that makes a block with a title and, if there is one, a text."""
    structs, clock = paragraph("title_v0", title, 0)
    if not text:
        return update(structs, 0, 3)
    more, _ = paragraph("content_v0", text, clock)
    return update(structs + more, 0, 6)


def typed(pieces):
    """One update for each piece of text, each typed behind the last one."""
    structs, clock = paragraph("content_v0", pieces[0], 0)
    updates = [update(structs, 0, 3)]
    for piece in pieces[1:]:
        behind = b"\x84" + varuint(CLIENT) + varuint(clock - 1)
        updates.append(update(behind + string(piece), clock, 1))
        clock += len(piece)
    return updates
