"""Shared parts of the system tests: the server as a process, raw HTTP, and a look at its data directory.

Python's standard library only. Everything happens on 127.0.0.1 and is bounded in time; only processes started here are
ended, by their own handle.
"""

import atexit
import base64
import hashlib
import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time

SKIPPED = 77

# Limits that would get in the way of tests which send many requests from one address.
NO_LIMITS = {
    "COFFER_RAVENZERO_UPLOAD_RATE_LIMIT": "off",
    "COFFER_RAVENZERO_HEALTH_RATE_LIMIT": "off",
    "COFFER_RAVENZERO_DOWNLOAD_FAIL_LIMIT": "1000000",
}


def coffer_binary():
    path = os.environ.get("COFFER_BIN")
    if not path:
        here = os.path.dirname(os.path.abspath(__file__))
        path = os.path.join(here, "..", "..", ".build", "debug", "coffer")
    path = os.path.abspath(path)
    if not os.access(path, os.X_OK):
        print(f"no server to test: {path} (set COFFER_BIN)")
        sys.exit(2)
    return path


# ---------------------------------------------------------------------------------------------------------------------
# Results


class Checks:
    """Counts and prints checks; several threads may use it."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.started = time.monotonic()
        self._turn = threading.Lock()

    def check(self, name, good, detail=""):
        with self._turn:
            if good:
                self.passed += 1
                print(f"ok    {name}", flush=True)
            else:
                self.failed += 1
                print(f"FAIL  {name}: {str(detail)[:700]}", flush=True)
        return bool(good)

    def equal(self, name, got, expected):
        return self.check(name, got == expected, f"expected {expected!r}, got {got!r}")

    def note(self, text):
        with self._turn:
            print(f"      {text}", flush=True)

    def attempt(self, name, body):
        """Runs one group of checks; an exception is one failed check and does not stop the others."""
        try:
            body()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a failure of this group
            trace = sys.exc_info()[2]
            while trace.tb_next is not None and trace.tb_next.tb_frame.f_code.co_filename == body.__code__.co_filename:
                trace = trace.tb_next
            self.check(name, False, f"line {trace.tb_lineno}: {type(error).__name__}: {error}")

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed ({time.monotonic() - self.started:.1f} s)", flush=True)
        sys.exit(1 if self.failed else 0)


def until(seconds, condition, pause=0.05):
    """Asks again and again; returns the last answer, which is falsy when time ran out."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer or time.monotonic() >= end:
            return answer
        time.sleep(pause)


def until_none(seconds, look, pause=0.1):
    """Looks again and again until nothing is left; returns what the last look saw.

    Whoever waits until all is well and then looks once more judges a look that was not waited for.
    """
    end = time.monotonic() + seconds
    while (left := look()) and time.monotonic() < end:
        time.sleep(pause)
    return left


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def watchdog(seconds):
    """Ends the whole test, and what it started, when it hangs: takes three times as long as it may on a quiet machine."""
    seconds *= 3

    def bite():
        print(f"FAIL  still running after {seconds} s, giving up", flush=True)
        clean_up()
        os._exit(1)

    timer = threading.Timer(seconds, bite)
    timer.daemon = True
    timer.start()


# ---------------------------------------------------------------------------------------------------------------------
# Things to clean up

_processes = []
_directories = []
_mounts = []
_cleaning = threading.Lock()


def temporary_directory():
    path = tempfile.mkdtemp(prefix="coffer-system-")
    _directories.append(path)
    return path


def clean_up():
    with _cleaning:
        for process in _processes:
            if process.poll() is None:
                process.kill()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    pass
        _processes.clear()
        for path in reversed(_mounts):
            if subprocess.run(["umount", path], stderr=subprocess.DEVNULL).returncode != 0:
                subprocess.run(["umount", "-l", path], stderr=subprocess.DEVNULL)
        _mounts.clear()
        for path in _directories:
            shutil.rmtree(path, ignore_errors=True)
        _directories.clear()


