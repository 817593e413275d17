"""POST /simulate: formats, methods, options, frames, pictures, compression."""

from .case import (Case, THREE, ask, columns, csv_body, gzip_compress, json_body, npy_body, npy_file,
                   npy_header, objects, particles, request, simulate, triples, zstd_compress)

CSV, NPY = "Content-Type: text/csv", "Content-Type: application/x-npy"
BODIES = {
    "objects": (json_body(THREE), ()),
    "triples": (json_body(THREE, triples), ()),
    "columns": (json_body(THREE, columns), ()),
    "csv": (csv_body(THREE), (CSV,)),
    "npy": (npy_body(THREE), (NPY,)),
}
RESPONSE_TYPES = {
    "json": "application/json",
    "csv": "text/csv",
    "npy": "application/x-npy",
    "svg": "image/svg+xml",
    "lines": "application/x-ndjson",
}
METHODS = ("closed_form", "analytic", "euler", "fast", "reference")


def formats():
    for source, (body, headers) in BODIES.items():
        for target, media_type in RESPONSE_TYPES.items():
            yield simulate(f"format-{source}-to-{target}", body, f"Accept: {media_type}", *headers)
    some = particles(40)
    for descr in ("<f8", "<f4"):
        for fortran in (False, True):
            yield simulate(f"npy-{descr[1:]}-{'fortran' if fortran else 'c'}",
                           npy_body(some, descr, fortran), NPY, "Accept: text/csv")
    fields = {"f8": "[('x', '<f8'), ('y', '<f8'), ('ang_vel', '<f8')]",
              "mixed": "[('ang_vel', '<f4'), ('x', '<f8'), ('y', '<f4')]"}
    for name, descr in fields.items():
        size = 24 if name == "f8" else 16
        data = (b"\0\0\0\0\0\0\xe0\x3f" * 12)[:4 * size]
        yield simulate(f"npy-structures-{name}", npy_file(npy_header(descr, False, "(4,)"), data),
                       NPY)
    for version in ((2, 0), (3, 0)):
        header = npy_header("'<f8'", False, "(1, 3)")
        yield simulate(f"npy-version-{version[0]}",
                       npy_file(header, b"\0\0\0\0\0\0\xe0\x3f" * 3, version), NPY)


def methods():
    some = particles(40)
    for method in METHODS:
        for name, query in (("default", ""), ("long", "&dt=2&timestep=0.001"), ("still", "&dt=0"),
                            ("short", "&dt=1e-6"), ("turns", "&dt=30&timestep=0.1")):
            yield simulate(f"method-{method}-{name}", json_body(some),
                           query=f"?method={method}{query}")
        for kernels in ("portable", "avx2"):
            yield simulate(f"method-{method}-{kernels}", json_body(some, triples),
                           query=f"?method={method}&dt=0.01", daemon=kernels)
        yield simulate(f"method-{method}-columns", json_body(some, columns, dt="0.05",
                                                             method=f'"{method}"'))
        yield simulate(f"method-{method}-one-by-worker", json_body(THREE[:1], triples),
                       query=f"?method={method}", daemon="workers")
    numbers = ("1", "-0.0", "1e-200", "-1.5E+3", "0.1000000000000000055511151231257827", "5e-324",
               "123456789012345678901234567890", "1" + "0" * 100, "0." + "3" * 500)
    body = ",".join(f"[0.5,{number},0]" for number in numbers)
    yield simulate("numbers", '{"particles":[%s]}' % body)
    yield simulate("blanks", ' \t\r\n{ "dt" : 0.1 ,\n"particles" :\t[ [ 0.3 , 0.5 , 1 ] ] }\r\n ')
    yield simulate("escapes", '{"\\u0070articles":[{"\\u0078":0.3,"y":0.5,"ang\\u005fvel":1}],'
                              '"method":"eu\\u006cer"}')


