"""Heaper: live updates to many readers, idle sockets, pushes, and lists of a heap with many blocks."""

import base64
import json
import resource
import subprocess
import time

from ..edits import note, typed
from ..heaper import SETTINGS, Account
from ..live import Socket, broadcast, write_updates
from ..machine import file_system
from ..plan import say
from ..report import Figure, Result, Samples, Table
from ..servers import PEERS, Coffer

READERS = 20
SOCKETS = 1_000
BATCH = 500
PAGE = 1_000
TEXT = "Nobody reads this, it is only here to have the length that notes have. " * 7
#: Typed last, so that readers that have this have everything.
END = "§ the end §"
PLACES = (0, 0.25, 0.5, 0.75, 0.98)
ASKED = 20
SETTLE_SECONDS = 3


def measure(plan):
    tables = [
        Table("Heaper: live updates", ["Work", "ms"]),
        Table("Heaper: idle sockets", ["State", "MiB"]),
        Table("Heaper: many blocks", ["Request", "Blocks with a title alone, ms", "… and a text of 500 bytes, ms"]),
    ]
    figures = []
    with plan.folder(plan.disk) as disk:
        for table in tables:
            table.notes.append(f"Data directory on {file_system(disk)}.")
        figures.append(_broadcasts(plan, disk / "live", tables[0]))
        figures.append(_long_document(plan, disk / "long", tables[0]))
        figures.append(_sockets(plan, disk / "sockets", tables[1]))
        figures += _many_blocks(plan, disk / "many", tables[2])
    return Result(tables, figures)


def _serve(plan, folder):
    return Coffer(plan.binary, folder / "data", SETTINGS)


def _figure(what, wanted, unit, samples):
    return Figure(what, f"< {wanted} {unit}", f"{samples} {unit}", samples.median < wanted)


# Live updates ---------------------------------------------------------------------------------------


def _broadcasts(plan, folder, table):
    """The readers only keep bytes while the clock runs; what these say is checked afterwards."""
    pieces = [chr(ord("a") + index % 26) for index in range(plan.live_updates - 1)] + [END]
    updates = typed(pieces)
    acknowledged, everything, processor = [], [], []
    with _serve(plan, folder) as coffer:
        account = Account(coffer)
        for turn in range(plan.live_rounds + 1):
            say(f"heaper: updates, round {turn}" if turn else "heaper: updates, warming up")
            writer, *readers = (Socket(coffer, account, f"live-{turn}") for _ in range(READERS + 1))
            for one in (writer, *readers):
                one.finish_beginning()
            frames = writer.updates(updates)
            used = coffer.cpu_seconds()
            first, second = broadcast(writer, readers, frames, len(updates), END.encode())
            if turn:
                processor.append((coffer.cpu_seconds() - used) * 1000)
                acknowledged.append(first * 1000)
                everything.append(second * 1000)
            _check(plan, folder, readers, "".join(pieces))
            for one in (writer, *readers):
                one.close()
    what = f"{plan.live_updates:,} updates of one writer"
    table.add(f"{what}, until all are acknowledged", Samples(acknowledged, 0))
    table.add(f"{what}, until {READERS} readers have everything too", Samples(everything, 0))
    table.add("processor time of the server for that", Samples(processor, 0))
    return _figure(f"Heaper {what} to {READERS} readers, all acknowledged", 400, "ms", Samples(everything, 0))


def _check(plan, folder, readers, text):
    paths = [write_updates(one.received_updates(), folder / f"reader-{index}") for index, one in enumerate(readers)]
    done = subprocess.run([plan.python, PEERS / "merged.py", *paths], stdout=subprocess.PIPE, text=True, check=True)
    wrong = sum(found != text for found in done.stdout.splitlines())
    if wrong:
        raise RuntimeError(f"{wrong} of {len(readers)} readers have another document")


def _long_document(plan, folder, table):
    """Opens a document as a client does that knows nothing, at a server that has just started."""
    seconds, first = [], []
    with _serve(plan, folder) as coffer:
        account = Account(coffer)
        say(f"heaper: a document of {plan.long_updates:,} updates")
        writer = Socket(coffer, account, "long").finish_beginning()
        updates = typed(["x"] * (plan.long_updates - 1) + [END])
        broadcast(writer, [], writer.updates(updates), len(updates), b"")
        writer.close()
    for turn in range(plan.live_rounds):
        say(f"heaper: opening it, round {turn + 1}")
        with _serve(plan, folder) as coffer, coffer.connect() as connection:
            connection.send("POST", "/api/me", headers=account.headers)
            seconds.append(_milliseconds(lambda: _pull(connection, account, "long", plan.long_updates)))
            first.append(_milliseconds(lambda: Socket(coffer, account, "long").finish_beginning().close()))
    what = f"a document of {plan.long_updates:,} updates"
    table.add(f"first pull of {what}, server just started", Samples(seconds, 1))
    table.add(f"a socket opens {what}, already in memory", Samples(first, 1))
    return _figure(f"Heaper opening {what}", 100, "ms", Samples(seconds, 1))


def _pull(connection, account, block, least):
    body = json.dumps({"blocks": [{"block_id": block}]}).encode()
    answer = connection.send("POST", "/api/sync/pull", [body], account.headers)
    if len(answer) < least:
        raise RuntimeError(f"a pull gave only {answer[:300]}")