atexit.register(clean_up)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def mount_small_file_system(size):
    """A tmpfs of this size, such as `12m`; None when mounting is not permitted."""
    path = temporary_directory()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "coffer-system-test", path]
    try:
        done = subprocess.run(command, capture_output=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode != 0:
        return None
    _mounts.append(path)
    return path


# ---------------------------------------------------------------------------------------------------------------------
# The server as a process


def environment(settings=None):
    """The environment of a server: ours without any COFFER_ variable, and these settings."""
    result = {name: value for name, value in os.environ.items() if not name.startswith("COFFER_")}
    result.setdefault("SWIFT_BACKTRACE", "enable=no")
    result.update(settings or {})
    return result


def run_coffer(arguments, settings=None, timeout=90, cwd=None):
    """Runs a command to its end: (status, stdout, stderr); the status is None when it did not end in time."""
    process = subprocess.Popen(
        [coffer_binary(), *arguments],
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd or tempfile.gettempdir(),
    )
    _processes.append(process)
    try:
        out, err = process.communicate(timeout=timeout)
        status = process.returncode
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        status = None
    return status, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")


class StartFailed(Exception):
    def __init__(self, status, stderr):
        fatal = [line for line in stderr.splitlines() if "Fatal error" in line or "Precondition" in line or "Assertion" in line]
        told = "; ".join(fatal) or stderr[:500]
        super().__init__(f"the server did not start (status {status}): {told!r}")
        self.status = status
        self.stderr = stderr


class Server:
    """A running `coffer serve` on a free port."""

    def __init__(self, data=None, settings=None, arguments=(), limits=False, timeout=90, umask=None):
        self.data = data or os.path.join(temporary_directory(), "data")
        self.settings = {**({} if limits else NO_LIMITS), **(settings or {})}
        self.log_path = os.path.join(temporary_directory(), "stderr")
        began = time.monotonic()
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [coffer_binary(), "serve", "--port", "0", "--data", self.data, *arguments],
                env=environment(self.settings),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=temporary_directory(),
                preexec_fn=None if umask is None else lambda: os.umask(umask),
            )
        _processes.append(self.process)
        self.greeting = []
        self.port = None
        listens = threading.Event()

        def read():
            for line in self.process.stdout:
                self.greeting.append(line.decode("utf-8", "replace").rstrip("\n"))
                found = re.search(r"listens on http://[^ ]*:(\d+)", self.greeting[-1])
                if found:
                    self.port = int(found.group(1))
                    self.seconds_to_listen = time.monotonic() - began
                    listens.set()
            listens.set()

        self._reader = threading.Thread(target=read, daemon=True)
        self._reader.start()
        listens.wait(timeout)
        if self.port is None:
            if self.process.poll() is None:
                try:
                    self.process.wait(2)
                except subprocess.TimeoutExpired:
                    self.process.kill()
                    self.process.wait(10)
            raise StartFailed(self.process.returncode, self.log())

    @property
    def pid(self):
        return self.process.pid

    @property
    def is_running(self):
        return self.process.poll() is None

    def log(self):
        with open(self.log_path, "rb") as file:
            return file.read().decode("utf-8", "replace")

    def kill(self):
        self.process.kill()
        self.process.wait(20)

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, seconds):
        """The exit status, or None when it still runs."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, seconds=120):
        self.signal(signal.SIGTERM)
        status = self.wait(seconds)
        if status is None:
            self.kill()
        return status

    def open_descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def memory(self):
        """Resident memory now and at its peak, in MiB."""
        values = {}
        with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as file:
            for line in file:
                name, _, value = line.partition(":")
                if name in ("VmRSS", "VmHWM"):
                    values[name] = int(value.split()[0]) / 1024
        return values.get("VmRSS", 0.0), values.get("VmHWM", 0.0)

    def is_healthy(self):
        try:
            return self.get("/api/serverinfo").status == 200 and self.get("/health/").json["status"] == "healthy"
        except (OSError, HTTPFailure, ValueError, KeyError):
            return False

    # Small HTTP helpers, one connection each.

    def connect(self, **options):
        return Connection(self.port, **options)

    def request(self, method, target, headers=(), body=None, timeout=60):
        with self.connect(timeout=timeout) as connection:
            connection.send_request(method, target, [("Connection", "close"), *headers], body)
            return connection.read_response(method)

    def get(self, target, **options):
        return self.request("GET", target, **options)

    # Raven Zero

    def upload(self, content, filename="file.bin", uses=1, expiry=60, timeout=60):
        head, body = form([("uses", str(uses)), ("expiry", str(expiry))], ("file", filename, content))
        return self.request("POST", "/upload/", [head], body, timeout=timeout)

    # Hushfile

    def initiate(self, **fields):
        answer = self.request(
            "POST", "/api/file", [("Content-Type", "application/json")], json.dumps(fields).encode()
        )
        if answer.status != 200:
            raise HTTPFailure(f"initiate: {answer.status} {answer.body[:200]!r}")
        return answer.json["id"], answer.json["uploadpassword"]

    def put_chunk(self, file, password, index, content, timeout=60):
        return self.request("PUT", f"/api/file/{file}/{index}?uploadpassword={password}", [], content, timeout=timeout)

    def finish(self, file, password, chunks):
        body = json.dumps({"uploadpassword": password, "chunks": chunks}).encode()
        return self.request(
            "POST", f"/api/file/{file}/finishupload", [("Content-Type", "application/json")], body
        )

    def hushfile(self, contents, **fields):
        """A finished file with these chunks; its id."""
        file, password = self.initiate(**fields)
        for index, content in enumerate(contents):
            answer = self.put_chunk(file, password, index, content)
            if answer.status != 200:
                raise HTTPFailure(f"chunk: {answer.status} {answer.body[:200]!r}")
        answer = self.finish(file, password, list(range(len(contents))))
        if answer.status != 200:
            raise HTTPFailure(f"finish: {answer.status} {answer.body[:200]!r}")
        return file


# ---------------------------------------------------------------------------------------------------------------------
# HTTP over a socket of our own


class HTTPFailure(Exception):
    """What came back is no whole HTTP answer."""


class Response:
    def __init__(self, version, status, headers, body, raw_head):
        self.version = version
        self.status = status
        self.headers = headers
        self.body = body
        self.raw_head = raw_head

    def header(self, name):
        """The value of a header, None when it is missing; several are joined by a comma."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None

    @property
    def json(self):
        return json.loads(self.body.decode("utf-8"))

    @property
    def sha256(self):
        return hashlib.sha256(self.body).hexdigest()

    def __repr__(self):
        return f"<{self.status} {self.body[:160]!r}>"


