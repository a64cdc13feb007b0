"""How much is measured, with what, and where."""

import shutil
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Plan:
    binary: Path
    #: The Python with FastAPI and uvicorn.
    python: Path
    #: Folders that parts make their own folders in.
    memory: Path
    disk: Path
    rounds: int = 3
    #: Length of one run of wrk.
    seconds: int = 5
    connections: tuple = (1, 16, 64, 256)
    chunks: int = 128
    #: Raven drops per round, and their size.
    drops: int = 50
    drop_bytes: int = 10 * 2**20
    growth_rounds: int = 5
    few_rows: int = 1_000
    many_rows: int = 1_000_000
    parallel: int = 64
    #: SkySend: rounds and size of a large transfer, chunks that wait for the first, and slow uploads together.
    transfer_rounds: int = 5
    transfer_bytes: int = 2**30
    parked: int = 64
    slow_uploads: int = 50
    slow_bytes: int = 8 * 2**20
    scan_files: int = 50_000
    #: Heaper: rounds and updates of live synchronization, updates of a long document, blocks of a large heap.
    live_rounds: int = 9
    live_updates: int = 5_000
    long_updates: int = 100_000
    many_blocks: int = 100_000
    yjs_rounds: int = 15
    yjs_updates: int = 10_000
    yjs_bytes: int = 1_250_000

    def quick(self):
        """Shows that everything works, with a debug build too; its figures say nothing."""
        changes = dict(rounds=1, seconds=1, connections=(1, 64), chunks=8, drops=5, drop_bytes=2**18)
        changes |= dict(growth_rounds=1, many_rows=20_000, parallel=16)
        changes |= dict(transfer_rounds=1, transfer_bytes=2**26, parked=4, slow_uploads=5, slow_bytes=2**21)
        changes |= dict(scan_files=1_000)
        changes |= dict(live_rounds=1, live_updates=500, long_updates=2_000, many_blocks=3_000)
        changes |= dict(yjs_rounds=1, yjs_updates=1_000, yjs_bytes=100_000)
        return Plan(**vars(self) | changes)

    @contextmanager
    def folder(self, base):
        """A folder that is gone afterwards."""
        path = Path(tempfile.mkdtemp(prefix="coffer-benchmark-", dir=base))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


def say(text):
    print(text, file=sys.stderr, flush=True)
