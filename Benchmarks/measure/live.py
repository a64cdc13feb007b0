"""Clients of Heaper's live synchronization that cost little: they keep what comes, and look into it afterwards."""

import os
import socket
import struct
import time

from .edits import string, varuint

SYNC, AUTH, SYNC_STATUS = 0, 2, 8
STEP1, STEP2, UPDATE = range(3)
READ_BYTES = 1 << 20
#: How often sockets are looked after. Rarely enough that the client leaves the processors to the server.
TICK_SECONDS = 0.002
TIMEOUT_SECONDS = 120


def binary_frame(payload):
    """A WebSocket frame as clients send it, with a mask that changes nothing."""
    count = len(payload)
    if count < 126:
        head = struct.pack("!BB", 0x82, 0x80 | count)
    elif count < 1 << 16:
        head = struct.pack("!BBH", 0x82, 0x80 | 126, count)
    else:
        head = struct.pack("!BBQ", 0x82, 0x80 | 127, count)
    return head + bytes(4) + payload


class Socket:
    """A provider of one document of a heap, as Hocuspocus' are on the wire."""

    def __init__(self, server, account, block):
        self._name = string(f"{account.heap}:{block}")
        self._acknowledgement = self._name + bytes((SYNC_STATUS, 1))
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=TIMEOUT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._bytes = bytearray()
        self._seen = 0
        self._open()
        self.begin(account.token)

    def _open(self):
        self._socket.sendall(
            b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        while (end := self._bytes.find(b"\r\n\r\n")) < 0:
            self._receive()
        if not self._bytes.startswith(b"HTTP/1.1 101"):
            raise RuntimeError(f"/ws answered {bytes(self._bytes[:end]).decode(errors='replace')}")
        del self._bytes[: end + 4]

    def begin(self, token):
        """Says who this is and that it knows nothing; `finish_beginning` waits for the answer."""
        login = self._name + varuint(AUTH) + varuint(0) + string(token)
        self._socket.sendall(binary_frame(login) + binary_frame(self.sync(STEP1, b"\x00")))

    def finish_beginning(self):
        """Waits for the document."""
        while not any(kind == SYNC and step == STEP2 for kind, step, _ in self.messages()):
            self._receive()
        return self

    def sync(self, step, data):
        return self._name + varuint(SYNC) + varuint(step) + varuint(len(data)) + data

    def updates(self, updates):
        """These updates as they go over the wire."""
        return b"".join(binary_frame(self.sync(UPDATE, update)) for update in updates)

    def _receive(self):
        piece = self._socket.recv(READ_BYTES)
        if not piece:
            raise RuntimeError("the server closed a WebSocket")
        self._bytes += piece

    def take(self, until):
        """Takes what has come, without waiting; whether `until` is in what came since the last call."""
        start = max(len(self._bytes) - len(until), 0)
        try:
            while True:
                before = len(self._bytes)
                self._receive()
                if len(self._bytes) - before < READ_BYTES:
                    break
        except BlockingIOError:
            pass
        return self._bytes.find(until, start) >= 0

    def send_some(self, data):
        """Sends what fits, without waiting, and returns the rest."""
        try:
            return data[self._socket.send(data) :]
        except BlockingIOError:
            return data

    def set_waiting(self, waits):
        self._socket.setblocking(waits)
        if waits:
            self._socket.settimeout(TIMEOUT_SECONDS)

    def new_acknowledgements(self):
        """How many came since the last call."""
        count = self._bytes.count(self._acknowledgement, self._seen)
        if count:
            self._seen = self._bytes.rfind(self._acknowledgement) + len(self._acknowledgement)
        return count

    def messages(self):
        """Type, step and bytes of whatever came for the document until now."""
        view, place = memoryview(self._bytes), 0
        while len(view) - place >= 2:
            count, head = view[place + 1] & 127, 2
            if count >= 126:
                head = 4 if count == 126 else 10
                if len(view) - place < head:
                    return
                count = int.from_bytes(view[place + 2 : place + head], "big")
            if len(view) - place < head + count:
                return
            payload = bytes(view[place + head : place + head + count])
            place += head + count
            if not payload.startswith(self._name):
                continue
            kind, step, data = payload[len(self._name)], payload[len(self._name) + 1], payload[len(self._name) + 2 :]
            if kind == SYNC:
                # The length is known from the frame.
                data = data[next(index for index, byte in enumerate(data) if byte < 0x80) + 1 :]
            yield kind, step, data

    def received_updates(self):
        return [data for kind, step, data in self.messages() if kind == SYNC and step in (STEP2, UPDATE)]

    def close(self):
        self._socket.close()


def broadcast(writer, readers, frames, count, last):
    """Sends all frames at once; the seconds until all is acknowledged, and until every reader has the text `last` too."""
    for one in (writer, *readers):
        one.set_waiting(False)
    writer.new_acknowledgements()
    frames, missing, waiting = memoryview(frames), count, list(readers)
    acknowledged = None
    start = time.perf_counter()
    while missing or waiting:
        if frames:
            frames = writer.send_some(frames)
        waiting = [reader for reader in waiting if not reader.take(last)]
        writer.take(b"\0")
        if missing:
            missing -= writer.new_acknowledgements()
            acknowledged = None if missing else time.perf_counter() - start
        if time.perf_counter() - start > TIMEOUT_SECONDS:
            raise RuntimeError(f"{missing} updates are not acknowledged, {len(waiting)} readers wait")
        time.sleep(TICK_SECONDS)
    seconds = time.perf_counter() - start
    for one in (writer, *readers):
        one.set_waiting(True)
    return acknowledged, seconds


def write_updates(updates, path):
    """Each update behind its length, for peers/merged.py."""
    with open(path, "wb") as file:
        for update in updates:
            file.write(len(update).to_bytes(4, "big") + update)
    return os.fspath(path)
