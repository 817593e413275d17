"""POST /simulate with bodies, media types and particles that are refused."""

import struct

from .case import (Case, THREE, csv_body, json_body, npy_body, npy_file, npy_header, request,
                   simulate,
                   triples)
from .cases_simulate import CSV, NPY

# The first group breaks the syntax, the second is valid JSON that is no request.
JSON = {
    "empty": "", "blank": " \n", "cut": "{", "cut-name": '{"part',
    "cut-array": '{"particles":[[1,2,3]',
    "cut-number": '{"particles":[[1,2,', "cut-escape": '{"particles":[],"method":"\\',
    "no-colon": '{"particles" []}',
    "no-comma": '{"particles":[[1,2,3] [1,2,3]]}', "comma-last": '{"particles":[[1,2,3],]}',
    "comma-object": '{"particles":[[1,2,3]],}', "comma-first": '{"particles":[,[1,2,3]]}',
    "no-quotes": "{particles:[]}",
    "single-quotes": "{'particles':[]}", "brackets": '{"particles":[[1,2,3}]}',
    "behind": '{"particles":[[1,2,3]]} x',
    "twice": '{"particles":[[1,2,3]]}{}', "comment": '{"particles":[[1,2,3]] /* no */}',
    "word": '{"particles":nul}',
    "word-long": '{"particles":nulls}', "plus": '{"particles":[[+1,2,3]]}',
    "point": '{"particles":[[.5,2,3]]}',
    "point-last": '{"particles":[[5.,2,3]]}', "zero": '{"particles":[[01,2,3]]}',
    "minus": '{"particles":[[-,2,3]]}',
    "exponent": '{"particles":[[1e,2,3]]}', "hexadecimal": '{"particles":[[0x1,2,3]]}',
    "nan": '{"particles":[[NaN,2,3]]}',
    "infinity": '{"particles":[[-Infinity,2,3]]}',
    "byte-order-mark": b'\xef\xbb\xbf{"particles":[[1,2,3]]}',
    "utf16": '{"particles":[[1,2,3]]}'.encode("utf-16"),
    "not-utf8": b'{"particles":[[1,2,3]],"method":"\xff"}',
    "overlong": b'{"particles":[[1,2,3]],"method":"\xc0\xaf"}',
    "surrogate": '{"particles":[[1,2,3]],"method":"\\ud800"}',
    "surrogate-low": '{"particles":[[1,2,3]],"method":"\\udc00x"}',
    "escape": '{"particles":[[1,2,3]],"method":"\\x"}',
    "escape-u": '{"particles":[[1,2,3]],"method":"\\u12g4"}',
    "control": '{"particles":[[1,2,3]],"method":"a\nb"}',
    "nul": '{"particles":[[1,2,3]],\0"dt":1}', "deep": "[" * 65,
    "deep-allowed": '{"particles":' + "[" * 63,
    "second-line": '{"particles":[\n[1,2,3],\n[1,2,x]]}',
    "syntax-after-invalid": '{"partycles":[[1,2,3]],}',

    "number": "1", "string": '"particles"', "null": "null", "true": "true", "array": "[[1,2,3]]",
    "object": "{}",
    "unknown": '{"partikles":[[1,2,3]]}', "unknown-long": '{"%s":1}' % ("x" * 300),
    "unknown-odd": '{"\\u00e9\\n/~":1}',
    "member-twice": '{"particles":[[1,2,3]],"particles":[[1,2,3]]}',
    "dt-twice": '{"dt":1,"dt":1,"particles":[[1,2,3]]}',
    "no-particles": '{"dt":1}', "particles-empty": '{"particles":[]}',
    "particles-null": '{"particles":null}',
    "particles-number": '{"particles":3}', "particles-string": '{"particles":"three"}',
    "particles-of-numbers": '{"particles":[1,2,3]}',
    "object-unknown": '{"particles":[{"x":1,"y":2,"z":3}]}',
    "object-lacks": '{"particles":[{"x":1}]}',
    "object-empty": '{"particles":[{}]}',
    "object-twice": '{"particles":[{"x":1,"x":1,"y":2,"ang_vel":3}]}',
    "object-string": '{"particles":[{"x":"1","y":2,"ang_vel":3}]}',
    "object-null": '{"particles":[{"x":null,"y":2,"ang_vel":3}]}',
    "object-true": '{"particles":[{"x":true,"y":2,"ang_vel":3}]}',
    "object-nested": '{"particles":[{"x":{},"y":2,"ang_vel":3}]}',
    "object-then-triple": '{"particles":[{"x":1,"y":2,"ang_vel":3},[1,2,3]]}',
    "triple-then-object": '{"particles":[[1,2,3],{}]}',
    "triple-short": '{"particles":[[1,2,3],[1,2]]}', "triple-long": '{"particles":[[1,2,3,4]]}',
    "triple-empty": '{"particles":[[]]}',
    "triple-nested": '{"particles":[[1,[2],3]]}', "columns-empty": '{"particles":{}}',
    "columns-of-nothing": '{"particles":{"x":[],"y":[],"ang_vel":[]}}',
    "columns-lack": '{"particles":{"x":[1],"y":[2]}}',
    "columns-lengths": '{"particles":{"x":[1,2],"y":[2],"ang_vel":[3]}}',
    "columns-unknown": '{"particles":{"x":[1],"y":[2],"angvel":[3]}}',
    "columns-number": '{"particles":{"x":1,"y":[2],"ang_vel":[3]}}',
    "columns-string": '{"particles":{"x":["1"],"y":[2],"ang_vel":[3]}}',
    "too-large": '{"particles":[[1,2,1e999]]}',
    "digits": '{"particles":[[1,2,%s]]}' % ("1" * 1025),
    "dt-string": '{"particles":[[1,2,3]],"dt":"1"}',
    "dt-null": '{"particles":[[1,2,3]],"dt":null}',
    "dt-negative": '{"particles":[[1,2,3]],"dt":-0.1}',
    "dt-too-large": '{"particles":[[1,2,3]],"dt":1e999}',
    "timestep-zero": '{"particles":[[1,2,3]],"timestep":0}',
    "timestep-array": '{"particles":[[1,2,3]],"timestep":[1]}',
    "steps": '{"particles":[[1,2,3]],"dt":1e9,"timestep":1e-9}',
    "method-number": '{"particles":[[1,2,3]],"method":1}',
    "method-unknown": '{"particles":[[1,2,3]],"method":"Euler"}',
    "frames-zero": '{"particles":[[1,2,3]],"frames":0}',
    "frames-half": '{"particles":[[1,2,3]],"frames":2.5}',
    "frames-many": '{"particles":[[1,2,3]],"frames":1e7}',
    "times-empty": '{"particles":[[1,2,3]],"times":[]}',
    "times-number": '{"particles":[[1,2,3]],"times":1}',
    "times-string": '{"particles":[[1,2,3]],"times":["1"]}',
    "times-back": '{"particles":[[1,2,3]],"times":[1,1]}',
    "times-negative": '{"particles":[[1,2,3]],"times":[-1]}',
    "times-many": '{"particles":[[1,2,3]],"times":[%s]}' % ",".join(map(str, range(10001))),
    "times-and-dt": '{"particles":[[1,2,3]],"times":[1],"dt":1}',
    "times-and-frames": '{"particles":[[1,2,3]],"frames":2,"times":[1]}',
}