def _sockets(plan, folder, table):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    idle, more = [], []
    with _serve(plan, folder) as coffer:
        account = Account(coffer)
        with coffer.connect() as connection:
            for start in range(0, SOCKETS, BATCH):
                _push(connection, account, start, TEXT)
    # A fresh server each time, because memory that pushes used would do for sockets too.
    for turn in range(plan.rounds):
        say(f"heaper: sockets, round {turn + 1}")
        with _serve(plan, folder) as coffer:
            Socket(coffer, account, "block-000000").finish_beginning().close()
            time.sleep(SETTLE_SECONDS)
            before = coffer.memory("VmRSS")
            sockets = [Socket(coffer, account, f"block-{index:06}") for index in range(SOCKETS)]
            for one in sockets:
                one.finish_beginning()
            time.sleep(SETTLE_SECONDS)
            idle.append(before)
            more.append(coffer.memory("VmRSS") - before)
            for one in sockets:
                one.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    table.add("idle", Samples(idle, 1))
    table.add(f"{SOCKETS:,} sockets more, each with a document of its own", Samples(more, 1))
    return _figure(f"Heaper, {SOCKETS:,} idle sockets", 60, "MiB", Samples(more, 1))


# Many blocks ----------------------------------------------------------------------------------------


def _many_blocks(plan, folder, table):
    columns = {}
    for name, text in (("short", ""), ("long", TEXT)):
        with _serve(plan, folder / name) as coffer, coffer.connect() as connection:
            columns[name] = _requests(plan, connection, Account(coffer), text)
    for short, long in zip(columns["short"], columns["long"]):
        (what, _, ours), (_, _, theirs) = short, long
        table.add(what, ours, theirs)
    figures = []
    for kind, name in (("titles alone", "short"), ("with text", "long")):
        # Of the places of a delta the slowest one counts.
        slowest = {}
        for _, figure, samples in sorted(columns[name], key=lambda row: row[2].median):
            slowest[figure] = samples
        figures += [_figure(f"Heaper {what}, {kind}", wanted, "ms", slowest[what, wanted]) for what, wanted in slowest]
    return figures


def _requests(plan, connection, account, text):
    """What was asked, the figure that it belongs to with its wanted milliseconds, and the measured ones."""
    pushes = []
    for start in range(0, plan.many_blocks, BATCH):
        if start % 20_000 == 0:
            say(f"heaper: {plan.many_blocks:,} blocks, {start:,} are there")
        pushes.append(_push(connection, account, start, text))
    # Lists show what documents say once this has been brought up to date.
    _ask(connection, account, "/api/heap", heap_id=account.heap, limit=1)
    rows = [(f"push of {BATCH} blocks, {len(pushes)} times", (f"push of {BATCH} blocks", 250), Samples(pushes, 0))]
    delta = (f"delta, {PAGE:,} of {plan.many_blocks:,} blocks", 15)
    stamps = _stamps(connection, account, plan.many_blocks)
    for place in PLACES:
        since = stamps[int(place * (len(stamps) - 1))]
        path = f"/api/sync/delta?workspace_id={account.heap}&since={since}&limit={PAGE}"
        times = [_milliseconds(lambda: _delta(connection, account, path)) for _ in range(ASKED)]
        rows.append((f"{delta[0]}, behind {place:.0%} of them", delta, Samples(times, 1)))
    first = lambda: _ask(connection, account, "/api/heap", heap_id=account.heap)  # noqa: E731
    times = [_milliseconds(first) for _ in range(ASKED)]
    page = f"first page of a heap with {plan.many_blocks:,} blocks"
    rows.append((page, (page, 10), Samples(times, 1)))
    return rows


def _push(connection, account, start, text):
    """Pushes some new blocks; the milliseconds until the answer."""
    entries = [
        {
            "block_id": f"block-{index:06}",
            "workspace_id": account.heap,
            "update": base64.b64encode(note(f"Note {index}", text)).decode(),
        }
        for index in range(start, start + BATCH)
    ]
    body = json.dumps({"blocks": entries}).encode()
    began = time.perf_counter()
    answer = connection.send("POST", "/api/sync/push", [body], account.headers)
    milliseconds = (time.perf_counter() - began) * 1000
    if answer.count(b'"created"') != BATCH:
        raise RuntimeError(f"a push gave {answer[:300]}")
    return milliseconds


def _stamps(connection, account, blocks):
    """Where each page of a listing from the beginning starts."""
    stamps, seen = [0], 0
    while True:
        path = f"/api/sync/delta?workspace_id={account.heap}&since={stamps[-1]}&limit={PAGE}"
        page = json.loads(connection.send("GET", path, headers=account.headers))
        seen += len(page["changed_blocks"])
        if not page["has_more"]:
            break
        stamps.append(page["server_time"])
    # The index block is among them.
    if seen != blocks + 1:
        raise RuntimeError(f"{seen} blocks of {blocks} are listed")
    return stamps


def _delta(connection, account, path):
    connection.send("GET", path, headers=account.headers)


def _ask(connection, account, path, **members):
    return connection.send("POST", path, [json.dumps(members).encode()], account.headers)


def _milliseconds(work):
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