def options():
    body = json_body(THREE, triples)
    for name, query in {
        "dt": "dt=1", "timestep": "timestep=0.001", "method": "method=analytic",
        "frames": "frames=2",
        "times": "times=0,0.05,0.1", "all": "dt=1&timestep=0.01&method=euler&frames=2",
        "plus": "dt=1e+0", "plus-encoded": "dt=1e%2B0", "empty": "", "name-only": "dt",
        "no-value": "dt=",
        "twice": "dt=1&dt=1", "unknown": "delta=1", "near": "timesteps=1", "animate": "animate=1",
        "times-and-dt": "times=0,1&dt=1", "times-and-frames": "times=0,1&frames=2",
        "times-back": "times=0,1,0.5", "times-negative": "times=-1", "times-text": "times=0,a",
        "times-empty": "times=", "times-comma": "times=0,", "dt-text": "dt=long",
        "dt-nan": "dt=nan",
        "dt-negative": "dt=-1", "dt-infinite": "dt=1e999", "dt-leading-zero": "dt=01",
        "dt-point": "dt=.5",
        "dt-long": "dt=0." + "1" * 1100, "timestep-zero": "timestep=0",
        "timestep-negative": "timestep=-1",
        "steps-too-many": "dt=1e10&timestep=1e-9", "method-unknown": "method=eular",
        "method-empty": "method=",
        "method-long": "method=" + "x" * 200, "frames-zero": "frames=0",
        "frames-half": "frames=1.5",
        "frames-many": "frames=1000001", "escaped": "%64t=%31", "nul": "dt=1%00",
        "not-utf8": "d%FFt=1",
    }.items():
        yield simulate(f"query-{name}", body, query="?" + query)
    for name, members in {
        "dt": {"dt": "1"}, "timestep": {"timestep": "0.001"}, "method": {"method": '"fast"'},
        "frames": {"frames": "3"}, "times": {"times": "[0,0.05,0.1]"},
        "all": {"dt": "1", "timestep": "0.01", "method": '"euler"', "frames": "2"},
    }.items():
        yield simulate(f"member-{name}", json_body(THREE, **members))
    yield simulate("member-and-query", json_body(THREE, dt="1"), query="?dt=1")
    yield simulate("member-and-query-times", json_body(THREE, times="[1]"), query="?frames=2")


def frames():
    for target, media_type in RESPONSE_TYPES.items():
        for method in ("closed_form", "euler", "analytic"):
            yield simulate(f"frames-{method}-{target}", json_body(THREE, triples),
                           f"Accept: {media_type}",
                           query=f"?frames=3&method={method}")
        yield simulate(f"times-{target}", json_body(THREE, columns), f"Accept: {media_type}",
                       query="?times=0,0.01,0.5&timestep=0.001")
        yield simulate(f"times-one-{target}", csv_body(THREE), f"Accept: {media_type}", CSV,
                       query="?times=0.2")
    for method in ("fast", "reference"):
        yield simulate(f"frames-{method}", json_body(THREE),
                       query=f"?frames=2&dt=0.01&method={method}")
    yield simulate("frames-more-than-steps", json_body(THREE), query="?frames=5&dt=3e-5")
    yield simulate("frames-compressed", json_body(particles(40)), "Accept-Encoding: gzip",
                   query="?frames=20")
    yield Case("frames-http-1.0", [request("POST", "/simulate?frames=2", json_body(THREE),
                                           ["Accept: application/x-ndjson"], "1.0"), 1])


def pictures():
    svg = "Accept: image/svg+xml"
    some = json_body(particles(40))
    yield simulate("picture", some, svg, query="?dt=0.5")
    yield simulate("picture-animate-1", some, svg, query="?animate=1&frames=8")
    yield simulate("picture-animate-0", some, svg, query="?animate=0&frames=8")
    yield simulate("picture-animate-2", some, svg, query="?animate=2")
    yield simulate("picture-animate-twice", some, svg, query="?animate=1&animate=1")
    yield simulate("picture-times", some, svg, query="?times=0,1,2,3&method=analytic")
    yield simulate("picture-still", some, svg, query="?dt=0")
    yield simulate("picture-one", json_body(THREE[:1]), svg, query="?animate=1")
    yield simulate("picture-many", json_body(particles(3000)), svg, query="?animate=1")
    yield simulate("picture-compressed", some, svg, "Accept-Encoding: gzip")


