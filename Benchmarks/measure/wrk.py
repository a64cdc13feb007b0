"""Runs wrk and reads its counts."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent / "lua"


@dataclass(frozen=True)
class Load:
    """One run of wrk; times in milliseconds."""

    requests: int
    rate: float
    p50: float
    p99: float
    #: Connections that failed and answers of 400 or above.
    errors: int


def run(url, connections, seconds, script="plain", argument=None, threads=1):
    """Asks as fast as the answers come, on so many connections."""
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "--latency"]
    command += ["-s", f"{script}.lua", url]
    if argument:
        command += ["--", str(argument)]
    done = subprocess.run(command, cwd=SCRIPTS, capture_output=True, text=True, timeout=seconds + 60)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode or not lines:
        raise RuntimeError(f"wrk failed: {(done.stdout + done.stderr).strip()[-400:]}")
    counts = {name: int(value) for name, value in (pair.split("=") for pair in lines[0].split()[1:])}
    return Load(
        requests=counts["requests"],
        rate=counts["requests"] / (counts["duration"] / 1e6),
        p50=counts["p50"] / 1e3,
        p99=counts["p99"] / 1e3,
        errors=counts["failed"] + counts["refused"],
    )