CSV_BODIES = {
    "empty": "", "header-only": "x,y,ang_vel\n", "no-header": "0.3,0.5,1\n",
    "crlf": "x,y,ang_vel\r\n0.3,0.5,1\r\n",
    "no-end": "x,y,ang_vel\n0.3,0.5,1", "order": "ang_vel,x,y\n1,0.3,0.5\n",
    "quotes": '"x","y","ang_vel"\n"0.3","0.5","1"\n',
    "blanks": " x ,\ty, ang_vel\n 0.3 , 0.5\t,1 \n",
    "byte-order-mark": b"\xef\xbb\xbfx,y,ang_vel\n0.3,0.5,1\n",
    "blank-lines-last": "x,y,ang_vel\n0.3,0.5,1\n\n \n", "blank-line": "x,y,ang_vel\n\n0.3,0.5,1\n",
    "upper-case": "X,Y,ANG_VEL\n1,2,3\n",
    "unknown": "x,y,ang_val\n1,2,3\n", "column-twice": "x,y,x\n1,2,3\n",
    "column-missing": "x,y\n1,2\n", "column-more": "x,y,ang_vel,mass\n1,2,3,4\n",
    "field-missing": "x,y,ang_vel\n1,2\n", "field-more": "x,y,ang_vel\n1,2,3,4\n",
    "field-empty": "x,y,ang_vel\n1,,3\n",
    "text": "x,y,ang_vel\n0.3,0.5,1\n0,-0.5,fast\n", "nan": "x,y,ang_vel\nnan,0.5,1\n",
    "infinite": "x,y,ang_vel\n1e999,0.5,1\n",
    "plus": "x,y,ang_vel\n+1,0.5,1\n", "blank-in-quotes": 'x,y,ang_vel\n" 1",0.5,1\n',
    "quote-open": 'x,y,ang_vel\n"1,0.5,1\n',
    "quote-inside": 'x,y,ang_vel\n1"2,0.5,1\n', "quote-behind": 'x,y,ang_vel\n"1"2,0.5,1\n',
    "quote-doubled": 'x,y,ang_vel\n"1""2",0.5,1\n',
    "carriage-return": "x,y,ang_vel\r0.3,0.5,1\r", "control": "x,y,ang_vel\n1\x01,0.5,1\n",
    "nul": "x,y,ang_vel\n1\0,0.5,1\n",
    "not-utf8": b"x,y,ang_vel\n\xff,0.5,1\n", "semicolons": "x;y;ang_vel\n1;2;3\n",
    "long-field": "x,y,ang_vel\n%s,1,1\n" % ("1" * 2000),
    "origin": "x,y,ang_vel\n0,0,1\n",
}

