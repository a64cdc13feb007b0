"""Small reads per second: a status and an info, beside an answer that nginx and FastAPI need not look up."""

from .. import wrk
from ..drops import Hushfile, raven_form, random_bytes, upload_raven
from ..plan import say
from ..report import Figure, Result, Samples, Table, number
from ..servers import Coffer, FastAPI, Nginx

STATUS = "coffer GET /status/{key}"
INFO = "coffer GET /api/file/{id}/info"
NGINX = "nginx return 200"
FASTAPI = "FastAPI constant"


def measure(plan):
    with plan.folder(plan.memory) as folder, Coffer(plan.binary, folder / "coffer" / "data") as coffer:
        with coffer.connect() as connection:
            key = upload_raven(connection, raven_form(random_bytes(10_000)))
            file = Hushfile(connection)
            file.put(0, random_bytes(100_000))
            file.finish(1)
            constant = connection.send("GET", f"/status/{key}").decode()
        with Nginx(folder / "nginx", constant) as nginx, FastAPI(plan.python, folder / "fastapi", constant) as fastapi:
            urls = {
                NGINX: nginx.url("/constant"),
                FASTAPI: fastapi.url("/constant"),
                STATUS: coffer.url(f"/status/{key}"),
                INFO: coffer.url(f"/api/file/{file.id}/info"),
            }
            loads = {connections: _rounds(plan, urls, connections) for connections in plan.connections}
    return _result(loads, len(constant))


def _rounds(plan, urls, connections):
    say(f"requests: {connections} connections")
    loads = {name: [] for name in urls}
    for url in urls.values():
        wrk.run(url, connections, 1)
    for _ in range(plan.rounds):
        for name, url in urls.items():
            loads[name].append(wrk.run(url, connections, plan.seconds))
    return loads


def _rate(loads, name):
    return Samples([load.rate for load in loads[name]], 0)


def _ratio(loads, name, peer):
    return Samples.ratio(_rate(loads, name), _rate(loads, peer))


def _result(loads, size):
    table = Table(
        "Small requests",
        ["Connections", "Request", "Requests/s", "p50 ms", "p99 ms", "Errors", "To nginx", "To FastAPI"],
        notes=[f"wrk, one thread. The peers return a constant of {size} bytes, as many as the status has."],
    )
    for connections, group in loads.items():
        for name, runs in group.items():
            p50, p99 = Samples([run.p50 for run in runs]), Samples([run.p99 for run in runs])
            errors = sum(run.errors for run in runs)
            ratios = [_ratio(group, name, peer) if name in (STATUS, INFO) else "" for peer in (NGINX, FASTAPI)]
            table.add(connections, name, _rate(group, name), p50, p99, errors, *ratios)
    return Result([table], _figures(loads))


def _figures(loads):
    middle = loads.get(64, {})
    if not middle:
        return []
    to_nginx, to_fastapi = _ratio(middle, STATUS, NGINX), _ratio(middle, STATUS, FASTAPI)
    p99 = Samples([run.p99 for run in middle[STATUS]])
    what = "GET /status/{key}, 64 connections"
    figures = [
        Figure(f"{what}, to nginx return 200", "≥ 0.15", str(to_nginx), to_nginx.median >= 0.15),
        Figure(f"{what}, to FastAPI constant", "≥ 3", str(to_fastapi), to_fastapi.median >= 3),
        Figure(f"{what}, p99", "< 15 ms", f"{p99} ms", p99.median < 15),
    ]
    if 256 in loads:
        errors = sum(run.errors for name in (STATUS, INFO) for run in loads[256][name])
        figures.append(Figure("Errors at 256 connections", "0", number(errors, 0), errors == 0))
    return figures
