"""Starts and stops the servers that are compared, and reads what they used."""

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

from .client import Connection
from .machine import TICKS

PEERS = Path(__file__).resolve().parent.parent / "peers"
START_SECONDS = 60
STOP_SECONDS = 30


class StartFailure(Exception):
    """A server did not come up; the text ends with what it said."""


class Server:
    """A running program that listens on a port of 127.0.0.1. As a context manager it is stopped at the end."""

    def __init__(self, name, command, folder, port=None, environment=None):
        self.name = name
        self.port = port
        folder.mkdir(parents=True, exist_ok=True)
        self._said = folder / f"{name}.out"
        self._started = time.perf_counter()
        with self._said.open("wb") as output:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
            )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def connect(self):
        return Connection(self.port)

    def seconds_since_start(self):
        return time.perf_counter() - self._started

    def stop(self):
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def cpu_seconds(self):
        """Processor time, user and system, of the process and of its workers."""
        return sum(self._cpu_seconds(pid) for pid in self._family())

    def memory(self, field):
        """A field of /proc/PID/status in MiB, such as VmRSS or VmHWM."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)[1]) / 1024

    def _family(self):
        pid = self.process.pid
        return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]

    @staticmethod
    def _cpu_seconds(pid):
        # The name of the program, in parentheses, may hold blanks.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def _wait(self):
        deadline = time.monotonic() + START_SECONDS
        while not self._is_up():
            if self.process.poll() is not None:
                status = self.process.returncode
                raise StartFailure(f"{self.name} ended at once with status {status}: {self._last_words()}")
            if time.monotonic() > deadline:
                raise StartFailure(f"{self.name} does not answer: {self._last_words()}")
            time.sleep(0.001)

    def _is_up(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def _last_words(self):
        return self._said.read_text(errors="replace").strip()[-500:] or "it said nothing"


class Coffer(Server):
    """The server under test: rate limits of Raven off, the rest as it comes or as `settings` say."""

    SETTINGS = {
        "COFFER_RAVENZERO_UPLOAD_RATE_LIMIT": "off",
        "COFFER_RAVENZERO_HEALTH_RATE_LIMIT": "off",
        "COFFER_RAVENZERO_DOWNLOAD_FAIL_LIMIT": "1000000",
    }

    def __init__(self, binary, data, settings=None):
        self.data = data
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COFFER_")}
        command = [binary, "serve", "--host", "127.0.0.1", "--port", "0", "--data", data, "--log-level", "warning"]
        super().__init__("coffer", command, data.parent, environment=environment | (settings or self.SETTINGS))

    def _is_up(self):
        found = re.search(r"listens on http://127\.0\.0\.1:(\d+)", self._said.read_text(errors="replace"))
        if found:
            self.port = int(found[1])
        return found is not None


class Nginx(Server):
    """nginx with two workers; `/constant` answers at once, `/files/` takes PUT and GET."""

    def __init__(self, folder, constant=""):
        for name in ("files", "unused"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.files = folder / "files"
        port = free_port()
        # Workers of a root nginx would run as nobody, who may not write here.
        user = "user root;" if os.getuid() == 0 else ""
        values = {"folder": folder, "port": port, "constant": constant, "user": user}
        text = (PEERS / "nginx.conf").read_text()
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        (folder / "nginx.conf").write_text(text)
        command = ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
        super().__init__("nginx", command, folder, port=port)


class FastAPI(Server):
    """uvicorn with uvloop and httptools, one worker; `/constant` returns a constant."""

    def __init__(self, python, folder, constant):
        port = free_port()
        command = [python, "-m", "uvicorn", "constant:app", "--app-dir", PEERS, "--host", "127.0.0.1", "--port", port]
        command += ["--workers", 1, "--loop", "uvloop", "--http", "httptools"]
        command += ["--log-level", "warning", "--no-access-log"]
        environment = os.environ | {"BENCHMARK_CONSTANT": constant, "PYTHONDONTWRITEBYTECODE": "1"}
        super().__init__("fastapi", command, folder, port=port, environment=environment)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
