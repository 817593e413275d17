"""Paths, files, benchmarks, metrics, profiles."""

from .case import (Case, THREE, ask, columns, csv_body, gzip_compress, json_body, npy_body, request,
                   simulate,
                   triples)
from .cases_simulate import RESPONSE_TYPES, CSV, METHODS, NPY

PAGES = ("/livez", "/readyz", "/healthz", "/metrics", "/openapi.json", "/version", "/",
         "/web/app.js")
FILES = ("address.js", "app.js", "bench.js", "daemon.js", "dialogs.js", "difference.js",
         "formats.js", "icon.svg",
         "npy.js", "painter.js", "palette.js", "particles.js", "presets.js", "readings.js",
         "runner.js", "particle_view.js",
         "style.css", "number_format.js", "theme.js", "theme_switch.js", "alert.js", "viewport.js")


def name_of(path):
    return path.strip("/").replace("/", "-").replace(".", "-") or "root"


def paths():
    for path in PAGES:
        for method in ("GET", "HEAD", "OPTIONS", "POST", "DELETE"):
            if (method, path) != ("GET", "/metrics"):  # metrics() has it, on a daemon of its own
                yield ask(f"path-{name_of(path)}-{method.lower()}", method, path)
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "BREW"):
        yield ask(f"path-simulate-{method.lower()}", method, "/simulate")
    for method in ("OPTIONS", "PUT"):
        yield ask(f"path-bench-{method.lower()}", method, "/bench")
    for name, target in {
        "nothing": "/nothing", "long": "/" + "a" * 300, "slash": "/livez/", "slashes": "//livez",
        "escaped": "/%6civez",
        "escaped-slash": "/web%2Fapp.js", "nul": "/livez%00", "not-utf8": "/%FF",
        "query": "/livez?a=b", "query-nul": "/livez?a=%00",
        "web": "/web/", "web-nothing": "/web/nothing.js", "web-parent": "/web/../openapi.json",
        "upper": "/LIVEZ", "fragment": "/livez#x",
        "absolute": "http://particled/livez", "star": "*", "pprof": "/debug/pprof/profile",
        "pprof-index": "/debug/pprof/",
        "pprof-short": "/pprof/cmdline", "semicolon": "/livez;a=b", "simulate-slash": "/simulate/",
    }.items():
        yield ask(f"target-{name}", "GET", target)
    yield ask("target-star-options", "OPTIONS", "*")
    yield ask("target-nothing-post", "POST", "/nothing", "body")
    yield ask("target-nothing-post-large", "POST", "/nothing", "x" * 1100000)
    yield ask("get-with-body", "GET", "/livez", "ignored")
    yield ask("head-with-query", "HEAD", "/version?x=1")
    yield ask("put-with-body", "PUT", "/simulate", "ignored")


def files():
    for name in FILES:
        yield ask(f"file-{name_of(name)}", "GET", f"/web/{name}")
    for path in ("/", "/openapi.json", "/web/style.css"):
        name = f"etag-{name_of(path)}"
        yield ask(f"{name}-any", "GET", path, None, "If-None-Match: *")
        yield ask(f"{name}-other", "GET", path, None, 'If-None-Match: "0123456789abcdef"')
        # ETAG stands for the tag that the daemon gives
        yield ask(f"{name}-same", "GET", path, None, "If-None-Match: ETAG")
        yield ask(f"{name}-head", "HEAD", path, None, "If-None-Match: ETAG")
        yield ask(f"{name}-list", "GET", path, None, 'If-None-Match: "x", W/ETAG')
    yield ask("etag-empty", "GET", "/", None, "If-None-Match:")
    yield ask("file-range", "GET", "/web/style.css", None, "Range: bytes=0-9")
    yield ask("file-accept", "GET", "/web/style.css", None, "Accept: text/html")


