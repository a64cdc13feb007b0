"""A real S3 service on loopback for the object store tests: OpenStack Swift with its s3api, as Debian packages it.

The service gets a temporary directory, free ports, rings of one replica, and one user, whose S3 keys are
`coffer:tester` and a password. `Front` stands between the server and the service and makes the faults of a bad day.
Bodies are streamed both ways, so that sizes do not matter.

Python's standard library only; only processes started here are ended. Run as a program this file starts the service
and tries it.
"""

import datetime
import getpass
import hashlib
import hmac
import http.client
import http.server
import os
import re
import secrets
import socket
import socketserver
import subprocess
import sys
import threading
import time
from urllib.parse import quote

import lib_coffer
from lib_coffer import SKIPPED, temporary_directory, until

# Debian's package python3-swift belongs to Debian's Python.
PYTHON = os.environ.get("COFFER_SWIFT_PYTHON") or "/usr/bin/python3"
ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
REGION = "us-east-1"
BUCKET = "coffer-test"

# Swift reads /etc/swift/swift.conf and no other file, and without one it does not start. The test wants nothing outside
# its own directory, so the path is changed before the other modules take it over. (Only the library is installed: the
# packages with the programs would add services to the machine.)
LAUNCHER = """
import importlib, sys
import swift.common.utils
swift.common.utils.SWIFT_CONF_FILE = sys.argv[1]
from swift.common.wsgi import run_wsgi
part, conf = sys.argv[2:]
callback = {}
if part == "object":
    callback["global_conf_callback"] = importlib.import_module("swift.obj.server").global_conf_callback
sys.exit(run_wsgi(conf, part + "-server", **callback))
"""
RING_BUILDER = """
import sys
import swift.common.utils
swift.common.utils.SWIFT_CONF_FILE = sys.argv[1]
from swift.common.ring import RingBuilder
for path, port in zip(sys.argv[2::2], sys.argv[3::2]):
    device = {"region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port), "device": "sda1", "weight": 1.0}
    builder = RingBuilder(2, 1, 0)
    builder.add_dev({**device, "replication_ip": device["ip"], "replication_port": device["port"]})
    builder.rebalance()
    builder.get_ring().save(path)
"""
SWIFT_CONF = """[swift-hash]
swift_hash_path_suffix = coffer
swift_hash_path_prefix = tests

[storage-policy:0]
name = Policy-0
default = yes
"""


class ServiceFailure(Exception):
    """The service did not start, or did not do what it was told."""


