"""Live synchronization: the frames of Hocuspocus, by hand.

    frame = varstring(name) varuint(type) payload
"""

import pycrdt
from websockets.sync.client import connect

SYNC, AUTH, SYNC_STATUS = 0, 2, 8
STEP1, STEP2, UPDATE = 0, 1, 2
TOKEN, DENIED, AUTHENTICATED = 0, 1, 2


def varuint(number):
    """Seven bits a byte, the lowest first; the high bit says that more follow."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def varbytes(data):
    return varuint(len(data)) + data


class Reader:
    def __init__(self, data):
        self._data, self._at = data, 0

    def varuint(self):
        number = shift = 0
        while True:
            byte = self._data[self._at]
            self._at += 1
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
            shift += 7

    def varbytes(self):
        length = self.varuint()
        self._at += length
        return self._data[self._at - length : self._at]


class LiveDocument:
    """One document on one socket. `with LiveDocument(account, heap, block) as live: …`"""

    def __init__(self, account, heap, block):
        self.doc = pycrdt.Doc()
        self._name = f"{heap}:{block}".encode()
        self._token = account.access_token.encode()
        self._url = account.server.replace("http", "ws", 1) + "/ws"
        self._unacknowledged = 0
        self._is_applying = False
        self._is_synced = False

    def __enter__(self):
        self._socket = connect(self._url, max_size=None, compression=None)
        self._send(AUTH, varuint(TOKEN) + varbytes(self._token))
        # Ours first; the server answers with what we lack, and asks for what it lacks.
        self._send(SYNC, varuint(STEP1) + varbytes(self.doc.get_state()))
        while not self._is_synced:
            self.receive()
        self._subscription = self.doc.observe(self._changed)
        return self

    def __exit__(self, *reason):
        self._socket.close()

    def _send(self, kind, payload):
        self._socket.send(varbytes(self._name) + varuint(kind) + payload)

    def _changed(self, event):
        if not self._is_applying:
            self._unacknowledged += 1
            self._send(SYNC, varuint(UPDATE) + varbytes(event.update))

    def flush(self):
        """Returns when the server has said that every change is on its disk."""
        while self._unacknowledged:
            self.receive()

    def receive(self, timeout=30):
        """Takes one frame; `TimeoutError` when none comes."""
        data = self._socket.recv(timeout=timeout)
        if len(data) == 1:
            return
        reader = Reader(data)
        reader.varbytes()
        kind = reader.varuint()
        if kind == SYNC:
            self._take_sync(reader.varuint(), reader.varbytes())
        elif kind == AUTH and reader.varuint() == DENIED:
            raise SystemExit(f"denied: {reader.varbytes().decode()}")
        elif kind == SYNC_STATUS:
            if reader.varuint() != 1:
                raise SystemExit("the server refused a change")
            self._unacknowledged -= 1

    def _take_sync(self, step, data):
        if step == STEP1:
            self._unacknowledged += 1
            self._send(SYNC, varuint(STEP2) + varbytes(self.doc.get_update(data)))
            return
        self._is_applying = True
        try:
            self.doc.apply_update(data)
        finally:
            self._is_applying = False
        self._is_synced = self._is_synced or step == STEP2
