"""Mail servers for the system tests: a real one (aiosmtpd, see lib_smtpd.py), and sockets that behave badly."""

import os
import subprocess

from lib_coffer import *
from lib_coffer import _processes

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = os.path.join(HERE, "..", "..", ".build-venv-test", "bin", "python")


def require_aiosmtpd():
    """Ends the test as skipped where the mail server is not installed."""
    found = os.access(PYTHON, os.X_OK) and subprocess.run([PYTHON, "-c", "import aiosmtpd"], capture_output=True)
    if not found or found.returncode != 0:
        print("skipped: aiosmtpd is not installed (scripts/bootstrap --test)")
        sys.exit(SKIPPED)


def certificate(names="DNS:localhost,IP:127.0.0.1"):
    """A new certificate for these names, and its key: two paths."""
    folder = temporary_directory()
    pair = os.path.join(folder, "certificate.pem"), os.path.join(folder, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=a mail server of the tests", "-addext", f"subjectAltName={names}",
         "-out", pair[0], "-keyout", pair[1]],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    return pair


class MailServer:
    """A running aiosmtpd."""

    def __init__(self, tls=None, pair=None, users=None, without=(), utf8=True, delay=0, port=0):
        self.tls, self.pair = tls, pair
        options = {
            "tls": tls, "certificate": pair and pair[0], "key": pair and pair[1], "users": users,
            "mechanisms": list(without), "utf8": utf8, "delay": delay, "port": port,
        }  # fmt: skip
        self.process = subprocess.Popen(
            [PYTHON, os.path.join(HERE, "lib_smtpd.py"), json.dumps(options)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        _processes.append(self.process)
        self._events = []
        self._turn = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        self.port = self.wait_for("port")[0]["port"]

    def _read(self):
        for line in self.process.stdout:
            with self._turn:
                self._events.append(json.loads(line))
                self._turn.notify_all()

    def events(self, kind):
        with self._turn:
            return [event for event in self._events if event["event"] == kind]

    def wait_for(self, kind, count=1, seconds=60):
        """The events of a kind, once there are so many."""
        if not until(seconds, lambda: len(self.events(kind)) >= count):
            raise RuntimeError(f"the mail server told of {len(self.events(kind))} × {kind} instead of {count}")
        return self.events(kind)

    @property
    def mails(self):
        return self.events("mail")

    def settings(self, host="127.0.0.1", **more):
        """What coffer must be told to use it."""
        told = {
            "HOST": host, "PORT": str(self.port), "FROM": "Our Files <post@example.org>",
            "SECURITY": {None: "none", "starttls": "starttls", "implicit": "tls"}[self.tls],
            # A busy machine is not what is tested.
            "CONNECT_TIMEOUT": "30", "REPLY_TIMEOUT": "30", "TOTAL_TIMEOUT": "60",
        }  # fmt: skip
        if self.tls:
            told["CA_FILE"] = self.pair[0]
        return {f"COFFER_MAIL_{name}": value for name, value in {**told, **more}.items() if value is not None}

    def stop(self):
        self.process.kill()
        self.process.wait(10)


class BadServer:
    """A listening socket; what happens on each connection is up to a function."""

    def __init__(self, behave):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.heard = []
        threading.Thread(target=self._accept, args=(behave,), daemon=True).start()

    def _accept(self, behave):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(behave, connection), daemon=True).start()

    def _serve(self, behave, connection):
        connection.settimeout(30)
        try:
            behave(connection, self)
        except OSError:
            pass
        finally:
            connection.close()

    def settings(self, **more):
        told = {"HOST": "127.0.0.1", "PORT": str(self.port), "FROM": "post@example.org", "SECURITY": "none", **more}
        return {f"COFFER_MAIL_{name}": value for name, value in told.items()}
