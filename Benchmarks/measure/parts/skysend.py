"""SkySend: 1 GiB by each transport and back, beside nginx; info requests; memory of each transport."""

import time

from .. import wrk
from ..plan import say
from ..report import Figure, Result, Samples, Table, mebibytes, number
from ..servers import Coffer, Nginx
from ..skysend import CHUNK_BYTES, MESSAGE_BYTES, SETTINGS, Uploader, identifier
from ..timing import Duel, Spent
from ..transfer import Client, TransferFailure

IDLE_SECONDS = 5
PARKED_BYTES = 16 * 2**20
SLOW_BYTES_PER_SECOND = 2**20
CONNECTIONS = 64
#: Downloads in each round.
FETCHES = 4


def measure(plan):
    with plan.folder(plan.memory) as folder:
        client = Client(folder)
        parts = [_transfers(plan, client), _info(plan), Memory(plan, client)]
    return Result([part.table() for part in parts], [figure for part in parts for figure in part.figures()])


def _transfers(plan, client):
    with (
        plan.folder(plan.memory) as folder,
        Coffer(plan.binary, folder / "coffer" / "data", SETTINGS) as coffer,
        Nginx(folder / "nginx") as nginx,
    ):
        transfers = Transfers(plan, client, coffer, nginx, folder)
        transfers.measure()
    return transfers


# --- 1 GiB each way -----------------------------------------------------------------------------------