class Connection:
    """One TCP connection; every call that waits ends after `timeout` seconds at the latest."""

    def __init__(self, port, timeout=60, receive_buffer=None):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.timeout = timeout
        self.port = port
        self.socket.connect(("127.0.0.1", port))
        self.pending = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            self.socket.close()
        except OSError:
            pass

    def reset(self):
        """Ends the connection with a reset instead of an orderly end."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def end_sending(self):
        self.socket.shutdown(socket.SHUT_WR)

    def send(self, data):
        self.socket.sendall(data)

    def send_request(self, method, target, headers=(), body=None, version="HTTP/1.1", host=True):
        self.send(request_bytes(method, target, headers, body, version, host or None, self.port))

    def _receive(self):
        """More bytes; False at the end of the stream."""
        data = self.socket.recv(256 * 1024)
        self.pending += data
        return bool(data)

    def read_head(self):
        while b"\r\n\r\n" not in self.pending:
            if not self._receive():
                raise HTTPFailure(f"the connection ended before an answer: {self.pending[:100]!r}")
        head, self.pending = self.pending.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        found = re.fullmatch(r"(HTTP/\d\.\d) (\d{3})(?: (.*))?", lines[0])
        if not found:
            raise HTTPFailure(f"no status line: {lines[0]!r}")
        headers = []
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) or "\r" in value or "\n" in value:
                raise HTTPFailure(f"no header: {line!r}")
            headers.append((name, value.strip(" \t")))
        return Response(found.group(1), int(found.group(2)), headers, b"", head + b"\r\n\r\n")

    def _exactly(self, count):
        parts = [self.pending[:count]]
        have = len(parts[0])
        self.pending = self.pending[count:]
        while have < count:
            data = self.socket.recv(min(256 * 1024, count - have))
            if not data:
                raise HTTPFailure(f"the body ended after {have} of {count} bytes")
            parts.append(data)
            have += len(data)
        return b"".join(parts)

    def _line(self):
        while b"\r\n" not in self.pending:
            if not self._receive():
                raise HTTPFailure("the chunked body ended early")
        line, self.pending = self.pending.split(b"\r\n", 1)
        return line

    def read_body(self, response, method="GET"):
        if method == "HEAD" or response.status in (204, 304) or response.status < 200:
            return b""
        if (response.header("transfer-encoding") or "").lower() == "chunked":
            parts = []
            while True:
                size = int(self._line().split(b";")[0], 16)
                if size == 0:
                    while self._line():
                        pass
                    return b"".join(parts)
                parts.append(self._exactly(size))
                self._line()
        length = response.header("content-length")
        if length is not None:
            return self._exactly(int(length))
        parts = [self.pending]
        self.pending = b""
        while True:
            data = self.socket.recv(256 * 1024)
            if not data:
                return b"".join(parts)
            parts.append(data)

    def read_response(self, method="GET", interim=False):
        """The next answer; interim ones (1xx) are passed over unless asked for."""
        while True:
            response = self.read_head()
            if response.status >= 200 or interim or response.status == 101:
                break
        response.body = self.read_body(response, method)
        return response

    def ends_within(self, seconds):
        """Whether the server ends the connection, by an end or a reset, in this time; whatever comes is passed over."""
        end = time.monotonic() + seconds
        try:
            while True:
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self.socket.settimeout(left)
                if not self.socket.recv(65536):
                    return True
        except socket.timeout:
            return False
        except OSError:
            return True
        finally:
            try:
                self.socket.settimeout(self.timeout)
            except OSError:
                pass


def request_bytes(method, target, headers=(), body=None, version="HTTP/1.1", host=True, port=80):
    lines = [f"{method} {target} {version}"]
    names = {name.lower() for name, _ in headers}
    if host and "host" not in names:
        lines.append(f"Host: 127.0.0.1:{port}")
    lines += [f"{name}: {value}" for name, value in headers]
    if body is not None and "content-length" not in names and "transfer-encoding" not in names:
        lines.append(f"Content-Length: {len(body)}")
    if body is None and method in ("POST", "PUT") and not names & {"content-length", "transfer-encoding"}:
        lines.append("Content-Length: 0")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


BOUNDARY = "coffer-system-boundary"


def form(fields=(), *files, boundary=BOUNDARY, closed=True):
    """The Content-Type header and the body of a multipart form; a file is (name, filename, content)."""
    parts = []
    for name, value in fields:
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, filename, content in files:
        if isinstance(filename, str):
            filename = filename.encode("utf-8")
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="'.encode()
            + filename
            + b'"\r\nContent-Type: application/octet-stream\r\n\r\n'
            + content
            + b"\r\n"
        )
    if closed:
        parts.append(f"--{boundary}--\r\n".encode())
    return ("Content-Type", f"multipart/form-data; boundary={boundary}"), b"".join(parts)


def chunked(data, size=64 * 1024, closed=True):
    """The same bytes in chunked framing."""
    parts = []
    for start in range(0, len(data), size):
        piece = data[start : start + size]
        parts.append(b"%x\r\n" % len(piece) + piece + b"\r\n")
    if closed:
        parts.append(b"0\r\n\r\n")
    return b"".join(parts)


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def some_bytes(count, seed=None):
    return random.Random(seed).randbytes(count) if seed is not None else os.urandom(count)


# ---------------------------------------------------------------------------------------------------------------------
# SkySend: tokens, uploads, notes, and a WebSocket client that may break every rule

AUTH = base64url(b"a" * 32)
OWNER = base64url(b"o" * 32)
NO_SKYSEND_LIMITS = {"COFFER_SKYSEND_RATE_LIMIT_MAX": "1000000000", "COFFER_SKYSEND_PASSWORD_MAX_ATTEMPTS": "1000000"}


def upload_members(size, downloads=1, expiry=3600):
    """The parameters of an upload as members of a WebSocket init."""
    return {
        "authToken": AUTH,
        "ownerToken": OWNER,
        "salt": base64url(b"s" * 32),
        "maxDownloads": downloads,
        "expireSec": expiry,
        "contentLength": size,
    }


def upload_headers(size, downloads=1, expiry=3600):
    """The same as headers."""
    return [
        ("X-Auth-Token", AUTH),
        ("X-Owner-Token", OWNER),
        ("X-Salt", base64url(b"s" * 32)),
        ("X-Max-Downloads", downloads),
        ("X-Expire-Sec", expiry),
        ("X-Content-Length", size),
    ]


def note_body(content, views=0, expiry=3600):
    members = {
        "encryptedContent": base64url(content),
        "nonce": base64url(b"n" * 12),
        "salt": base64url(b"s" * 32),
        "ownerToken": OWNER,
        "authToken": AUTH,
        "contentType": "text",
        "maxViews": views,
        "expireSec": expiry,
    }
    return json.dumps(members).encode()


def open_session(server, size, downloads=1):
    answer = server.request("POST", "/api/upload/init", upload_headers(size, downloads))
    if answer.status != 201:
        raise HTTPFailure(f"init: {answer!r}")
    return answer.json["id"]


def send_part(server, session, index, content, declared=True, timeout=60):
    """One chunk of a session; without `declared` in chunked coding."""
    target = f"/api/upload/{session}/chunk?index={index}"
    if declared:
        return server.request("POST", target, [], content, timeout=timeout)
    return server.request("POST", target, [("Transfer-Encoding", "chunked")], chunked(content), timeout=timeout)


def session_status(server, session):
    return server.get(f"/api/upload/{session}/status", headers=[("X-Owner-Token", OWNER)])


def finalize(server, session, timeout=60):
    return server.request("POST", f"/api/upload/{session}/finalize", [("X-Owner-Token", OWNER)], timeout=timeout)


def download(server, upload, headers=(), timeout=60):
    return server.get(f"/api/download/{upload}", headers=[("X-Auth-Token", AUTH), *headers], timeout=timeout)


def delete_upload(server, upload):
    return server.request("DELETE", f"/api/upload/{upload}", [("X-Owner-Token", OWNER)])


def post_upload(server, content, downloads=1, timeout=60):
    """A whole upload in one request; its id."""
    answer = server.request("POST", "/api/upload", upload_headers(len(content), downloads), content, timeout=timeout)
    if answer.status != 201:
        raise HTTPFailure(f"upload: {answer!r}")
    return answer.json["id"]


class WebSocket(Connection):
    """A WebSocket client; what it sends is up to the caller."""

    TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10

    def __init__(self, port, path="/api/upload/ws", headers=(), **options):
        super().__init__(port, **options)
        upgrade = [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
        self.send_request("GET", path, [*upgrade, ("Sec-WebSocket-Key", "A" * 21 + "A=="), *headers])
        answer = self.read_head()
        if answer.status != 101:
            raise HTTPFailure(f"no upgrade: {answer!r}")

    @staticmethod
    def frame(opcode, payload=b"", fin=True, masked=True, reserved=0, length=None):
        """The bytes of a frame; `length` may lie."""
        length = len(payload) if length is None else length
        first = (0x80 if fin else 0) | reserved << 4 | opcode
        bit = 0x80 if masked else 0
        if length < 126:
            head = struct.pack(">BB", first, bit | length)
        elif length < 65536:
            head = struct.pack(">BBH", first, bit | 126, length)
        else:
            head = struct.pack(">BBQ", first, bit | 127, length)
        if not masked:
            return head + payload
        key = b"\x5a\x01\xfe\x33"
        mask = (key * (len(payload) // 4 + 1))[: len(payload)]
        mixed = int.from_bytes(payload, "big") ^ int.from_bytes(mask, "big")
        return head + key + mixed.to_bytes(len(payload), "big")

    def send_frame(self, *arguments, **options):
        self.send(self.frame(*arguments, **options))

    def send_json(self, value):
        self.send_frame(self.TEXT, json.dumps(value).encode())

    def begin(self, size, downloads=1):
        """Opens an upload; its id."""
        self.send_json({"type": "init", "headers": upload_members(size, downloads)})
        ready = json.loads(self.read_message())
        if ready.get("type") != "ready":
            raise HTTPFailure(f"no ready: {ready}")
        self.read_message()
        return ready["id"]

    def read_frame(self):
        first, second = self._exactly(2)
        length = second & 0x7F
        if length == 126:
            length = struct.unpack(">H", self._exactly(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self._exactly(8))[0]
        return first & 0x0F, self._exactly(length)

    def read_message(self):
        """The next text, as bytes; pings and pongs are passed over."""
        while True:
            opcode, payload = self.read_frame()
            if opcode == self.TEXT:
                return payload
            if opcode == self.CLOSE:
                raise HTTPFailure(f"closed: {payload!r}")

    def ending(self):
        """Reads to the end: the texts, the code of the close (None without one), its reason."""
        texts = []
        try:
            while True:
                opcode, payload = self.read_frame()
                if opcode == self.TEXT:
                    texts.append(json.loads(payload))
                elif opcode == self.CLOSE:
                    code = struct.unpack(">H", payload[:2])[0] if payload else None
                    try:
                        self.send_frame(self.CLOSE, payload[:2])
                    except OSError:
                        pass
                    return texts, code, payload[2:].decode()
        except (HTTPFailure, OSError):
            return texts, None, ""


# ---------------------------------------------------------------------------------------------------------------------
# The data directory, seen from outside

CHUNK = 64 * 1024
TAG = 16


def stored_size(plain, sealed):
    """How long a blob's stored form is (SealedFormat.swift)."""
    return plain + max(1, -(-plain // CHUNK)) * TAG if sealed else plain


def database(data):
    connection = sqlite3.connect(f"file:{data}/coffer.sqlite?mode=ro", uri=True, timeout=10)
    connection.execute("PRAGMA query_only = ON")
    return connection


def query(data, text, values=()):
    connection = database(data)
    try:
        return connection.execute(text, values).fetchall()
    finally:
        connection.close()


def incoming(data):
    return sorted(os.listdir(f"{data}/blobs/incoming"))


def objects(data):
    """Blob key to the size of its file."""
    found = {}
    root = f"{data}/blobs/objects"
    for shard in os.listdir(root):
        if shard.startswith("."):
            continue
        for name in os.listdir(f"{root}/{shard}"):
            try:
                found[name] = os.stat(f"{root}/{shard}/{name}").st_size
            except FileNotFoundError:
                continue
    return found


def drop_names(data, space):
    return {name for (name,) in query(data, "SELECT name FROM drops WHERE space = ?", (space,))}


def differences(data):
    """What is wrong between disk and database, as sentences; empty when they agree."""
    wrong = []
    left = incoming(data)
    if left:
        wrong.append(f"{len(left)} files in blobs/incoming: {left[:3]}")
    connection = database(data)
    try:
        rows = connection.execute("SELECT key, size, seal IS NOT NULL, place, length(bytes) FROM blobs").fetchall()
        unowned = connection.execute(
            "SELECT COUNT(*) FROM blobs b WHERE NOT EXISTS (SELECT 1 FROM drop_slots s WHERE s.blob_key = b.key)"
        ).fetchone()[0]
        ownerless = connection.execute(
            "SELECT COUNT(*) FROM drop_slots s WHERE NOT EXISTS (SELECT 1 FROM drops d WHERE d.id = s.drop_id)"
        ).fetchone()[0]
        held = connection.execute("SELECT COUNT(*) FROM drop_slots WHERE holds > 0").fetchone()[0]
        bare = connection.execute(
            "SELECT COUNT(*) FROM drops d WHERE d.space = 'ravenzero' AND (SELECT COUNT(*) FROM drop_slots s"
            " WHERE s.drop_id = d.id AND s.slot = 0 AND s.blob_key IS NOT NULL) != 1"
        ).fetchone()[0]
    finally:
        connection.close()
    files = objects(data)
    stored = {key: stored_size(size, sealed) for key, size, sealed, place, _ in rows if place == "stored"}
    without_row = sorted(set(files) - set(stored))
    without_file = sorted(set(stored) - set(files))
    if without_row:
        wrong.append(f"{len(without_row)} files without a row: {without_row[:3]}")
    if without_file:
        wrong.append(f"{len(without_file)} rows without a file: {without_file[:3]}")
    sizes = [key for key in files if key in stored and files[key] != stored[key]]
    if sizes:
        wrong.append(f"{len(sizes)} files of another size than their row says: {sizes[:3]}")
    inline = [key for key, size, sealed, place, length in rows if place == "inline" and length != stored_size(size, sealed)]
    if inline:
        wrong.append(f"{len(inline)} inline blobs of another size than their row says: {inline[:3]}")
    if unowned:
        wrong.append(f"{unowned} blob rows that no drop owns")
    if ownerless:
        wrong.append(f"{ownerless} slots without a drop")
    if held:
        wrong.append(f"{held} slots held by readers")
    if bare:
        wrong.append(f"{bare} Raven Zero drops without bytes")
    return wrong


def agree_within(data, seconds):
    """Waits until disk and database agree; returns what is still wrong (an empty list is good)."""
    return until_none(seconds, lambda: differences(data))


def integrity(data):
    return query(data, "PRAGMA integrity_check")[0][0]


def wrong_modes(data):
    """Files and directories whose mode is not 600 and 700."""
    wrong = []
    for folder, names, files in os.walk(data):
        for path, expected in [(folder, 0o700)] + [(os.path.join(folder, name), 0o600) for name in files]:
            try:
                mode = stat.S_IMODE(os.lstat(path).st_mode)
            except FileNotFoundError:
                continue
            if mode != expected:
                wrong.append(f"{os.path.relpath(path, data)} {mode:o}")
    return wrong
