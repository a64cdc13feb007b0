"""Heaper: 1 GiB up in chunks and back down, beside nginx; memory of both."""

from ..heaper import CHUNK_BYTES, SENDERS, SETTINGS, Account, make_body
from ..plan import say
from ..report import Figure, Result, Samples, Table, mebibytes, number
from ..servers import Coffer, Nginx
from ..timing import Duel, Spent
from ..transfer import Client

#: Downloads in each round.
FETCHES = 4


def measure(plan):
    with plan.folder(plan.memory) as folder:
        client = Client(folder)
        transfers = _transfers(plan, client)
        memory = Memory(plan, client)
    return Result([transfers.table(), memory.table()], [*transfers.figures(), *memory.figures()])


def _transfers(plan, client):
    with (
        plan.folder(plan.memory) as folder,
        Coffer(plan.binary, folder / "coffer" / "data", SETTINGS) as coffer,
        Nginx(folder / "nginx") as nginx,
    ):
        transfers = Transfers(plan, client, coffer, nginx, folder)
        transfers.measure()
    return transfers


class Upload:
    """One upload in chunks; the hash is computed before the clock runs."""

    def __init__(self, coffer, account, folder, block, size):
        self._body, self._size = make_body(folder), size
        with coffer.connect() as connection:
            self._paths = account.begin(connection, block, self._body.read_bytes(), size)
        self._headers = account.headers

    @property
    def words(self):
        return self._size, CHUNK_BYTES, SENDERS, self._body, *self._paths, *self._headers


class Transfers:
    def __init__(self, plan, client, coffer, nginx, folder):
        self._plan, self._client, self._coffer, self._nginx, self._folder = plan, client, coffer, nginx, folder
        self._size = plan.transfer_bytes
        self._account = Account(coffer)
        size = mebibytes(self._size)
        self._up = Duel(f"{size} in chunks of {mebibytes(CHUNK_BYTES)}, {SENDERS} at a time, to PUT", self._size)
        self._down = Duel(f"GET of {size}", self._size)
        self._discarded = Duel(f"GET of {size}, thrown away by the client's kernel", self._size)

    def measure(self):
        for turn in range(self._plan.transfer_rounds + 1):
            say(f"heaper_files: transfers, round {turn}" if turn else "heaper_files: transfers, warming up")
            block = f"block-{turn}"
            upload = Upload(self._coffer, self._account, self._folder, block, self._size)
            ours, theirs = self._in_turns(turn, lambda: self._send(upload), self._put)
            pairs = [
                (self._fetched(index, "read", block), self._fetched(index, "discard", block))
                for index in range(FETCHES)
            ]
            with self._coffer.connect() as connection:
                self._account.purge(connection, block)
            (self._nginx.files / "whole").unlink()
            if not turn:
                continue
            self._up.add(ours, theirs)
            for read, discarded in pairs:
                self._down.add(*read)
                self._discarded.add(*discarded)

    def _touch(self):
        """Uses as much memory as an upload will, because what a virtual machine has not used for long is slow to come."""
        piece, path = bytes(2**20), self._folder / "touched"
        with path.open("wb") as file:
            for _ in range(self._size // len(piece)):
                file.write(piece)
        path.unlink()

    def _send(self, upload):
        self._touch()
        return self._spent(self._coffer, "puts", *upload.words)[0]

    def _put(self):
        self._touch()
        return self._spent(self._nginx, "send", "PUT", "/files/whole", self._size)[0]

    def _fetched(self, turn, how, block):
        path = f"/api/file/{block}/raw/file"
        (ours, length), (theirs, other) = self._in_turns(
            turn,
            lambda: self._spent(self._coffer, "fetch", how, path, *self._account.headers),
            lambda: self._spent(self._nginx, "fetch", how, "/files/whole"),
        )
        if not int(length) == int(other) == self._size:
            raise RuntimeError(f"{path} gave {length} bytes, nginx {other}, instead of {self._size}")
        return ours, theirs

    def _spent(self, server, what, *words):
        cpu = server.cpu_seconds()
        sent = self._client.run(what, server, *words)
        return Spent(sent.seconds, server.cpu_seconds() - cpu), sent.answer

    @staticmethod
    def _in_turns(turn, ours, theirs):
        """Does both, every other time the second first: whoever comes later finds another memory and other caches."""
        if turn % 2:
            later = theirs()
            return ours(), later
        return ours(), theirs()

    def table(self):
        return Table(
            "Heaper transfers",
            Duel.COLUMNS,
            [[str(cell) for cell in duel.row()] for duel in (self._up, self._down, self._discarded)],
            [
                f"Memory file system, {self._plan.transfer_rounds} rounds; complete, which checks the SHA-256 of the whole, "
                "is included, init is not. nginx computes no hash."
            ],
        )

    def figures(self):
        size = mebibytes(self._size)
        return [
            self._figure(f"Heaper {size} in chunks, {SENDERS} at a time, with SHA-256", self._up, "PUT", 0.3),
            self._figure(f"Heaper GET of {size}", self._down, "GET", 0.85),
        ]

    def _figure(self, what, duel, method, wanted):
        rate, other = (f"{number(self._size / 2**20 / spent.median)} MiB/s" for spent in (duel.ours, duel.theirs))
        is_reached = duel.speed.median >= wanted
        return Figure(what, f"≥ {wanted}", str(duel.speed), is_reached, f"{rate}, nginx {method} {other}")


class Memory:
    """A fresh server for each direction, because the peak never goes down."""

    LIMIT = 120

    def __init__(self, plan, client):
        size = plan.transfer_bytes
        self._peaks = {f"{mebibytes(size)} in chunks": [], f"GET of {mebibytes(size)}": []}
        for turn in range(plan.rounds):
            say(f"heaper_files: memory, round {turn + 1}")
            with plan.folder(plan.memory) as folder:
                data = folder / "coffer" / "data"
                with Coffer(plan.binary, data, SETTINGS) as coffer:
                    account = Account(coffer)
                    client.run("puts", coffer, *Upload(coffer, account, folder, "block", size).words)
                    peaks = [coffer.memory("VmHWM")]
                with Coffer(plan.binary, data, SETTINGS) as coffer:
                    client.run("fetch", coffer, "read", "/api/file/block/raw/file", *account.headers)
                    peaks.append(coffer.memory("VmHWM"))
            for found, peak in zip(self._peaks.values(), peaks):
                found.append(peak)
        self._peaks = {what: Samples(peaks, 0) for what, peaks in self._peaks.items()}

    def table(self):
        table = Table("Heaper resident memory", ["State", "MiB"], notes=["VmHWM of a fresh server each."])
        for what, peak in self._peaks.items():
            table.add(f"peak, {what}", peak)
        return table

    def figures(self):
        return [
            Figure(f"Heaper peak, {what}", f"< {self.LIMIT} MiB", f"{peak} MiB", peak.median < self.LIMIT)
            for what, peak in self._peaks.items()
        ]
