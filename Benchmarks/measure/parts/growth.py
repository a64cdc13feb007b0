"""What a million drops change: the time of a read, and the time until the first answer after a start."""

import os
import random
import sqlite3
import time
from pathlib import Path

from .. import wrk
from ..machine import file_system
from ..plan import say
from ..report import Figure, Result, Samples, Table
from ..servers import Coffer

ROOT = Path(__file__).resolve().parents[3]
WORDS = ROOT / "Sources/DialectRavenZero/Resources/eff_large_wordlist.txt"
ASKED_KEYS = 1_000
CONNECTIONS = (16, 64)
YEAR_2100 = 4_102_444_800_000


def measure(plan):
    with plan.folder(plan.disk) as folder:
        counts = (plan.few_rows, plan.many_rows)
        data = {count: _fill(plan, folder / str(count), count) for count in counts}
        where = file_system(folder)
        size = data[plan.many_rows].joinpath("coffer.sqlite").stat().st_size
        starts = _starts(plan, data, folder)
        loads = _loads(plan, data, folder)
    return _result(plan, starts, loads, where, size)


# Making drops ---------------------------------------------------------------------------------------


def _fill(plan, folder, count):
    """A data directory with so many Raven drops, written straight into the database of a stopped server."""
    say(f"growth: making {count:,} drops")
    data = folder / "data"
    Coffer(plan.binary, data).stop()
    database = sqlite3.connect(data / "coffer.sqlite", isolation_level=None)
    database.execute("PRAGMA synchronous = OFF")
    database.execute("PRAGMA cache_size = -1000000")
    keys = _keys(count)
    for start in range(0, count, 100_000):
        _insert(database, keys[start : start + 100_000])
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    chosen = random.sample(keys, min(ASKED_KEYS, count))
    (folder / "keys").write_text("".join(f"{key}\n" for key in chosen))
    return data


def _keys(count):
    words = [line.split("\t")[1] for line in WORDS.read_text().splitlines() if "-" not in line]
    keys = set()
    while len(keys) < count:
        keys.add("-".join(random.choices(words, k=3)))
    return list(keys)


def _insert(database, keys):
    now = int(time.time() * 1000)
    rows = [(os.urandom(16).hex(), os.urandom(16).hex(), key) for key in keys]
    database.execute("BEGIN")
    database.executemany(
        "INSERT INTO blobs (key, size, sha256, seal, place, bytes) VALUES (?, 8, ?, ?, 'inline', ?)",
        ((blob, os.urandom(32), os.urandom(32), os.urandom(24)) for _, blob, _ in rows),
    )
    database.executemany(
        "INSERT INTO drops (id, space, name, state, counting, created_at, expires_at, due_at, max_downloads)"
        " VALUES (?, 'ravenzero', ?, 'ready', 'start', ?, ?, ?, 5)",
        ((drop, key, now, YEAR_2100 + place, YEAR_2100 + place) for place, (drop, _, key) in enumerate(rows)),
    )
    database.executemany(
        "INSERT INTO drop_slots (drop_id, slot, size, blob_key) VALUES (?, 0, 8, ?)",
        ((drop, blob) for drop, blob, _ in rows),
    )
    database.executemany(
        "INSERT INTO ravenzero_uploads (drop_id, filename, media_type) VALUES (?, 'note.txt', 'text/plain')",
        ((drop,) for drop, _, _ in rows),
    )
    database.execute("COMMIT")


# Measuring ------------------------------------------------------------------------------------------


def _first_key(data):
    return data.parent.joinpath("keys").read_text().split("\n")[0]


def _starts(plan, data, folder):
    """Seconds from the start of the process to the first status it answered."""
    seconds = {count: [] for count in data}
    for turn in range(plan.growth_rounds):
        say(f"growth: start {turn + 1}")
        for count, path in data.items():
            with Coffer(plan.binary, path) as coffer, coffer.connect() as connection:
                connection.send("GET", f"/status/{_first_key(path)}")
                seconds[count].append(coffer.seconds_since_start())
    return seconds


def _loads(plan, data, folder):
    few, many = plan.few_rows, plan.many_rows
    loads = {(count, connections): [] for connections in CONNECTIONS for count in (few, many)}
    with Coffer(plan.binary, data[few]) as small, Coffer(plan.binary, data[many]) as large:
        pairs = [(few, small), (many, large)]
        for count, coffer in pairs:
            _load(coffer, data[count], CONNECTIONS[0], 1)
        for connections in CONNECTIONS:
            for turn in range(plan.growth_rounds):
                say(f"growth: {connections} connections, round {turn + 1}")
                for count, coffer in pairs:
                    loads[count, connections].append(_load(coffer, data[count], connections, plan.seconds))
                # Whoever comes first must not always be the same.
                pairs.reverse()
    return loads


def _load(coffer, data, connections, seconds):
    return wrk.run(coffer.url("/"), connections, seconds, "keys", data.parent / "keys")


def _result(plan, starts, loads, where, size):
    table = Table(
        "Growth: GET /status/{key}, random existing keys",
        ["Connections", "Drops", "Requests/s", "p50 ms", "p99 ms", "Errors"],
        notes=[
            f"{plan.many_rows:,} drops make a database of {size / 2**20:,.0f} MiB, here on {where}, in the page cache. "
            f"{ASKED_KEYS:,} keys are asked for in both cases."
        ],
    )
    p99 = {}
    for (count, connections), runs in loads.items():
        p99[count, connections] = Samples([run.p99 for run in runs])
        p50 = Samples([run.p50 for run in runs])
        rate = Samples([run.rate for run in runs], 0)
        errors = sum(run.errors for run in runs)
        table.add(connections, f"{count:,}", rate, p50, p99[count, connections], errors)
    start_table = Table("Start of the process to its first answer", ["Drops", "ms"])
    for count, seconds in starts.items():
        start_table.add(f"{count:,}", Samples([second * 1000 for second in seconds], 0))
    return Result([table, start_table], _figures(plan, starts, p99))


def _figures(plan, starts, p99):
    figures = []
    for connections in CONNECTIONS:
        few, many = p99[plan.few_rows, connections], p99[plan.many_rows, connections]
        ratio = many.median / few.median
        what = f"p99 with {plan.many_rows:,} drops to p99 with {plan.few_rows:,}, {connections} connections"
        rounds = Samples.ratio(many, few)
        measured = f"{ratio:.2f} (rounds {min(rounds.values):.2f}–{max(rounds.values):.2f})"
        figures.append(Figure(what, "≤ 1.2", measured, ratio <= 1.2))
    few, many = (Samples([second * 1000 for second in starts[count]], 0) for count in (plan.few_rows, plan.many_rows))
    figures.append(Figure(f"Start with {plan.few_rows:,} drops", "< 200 ms", f"{few} ms", few.median < 200))
    figures.append(Figure(f"Start with {plan.many_rows:,} drops", "< 1 s", f"{many} ms", many.median < 1000))
    return figures
