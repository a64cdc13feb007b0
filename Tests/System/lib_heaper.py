"""Clients of the Heaper API for the system tests: logins, and providers as Hocuspocus' clients are.

Needs pycrdt and websockets, which scripts/bootstrap --test installs into .build-venv-test; call `require_packages()` before
importing anything else from here. Written after the contract (sections 3 and 5), not after the providers' code.

    account = Account(server.port)
    socket = ProviderSocket(server.port)
    provider = Provider(socket, f"{heap}:{block}", account, session="s1", version="4.5.0")
    await socket.start()
    await provider.wait_synced()
    provider.text("content_v0").insert(0, "hello")
    await provider.wait_acknowledged()
    await socket.stop()
"""

import asyncio
import base64
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".build-venv-test" / "bin" / "python"


def require_packages():
    """Runs the calling program again where the packages are; ends it as skipped when they are nowhere."""
    try:
        import pycrdt  # noqa: F401
        import websockets.asyncio.client  # noqa: F401
    except ImportError:
        if not os.access(PYTHON, os.X_OK) or Path(sys.prefix).resolve() == PYTHON.parents[1].resolve():
            print("pycrdt and websockets are not installed here; scripts/bootstrap --test installs them")
            sys.exit(77)
        os.execv(PYTHON, [str(PYTHON), *sys.argv])


# ---------------------------------------------------------------------------------------------------------------------
# HTTP


class Refused(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status} {body[:300]!r}")
        self.status = status
        self.body = body