class Transfers:
    def __init__(self, plan, client, coffer, nginx, folder):
        self._plan, self._client, self._coffer, self._nginx, self._folder = plan, client, coffer, nginx, folder
        self._size = plan.transfer_bytes
        self._uploader = Uploader()
        size = mebibytes(self._size)
        self._whole = Duel(f"POST of {size}, to PUT", self._size)
        self._chunks = Duel(f"{size} in chunks of {number(CHUNK_BYTES)} bytes, 3 at a time, to PUT", self._size)
        self._socket = Duel(f"{size} over a WebSocket, 256 KiB messages, to PUT", self._size)
        self._download = Duel(f"GET of {size}", self._size)
        self._discarded = Duel(f"GET of {size}, thrown away by the client's kernel", self._size)
        self._uploads = (self._whole, self._chunks, self._socket)
        self._downloads = (self._download, self._discarded)
        self._client_cpu = []

    def measure(self):
        for turn in range(self._plan.transfer_rounds + 1):
            say(f"skysend: transfers, round {turn}" if turn else "skysend: transfers, warming up")
            (ours, answer), (theirs, _) = _in_turns(turn, self._post, self._put)
            path = f"/api/download/{identifier(answer)}"
            fetched = [
                (self._fetched(index, "read", path), self._fetched(index, "discard", path)) for index in range(FETCHES)
            ]
            self._delete(answer)
            (self._nginx.files / "whole").unlink()
            by_chunks, answer = self._send_chunks()
            self._delete(answer)
            by_socket, answer = self._send_socket()
            self._delete(answer)
            if not turn:
                continue
            for duel, spent in zip(self._uploads, (ours, by_chunks, by_socket)):
                duel.add(spent, theirs)
            for pair in fetched:
                for duel, spent in zip(self._downloads, pair):
                    duel.add(*spent)

    def _touch(self):
        """Uses as much memory as an upload will, because what a virtual machine has not used for long is slow to come."""
        piece, path = bytes(2**20), self._folder / "touched"
        with path.open("wb") as file:
            for _ in range(self._size // len(piece)):
                file.write(piece)
        path.unlink()

    def _put(self):
        self._touch()
        return self._spent(self._nginx, "send", "PUT", "/files/whole", self._size)

    def _post(self):
        self._touch()
        words = ("POST", "/api/upload", self._size, *self._uploader.headers(self._size))
        return self._spent(self._coffer, "send", *words)

    def _send_chunks(self):
        self._touch()
        words = (self._size, CHUNK_BYTES, 3, "forward", *self._uploader.headers(self._size))
        return self._spent(self._coffer, "chunks", *words)

    def _send_socket(self):
        self._touch()
        words = (self._size, MESSAGE_BYTES, 1, 0, self._uploader.first_message(self._size))
        return self._spent(self._coffer, "socket", *words)

    def _fetched(self, turn, how, path):
        (ours, length), (theirs, their_length) = _in_turns(
            turn,
            lambda: self._spent(self._coffer, "fetch", how, path, *self._uploader.download_headers()),
            lambda: self._spent(self._nginx, "fetch", how, "/files/whole"),
        )
        if not int(length) == int(their_length) == self._size:
            raise RuntimeError(f"{path} gave {length} bytes, nginx {their_length}, instead of {self._size}")
        return ours, theirs

    def _spent(self, server, what, *words):
        cpu = server.cpu_seconds()
        sent = self._client.run(what, server, *words)
        self._client_cpu.append(sent.cpu / sent.seconds)
        return Spent(sent.seconds, server.cpu_seconds() - cpu), sent.answer

    def _delete(self, answer):
        with self._coffer.connect() as connection:
            self._uploader.delete(connection, identifier(answer))

    def table(self):
        return Table(
            "SkySend transfers",
            Duel.COLUMNS,
            [[str(cell) for cell in duel.row()] for duel in (*self._uploads, *self._downloads)],
            [
                f"Memory file system, {self._plan.transfer_rounds} rounds; the clock runs from the first connection to the "
                "last answer, init and finalize included. Both servers have the same client, a C program that sends with "
                f"sendfile; it kept {max(self._client_cpu):.2f} of a core busy at most. Reading the body costs "
                "the client about as much as sending it costs the server, so the last row has no copy at its end."
            ],
        )

    def figures(self):
        size = mebibytes(self._size)
        return [
            self._to_nginx(f"SkySend POST of {size}", self._whole, "PUT", 0.6),
            self._to_nginx(f"SkySend GET of {size}", self._download, "GET", 0.85),
            self._to_whole(),
            self._socket_figure(),
        ]

    def _to_nginx(self, what, duel, method, wanted):
        values = f"{_rate(duel.ours, self._size)}, nginx {method} {_rate(duel.theirs, self._size)}"
        return Figure(what, f"≥ {wanted}", str(duel.speed), duel.speed.median >= wanted, values)

    def _to_whole(self):
        ratio = Samples.ratio(self._whole.ours, self._chunks.ours)
        values = f"{_rate(self._chunks.ours, self._size)}, one POST {_rate(self._whole.ours, self._size)}"
        what = "SkySend chunks, 3 at a time, to one POST"
        return Figure(what, "≥ 0.85", str(ratio), ratio.median >= 0.85, values)

    def _socket_figure(self):
        ratio = Samples.ratio(self._whole.ours, self._socket.ours)
        megabytes = self._size / 1e6 / self._socket.ours.median
        values = f"{number(megabytes)} MB/s, one POST {number(self._size / 1e6 / self._whole.ours.median)} MB/s"
        is_reached = megabytes >= 250 or ratio.median >= 0.5
        return Figure("SkySend WebSocket, to one POST", "≥ 0.5 or 250 MB/s", str(ratio), is_reached, values)


def _in_turns(turn, ours, theirs):
    """Does both, every other time the second first: whoever comes later finds another memory and other caches."""
    if turn % 2:
        later = theirs()
        return ours(), later
    return ours(), theirs()


def _rate(seconds, size):
    return f"{number(size / 2**20 / seconds.median)} MiB/s"


# --- info ---------------------------------------------------------------------------------------------


class Info:
    def __init__(self, ours, theirs, size):
        self._ours, self._theirs, self._size = ours, theirs, size

    def table(self):
        table = Table(
            "SkySend requests",
            ["Connections", "Request", "Requests/s", "p50 ms", "p99 ms", "Errors", "To nginx"],
            notes=[f"wrk, one thread. nginx returns a constant of {self._size} bytes, as many as the info has."],
        )
        for name, loads, ratio in (
            ("coffer GET /api/info/{id}", self._ours, self._ratio),
            ("nginx return 200", self._theirs, ""),
        ):
            p50, p99 = Samples([load.p50 for load in loads]), Samples([load.p99 for load in loads])
            errors = sum(load.errors for load in loads)
            table.add(CONNECTIONS, name, _rates(loads), p50, p99, errors, ratio)
        return table

    def figures(self):
        values = f"{number(_rates(self._ours).median)}/s, nginx {number(_rates(self._theirs).median)}/s"
        errors = sum(load.errors for load in self._ours)
        if errors:
            values += f", {errors} errors"
        is_reached = self._ratio.median >= 0.13 and not errors
        what = f"SkySend GET /api/info/{{id}}, {CONNECTIONS} connections, to nginx return 200"
        return [Figure(what, "≥ 0.13", str(self._ratio), is_reached, values)]

    @property
    def _ratio(self):
        return Samples.ratio(_rates(self._ours), _rates(self._theirs))


def _rates(loads):
    return Samples([load.rate for load in loads], 0)


def _info(plan):
    uploader = Uploader()
    with plan.folder(plan.memory) as folder, Coffer(plan.binary, folder / "coffer" / "data", SETTINGS) as coffer:
        with coffer.connect() as connection:
            content = bytes(10_000)
            answer = connection.send("POST", "/api/upload", [content], uploader.headers(len(content))).decode()
            uploader.set_meta(connection, identifier(answer))
            path = f"/api/info/{identifier(answer)}"
            constant = connection.send("GET", path).decode()
        with Nginx(folder / "nginx", constant) as nginx:
            urls = (coffer.url(path), nginx.url("/constant"))
            loads = ([], [])
            for url in urls:
                wrk.run(url, CONNECTIONS, 1)
            for turn in range(plan.rounds):
                say(f"skysend: info, round {turn + 1}")
                for found, url in zip(loads, urls):
                    found.append(wrk.run(url, CONNECTIONS, plan.seconds))
    return Info(*loads, len(constant))


# --- memory -------------------------------------------------------------------------------------------


class Memory:
    """A fresh server for each transport, because the peak never goes down."""

    def __init__(self, plan, client):
        self._plan, self._client = plan, client
        self._uploader = Uploader()
        size = mebibytes(plan.transfer_bytes)
        parked, slow = mebibytes(PARKED_BYTES), mebibytes(plan.slow_bytes)
        works = {
            f"POST of {size}": self._post,
            f"GET of {size}": self._get,
            f"{size} in chunks, 3 at a time": self._chunks,
            f"{size} over a WebSocket": self._socket,
            f"{plan.parked} chunks of {parked} before the first": self._parked,
            f"{plan.slow_uploads} WebSockets with {slow} each at 1 MiB/s": self._slow,
        }
        idle, self._peaks, self._failures = [], {what: [] for what in works}, {}
        for turn in range(plan.rounds):
            say(f"skysend: memory, round {turn + 1}")
            for what, work in works.items():
                with plan.folder(plan.memory) as folder, self._fresh(folder / "coffer" / "data") as coffer:
                    if len(idle) == turn:
                        time.sleep(IDLE_SECONDS)
                        idle.append(coffer.memory("VmRSS"))
                    try:
                        self._peaks[what].append(work(coffer))
                    except TransferFailure as failure:
                        # What the others need is worth knowing all the same.
                        say(f"skysend: memory, {what}: {failure}")
                        self._failures[what] = str(failure)
        self._idle = Samples(idle, 0)
        self._peaks = {what: Samples(peaks, 0) for what, peaks in self._peaks.items() if peaks}

    def _fresh(self, data):
        return Coffer(self._plan.binary, data, SETTINGS)

    def _post(self, coffer):
        self._posted(coffer)
        return coffer.memory("VmHWM")

    def _posted(self, coffer):
        size = self._plan.transfer_bytes
        return self._client.run("send", coffer, "POST", "/api/upload", size, *self._uploader.headers(size)).answer

    def _get(self, coffer):
        path = f"/api/download/{identifier(self._posted(coffer))}"
        coffer.stop()
        with self._fresh(coffer.data) as restarted:
            self._client.run("fetch", restarted, "read", path, *self._uploader.download_headers())
            return restarted.memory("VmHWM")

    def _chunks(self, coffer):
        return self._in_chunks(coffer, self._plan.transfer_bytes, CHUNK_BYTES, "forward")

    def _parked(self, coffer):
        return self._in_chunks(coffer, (self._plan.parked + 1) * PARKED_BYTES, PARKED_BYTES, "first-last")

    def _in_chunks(self, coffer, size, chunk, order):
        self._client.run("chunks", coffer, size, chunk, 3, order, *self._uploader.headers(size))
        return coffer.memory("VmHWM")

    def _socket(self, coffer):
        return self._over_sockets(coffer, self._plan.transfer_bytes, 1, 0)

    def _slow(self, coffer):
        return self._over_sockets(coffer, self._plan.slow_bytes, self._plan.slow_uploads, SLOW_BYTES_PER_SECOND)

    def _over_sockets(self, coffer, size, connections, rate):
        message = self._uploader.first_message(size)
        self._client.run("socket", coffer, size, MESSAGE_BYTES, connections, rate, message)
        return coffer.memory("VmHWM")

    def table(self):
        table = Table(
            "SkySend resident memory",
            ["State", "MiB"],
            notes=[
                f"Idle is VmRSS {IDLE_SECONDS} s after the start, peaks are VmHWM of a fresh server each, for the GET "
                "started again after the upload. Slow uploads send 16 KiB at a time."
            ],
        )
        table.add("idle", self._idle)
        for what, peak in self._peaks.items():
            table.add(f"peak, {what}", peak)
        return table

    def figures(self):
        figures = [Figure("SkySend, idle", "< 40 MiB", f"{self._idle} MiB", self._idle.median < 40)]
        for what, peak in self._peaks.items():
            figures.append(Figure(f"SkySend peak, {what}", "< 80 MiB", f"{peak} MiB", peak.median < 80))
        for what, failure in self._failures.items():
            figures.append(Figure(f"SkySend, {what}", "no failure", failure, False))
        return figures
