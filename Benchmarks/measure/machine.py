"""What the figures depend on besides the programs: processor, kernel, file systems, and what else is running."""

import os
import platform
import re
import resource
import subprocess
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def file_system(path):
    """Type and device of the file system that holds a path, such as `ext4 (/dev/vda)`."""
    path = Path(path).resolve()
    mounts = {}
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, after = line.split(" - ", 1)
        mounts[before.split()[4]] = after.split()[:2]
    for folder in [path, *path.parents]:
        if str(folder) in mounts:
            kind, device = mounts[str(folder)]
            return f"{kind} ({device})"
    return "unknown"


def is_memory(path):
    return file_system(path).split()[0] in ("tmpfs", "ramfs")


def free_bytes(path):
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize


def description():
    """Pairs of name and text for the head of a report."""
    processor = re.search(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)
    system = re.search(r'^PRETTY_NAME="?([^"\n]*)', Path("/etc/os-release").read_text(), re.MULTILINE)
    return [
        ("Date", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())),
        ("Processor", f"{processor[1] if processor else platform.machine()}, {core_count()} cores"),
        ("Memory", f"{int(memory[1]) / 2**20:.0f} GiB" if memory else "unknown"),
        ("System", f"{system[1] if system else 'unknown'}, Linux {platform.release()}"),
    ]


def core_count():
    return len(os.sched_getaffinity(0))


def first_line(*command):
    """What a program prints about its version, on whichever stream."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except OSError:
        return "not installed"
    return (done.stdout + done.stderr).strip().split("\n")[0]


class OtherLoad:
    """How many cores other programs kept busy while a part ran.

    The part must have ended every program it started, because only then are their times known.
    """

    def __init__(self):
        self._start = time.monotonic()
        self._busy = self._busy_seconds()
        self._own = self._own_seconds()

    def cores(self):
        seconds = time.monotonic() - self._start
        others = (self._busy_seconds() - self._busy) - (self._own_seconds() - self._own)
        return max(0.0, others / seconds)

    @staticmethod
    def _busy_seconds():
        user, nice, system, _, _, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
        return (user + nice + system + irq + softirq + steal) / TICKS

    @staticmethod
    def _own_seconds():
        usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(usage.ru_utime + usage.ru_stime for usage in usages)