QUICK = "min_rounds=2&max_time=0.000001&warmup=off&dt=0.001"
ACCEPTS = {"json": "application/json", "text": "text/plain", "csv": "text/csv",
           "svg": "image/svg+xml", "lines": "application/x-ndjson"}


def bench():
    for name, accept in ACCEPTS.items():
        yield ask(f"bench-{name}", "GET", f"/bench?particles=20&{QUICK}", None, f"Accept: {accept}")
        yield ask(f"bench-post-{name}", "POST", f"/bench?{QUICK}", json_body(THREE),
                  f"Accept: {accept}")
        yield ask(f"bench-memory-{name}", "GET", f"/bench?particles=20&memory=1&{QUICK}", None,
                  f"Accept: {accept}")
        yield ask(f"bench-one-{name}", "GET", f"/bench?particles=20&methods=analytic&{QUICK}", None,
                  f"Accept: {accept}")
        yield ask(f"bench-post-memory-{name}", "POST", f"/bench?memory=on&{QUICK}", csv_body(THREE),
                  f"Accept: {accept}", CSV)
    yield ask("bench-data", "GET", f"/bench?particles=20&data=1&{QUICK}")
    yield ask("bench-seed", "GET", f"/bench?particles=20&seed=18446744073709551615&{QUICK}")
    yield ask("bench-head", "HEAD", f"/bench?particles=20&{QUICK}")
    yield ask("bench-compressed", "GET", f"/bench?particles=20&{QUICK}", None, "Accept-Encoding: gzip")
    for method in METHODS:
        names = method if method == "reference" else f"{method},reference"
        yield ask(f"bench-{method}", "GET", f"/bench?particles=7&methods={names}&{QUICK}")
    for name, query in {
        "unknown": "rounds=5", "near": "particle=5", "particles-zero": "particles=0",
        "particles-many": "particles=10000001", "particles-text": "particles=ten",
        "particles-empty": "particles=", "particles-huge": "particles=99999999999999999999",
        "dt-negative": "dt=-1", "dt-text": "dt=x", "dt-infinite": "dt=1e999",
        "timestep-zero": "timestep=0", "steps": "dt=1e10&timestep=1e-9", "seed-negative": "seed=-1",
        "methods-unknown": "methods=eular", "methods-twice": "methods=euler,euler",
        "methods-empty": "methods=", "methods-comma": "methods=euler,",
        "rounds-zero": "min_rounds=0", "rounds-many": "min_rounds=100001",
        "time-zero": "max_time=0",
        "time-long": "max_time=3601", "time-text": "max_time=x", "warmup": "warmup=maybe",
        "memory": "memory=2", "data": "data=yes", "work": "particles=1000000&dt=1000",
        "nul": "seed=1%00", "no-value": "seed",
    }.items():
        yield ask(f"bench-bad-{name}", "GET", f"/bench?{query}")
    yield ask("bench-accept-html", "GET", "/bench", None, "Accept: text/html")
    for name, body, query, headers in (
        ("columns", json_body(THREE, columns, dt="0.001"), "min_rounds=2&max_time=1e-6&warmup=0",
         ()),
        ("npy", npy_body(THREE), QUICK, (NPY,)),
        ("gzip", gzip_compress(json_body(THREE)), QUICK, ("Content-Encoding: gzip",)),
        ("method", json_body(THREE, triples, method='"fast"'), QUICK, ()),
        ("method-twice", json_body(THREE, method='"fast"'), QUICK + "&methods=euler", ()),
        ("dt-twice", json_body(THREE, dt="1"), QUICK, ()),
        ("timestep-twice", json_body(THREE, timestep="1"), QUICK + "&timestep=1", ()),
        ("frames", json_body(THREE, frames="2"), QUICK, ()),
        ("times", json_body(THREE, times="[1]"), QUICK, ()),
        ("particles", json_body(THREE), "particles=3", ()),
        ("seed", json_body(THREE), "seed=3", ()),
        ("origin", json_body([(1.0, 1.0, 1.0), (0.0, 0.0, 1.0)]), QUICK, ()),
        ("origin-columns", json_body([(0.0, 0.0, 1.0)], columns), QUICK, ()),
        ("steps", json_body(THREE, dt="1e10", timestep="1e-9"), "min_rounds=2", ()),
        ("work", json_body(THREE, dt="1e9"), "min_rounds=2", ()),
        ("bad", '{"particles":[[1,2]]}', QUICK, ()),
        ("empty", "", QUICK, ()),
        ("html", json_body(THREE), QUICK, ("Content-Type: text/html",)),
        ("accept-html", json_body(THREE), QUICK, ("Accept: text/html",)),
        ("unknown", json_body(THREE), "rounds=2", ()),
    ):
        yield ask(f"bench-post-{name}", "POST", f"/bench?{query}", body, *headers)


