"""Large uploads on a memory file system, beside nginx's DAV PUT of the same bytes by the same client."""

from ..drops import CHUNK_BYTES, Hushfile, random_bytes, raven_form, upload_raven
from ..plan import say
from ..report import Figure, Result, Table, mebibytes
from ..servers import Coffer, Nginx
from ..timing import Duel, spent


def measure(plan):
    with (
        plan.folder(plan.memory) as folder,
        Coffer(plan.binary, folder / "coffer" / "data") as coffer,
        Nginx(folder / "nginx") as nginx,
    ):
        chunks = _chunks(plan, coffer, nginx)
        drops = _drops(plan, coffer, nginx)
    table = Table(
        "Large uploads",
        Duel.COLUMNS,
        [[str(cell) for cell in duel.row()] for duel in (chunks, drops)],
        [
            "One keep-alive connection, memory file system; nginx receives the same bytes by PUT. coffer also hashes "
            "Raven drops and seals them.",
        ],
    )
    speed = chunks.speed
    figure = Figure("Hushfile chunk PUT 8 MiB to nginx DAV PUT", "≥ 0.6", str(speed), speed.median >= 0.6)
    return Result([table], [figure])


def _chunks(plan, coffer, nginx):
    duel = Duel(f"Hushfile, {plan.chunks} chunks of 8 MiB", plan.chunks * CHUNK_BYTES)
    chunk = memoryview(random_bytes(CHUNK_BYTES))
    with coffer.connect() as ours, nginx.connect() as theirs:
        for turn in range(plan.rounds + 1):
            say(f"uploads: chunks, {_turn_name(turn)}")
            count = plan.chunks if turn else 4
            file = Hushfile(ours)
            first = spent(coffer, lambda: [file.put(index, chunk) for index in range(count)])
            file.delete()
            second = spent(nginx, lambda: _put_all(theirs, count, chunk))
            _remove_files(nginx)
            if turn:
                duel.add(first, second)
    return duel


def _drops(plan, coffer, nginx):
    duel = Duel(f"Raven, {plan.drops} files of {mebibytes(plan.drop_bytes)}", plan.drops * plan.drop_bytes)
    content = memoryview(random_bytes(plan.drop_bytes))
    form = raven_form(content)
    with coffer.connect() as ours, nginx.connect() as theirs:
        for turn in range(plan.rounds + 1):
            say(f"uploads: drops, {_turn_name(turn)}")
            count = plan.drops if turn else 4
            first = spent(coffer, lambda: [upload_raven(ours, form) for _ in range(count)])
            second = spent(nginx, lambda: _put_all(theirs, count, content))
            _remove_files(nginx)
            if turn:
                duel.add(first, second)
    return duel


def _turn_name(turn):
    return f"round {turn}" if turn else "warming up"


def _put_all(connection, count, content):
    for index in range(count):
        connection.send("PUT", f"/files/{index}", [content])


def _remove_files(nginx):
    for path in nginx.files.iterdir():
        path.unlink()