def why_not_here():
    """What keeps the service from running on this machine, None when nothing does."""
    try:
        command = [PYTHON, "-c", "import swift.common.wsgi, swift.common.middleware.s3api.s3api"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{PYTHON} does not run: {error}"
    if done.returncode != 0:
        return f"python3-swift is not installed (scripts/bootstrap --test installs it): {done.stderr.decode()[-200:]}"
    return None


def require_service():
    """Ends the test as skipped where the service cannot run."""
    reason = why_not_here()
    if reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


# ---------------------------------------------------------------------------------------------------------------------
# Signing, written apart from the server's own so that each checks the other


def hmac_sha256(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signed_headers(method, host, path, query, key, secret, body=b"", region=REGION):
    """The headers of Signature Version 4; `query` holds pairs."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    headers = {"host": host, "x-amz-content-sha256": digest, "x-amz-date": now}
    text = "&".join(sorted(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    names = ";".join(sorted(headers))
    canonical = "\n".join([method, quote(path, safe="/-_.~"), text, lines, names, digest])
    scope = f"{now[:8]}/{region}/s3/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    chain = f"AWS4{secret}".encode()
    for part in [now[:8], region, "s3", "aws4_request"]:
        chain = hmac_sha256(chain, part)
    signature = hmac_sha256(chain, to_sign).hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return headers, text


# ---------------------------------------------------------------------------------------------------------------------
# The service


class Service:
    """Swift as child processes, with one bucket."""

    def __init__(self, bucket=BUCKET):
        self.directory = temporary_directory()
        self.bucket = bucket
        self.key = "coffer:tester"
        self.secret = secrets.token_hex(12)
        self.port = free_port()
        self.processes = []
        self.log = open(os.path.join(self.directory, "log"), "wb")
        self._configure()
        self.start()
        if not until(150, self._answers, 0.1):
            raise ServiceFailure(f"Swift did not start: {self.log_text()[-2000:]}")
        status, body = self.request("PUT", f"/{bucket}")
        if status != 200:
            raise ServiceFailure(f"no bucket: {status} {body[:300]}")

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def log_text(self):
        with open(os.path.join(self.directory, "log"), "rb") as log:
            return log.read().decode("utf-8", "replace")

    def settings(self, endpoint=None, prefix="", **more):
        """The server's settings for this bucket."""
        settings = {
            "COFFER_BLOBS": "s3",
            "COFFER_S3_ENDPOINT": endpoint or self.endpoint,
            "COFFER_S3_REGION": REGION,
            "COFFER_S3_BUCKET": self.bucket,
            "COFFER_S3_ACCESS_KEY_ID": self.key,
            "COFFER_S3_SECRET_ACCESS_KEY": self.secret,
            "COFFER_S3_PATH_STYLE": "true",
            "COFFER_S3_PREFIX": prefix,
            "COFFER_S3_PART_BYTES": str(5 * 1024 * 1024),
        }
        return {**settings, **more}

    def _configure(self):
        self._write("swift.conf", SWIFT_CONF)
        os.makedirs(f"{self.directory}/node/sda1")
        ports = {name: free_port() for name in ["account", "container", "object"]}
        common = f"bind_ip = 127.0.0.1\nworkers = 0\nuser = {getpass.getuser()}\nswift_dir = {self.directory}\n"
        common += "log_level = ERROR\n"
        # On a busy machine Swift would leave its only node alone for a minute after a few slow answers, and list objects
        # later than it has them.
        common += "conn_timeout = 20\nnode_timeout = 60\nrecoverable_node_timeout = 60\n"
        common += "container_update_timeout = 60\nerror_suppression_limit = 1000000\nfallocate_reserve = 0\n"
        self.storage_ports = list(ports.values())
        rings = []
        for name, port in ports.items():
            self._write(
                f"{name}-server.conf",
                f"[DEFAULT]\nbind_port = {port}\n{common}devices = {self.directory}/node\nmount_check = false\n"
                f"disable_fallocate = true\n[pipeline:main]\npipeline = {name}-server\n"
                f"[app:{name}-server]\nuse = egg:swift#{name}\n",
            )
            rings += [f"{self.directory}/{name}.ring.gz", str(port)]
        self._run([PYTHON, "-c", RING_BUILDER, f"{self.directory}/swift.conf", *rings])
        self._write(
            "proxy-server.conf",
            f"[DEFAULT]\nbind_port = {self.port}\n{common}"
            "[pipeline:main]\n"
            "pipeline = catch_errors cache s3api tempauth copy slo dlo versioned_writes proxy-server\n"
            "[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n"
            f"[filter:s3api]\nuse = egg:swift#s3api\nlocation = {REGION}\n"
            f"[filter:tempauth]\nuse = egg:swift#tempauth\nuser_coffer_tester = {self.secret} .admin\n"
            # Nobody listens there: Swift works without a cache, but not without the filter.
            "[filter:cache]\nuse = egg:swift#memcache\nmemcache_servers = 127.0.0.1:1\n"
            + "".join(
                f"[filter:{name}]\nuse = egg:swift#{name}\n"
                for name in ["catch_errors", "copy", "slo", "dlo", "versioned_writes"]
            ),
        )

    def _write(self, name, text):
        with open(f"{self.directory}/{name}", "w") as file:
            file.write(text)

    def _run(self, command):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=150)
        if done.returncode:
            raise ServiceFailure(f"{command}: {done.stdout[-500:]} {done.stderr[-500:]}")

    def start(self):
        # The proxy last: it would leave alone for a minute what it has found closed.
        for part in ["account", "container", "object"]:
            self._launch(part)
        if not until(150, lambda: all(self._listens(port) for port in self.storage_ports), 0.05):
            raise ServiceFailure(f"Swift did not start: {self.log_text()[-2000:]}")
        self._launch("proxy")

    def _launch(self, part):
        command = [PYTHON, "-c", LAUNCHER, f"{self.directory}/swift.conf", part, f"{self.directory}/{part}-server.conf"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.processes.append(process)
        lib_coffer._processes.append(process)

    @staticmethod
    def _listens(port):
        with socket.socket() as connection:
            return connection.connect_ex(("127.0.0.1", port)) == 0

    def _answers(self):
        dead = [process for process in self.processes if process.poll() is not None]
        if dead:
            raise ServiceFailure(f"Swift ended: {self.log_text()[-2000:]}")
        try:
            return self.request("GET", "/")[0] == 200
        except OSError:
            return False

    # -----------------------------------------------------------------------------------------------------------------

    def request(self, method, path, query=(), body=b""):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            headers, text = signed_headers(
                method, f"127.0.0.1:{self.port}", path, list(query), self.key, self.secret, body
            )
            connection.request(method, quote(path, safe="/-_.~") + (f"?{text}" if text else ""), body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def keys(self, prefix=""):
        """The keys of all objects that begin so."""
        found, token = [], None
        while True:
            query = [("list-type", "2"), ("prefix", prefix)] + ([("continuation-token", token)] if token else [])
            status, body = self.request("GET", f"/{self.bucket}", query)
            if status != 200:
                raise ServiceFailure(f"cannot list: {status} {body[:300]}")
            text = body.decode()
            found += re.findall(r"<Key>([^<]*)</Key>", text)
            following = re.search(r"<NextContinuationToken>([^<]*)<", text)
            if not following:
                return found
            token = following.group(1)

    def uploads(self, prefix=""):
        """The keys of uploads that are not complete."""
        status, body = self.request("GET", f"/{self.bucket}", [("uploads", ""), ("prefix", prefix)])
        if status != 200:
            raise ServiceFailure(f"cannot list uploads: {status} {body[:300]}")
        return re.findall(r"<Key>([^<]*)</Key>", body.decode())

    def get(self, key):
        status, body = self.request("GET", f"/{self.bucket}/{key}")
        return body if status == 200 else None

    def put(self, key, body):
        return self.request("PUT", f"/{self.bucket}/{key}", body=body)[0] == 200

    def delete(self, key):
        return self.request("DELETE", f"/{self.bucket}/{key}")[0]


# ---------------------------------------------------------------------------------------------------------------------
# A bad day


class Front:
    """A proxy before the service.

    `mode` decides what happens to the next requests: pass; hang (no answer); late (passed on when the mode changes, whether
    or not the client still waits); down (the connection closes at once);
    500, 503, html, xml, empty (an answer of the proxy's own); cut and bare (an answer that ends in the middle, or
    before its body); slow (64 KiB a second towards the client). `only` restricts that to methods; `times` ends it after so many requests.
    """

    def __init__(self, service):
        self.service = service
        self.mode = "pass"
        self.only = None
        self.times = None
        self.requests = []
        self.turn = threading.Lock()
        self.release = threading.Event()
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                front.handle(self)

            do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = handle_any

            def log_message(self, *arguments):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request, client_address):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def set(self, mode="pass", only=None, times=None):
        with self.turn:
            self.mode, self.only, self.times = mode, only, times
            self.requests = []
            self.release.set()
            self.release = threading.Event()

    def _mode(self, request):
        with self.turn:
            self.requests.append((request.command, request.path.partition("?")[0]))
            if self.mode == "pass" or (self.only and request.command not in self.only):
                return "pass", self.release
            if self.times is not None:
                if self.times == 0:
                    return "pass", self.release
                self.times -= 1
            return self.mode, self.release

    ANSWERS = {
        "500": (500, "application/xml", b"<Error><Code>InternalError</Code><Message>try again</Message></Error>"),
        "503": (503, "application/xml", b"<?xml version='1.0'?><Error><Code>SlowDown</Code></Error>"),
        "403": (403, "application/xml", b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"),
        "html": (200, "text/html", b"<html><body><p>Welcome to nginx!<br></body></html>"),
        "xml": (200, "application/xml", b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        "empty": (200, "application/octet-stream", b""),
    }

    def handle(self, request):
        mode, release = self._mode(request)
        if mode == "hang":
            release.wait(120)
            request.close_connection = True
            return
        if mode == "late":
            release.wait(120)
        if mode == "down":
            request.close_connection = True
            return
        if mode in self.ANSWERS:
            status, kind, body = self.ANSWERS[mode]
            self._read(request, lambda piece: None)
            request.send_response(status)
            request.send_header("Content-Type", kind)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            if request.command != "HEAD":
                request.wfile.write(body)
            return
        self._pass(request, mode)

    def _read(self, request, take):
        left = int(request.headers.get("content-length") or 0)
        while left:
            piece = request.rfile.read(min(left, 64 * 1024))
            if not piece:
                raise ConnectionError("the client left")
            left -= len(piece)
            take(piece)

    def _pass(self, request, mode):
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)
        try:
            connection.putrequest(request.command, request.path, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers.items():
                if name.lower() not in ("connection", "expect"):
                    connection.putheader(name, value)
            connection.putheader("Connection", "close")
            connection.endheaders()
            self._read(request, connection.send)
            answer = connection.getresponse()
            request.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                    request.send_header(name, value)
            if answer.status == 204 or answer.getheader("content-length") is None:
                body = answer.read() if request.command != "HEAD" else b""
                if answer.status != 204:
                    request.send_header("Content-Length", str(len(body)))
                request.end_headers()
                request.wfile.write(body)
                return
            length = int(answer.getheader("content-length"))
            request.send_header("Content-Length", str(length))
            request.end_headers()
            if request.command != "HEAD":
                self._answer(request, answer, length, mode)
        finally:
            connection.close()

    def _answer(self, request, answer, length, mode):
        sent = 0
        if mode == "bare":
            request.close_connection = True
            return
        while piece := answer.read(64 * 1024):
            request.wfile.write(piece)
            sent += len(piece)
            if mode == "cut" and sent >= length / 2:
                request.close_connection = True
                return
            if mode == "slow":
                time.sleep(1)


if __name__ == "__main__":
    lib_coffer.watchdog(120)
    require_service()
    begun = time.monotonic()
    service = Service()
    print(f"started in {time.monotonic() - begun:.1f} s at {service.endpoint}")
    assert service.put("a/b", b"hello") and service.get("a/b") == b"hello" and service.keys() == ["a/b"]
    assert service.delete("a/b") == 204 and service.keys() == [] and service.uploads() == []
    print("works")
    if "--stay" in sys.argv:
        for name, value in service.settings().items():
            print(f"export {name}={value}")
        sys.stdout.flush()
        sys.stdin.read()
    lib_coffer.clean_up()
