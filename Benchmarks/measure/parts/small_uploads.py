"""Small uploads that are durable before they are answered, beside the syncs that the disk can do."""

import os
import sqlite3
import statistics
import time

from .. import wrk
from ..drops import random_bytes
from ..machine import file_system
from ..plan import say
from ..report import Figure, Result, Samples, Table
from ..servers import Coffer

CONNECTIONS = 64
FILE_BYTES = 10_000
WANTED_RATE = 2_000
WANTED_SHARE = 0.7


def measure(plan):
    on_disk, probes = [], []
    with plan.folder(plan.memory) as memory, plan.folder(plan.disk) as disk:
        small = memory / "small.bin"
        small.write_bytes(random_bytes(FILE_BYTES))
        in_memory = []
        with (
            Coffer(plan.binary, disk / "coffer" / "data") as slow,
            Coffer(plan.binary, memory / "coffer" / "data") as fast,
        ):
            for turn in range(plan.rounds):
                say(f"small uploads: round {turn + 1}")
                before = syncs_per_second(disk, plan.seconds / 2)
                on_disk.append(_load(plan, slow, small))
                probes.append((before, syncs_per_second(disk, plan.seconds / 2)))
                in_memory.append(_load(plan, fast, small))
        _check(disk / "coffer" / "data", on_disk)
        where = file_system(disk)
    return _result(on_disk, in_memory, probes, where)


def syncs_per_second(folder, seconds):
    """Appends 4 KiB and syncs, one thread, as often as the disk allows."""
    path, page = folder / "probe", bytes(4096)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        count, start = 0, time.perf_counter()
        while (elapsed := time.perf_counter() - start) < seconds:
            os.write(descriptor, page)
            os.fsync(descriptor)
            count += 1
        return count / elapsed
    finally:
        os.close(descriptor)
        path.unlink()


def _load(plan, coffer, small):
    return wrk.run(coffer.url("/upload/"), CONNECTIONS, plan.seconds, "upload", small)


def _check(data, loads):
    """Every upload that was answered must be a row."""
    with sqlite3.connect(data / "coffer.sqlite") as database:
        (rows,) = database.execute("SELECT COUNT(*) FROM ravenzero_uploads").fetchone()
    answered = sum(load.requests - load.errors for load in loads)
    if rows < answered:
        raise RuntimeError(f"{answered} uploads were acknowledged, {rows} are there")


def _result(on_disk, in_memory, probes, where):
    rate = Samples([load.rate for load in on_disk], 0)
    syncs = Samples([(before + after) / 2 for before, after in probes], 0)
    share = Samples.ratio(rate, syncs)
    table = Table(
        f"Small durable uploads: POST /upload/, {FILE_BYTES:,} bytes, {CONNECTIONS} connections",
        ["Data directory", "Uploads/s", "p50 ms", "p99 ms", "Errors", "fsyncs/s of the disk", "Uploads per fsync"],
        notes=[
            "The disk's fsyncs are those of one thread that appends 4 KiB and syncs, measured directly before and "
            "after each round. Uploads that arrive together share one sync, so there can be more uploads than syncs."
        ],
    )
    for place, loads, beside in ((where, on_disk, [syncs, share]), ("memory", in_memory, ["", ""])):
        table.add(
            place,
            Samples([load.rate for load in loads], 0),
            Samples([load.p50 for load in loads]),
            Samples([load.p99 for load in loads]),
            sum(load.errors for load in loads),
            *beside,
        )
    # The disk is the limit only if a file system without one would do.
    is_disk_the_limit = statistics.median(load.rate for load in in_memory) >= WANTED_RATE
    reached = rate.median >= WANTED_RATE or (is_disk_the_limit and share.median >= WANTED_SHARE)
    limit = "the disk is the limit" if is_disk_the_limit else "the disk is not the limit"
    figure = Figure(
        "POST /upload/ 10 KB, durable, 64 connections",
        f"≥ {WANTED_RATE:,}/s, or ≥ {WANTED_SHARE} of the disk's fsyncs/s where that is the limit",
        f"{rate}/s; {share} of {syncs}/s, {limit}",
        reached,
    )
    return Result([table], [figure])
