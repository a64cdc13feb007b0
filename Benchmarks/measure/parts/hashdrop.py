"""Hashdrop: whole uploads, lists, public links, and what logins do to everybody else."""

import sqlite3
import threading

from .. import wrk
from ..hashdrop import CREDENTIALS, SETTINGS, Account
from ..machine import file_system
from ..plan import say
from ..report import Figure, Result, Samples, Table
from ..servers import Coffer

CYCLES = 32
LINKS = 64
LOGINS = 16
FILES = 500
WANTED_CYCLES = 600
WANTED_LIST_MS = 5
WANTED_LINKS = 5_000
WANTED_BESIDE_LOGINS_MS = 20


def measure(plan):
    uploads = Rows(f"upload of 10,000 bytes: presign, PUT, complete; {CYCLES} connections")
    lists = Rows(f"`GET /api/files/all`, {FILES} files, 1 connection")
    links = Rows(f"`GET /files/download/…`, {LINKS} connections")
    alone = Rows("`GET /api/cli/version`, 1 connection")
    beside = Rows(f"the same while {LOGINS} connections log in")
    listed = Rows(f"`GET /api/files/all`, {FILES} files, while {LOGINS} connections log in")
    logins = Rows(f"`POST /api/user/login`, {LOGINS} connections")
    with (
        plan.folder(plan.disk) as disk,
        Coffer(plan.binary, disk / "uploads" / "data", SETTINGS) as writing,
        Coffer(plan.binary, disk / "others" / "data", SETTINGS) as reading,
    ):
        writer, reader = Account(writing), Account(reading)
        with reading.connect() as connection:
            link = [reader.upload(connection, bytes(1000)) for _ in range(FILES)][0]
        for turn in range(plan.rounds):
            say(f"hashdrop: round {turn + 1}")
            uploads.add(wrk.run(writing.url("/"), CYCLES, plan.seconds, "cycle", writer.token, threads=CYCLES))
            lists.add(_list(plan, reading, reader))
            links.add(wrk.run(reading.url(link), LINKS, plan.seconds))
            alone.add(_version(plan, reading))
            for rows, ask in ((beside, _version), (listed, lambda *words: _list(*words, reader))):
                found, login = _beside_logins(plan, reading, ask)
                rows.add(found)
                logins.add(login)
        _check(disk / "uploads" / "data", uploads)
        where = file_system(disk)
    table = Table(
        "Hashdrop",
        ["Request", "Per second", "p50 ms", "p99 ms", "Errors"],
        notes=[
            f"Data directory on {where}. An upload is three requests, its times are those of one of them. "
            "A login costs 64 MiB and one pass of Argon2id; logins beyond those that may wait are errors here (503)."
        ],
    )
    for rows in (uploads, lists, links, alone, beside, listed, logins):
        table.add(*rows.cells())
    return Result([table], _figures(uploads, lists, links, beside, listed))


class Rows:
    """One kind of request, round by round."""

    def __init__(self, title):
        self.title = title
        self.loads = []

    def add(self, load):
        self.loads.append(load)

    @property
    def rate(self):
        return Samples([load.rate for load in self.loads], 0)

    @property
    def p50(self):
        return Samples([load.p50 for load in self.loads])

    @property
    def p99(self):
        return Samples([load.p99 for load in self.loads])

    @property
    def errors(self):
        return sum(load.errors for load in self.loads)

    def cells(self):
        return self.title, self.rate, self.p50, self.p99, self.errors


def _version(plan, coffer):
    return wrk.run(coffer.url("/api/cli/version"), 1, plan.seconds)


def _list(plan, coffer, account):
    return wrk.run(coffer.url("/api/files/all"), 1, plan.seconds, "bearer", account.token)


def _beside_logins(plan, coffer, ask):
    """What `ask` measures in the middle of a run of logins, and the logins."""
    logins = []
    thread = threading.Thread(
        target=lambda: logins.append(
            wrk.run(coffer.url("/api/user/login"), LOGINS, plan.seconds + 2, "login", CREDENTIALS)
        )
    )
    thread.start()
    try:
        found = ask(plan, coffer)
    finally:
        thread.join()
    return found, logins[0]


def _check(data, uploads):
    """Every upload that was answered must be a row."""
    with sqlite3.connect(data / "coffer.sqlite") as database:
        (rows,) = database.execute("SELECT COUNT(*) FROM hashdrop_files WHERE status = 'uploaded'").fetchone()
    answered = sum(load.requests for load in uploads.loads)
    if rows < answered:
        raise RuntimeError(f"{answered} uploads were completed, {rows} are there")


def _figures(uploads, lists, links, beside, listed):
    slowest = max((beside, listed), key=lambda rows: rows.p99.median)
    return [
        Figure(
            f"Hashdrop uploads of 10 KB, durable, {CYCLES} connections",
            f"≥ {WANTED_CYCLES}/s",
            f"{uploads.rate}/s",
            uploads.rate.median >= WANTED_CYCLES and not uploads.errors,
        ),
        Figure(
            f"Hashdrop GET /api/files/all, {FILES} files",
            f"p50 < {WANTED_LIST_MS} ms",
            f"{lists.p50} ms",
            lists.p50.median < WANTED_LIST_MS and not lists.errors,
        ),
        Figure(
            f"Hashdrop public download, redirect, {LINKS} connections",
            f"≥ {WANTED_LINKS:,}/s",
            f"{links.rate}/s",
            links.rate.median >= WANTED_LINKS and not links.errors,
        ),
        Figure(
            f"Hashdrop's other routes while {LOGINS} connections log in",
            f"p99 < {WANTED_BESIDE_LOGINS_MS} ms",
            f"{slowest.p99} ms",
            slowest.p99.median < WANTED_BESIDE_LOGINS_MS and not slowest.errors,
        ),
    ]
