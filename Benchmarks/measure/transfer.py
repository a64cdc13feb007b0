"""Builds and runs client/transfer.c: large bodies sent and fetched at little cost."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "client" / "transfer.c"
TIMEOUT_SECONDS = 150


@dataclass(frozen=True)
class Sent:
    #: From the first connection to the last answer.
    seconds: float
    #: Processor time of the client.
    cpu: float
    answer: str


class TransferFailure(Exception):
    """The server refused, broke off or fell silent; the text is what the client saw."""


class Client:
    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self._program = folder / "transfer"
        command = ["cc", "-std=gnu11", "-O2", "-pthread", "-o", self._program, SOURCE]
        built = subprocess.run(command, capture_output=True, text=True, timeout=60)
        if built.returncode:
            raise RuntimeError(f"cc failed: {built.stderr.strip()[-400:]}")

    def run(self, what, server, *words):
        command = [str(word) for word in (self._program, what, server.port, *words)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
        if done.returncode:
            raise TransferFailure(f"transfer {what} with {server.name} failed: {done.stderr.strip()[-400:]}")
        seconds, cpu, answer = done.stdout.rstrip("\n").split(" ", 2)
        return Sent(float(seconds), float(cpu), answer)
