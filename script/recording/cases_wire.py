"""Framing, connections, limits, load and shutdown."""

from .case import (Case, THREE, ask, gzip_compress, json_body, npy_body, npy_file, npy_header,
                   particles,
                   request, simulate, triples)
from .cases_bodies import HALF
from .cases_simulate import CSV, NPY

BODY = json_body(THREE, triples)
POST = "POST /simulate HTTP/1.1\r\nHost: x\r\n"
LIVEZ = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
HIDDEN = "GET /version HTTP/1.1\r\nHost: x\r\n\r\n"
LENGTH = f"Content-Length: {len(BODY)}\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
CHUNKS = f"{len(BODY):x}\r\n{BODY}\r\n0\r\n\r\n"

# Each of them ends the connection, or is read in just one way.
FRAMING = {
    "length-and-chunked": POST + LENGTH + CHUNKED + "\r\n" + CHUNKS,
    "chunked-and-length": POST + CHUNKED + LENGTH + "\r\n" + CHUNKS,
    "two-lengths": POST + LENGTH + "Content-Length: 5\r\n\r\n" + BODY,
    "same-length-twice": POST + LENGTH + LENGTH + "\r\n" + BODY,
    "chunked-twice": POST + CHUNKED + CHUNKED + "\r\n" + CHUNKS,
    "coding-identity": POST + "Transfer-Encoding: identity\r\n\r\n" + CHUNKS,
    "coding-gzip-chunked": POST + "Transfer-Encoding: gzip, chunked\r\n\r\n" + CHUNKS,
    "coding-unknown": POST + "Transfer-Encoding: xchunked\r\n\r\n" + CHUNKS,
    "coding-empty": POST + "Transfer-Encoding:\r\n\r\n" + CHUNKS,
    "coding-tab": POST + "Transfer-Encoding: \x0bchunked\r\n\r\n" + CHUNKS,
    "chunked-http-1.0": "POST /simulate HTTP/1.0\r\n" + CHUNKED + "\r\n" + CHUNKS,
    "no-host": "GET /livez HTTP/1.1\r\n\r\n" + HIDDEN,
    "no-host-post": "POST /simulate HTTP/1.1\r\n" + LENGTH + "\r\n" + BODY,
    "two-hosts": "GET /livez HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" + HIDDEN,
    "nothing-there": "POST /nothing HTTP/1.1\r\nHost: x\r\n" + CHUNKED
                     + "Content-Length: 5\r\n\r\n0\r\n\r\n" + HIDDEN,
    "get-both": "GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n" + CHUNKED
                + "\r\n0\r\n\r\n" + HIDDEN,
    "blank-before-colon": POST + f"Content-Length : {len(BODY)}\r\n\r\n" + BODY,
    "coding-blank-before-colon": POST + "Transfer-Encoding : chunked\r\n\r\n" + CHUNKS,
    "host-blank-before-colon": "GET /livez HTTP/1.1\r\nHost : x\r\n\r\n" + HIDDEN,
    "folded-length": POST + f"Content-Length:\r\n {len(BODY)}\r\n\r\n" + BODY,
    "folded-length-digits": POST + "Content-Length: 4\r\n 9\r\n\r\n" + BODY,
    "folded-coding": POST + "Transfer-Encoding:\r\n\tchunked\r\n\r\n" + CHUNKS,
    "folded-name": POST + "Content-: 5\r\n Length\r\n\r\n" + HIDDEN,
    "folded-header": "GET /livez HTTP/1.1\r\nHost: x\r\nFolded: a\r\n b\r\n\r\n",
    "name-blank": "GET /livez HTTP/1.1\r\nHost: x\r\nContent Length: 5\r\n\r\n" + HIDDEN,
    "name-signs": "GET /livez HTTP/1.1\r\nHost: x\r\nX[]: 5\r\n\r\n" + HIDDEN,
    "name-empty": "GET /livez HTTP/1.1\r\nHost: x\r\n: 5\r\n\r\n",
    "no-colon": "GET /livez HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n",
    "length-letters": POST + f"Content-Length: {len(BODY)}x\r\n\r\n" + BODY,
    "length-negative": POST + "Content-Length: -5\r\n\r\n" + BODY,
    "length-plus": POST + f"Content-Length: +{len(BODY)}\r\n\r\n" + BODY,
    "length-list": POST + "Content-Length: 5, 5\r\n\r\n" + BODY,
    "length-empty": POST + "Content-Length:\r\n\r\n" + BODY,
    "length-huge": POST + "Content-Length: 99999999999999999999999\r\n\r\n" + BODY,
    "chunk-letters": POST + CHUNKED + "\r\nx\r\n" + BODY + "\r\n0\r\n\r\n" + HIDDEN,
    "chunk-negative": POST + CHUNKED + "\r\n-5\r\n" + BODY + "\r\n0\r\n\r\n" + HIDDEN,
    "chunk-short": POST + CHUNKED + f"\r\n{len(BODY) - 1:x}\r\n" + BODY + "\r\n0\r\n\r\n" + HIDDEN,
    "chunk-long": POST + CHUNKED + f"\r\n{len(BODY):x}\r\n" + BODY + "xx0\r\n\r\n" + HIDDEN,
    "chunk-huge": POST + CHUNKED + "\r\nffffffffffffffffffff\r\n" + BODY + "\r\n0\r\n\r\n" + HIDDEN,
    "line-feeds": "GET /livez HTTP/1.1\nHost: x\n\n",
    "blank-lines-first": "\r\n\r\n" + LIVEZ,
    "blanks-in-line": "GET  /livez  HTTP/1.1\r\nHost: x\r\n\r\n",
    "no-version": "GET /livez\r\n\r\n",
    "version-2": "GET /livez HTTP/2.0\r\nHost: x\r\n\r\n",
    "version-1.9": "GET /livez HTTP/1.9\r\nHost: x\r\n\r\n",
    "version-odd": "GET /livez XTTP/1.1\r\nHost: x\r\n\r\n",
    "target-relative": "GET livez HTTP/1.1\r\nHost: x\r\n\r\n",
    "tls": "\x16\x03\x01\x02\xfc\x03\x03\r\n\r\n",
    "value-nul": "GET /livez HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
    "header-64k": "GET /livez HTTP/1.1\r\nHost: x\r\nX: " + "x" * 60000 + "\r\n\r\n",
    "target-8k": "GET /livez?" + "x" * 8000 + " HTTP/1.1\r\nHost: x\r\n\r\n",
}


