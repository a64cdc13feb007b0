#!/usr/bin/env python3
"""A client of coffer's Heaper API that shows how the pieces fit; see README.md beside it.

    heaper.py account                    logs in and shows who you are
    heaper.py add NAME                   makes a heap and prints its id
    heaper.py push HEAP BLOCK TEXT       adds text to a block over HTTP
    heaper.py pull BLOCK                 prints a block's text, over HTTP
    heaper.py changes HEAP [SINCE]       lists what changed, and the time to ask with next
    heaper.py live HEAP BLOCK [TEXT]     adds text over the WebSocket; without text, prints the block as it changes
"""

import argparse
import base64
import os
import sys

import pycrdt

from account import Account, Refused
from live import LiveDocument

ROOT = "content_v0"


def paragraphs(doc):
    """The text of a block, one line for each paragraph."""
    content = doc.get(ROOT, type=pycrdt.XmlFragment)
    return "\n".join("".join(str(text) for text in paragraph.children) for paragraph in content.children)


def add_paragraph(doc, text):
    """One transaction, which is one update."""
    with doc.transaction():
        content = doc.get(ROOT, type=pycrdt.XmlFragment)
        paragraph = content.children.append(pycrdt.XmlElement("paragraph"))
        paragraph.children.append(text)


def pulled(account, block):
    """The block as the server has it; an empty document for one that does not exist."""
    doc = pycrdt.Doc()
    result = account.post("/api/sync/pull", {"blocks": [{"block_id": block}]})["results"][0]
    data = result.get("update") or result.get("full_state")
    if data:
        doc.apply_update(base64.b64decode(data))
    return doc


def show_account(account, options):
    me = account.post("/api/me")
    print(f"{me['public_key']}{', administrator' if me['is_admin'] else ''}")
    print(f"{me['usage']['heap_count']} heaps, {me['usage']['block_count']} blocks")


def add(account, options):
    print(account.post("/api/heap/add", {"name": options.name})["id"])


def push(account, options):
    doc = pulled(account, options.block)
    before = doc.get_state()
    add_paragraph(doc, options.text)
    entry = {
        "block_id": options.block,
        "workspace_id": options.heap,
        "update": base64.b64encode(doc.get_update(before)).decode(),
    }
    result = account.post("/api/sync/push", {"blocks": [entry]})["results"][0]
    print(result["status"])
    return 0 if result["success"] else 1


def pull(account, options):
    print(paragraphs(pulled(account, options.block)))


def changes(account, options):
    since = options.since
    while True:
        page = account.get(f"/api/sync/delta?workspace_id={options.heap}&since={since}")
        for block in page["changed_blocks"]:
            print(f"changed {block['block_id']} {block['title']}".rstrip())
        for block in page["deleted_blocks"]:
            print(f"deleted {block['block_id']}")
        since = page["server_time"]
        if not page["has_more"]:
            print(f"next: {since}")
            return


def live(account, options):
    with LiveDocument(account, options.heap, options.block) as document:
        if options.text is not None:
            add_paragraph(document.doc, options.text)
            document.flush()
            print(paragraphs(document.doc))
            return
        shown = None
        while True:
            if paragraphs(document.doc) != shown:
                shown = paragraphs(document.doc)
                print(f"--\n{shown}", flush=True)
            try:
                document.receive()
            except TimeoutError:
                continue


def parsed(arguments):
    parser = argparse.ArgumentParser(description="A client of coffer's Heaper API.")
    parser.add_argument("--server", default=os.environ.get("HEAPER_SERVER", "http://127.0.0.1:8080"))
    parser.add_argument("--phrase", default=os.environ.get("HEAPER_PHRASE"), help="or HEAPER_PHRASE; the whole secret")
    parser.add_argument("--session", default=os.environ.get("HEAPER_SESSION", ".heaper-session"))
    commands = parser.add_subparsers(dest="command", required=True)
    shapes = [
        ("account", show_account, []),
        ("add", add, ["name"]),
        ("push", push, ["heap", "block", "text"]),
        ("pull", pull, ["block"]),
        ("changes", changes, ["heap", "since?"]),
        ("live", live, ["heap", "block", "text?"]),
    ]
    for name, action, names in shapes:
        command = commands.add_parser(name)
        command.set_defaults(action=action)
        for argument in names:
            optional = argument.endswith("?")
            default = 0 if argument == "since?" else None
            command.add_argument(argument.rstrip("?"), nargs="?" if optional else None, default=default)
    options = parser.parse_args(arguments)
    if not options.phrase:
        parser.error("a seed phrase is needed: --phrase or HEAPER_PHRASE")
    return options


def main():
    options = parsed(sys.argv[1:])
    account = Account(options.server, options.phrase, options.session)
    try:
        if not account.enter():
            print("an administrator has to approve this account", file=sys.stderr)
            return 3
        return options.action(account, options) or 0
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
