"""Heaper: the first scan of many small files, and scans of the same files unchanged."""

import os
import sys
import time
from pathlib import Path

from ..machine import file_system
from ..plan import say
from ..report import Figure, Result, Samples, Table
from ..servers import Coffer

sys.path.append(str(Path(__file__).resolve().parents[3] / "Tests" / "System"))
from lib_heaper import Account  # noqa: E402

SETTINGS = {
    "COFFER_DIALECTS": "heaper",
    "COFFER_HEAPER_RATE_LIMITS": "off",
    "COFFER_HEAPER_REGISTRATION": "open",
}
FILES_PER_FOLDER = 100
FILE_BYTES = 1000
RESCANS = 3
PAUSE_SECONDS = 0.01
WANTED_FIRST = 4_000
WANTED_AGAIN = 50_000
WANTED_MEMORY = 120
#: Nothing may take longer, however slow the machine is.
SCAN_SECONDS = 600


def measure(plan):
    first, again, memory, processor = [], [], [], []
    for turn in range(plan.rounds):
        say(f"heaper-scan: round {turn + 1}")
        with plan.folder(plan.disk) as disk, Coffer(plan.binary, disk / "data", SETTINGS) as coffer:
            account = Account(coffer.port)
            heap = account.add_heap("Scanned")
            _make_files(coffer.data / "heaps" / account.user / heap, plan.scan_files)
            used = coffer.cpu_seconds()
            seconds = _scan(account, heap, plan.scan_files, new=plan.scan_files)
            processor.append((coffer.cpu_seconds() - used) / plan.scan_files * 1e6)
            first.append(plan.scan_files / seconds)
            for _ in range(RESCANS):
                again.append(plan.scan_files / _scan(account, heap, plan.scan_files, new=0))
            memory.append(coffer.memory("VmHWM"))
            where = file_system(disk)
    return _result(plan, where, Samples(first, 0), Samples(again, 0), Samples(memory, 0), Samples(processor, 0))


def _make_files(folder, count):
    noise = os.urandom(FILE_BYTES)
    # Files of the last second are read again by the next scan, because they might change once more.
    old = time.time() - 3600
    for index in range(count):
        if index % FILES_PER_FOLDER == 0:
            current = folder / f"{index // FILES_PER_FOLDER:05}"
            current.mkdir(parents=True)
        path = current / f"file-{index:06}.txt"
        path.write_bytes(index.to_bytes(8, "big") + noise)
        os.utime(path, (old, old))


def _scan(account, heap, files, new):
    """The seconds of a scan, as the server tells them: asking often would take its time."""
    began = time.perf_counter()
    scan = account.post("/api/scan_folder", {"heap_id": heap})["scan_id"]
    last = None
    while True:
        active = [entry for entry in account.get("/api/active_scans")["scans"] if entry["scan_id"] == scan]
        if not active:
            break
        last = active[0]
        if time.perf_counter() - began > SCAN_SECONDS:
            raise RuntimeError(f"a scan is not over after {SCAN_SECONDS} s: {last}")
        time.sleep(PAUSE_SECONDS)
    seconds = time.perf_counter() - began
    status = account.post("/api/abort_scan", {"scan_id": scan})["status"]
    if status != "done":
        raise RuntimeError(f"the scan is {status}")
    count = account.post("/api/heap_count", {"heap_id": heap, "type": "file"})["count"]
    if count != files:
        raise RuntimeError(f"{files} files were scanned, {count} blocks are there ({new} new ones were expected)")
    return seconds


def _result(plan, where, first, again, memory, processor):
    table = Table(
        "Heaper: scans",
        ["Scan", "Files per second", "CPU µs per file"],
        notes=[
            f"{plan.scan_files:,} files of {FILE_BYTES + 8:,} bytes, {FILES_PER_FOLDER} in each folder, on {where}; time "
            f"from the request to the end. Resident memory at its peak: {memory} MiB."
        ],
    )
    table.add("first", first, processor)
    table.add("again, nothing changed", again, "–")
    return Result(
        [table],
        [
            Figure(
                f"Heaper first scan of {plan.scan_files:,} small files",
                f"≥ {WANTED_FIRST:,}/s",
                f"{first}/s",
                first.median >= WANTED_FIRST,
            ),
            Figure(
                f"Heaper scan of {plan.scan_files:,} unchanged files",
                f"≥ {WANTED_AGAIN:,}/s",
                f"{again}/s",
                again.median >= WANTED_AGAIN,
            ),
            Figure(
                "Memory at its peak over these scans",
                f"< {WANTED_MEMORY} MiB",
                f"{memory} MiB",
                memory.median < WANTED_MEMORY,
            ),
        ],
    )