def post(port, path, body=None, token=None, method="POST", timeout=60):
    """Sends JSON and returns the JSON of the answer; `Refused` for any status but 200."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    data = None
    if method != "GET":
        data = json.dumps(body if body is not None else {}).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, data=data, timeout=timeout) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise Refused(error.code, error.read()) from None


def get(port, path, token=None, timeout=60):
    return post(port, path, token=token, method="GET", timeout=timeout)


# ---------------------------------------------------------------------------------------------------------------------
# Accounts

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# RFC 8410: what stands before the 32 bytes of a private key, and of a public one.
PRIVATE_KEY_HEAD = bytes.fromhex("302e020100300506032b657004220420")
PUBLIC_KEY_HEAD_LENGTH = 12


def base58(data):
    number = int.from_bytes(data, "big")
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True, timeout=30).stdout


class Account:
    """A key pair that is logged in; the server must let new keys in, or know this one."""

    def __init__(self, port, seed=None):
        self.port = port
        self.seed = seed or os.urandom(32)
        self._key = PRIVATE_KEY_HEAD + self.seed
        public = openssl("pkey", "-inform", "DER", "-pubout", "-outform", "DER", data=self._key)
        self.public_key = base58(public[PUBLIC_KEY_HEAD_LENGTH:])
        self.token = None
        self.login()

    def sign(self, text):
        with tempfile.NamedTemporaryFile() as key, tempfile.NamedTemporaryFile() as message:
            key.write(self._key)
            key.flush()
            message.write(text.encode())
            message.flush()
            return openssl("pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", key.name, "-in", message.name)

    def login(self):
        challenge = post(self.port, "/api/auth/create_session", {"public_key": self.public_key})["challenge"]
        answer = post(
            self.port,
            "/api/auth/verify_session",
            {
                "public_key": self.public_key,
                "message": challenge,
                "signature": base64.b64encode(self.sign(challenge)).decode(),
            },
        )
        self.token = answer["accessToken"]
        self.refresh_token = answer["refreshToken"]
        self.user = answer["user"]["id"]
        return self

    def refresh(self):
        answer = post(self.port, "/api/auth/refresh_token", {"refreshToken": self.refresh_token})
        self.token = answer["accessToken"]
        self.refresh_token = answer["refreshToken"]

    def post(self, path, body=None):
        return post(self.port, path, body, token=self.token)

    def get(self, path):
        return get(self.port, path, token=self.token)

    def add_heap(self, name="Heap"):
        """The workspace id of a new heap."""
        return self.post("/api/heap/add", {"name": name})["id"]


CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid():
    value = int(time.time() * 1000) << 80 | random.getrandbits(80)
    return "".join(CROCKFORD[value >> 5 * place & 31] for place in reversed(range(26)))


# ---------------------------------------------------------------------------------------------------------------------
# Frames (contract, section 5)

SYNC, AWARENESS, AUTH, QUERY_AWARENESS, SYNC_REPLY, STATELESS, BROADCAST, CLOSE, SYNC_STATUS, PING, PONG = range(11)
STEP1, STEP2, UPDATE = range(3)


def varuint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def buffer(data):
    return varuint(len(data)) + data


def string(text):
    return buffer(text.encode())


class Reader:
    def __init__(self, data):
        self.data = data
        self.position = 0

    @property
    def is_at_end(self):
        return self.position >= len(self.data)

    def varuint(self):
        value = shift = 0
        while True:
            byte = self.data[self.position]
            self.position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def buffer(self):
        count = self.varuint()
        if self.position + count > len(self.data):
            raise ValueError("truncated frame")
        piece = self.data[self.position : self.position + count]
        self.position += count
        return piece

    def string(self):
        return self.buffer().decode()


def frame(name, kind, payload=b""):
    return string(name) + varuint(kind) + payload


def sync_frame(name, step, data):
    return frame(name, SYNC, varuint(step) + buffer(data))


def auth_frame(name, token, version=None):
    return frame(name, AUTH, varuint(0) + string(token) + (string(version) if version else b""))


def awareness_frame(name, states):
    """`states`: (client, clock, state or None)."""
    entries = b"".join(
        varuint(client) + varuint(clock) + string(json.dumps(state)) for client, clock, state in states
    )
    return frame(name, AWARENESS, buffer(varuint(len(states)) + entries))


def read_awareness(data):
    reader = Reader(data)
    return [
        (reader.varuint(), reader.varuint(), json.loads(reader.string())) for _ in range(reader.varuint())
    ]


# ---------------------------------------------------------------------------------------------------------------------
# Providers


class ProviderSocket:
    """One WebSocket that several providers share, and that comes back when it is lost.

    `silence`: without any frame from the server for so many seconds it reconnects, as the originals do after 30.
    """

    def __init__(self, port, path="/ws", silence=30.0, retry=0.2):
        self.url = f"ws://127.0.0.1:{port}{path}"
        self.silence = silence
        self.retry = retry
        self.providers = {}
        self.is_online = True
        self.connects = 0
        self.closes = []
        self.frames_in = 0
        self._socket = None
        self._task = None
        self._changed = asyncio.Event()
        self._is_stopped = False

    async def start(self):
        self._task = asyncio.create_task(self._run())
        return self

    async def stop(self):
        self._is_stopped = True
        self._changed.set()
        if self._socket:
            await self._socket.close()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def go_offline(self):
        """Loses the connection, and does not try again until `go_online`."""
        self.is_online = False
        if self._socket and self._socket.transport:
            self._socket.transport.abort()

    def go_online(self):
        self.is_online = True
        self._changed.set()

    @property
    def is_connected(self):
        return self._socket is not None

    def send(self, data):
        """Sends in order and without waiting; dropped while there is no connection."""
        if self._socket is not None:
            self._outgoing.put_nowait(data)

    async def _run(self):
        from websockets.asyncio.client import connect

        while not self._is_stopped:
            if not self.is_online:
                self._changed.clear()
                await self._changed.wait()
                continue
            try:
                async with connect(
                    self.url, max_size=None, max_queue=None, compression=None, proxy=None, ping_interval=None,
                    open_timeout=20,
                ) as socket:
                    self.connects += 1
                    await self._serve(socket)
            except (OSError, EOFError, asyncio.TimeoutError, _websocket_error()):
                pass
            await asyncio.sleep(self.retry * (0.5 + random.random()))

    async def _serve(self, socket):
        self._socket = socket
        self._outgoing = asyncio.Queue()
        writer = asyncio.create_task(self._write(socket))
        try:
            for provider in list(self.providers.values()):
                provider.opened()
            while True:
                async with asyncio.timeout(self.silence):
                    data = await socket.recv()
                self.frames_in += 1
                self._take(data)
        finally:
            self._socket = None
            writer.cancel()
            self.closes.append((socket.close_code, socket.close_reason))
            for provider in list(self.providers.values()):
                provider.lost()

    async def _write(self, socket):
        while True:
            await socket.send(await self._outgoing.get())

    def _take(self, data):
        if data == b"\x09":
            return self.send(b"\x0a")
        reader = Reader(data)
        provider = self.providers.get(reader.string())
        if provider:
            provider.take(reader.varuint(), reader)
        return None


def _websocket_error():
    from websockets.exceptions import WebSocketException

    return WebSocketException


class Provider:
    """One document of a client.

    `version`: as 4.5 says its version and answers pings; None for 3.4, which does neither. `session`: as session-aware
    providers of 4.x append it to the name. `token`: an `Account`, a text, or a function that gives one. `renewal`: after so
    many seconds it tells its state again, under a new clock.
    """

    def __init__(self, socket, name, token, version=None, session=None, doc=None, state=None, renewal=15.0):
        import pycrdt

        self.socket = socket
        self.document_name = name
        self.name = f"{name}\0{session}" if session else name
        self.token = token
        self.version = version
        self.doc = doc or pycrdt.Doc()
        self.client = random.getrandbits(31) + 1
        self.state = state
        self.renewal = renewal
        self.clock = 1
        self.others = {}
        self.scope = None
        self.denied = []
        self.closed = []
        self.stateless = []
        self.unsynced_changes = 0
        self.refusals = 0
        self.acknowledged = 0
        self.synced = False
        self.token_requests = 0
        self.steps = []
        self.is_attached = True
        self._early = []
        self._is_applying = False
        self._subscription = self.doc.observe(self._changed)
        self._renewal = None
        socket.providers[self.name] = self
        if socket.is_connected:
            self.opened()

    # The document

    def text(self, root="content_v0"):
        import pycrdt

        return self.doc.get(root, type=pycrdt.Text)

    def map(self, root="meta_v0"):
        import pycrdt

        return self.doc.get(root, type=pycrdt.Map)

    def _changed(self, event):
        if self._is_applying:
            return
        self.unsynced_changes += 1
        self.socket.send(sync_frame(self.name, UPDATE, event.update))

    def _apply(self, update):
        self._is_applying = True
        try:
            self.doc.apply_update(update)
        finally:
            self._is_applying = False

    # Waiting

    async def wait(self, condition, seconds=60.0, what="condition"):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"{what} of {self.document_name}: {self!r}")
            await asyncio.sleep(0.005)

    async def wait_synced(self, seconds=60.0):
        await self.wait(lambda: self.synced, seconds, "synced")

    async def wait_acknowledged(self, seconds=60.0):
        """Until the server has said of every change that it is durable."""
        await self.wait(lambda: self.synced and self.unsynced_changes == 0, seconds, "acknowledged")

    def __repr__(self):
        return (
            f"<{self.document_name} synced={self.synced} unsynced={self.unsynced_changes} refusals={self.refusals} "
            f"scope={self.scope} denied={self.denied} closed={self.closed} socket={self.socket.closes[-3:]}>"
        )

    # The protocol

    def current_token(self):
        if callable(self.token):
            return self.token()
        return getattr(self.token, "token", self.token)

    def opened(self):
        """All three go out at once, before any answer."""
        if not self.is_attached:
            return
        self.send_token()
        # One more, for the step 2 with which we will answer the server's step 1.
        self.unsynced_changes = 1
        self.synced = False
        self._early = []
        self.socket.send(sync_frame(self.name, STEP1, self.doc.get_state()))
        self.send_state()
        if self._renewal:
            self._renewal.cancel()
        if self.state is not None:
            self._renewal = asyncio.create_task(self._renew())

    def lost(self):
        self.scope = None
        self.synced = False
        self.others = {}
        if self._renewal:
            self._renewal.cancel()
            self._renewal = None

    def send_token(self):
        self.socket.send(auth_frame(self.name, self.current_token(), self.version))

    def send_state(self):
        if self.state is not None:
            self.socket.send(awareness_frame(self.name, [(self.client, self.clock, self.state)]))

    def set_state(self, state):
        self.state = state
        self.clock += 1
        self.socket.send(awareness_frame(self.name, [(self.client, self.clock, self.state)]))

    async def _renew(self):
        while True:
            await asyncio.sleep(self.renewal)
            self.set_state(self.state)

    def detach(self):
        """Closes the document and leaves the socket open."""
        self.is_attached = False
        if self._renewal:
            self._renewal.cancel()
        self.socket.send(frame(self.name, CLOSE, string("closed") if self.version else b""))

    def attach(self):
        self.is_attached = True
        self.socket.providers[self.name] = self
        if self.socket.is_connected:
            self.opened()

    def send_stateless(self, text):
        self.socket.send(frame(self.name, STATELESS, string(text)))

    def take(self, kind, reader):
        handlers = {
            SYNC: self._take_sync,
            SYNC_REPLY: self._take_sync,
            AWARENESS: self._take_awareness,
            AUTH: self._take_auth,
            QUERY_AWARENESS: lambda _: self.send_state(),
            STATELESS: lambda frame_: self.stateless.append(frame_.string()),
            CLOSE: self._take_close,
            SYNC_STATUS: self._take_status,
        }
        if kind not in handlers:
            raise ValueError(f"frame type {kind} from the server")
        handlers[kind](reader)

    def _take_sync(self, reader):
        step, data = reader.varuint(), reader.buffer()
        self.steps.append(step)
        if step == STEP1:
            self.socket.send(sync_frame(self.name, STEP2, self.doc.get_update(data)))
        elif step == STEP2:
            self._apply(data)
            # pycrdt, unlike Yjs, may lose updates that come before those that they build on.
            for update in self._early:
                self._apply(update)
            self._early = []
            self.synced = True
        elif self.synced:
            self._apply(data)
        else:
            self._early.append(data)

    def _take_awareness(self, reader):
        for client, clock, state in read_awareness(reader.buffer()):
            known = self.others.get(client)
            if known is None or clock > known[0] or (clock == known[0] and state is None):
                self.others[client] = (clock, state)

    def visible_states(self):
        return {client: state for client, (_, state) in self.others.items() if state is not None}

    def _take_auth(self, reader):
        kind = reader.varuint()
        if kind == 0:
            self.token_requests += 1
            self.send_token()
        elif kind == 1:
            self.denied.append(reader.string())
            self.scope = None
        else:
            self.scope = reader.string()

    def _take_close(self, reader):
        self.closed.append("" if reader.is_at_end else reader.string())
        self.scope = None
        self.synced = False

    def _take_status(self, reader):
        if reader.varuint() == 1:
            self.acknowledged += 1
            self.unsynced_changes -= 1
        else:
            self.refusals += 1