HALF = b"\0\0\0\0\0\0\xe0\x3f"


def npy_bodies():
    whole = npy_body(THREE)
    yield "empty", b""
    yield "cut-magic", whole[:4]
    yield "cut-length", whole[:9]
    yield "cut-header", whole[:40]
    yield "cut-data", whole[:-10]
    yield "no-data", whole[:128]
    yield "behind", whole + b"x"
    yield "no-magic", b"PK" + whole[2:]
    yield "version", whole[:6] + b"\4\0" + whole[8:]
    yield "header-long", npy_file("{" + " " * 20000)
    for name, header in {
        "no-dict": "[1, 2]", "no-end": "{'descr': '<f8'", "no-colon": "{'descr' '<f8'}",
        "key-twice": "{'descr': '<f8', 'descr': '<f8', }",
        "key-unknown": "{'descr': '<f8', 'order': False, 'shape': (1, 3), }",
        "key-missing": "{'descr': '<f8', 'shape': (1, 3), }",
        "behind-dict": npy_header("'<f8'", False, "(1, 3)") + "x",
        "shape-number": npy_header("'<f8'", False, "3"),
        "shape-text": npy_header("'<f8'", False, "(1, 'a')"),
        "order-number": npy_header("'<f8'", 1, "(1, 3)"),
        "shape-wide": npy_header("'<f8'", False, "(3, 5)"),
        "shape-turned": npy_header("'<f8'", False, "(3, 4)"),
        "shape-flat": npy_header("'<f8'", False, "(3,)"),
        "shape-none": npy_header("'<f8'", False, "()"),
        "shape-three": npy_header("'<f8'", False, "(1, 1, 3)"),
        "shape-empty": npy_header("'<f8'", False, "(0, 3)"),
        "shape-huge": npy_header("'<f8'", False, "(99999999999, 3)"),
        "shape-overflow": npy_header("'<f8'", False, "(99999999999999999999999, 3)"),
        "big-endian": npy_header("'>f8'", False, "(1, 3)"),
        "integers": npy_header("'<i8'", False, "(1, 3)"),
        "objects": npy_header("'|O'", False, "(1, 3)"),
        "fields-two": npy_header("[('x', '<f8'), ('y', '<f8')]", False, "(1,)"),
        "fields-unknown": npy_header("[('x', '<f8'), ('y', '<f8'), ('v', '<f8')]", False, "(1,)"),
        "fields-shape": npy_header("[('x', '<f8'), ('y', '<f8'), ('ang_vel', '<f8')]", False,
                                   "(1, 1)"),
        "fields-integer": npy_header("[('x', '<i4'), ('y', '<f8'), ('ang_vel', '<f8')]", False,
                                     "(1,)"),
    }.items():
        yield name, npy_file(header, HALF * 3)
    for name, number in (("nan", float("nan")), ("infinite", float("inf")),
                         ("minus-infinite", float("-inf"))):
        yield name, npy_file(npy_header("'<f8'", False, "(2, 3)"),
                             struct.pack("<6d", 1, 1, 1, 1, 1, number))
    yield "origin", npy_body([(0.0, 0.0, 1.0)])