def metrics():
    """In this order, on a daemon that sees nothing else."""
    yield ask("metrics-fresh", "GET", "/metrics", daemon="metrics")
    for name, accept in RESPONSE_TYPES.items():
        yield simulate(f"metrics-then-{name}", json_body(THREE), f"Accept: {accept}",
                       query="?method=euler", daemon="metrics")
    yield simulate("metrics-then-bad", "{", daemon="metrics")
    yield simulate("metrics-then-frames", json_body(THREE), query="?frames=3", daemon="metrics")
    yield ask("metrics-then-file", "GET", "/web/app.js", daemon="metrics")
    yield ask("metrics-then-nothing", "GET", "/nothing", daemon="metrics")
    yield ask("metrics-used", "GET", "/metrics", daemon="metrics")


def logs():
    """The log of these daemons is recorded, too."""
    for daemon in ("text-log", "json-log"):
        for name, case in {
            "simulate": request("POST", "/simulate?dt=1", json_body(THREE),
                                ["Accept: text/csv", 'User-Agent: a"b\\c\x01\xe9']),
            "bad": request("POST", "/simulate?dt=%22x", "{"),
            "nothing": request("GET", '/no"thing?x=\xe9', None, ["User-Agent: " + "x" * 500]),
            "long": request("GET", "/livez?" + "x" * 2000),
            "head": request("HEAD", "/version"),
            "file": request("GET", "/", None, ["If-None-Match: *"]),
            "put": request("PUT", "/bench", "body"),
            "rubbish": b"GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        }.items():
            yield Case(f"{daemon}-{name}", [case, 1], daemon)


def profiles():
    for prefix in ("/debug/pprof", "/pprof"):
        for name in ("heap", "cmdline", "symbol", "symbol?0x1", "symbol?zz", "nothing", ""):
            yield ask(f"profiling-{name_of(prefix + '/' + name.replace('?', '-'))}", "GET",
                      f"{prefix}/{name}", daemon="profiling")
        yield ask(f"profiling-{name_of(prefix)}-profile", "GET", f"{prefix}/profile?seconds=1",
                  daemon="profiling")
    for value in ("0", "3601", "x", "", "1.5", "-1", "12345"):
        yield ask(f"profiling-seconds-{value or 'empty'}", "GET",
                  f"/debug/pprof/profile?seconds={value}", daemon="profiling")
    yield ask("profiling-head", "HEAD", "/debug/pprof/cmdline", daemon="profiling")
    yield ask("profiling-options", "OPTIONS", "/debug/pprof/symbol", daemon="profiling")
    yield ask("profiling-post-profile", "POST", "/debug/pprof/profile", "", daemon="profiling")
    for name, body in (("address", "0x1+0x2"), ("empty", ""), ("bad", "0x1+main"), ("nul", "0x1\0"),
                       ("large", "0" * 1048577)):
        yield ask(f"profiling-symbol-{name}", "POST", "/debug/pprof/symbol", body,
                  daemon="profiling")


def cases():
    for group in (paths, files, bench, metrics, logs, profiles):
        yield from group()