def compression():
    body = json_body(particles(100))
    compressed = {"gzip": gzip_compress(body), "zstd": zstd_compress(body)}
    for coding, data in compressed.items():
        header = f"Content-Encoding: {coding}"
        half = len(body) // 2
        compress = gzip_compress if coding == "gzip" else zstd_compress
        yield simulate(f"compressed-{coding}", data, header)
        yield simulate(f"compressed-{coding}-upper-case", data, header.upper())
        yield simulate(f"compressed-{coding}-members", compress(body[:half]) + compress(body[half:]), header)
        yield simulate(f"compressed-{coding}-csv", compress(csv_body(THREE)), header, CSV,
                       "Accept: text/csv")
        yield simulate(f"compressed-{coding}-npy", compress(npy_body(THREE)), header, NPY,
                       "Accept: text/csv")
        yield simulate(f"compressed-{coding}-cut", data[:-9], header)
        yield simulate(f"compressed-{coding}-damaged", data[:40] + bytes(40) + data[80:], header)
        yield simulate(f"compressed-{coding}-rubbish-behind", data + b"rubbish", header)
        yield simulate(f"compressed-{coding}-plain", body, header)
        yield simulate(f"compressed-{coding}-empty", b"", header)
        yield simulate(f"compressed-{coding}-bad-json", compress('{"particles":[[1,2,3],\n[1,2}'), header)
        yield ask(f"compressed-{coding}-bench", "POST", "/bench?dt=0&min_rounds=0", data, header)
    for name, value in {"deflate": "deflate", "two": "gzip, zstd", "identity": "identity",
                        "none": "",
                        "unknown": "brotli-9"}.items():
        yield simulate(f"compressed-by-{name}", body, f"Content-Encoding: {value}")
    yield simulate("compressed-two-lines", body, "Content-Encoding: gzip", "Content-Encoding: gzip")
    for name, value in {
        "gzip": "gzip", "zstd": "zstd", "both": "gzip, zstd", "gzip-liked": "gzip;q=1, zstd;q=0.5",
        "identity-liked": "gzip;q=0.5, identity", "any": "*", "gzip-only": "gzip, identity;q=0",
        "not-any": "*;q=0", "not-any-but-zstd": "zstd;q=0.1, *;q=0",
        "nothing": "identity;q=0, gzip;q=0, zstd;q=0",
        "unknown": "br", "empty": "", "bad-quality": "gzip;q=2", "upper": "GZIP",
    }.items():
        yield simulate(f"accept-encoding-{name}", body, f"Accept-Encoding: {value}")
    for target in ("csv", "npy", "lines"):
        for coding in compressed:
            yield simulate(f"{coding}-of-{target}", body, f"Accept-Encoding: {coding}",
                           f"Accept: {RESPONSE_TYPES[target]}")
    small = json_body(THREE, triples)
    yield simulate("gzip-of-little", small, "Accept-Encoding: gzip")
    yield simulate("gzip-of-little-must", small, "Accept-Encoding: gzip, identity;q=0")
    yield simulate("zstd-of-little-must", small, "Accept-Encoding: zstd, identity;q=0")
    yield simulate("gzip-of-problem", "{", "Accept-Encoding: gzip, identity;q=0")
    yield simulate("gzip-no-transform", body, "Accept-Encoding: gzip",
                   "Cache-Control: no-transform")
    yield ask("gzip-of-file", "GET", "/", None, "Accept-Encoding: gzip")
    yield ask("gzip-of-metrics", "GET", "/livez", None, "Accept-Encoding: gzip, identity;q=0")


def large():
    many = particles(100000)
    for source, body in (("objects", json_body(many)), ("triples", json_body(many, triples)),
                         ("columns", json_body(many, columns))):
        yield simulate(f"large-{source}", body)
    yield simulate("large-csv", csv_body(many), CSV, "Accept: text/csv")
    yield simulate("large-npy", npy_body(many), NPY, "Accept: application/x-npy")
    yield simulate("large-npy-fortran", npy_body(many, "<f8", True), NPY, "Accept: text/csv")
    yield simulate("large-npy-frames", npy_body(many), NPY, "Accept: application/x-npy",
                   query="?frames=3")
    npy = npy_body(many[:30000])
    yield simulate("large-lines", npy, NPY, "Accept: application/x-ndjson", query="?frames=3")
    yield simulate("large-picture", npy, NPY, "Accept: image/svg+xml")
    yield simulate("large-euler", npy, NPY, "Accept: text/csv", query="?method=euler&dt=0.001")
    yield simulate("large-gzip", npy, NPY, "Accept-Encoding: gzip")
    yield simulate("large-zstd", npy, NPY, "Accept-Encoding: zstd")
    yield simulate("large-bad", json_body(many)[:-20] + "}")
    yield simulate("large-bad-type", npy, "Content-Type: text/html")
    yield Case("large-http-1.0", [request("POST", "/simulate", npy, [NPY], "1.0"), 1])


def cases():
    for group in (formats, methods, options, frames, pictures, compression, large):
        yield from group()