def framing():
    for name, text in FRAMING.items():
        yield Case(f"framing-{name}", [text.encode("latin-1"), 1])


def connections():
    yield Case("http-1.0", [b"GET /livez HTTP/1.0\r\n\r\n", 1])
    yield Case("http-1.0-keep-alive", [b"GET /livez HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", 1])
    yield Case("http-1.0-post", [request("POST", "/simulate", BODY, (), "1.0"), 1])
    yield Case("connection-close", [request("GET", "/livez", None,
                                            ["Connection: close"]) + LIVEZ.encode(), 1])
    yield Case("keep-alive", [LIVEZ.encode(), 1, request("POST", "/simulate", BODY), 1,
                              LIVEZ.encode(), 1])
    yield Case("keep-alive-after-problem", [request("POST", "/simulate", "{"), 1,
                                            request("POST", "/simulate", BODY), 1])
    yield Case("keep-alive-after-refusal", [request("POST", "/simulate", "x" * 5000,
                                                    ["Content-Type: text/html"]), 1,
                                            request("POST", "/simulate", BODY), 1])
    yield Case("pipelined", [request("POST", "/simulate", BODY) + LIVEZ.encode(), 2])
    six = [LIVEZ, POST + LENGTH + "\r\n" + BODY, POST + "Content-Length: 1\r\n\r\n{",
           POST + CHUNKED + "\r\n" + CHUNKS, "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", LIVEZ]
    yield Case("pipelined-six", ["".join(six).encode(), 6])
    yield Case("chunked", [(POST + CHUNKED + "\r\n" + CHUNKS).encode(), 1])
    chunks = "".join(f"1\r\n{c}\r\n" for c in BODY) + "000\r\nTrailer: x\r\n\r\n"
    yield Case("chunked-bytes", [(POST + "Transfer-Encoding: Chunked\r\n\r\n" + chunks).encode(),
                                 1])
    yield Case("chunked-empty", [(POST + CHUNKED + "\r\n0\r\n\r\n").encode(), 1])
    yield Case("chunked-extension",
               [(POST + CHUNKED + f"\r\n{len(BODY):X};a=\"b\"\r\n{BODY}\r\n0\r\n\r\n").encode(), 1])
    yield Case("in-pieces", [(POST + LENGTH).encode(), b"\r\n", BODY[:20].encode(),
                             BODY[20:].encode(), 1])
    yield Case("cut-off", [(POST + LENGTH + "\r\n").encode() + BODY[:9].encode(), "end", 1])
    yield Case("cut-off-chunk", [(POST + CHUNKED + "\r\n5\r\n{").encode(), "end", 1])
    expect = POST + LENGTH + "Expect: 100-continue\r\n"
    yield Case("expect", [(expect + "\r\n").encode(), 1, BODY.encode(), 1])
    yield Case("expect-refused", [(expect + "Content-Type: text/html\r\n\r\n").encode(), 1])
    yield Case("expect-unknown", [(POST + LENGTH + "Expect: something\r\n\r\n" + BODY).encode(), 1])
    yield Case("expect-bad-query", [(expect.replace("/simulate",
                                                    "/simulate?dt=x") + "\r\n").encode(), 1])
    yield Case("head-then-get", [request("HEAD", "/livez"), 1, LIVEZ.encode(), 1])