def domain():
    for name, particle in {
        "origin": (0.0, 0.0, 1.0), "origin-still": (0.0, -0.0, 0.0),
        "radius-small": (1e-160, 1e-160, 1.0), "radius-large": (1e154, 1e154, 1.0),
        "small-component": (1e-170, 0.5, 1.0), "step-small": (1.0, 1.0, 1e-160),
        "step-large": (1.0, 1.0, 1e160), "still": (0.3, 0.5, 0.0),
        "angle": (1.0, 1.0, 1e18),
    }.items():
        for method in ("closed_form", "analytic"):
            yield simulate(f"domain-{name}-{method}", json_body([THREE[0], particle], triples),
                           query=f"?method={method}")
    yield simulate("domain-columns", '{"particles":{"x":[1,0],"y":[1,0],"ang_vel":[1,1]}}')
    yield simulate("domain-end", json_body([(1.0, 1.0, 1e100)], triples),
                   query="?dt=1e100&timestep=1e90")
    yield simulate("domain-frames", json_body([(0.0, 0.0, 1.0)], triples),
                   "Accept: application/x-ndjson", query="?frames=3")


def media_types():
    body = json_body(THREE, triples)
    for name, value in {
        "json": "application/json", "parameter": "application/json; charset=utf-8",
        "upper": "Application/JSON", "form": "application/x-www-form-urlencoded",
        "html": "text/html", "empty": "", "octets": "application/octet-stream",
        "json-suffix": "application/vnd.x+json", "no-slash": "json",
        "lines": "application/x-ndjson", "long": "text/" + "x" * 300, "not-ascii": "text/\xe9",
    }.items():
        yield simulate(f"content-type-{name}", body, f"Content-Type: {value}")
    yield simulate("content-type-csv-parameter", csv_body(THREE),
                   "Content-Type: text/csv; header=absent")
    for name, value in {
        "any": "*/*", "text-any": "text/*", "image-any": "image/*",
        "application-any": "application/*", "html": "text/html", "none": "",
        "liked": "text/csv;q=0.5, application/json;q=0.4", "equal": "text/csv, application/json",
        "refused": "application/json;q=0, */*;q=0.1",
        "nothing": "*/*;q=0", "bad-quality": "text/csv;q=x",
        "browser": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
        "blanks": " text/csv ; q=1 ", "upper": "TEXT/CSV", "png": "image/png",
    }.items():
        yield simulate(f"accept-{name}", body, f"Accept: {value}")
    yield simulate("accept-two-lines", body, "Accept: text/html", "Accept: text/csv")
    yield simulate("accept-html-bad-body", "{", "Accept: text/html")
    yield simulate("type-and-query-wrong", body, "Content-Type: text/html", query="?dt=x")


def cases():
    for name, body in JSON.items():
        yield simulate(f"json-{name}", body)
    for name, body in CSV_BODIES.items():
        yield simulate(f"csv-{name}", body, CSV)
    for name, body in npy_bodies():
        yield simulate(f"npy-bad-{name}", body, NPY)
    yield from domain()
    yield from media_types()
    yield Case("no-body", [request("POST", "/simulate"), 1])
