"""Large downloads from a memory file system, beside nginx's sendfile of the same bytes to the same client."""

import time

from ..drops import CHUNK_BYTES, Hushfile, random_bytes, raven_form, upload_raven
from ..plan import say
from ..report import Figure, Result, Table, mebibytes
from ..servers import Coffer, Nginx
from ..timing import Duel, spent

USES = 5


def measure(plan):
    with (
        plan.folder(plan.memory) as folder,
        Coffer(plan.binary, folder / "coffer" / "data") as coffer,
        Nginx(folder / "nginx") as nginx,
    ):
        chunks = _chunks(plan, coffer, nginx)
        drops, last_uses = _drops(plan, coffer, nginx)
    table = Table(
        "Large downloads",
        Duel.COLUMNS,
        [[str(cell) for cell in duel.row()] for duel in (chunks, drops, last_uses)],
        [
            "One keep-alive connection, memory file system; nginx with sendfile. coffer opens the seal of Raven drops "
            "on the way out, and counts every use in the database first. The last use also overwrites and removes the "
            "file, which is in its processor time.",
        ],
    )
    raven = f"Raven {mebibytes(plan.drop_bytes)} download to nginx static"
    figures = [
        Figure("Hushfile chunk GET 8 MiB to nginx static", "≥ 0.85", str(chunks.speed), chunks.speed.median >= 0.85),
        Figure(raven, "≥ 0.5", str(drops.speed), drops.speed.median >= 0.5),
    ]
    return Result([table], figures)


def _chunks(plan, coffer, nginx):
    duel = Duel(f"Hushfile, {plan.chunks} chunks of 8 MiB", plan.chunks * CHUNK_BYTES)
    with coffer.connect() as ours, nginx.connect() as theirs:
        file = Hushfile(ours)
        for index in range(plan.chunks):
            chunk = random_bytes(CHUNK_BYTES)
            file.put(index, chunk)
            (nginx.files / str(index)).write_bytes(chunk)
        file.finish(plan.chunks)
        our_paths = [file.chunk_path(index) for index in range(plan.chunks)]
        their_paths = [f"/files/{index}" for index in range(plan.chunks)]
        for turn in range(plan.rounds + 1):
            say(f"downloads: chunks, round {turn}" if turn else "downloads: chunks, warming up")
            first = spent(coffer, lambda: _fetch(ours, our_paths, CHUNK_BYTES))
            second = spent(nginx, lambda: _fetch(theirs, their_paths, CHUNK_BYTES))
            if turn:
                duel.add(first, second)
        file.delete()
    return duel


def _drops(plan, coffer, nginx):
    """Every drop gives its first four uses, then in a second pass its last."""
    count = max(1, plan.drops // (USES - 1))
    size = plan.drop_bytes
    drops = Duel(f"Raven, {count * (USES - 1)} × {mebibytes(size)}", count * (USES - 1) * size)
    last_uses = Duel(f"Raven, {count} × {mebibytes(size)}, last use", count * size)
    content = random_bytes(size)
    form = raven_form(content, USES)
    (nginx.files / "drop").write_bytes(content)
    with coffer.connect() as ours, nginx.connect() as theirs:
        for turn in range(plan.rounds + 1):
            say(f"downloads: drops, round {turn}" if turn else "downloads: drops, warming up")
            paths = [f"/download/{upload_raven(ours, form)}" for _ in range(count)]
            for duel, uses in ((drops, USES - 1), (last_uses, 1)):
                first = _fetch_settled(coffer, ours, paths * uses, size)
                second = spent(nginx, lambda: _fetch(theirs, ["/files/drop"] * (count * uses), size))
                if turn:
                    duel.add(first, second)
    return drops, last_uses


def _fetch_settled(coffer, connection, paths, size):
    """Like `spent`, with the processor time of what coffer still does once the last answer is out."""
    cpu = coffer.cpu_seconds()
    seen = spent(coffer, lambda: _fetch(connection, paths, size))
    time.sleep(0.3)
    return type(seen)(seen.wall, coffer.cpu_seconds() - cpu)


def _fetch(connection, paths, size):
    for path in paths:
        length = connection.drain(path)
        if length != size:
            raise RuntimeError(f"{path} gave {length} bytes instead of {size}")