def limits():
    ten = [THREE[0]] * 10
    yield simulate("small-full", json_body(ten, triples), daemon="small")
    yield simulate("small-eleven", json_body(ten + THREE[:1], triples), daemon="small")
    yield simulate("small-eleven-columns",
                   '{"particles":{"x":[%s],"y":[],"ang_vel":[]}}' % ",".join("1" * 11),
                   daemon="small")
    yield simulate("small-eleven-csv", "x,y,ang_vel\n" + "1,1,1\n" * 11, CSV, daemon="small")
    yield simulate("small-eleven-npy", npy_body(ten + THREE[:1]), NPY, daemon="small")
    yield simulate("small-npy-header", npy_file(npy_header("'<f8'", False, "(11, 3)")), NPY,
                   daemon="small")
    yield simulate("small-body", " " * 2049, daemon="small")
    yield simulate("small-body-full", BODY + " " * (2048 - len(BODY)), daemon="small")
    yield simulate("small-body-gzip", gzip_compress(BODY + " " * 5000), "Content-Encoding: gzip",
                   daemon="small")
    yield simulate("small-body-large", " " * 1100000, daemon="small")
    yield Case("small-body-chunked", [(POST + CHUNKED + "\r\n801\r\n" + " " * 2049).encode(), 1],
               "small")
    yield Case("small-body-expect",
               [(POST + "Content-Length: 3000\r\nExpect: 100-continue\r\n\r\n").encode(), 1],
               "small")
    yield ask("small-body-get", "GET", "/livez", " " * 2049, daemon="small")
    yield ask("small-bench", "GET", "/bench", daemon="small")
    yield ask("small-bench-work", "GET", "/bench?particles=10", daemon="small")
    for method in ("euler", "fast", "reference", "closed_form", "analytic"):
        yield simulate(f"small-work-{method}", json_body(ten, method=f'"{method}"'), daemon="small")
    yield simulate("small-work-query", json_body(ten), query="?method=euler&dt=1", daemon="small")
    yield simulate("small-work-times", json_body(ten), query="?method=euler&times=0,1",
                   daemon="small")
    many = particles(60000)
    yield simulate("memory-json", json_body(many), daemon="memory")
    yield simulate("memory-npy", npy_body(many), NPY, daemon="memory")
    yield ask("memory-bench", "GET", "/bench?particles=60000", daemon="memory")
    yield simulate("memory-response", npy_body(many[:20000]), NPY, "Accept: application/json",
                   daemon="memory")
    yield simulate("memory-gzip", gzip_compress(npy_body(many[:10000])), NPY, "Content-Encoding: gzip",
                   daemon="memory")
    yield simulate("memory-fits", json_body(THREE), daemon="memory")


# A computation of minutes, and the number of workers at work when it runs.
LONG = request("POST", "/simulate?method=reference&dt=1000&timestep=0.000001", BODY)
RUNS = (LONG, "particled_workers_busy", 1)
WAITS = (LONG, "particled_queue_depth", 1)
BENCH = (request("GET", "/bench?max_time=1000&particles=200000&dt=0.001"), "particled_workers_busy",
         1)
PROFILE = (request("GET", "/debug/pprof/profile?seconds=1000"), "particled_requests_in_flight", 2)


def load():
    heavy = "/simulate?method=reference&dt=0.1"
    yield ask("busy-queue-full", "POST", heavy, BODY, daemon="busy", before=(RUNS, WAITS))
    yield ask("busy-queue-full-bench", "GET", "/bench", daemon="busy", before=(RUNS, WAITS))
    yield ask("busy-tiny", "POST", "/simulate?dt=0", BODY, daemon="busy", before=(RUNS, WAITS))
    yield ask("busy-ready", "GET", "/readyz", daemon="busy", before=(RUNS, WAITS))
    yield ask("busy-bench", "GET", "/bench", daemon="busy", before=(BENCH,))
    yield ask("busy-bench-post", "POST", "/bench", BODY, daemon="busy", before=(BENCH,))
    yield ask("busy-memory", "POST", "/simulate",
              npy_file(npy_header("'<f8'", False, "(250000, 3)"), HALF * 750000), NPY,
              daemon="busy", before=(BENCH,))
    yield ask("busy-profile", "GET", "/debug/pprof/profile?seconds=1", daemon="busy",
              before=(PROFILE,))
    yield Case("hurried-head", [b"GET /livez HTTP/1.1\r\nHost: x\r\n", 1], "hurried")
    yield Case("hurried-body", [(POST + LENGTH + "\r\n{").encode(), 1], "hurried")
    yield Case("hurried-computation", [LONG, 1], "hurried")
    frames = LONG.replace(b"?", b"?frames=2&")
    yield Case("hurried-frames", [frames, 1], "hurried")
    lines = frames.replace(b"Host", b"Accept: application/x-ndjson\r\nHost")
    yield Case("hurried-lines", [lines, 1], "hurried")
    for name, text in (("livez", LIVEZ.encode()), ("readyz", request("GET", "/readyz")),
                       ("simulate", request("POST", "/simulate", BODY)),
                       ("bench", request("GET", "/bench")), ("bench-post",
                                                             request("POST", "/bench", BODY)),
                       ("file", request("GET", "/web/number_format.js")),
                       ("nothing", request("GET", "/nothing"))):
        yield Case(f"draining-{name}", [text, 1], "draining")


def cases():
    for group in (framing, connections, limits, load):
        yield from group()
