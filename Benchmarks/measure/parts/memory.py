"""Resident memory: idle, and at its peak while many large uploads are under way together."""

import threading
import time

from ..drops import CHUNK_BYTES, Hushfile, random_bytes, raven_form
from ..plan import say
from ..report import Figure, Result, Samples, Table, mebibytes
from ..servers import Coffer

IDLE_SECONDS = 5
PIECE_BYTES = 1 << 20


def measure(plan):
    idle, drops, chunks = [], [], []
    for turn in range(plan.rounds):
        say(f"memory: round {turn + 1}")
        # A fresh process for each, because the peak never goes down.
        for peaks, work in ((drops, _upload_drops), (chunks, _put_chunks)):
            with plan.folder(plan.memory) as folder, Coffer(plan.binary, folder / "coffer" / "data") as coffer:
                time.sleep(IDLE_SECONDS)
                idle.append(coffer.memory("VmRSS"))
                work(coffer, plan)
                peaks.append(coffer.memory("VmHWM"))
    return _result(plan, Samples(idle, 0), Samples(drops, 0), Samples(chunks, 0))


def _upload_drops(coffer, plan):
    form = raven_form(random_bytes(plan.drop_bytes))
    _together(coffer, [("POST", "/upload/", form.pieces, form.headers)] * plan.parallel)


def _put_chunks(coffer, plan):
    chunk = random_bytes(CHUNK_BYTES)
    with coffer.connect() as connection:
        file = Hushfile(connection)
        headers = ["Content-Type: application/octet-stream"]
        _together(coffer, [("PUT", file.put_path(index), [chunk], headers) for index in range(plan.parallel)])


def _together(coffer, requests):
    """Sends all requests at once: nobody sends the second half of a body before all have sent the first."""
    halfway = threading.Barrier(len(requests))
    failures = []

    def send(method, path, pieces, headers):
        try:
            total, sent = sum(len(piece) for piece in pieces), 0
            with coffer.connect() as connection:
                connection.start(method, path, total, headers)
                for piece in _cut(pieces):
                    if sent < total // 2 <= sent + len(piece):
                        halfway.wait(timeout=120)
                    connection.send_piece(piece)
                    sent += len(piece)
                connection.finish(method, path)
        except Exception as failure:
            failures.append(failure)
            halfway.abort()

    threads = [threading.Thread(target=send, args=request, daemon=True) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(180)
    if failures or any(thread.is_alive() for thread in threads):
        raise RuntimeError(f"{len(failures)} parallel uploads failed, the first: {failures[:1]}")


def _cut(pieces):
    for piece in map(memoryview, pieces):
        for start in range(0, len(piece), PIECE_BYTES):
            yield piece[start : start + PIECE_BYTES]


def _result(plan, idle, drops, chunks):
    table = Table(
        "Resident memory",
        ["State", "MiB"],
        notes=[
            f"Idle is VmRSS {IDLE_SECONDS} s after the start, peaks are VmHWM. Every body is half sent before any "
            "is sent whole, so all are under way at the same time."
        ],
    )
    table.add("idle", idle)
    table.add(f"peak, {plan.parallel} parallel uploads of {mebibytes(plan.drop_bytes)} (Raven)", drops)
    table.add(f"peak, {plan.parallel} parallel chunks of 8 MiB (Hushfile)", chunks)
    figures = [Figure("Resident memory, idle", "< 40 MiB", f"{idle} MiB", idle.median < 40)]
    for what, peak in ((f"{mebibytes(plan.drop_bytes)} uploads", drops), ("8 MiB chunk PUTs", chunks)):
        what = f"Resident memory, peak with {plan.parallel} parallel {what}"
        figures.append(Figure(what, "< 150 MiB", f"{peak} MiB", peak.median < 150))
    return Result([table], figures)
