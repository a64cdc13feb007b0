"""The Yjs engine beside pycrdt, the Python package around the Rust engine: time and memory, same inputs."""

import subprocess
import sys
from pathlib import Path

from ..plan import say
from ..report import Figure, Result, Samples, Table

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "Benchmarks" / "yjs"
SCRATCH = ROOT / ".build-yjs-benchmark"

#: Name of the job, what it is, and the most milliseconds it may take.
JOBS = (
    ("apply-appends", "apply {updates:,} one-character appends", 40),
    ("apply-inserts", "apply {updates:,} random inserts", 40),
    ("merge", "merge {updates:,} updates", 25),
    ("diff-empty", "diff of the document, empty state vector", 5),
    ("diff-behind", "diff of the document, 100 edits behind", 0.15),
    ("bytes-empty", "diff on bytes, empty state vector", 8),
    ("bytes-behind", "diff on bytes, 100 edits behind", 4),
    ("load", "load the document", 38),
)
#: Name of the input, what it is, and the most memory as a multiple of its encoded size.
DOCUMENTS = (
    ("document", "the document, texts of up to 20 characters", None),
    ("text", "text-heavy, texts of up to 200 characters", 3),
)
LOADED = 20


class Side:
    """A program that runs one job after another and says how long each took."""

    def __init__(self, folder, *command):
        self._command = [*map(str, command), str(folder)]
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def milliseconds(self, job):
        self._process.stdin.write(f"{job}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self._command[0]} ended during {job}")
        return int(answer) / 1e6

    def bytes_per_document(self, name):
        """In a process of its own, so that nothing else has used its memory before."""
        command = [*self._command, "memory", name, str(LOADED)]
        before, after = map(int, subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.split())
        return (after - before) / LOADED

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()


def measure(plan):
    say("yjs: building")
    build = ["swift", "build", "--quiet", "-c", "release", "--package-path", PACKAGE, "--scratch-path", SCRATCH]
    subprocess.run(build, stdout=sys.stderr, check=True)
    peer = (plan.python, PACKAGE / "peer.py")
    with plan.folder(plan.memory) as folder:
        say("yjs: recording inputs")
        subprocess.run([*peer, folder, "make", str(plan.yjs_updates), str(plan.yjs_bytes)], check=True)
        sizes = {name: (folder / name).stat().st_size for name, _, _ in DOCUMENTS}
        with Side(folder, SCRATCH / "release" / "YjsBenchmark") as ours, Side(folder, *peer) as theirs:
            times = _times(plan, ours, theirs)
            memory = _memory(plan, ours, theirs)
    return _result(plan, times, memory, sizes)


def _times(plan, ours, theirs):
    """Milliseconds of processor time by job, ours and theirs; the sides take turns, and so does who comes first."""
    times = {name: ([], []) for name, _, _ in JOBS}
    for turn in range(plan.yjs_rounds + 1):
        say(f"yjs: round {turn}" if turn else "yjs: warming up")
        for name, samples in times.items():
            sides = [(ours, samples[0]), (theirs, samples[1])]
            for side, values in sides if turn % 2 else reversed(sides):
                spent = side.milliseconds(name)
                if turn:
                    values.append(spent)
    return times


def _memory(plan, ours, theirs):
    memory = {name: ([], []) for name, _, _ in DOCUMENTS}
    for turn in range(plan.rounds):
        say(f"yjs: memory, round {turn + 1}")
        for name, samples in memory.items():
            samples[0].append(ours.bytes_per_document(name))
            samples[1].append(theirs.bytes_per_document(name))
    return memory


def _result(plan, times, memory, sizes):
    table = Table(
        "Yjs engine",
        ["Work", "coffer ms", "pycrdt ms", "Speed, coffer to pycrdt"],
        notes=[
            f"Processor time of one thread each. The document is a text of {sizes['document']:,} encoded bytes that "
            "three clients wrote in turns, a tenth of the edits deletes. Calls into pycrdt are part of its times."
        ],
    )
    figures = []
    for name, what, limit in JOBS:
        ours, theirs = (Samples(values) for values in times[name])
        title = what.format(updates=plan.yjs_updates)
        table.add(title, ours, theirs, Samples.ratio(theirs, ours, 1))
        figures.append(Figure(title, f"≤ {limit:g} ms", f"{ours} ms", ours.median <= limit, f"pycrdt {theirs} ms"))
    memory_table = Table("Memory of a loaded document", ["Document", "Encoded bytes", "coffer", "pycrdt"])
    for name, what, limit in DOCUMENTS:
        ours, theirs = (Samples([value / sizes[name] for value in values], 1) for values in memory[name])
        memory_table.add(what, f"{sizes[name]:,}", f"{ours} ×", f"{theirs} ×")
        if limit:
            is_reached = ours.median <= limit
            figures.append(Figure(f"memory, {what}", f"≤ {limit} ×", f"{ours} ×", is_reached, f"pycrdt {theirs} ×"))
    memory_table.notes.append(f"Resident memory per document as a multiple of its encoded size, {LOADED} loaded.")
    return Result([table, memory_table], figures)
