"""The pycrdt side of `Benchmarks/run yjs`, and the maker of the inputs that both sides read.

    peer.py FOLDER make UPDATES BYTES    writes the inputs
    peer.py FOLDER                       reads one name of a job per line, answers each with nanoseconds of processor time
    peer.py FOLDER memory NAME N         loads a document N times, prints resident bytes before and after
"""

import os
import random
import struct
import sys
import time
from pathlib import Path

from pycrdt import Doc, Text, get_update, merge_updates

ALPHABET = "etaoinshrdlu cmfwypvbgkqjxz      "
CLIENTS = (3_210_987_654, 1_498_765_432, 2_345_678_901)
EMPTY = b"\x00"


# Inputs ---------------------------------------------------------------------------------------------


def words(chance, count):
    return "".join(chance.choices(ALPHABET, k=count))


class Recorder:
    """A document whose updates are kept."""

    def __init__(self, client):
        self.doc = Doc(client_id=client)
        self.text = self.doc.get("t", type=Text)
        self.updates = []
        self._subscription = self.doc.observe(lambda event: self.updates.append(event.update))


def appends(count):
    recorder = Recorder(CLIENTS[0])
    for place, letter in enumerate(words(random.Random(1), count)):
        recorder.text.insert(place, letter)
    return recorder.updates


def inserts(count):
    chance = random.Random(2)
    recorder = Recorder(CLIENTS[0])
    for length, letter in enumerate(words(chance, count)):
        recorder.text.insert(chance.randint(0, length), letter)
    return recorder.updates


class Writer:
    """One of several clients that write a text together."""

    def __init__(self, client, state):
        self.doc = Doc(client_id=client)
        if state:
            self.doc.apply_update(state)
        self.text = self.doc.get("t", type=Text)
        self.length = len(str(self.text))

    def edit(self, chance, longest):
        if chance.random() < 0.1 and self.length > 100:
            place = chance.randint(0, self.length - 6)
            del self.text[place : place + 5]
            self.length -= 5
        else:
            added = words(chance, chance.randint(1, longest))
            self.text.insert(chance.randint(0, self.length), added)
            self.length += len(added)


def document(size, longest):
    """A text that three clients wrote in turns, one insert or delete at a time."""
    chance = random.Random(3)
    state = None
    while True:
        for client in CLIENTS:
            writer = Writer(client, state)
            for _ in range(500):
                writer.edit(chance, longest)
            state = writer.doc.get_update()
            if len(state) >= size:
                return writer, chance

def make(folder, count, size):
    for name, updates in (("appends", appends(count)), ("inserts", inserts(count))):
        joined = b"".join(struct.pack("<I", len(update)) + update for update in updates)
        folder.joinpath(name).write_bytes(joined)
    writer, chance = document(size, 20)
    folder.joinpath("behind").write_bytes(writer.doc.get_state())
    for _ in range(100):
        writer.edit(chance, 20)
    folder.joinpath("document").write_bytes(writer.doc.get_update())
    folder.joinpath("text").write_bytes(document(size, 200)[0].doc.get_update())


# Jobs -----------------------------------------------------------------------------------------------


def read_updates(path):
    data = path.read_bytes()
    updates, position = [], 0
    while position < len(data):
        (length,) = struct.unpack_from("<I", data, position)
        updates.append(data[position + 4 : position + 4 + length])
        position += 4 + length
    return updates


def load(state):
    doc = Doc()
    doc.apply_update(state)
    return doc


def apply(updates):
    doc = Doc()
    for update in updates:
        doc.apply_update(update)


def jobs(folder):
    """By name: how often a job is repeated, and the job."""
    many, random_ones = read_updates(folder / "appends"), read_updates(folder / "inserts")
    state, behind = (folder / "document").read_bytes(), (folder / "behind").read_bytes()
    doc = load(state)
    return {
        "apply-appends": (1, lambda: apply(many)),
        "apply-inserts": (1, lambda: apply(random_ones)),
        "merge": (1, lambda: merge_updates(*random_ones)),
        "diff-empty": (3, lambda: doc.get_update()),
        "diff-behind": (50, lambda: doc.get_update(behind)),
        "bytes-empty": (3, lambda: get_update(state, EMPTY)),
        "bytes-behind": (3, lambda: get_update(state, behind)),
        "load": (1, lambda: load(state)),
    }


def nanoseconds(repetitions, job):
    """Processor time, which other programs lengthen less than they lengthen what a clock on the wall says."""
    start = time.thread_time_ns()
    for _ in range(repetitions):
        job()
    return (time.thread_time_ns() - start) // repetitions


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def memory(state, count):
    docs = [load(state)]
    before = resident_bytes()
    docs += [load(state) for _ in range(count)]
    print(before, resident_bytes())


def main():
    folder = Path(sys.argv[1])
    match sys.argv[2:]:
        case ["make", count, size]:
            make(folder, int(count), int(size))
        case ["memory", name, count]:
            memory((folder / name).read_bytes(), int(count))
        case _:
            table = jobs(folder)
            for line in sys.stdin:
                print(nanoseconds(*table[line.strip()]), flush=True)


if __name__ == "__main__":
    main()
