"""What a case is, and how its bytes are made."""

import ctypes
import gzip
import struct
from dataclasses import dataclass

# Daemons by name: the options that each is started with, beside --listen. One I/O thread: the
# order of log lines and counters is then the order of the requests.
THREADS = ["--io-threads", "1", "--workers", "2"]
DAEMONS = {
    "plain": THREADS,
    "text-log": THREADS + ["--access-log", "on"],
    "json-log": THREADS + ["--access-log", "on", "--log-format", "json", "--log-level", "debug"],
    "metrics": THREADS,
    "profiling": THREADS + ["--profiling", "on"],
    "portable": THREADS + ["--simd", "portable"],
    "avx2": THREADS + ["--simd", "avx2"],
    "workers": THREADS + ["--inline-below", "0"],
    "small": THREADS + ["--max-body", "2K", "--max-particles", "10", "--max-particle-steps",
                        "1000"],
    "memory": THREADS + ["--memory-limit", "1M"],
    "busy": ["--io-threads", "1", "--workers", "1", "--queue-limit", "1", "--memory-limit", "16M",
             "--profiling", "on"],
    "hurried": THREADS + ["--request-timeout", "0.3"],
    "draining": THREADS,
}


@dataclass
class Case:
    """One conversation with a daemon. Each step sends bytes, or is a number of responses to
    read. Each item of `before` is a request that another connection sends first, with a metric
    and the value to wait for; its response is not read."""

    name: str
    steps: list
    daemon: str = "plain"
    before: tuple = ()


@dataclass
class Command:
    """One run of a program. The word TEMPORARY in an argument is a folder of its own, the word
    URL that of a daemon."""

    name: str
    program: str
    arguments: list
    environment: tuple = ()
    mask: object = None  # what to replace in the output, beside what all commands have
    exact: bool = False  # replaces nothing


def request(method, target, body=None, headers=(), version="1.1"):
    """The bytes of a request; a body has a Content-Length."""
    lines = [f"{method} {target} HTTP/{version}", "Host: particled"]
    lines += headers
    if body is not None:
        body = body if isinstance(body, bytes) else body.encode()
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines + ["", ""]).encode("latin-1") + (body or b"")


def ask(name, method, target, body=None, *headers, daemon="plain", before=()):
    """A case of one request and one response."""
    return Case(name, [request(method, target, body, headers), 1], daemon, before)


def simulate(name, body, *headers, query="", daemon="plain"):
    return ask(name, "POST", "/simulate" + query, body, *headers, daemon=daemon)


# --- particles ----------------------------------------------------------------------------------

THREE = [(0.3, 0.5, 1.0), (0.0, -0.5, -1.0), (-0.1, -0.4, 3.0)]


def particles(count):
    """The same ones every time: the generator is that of Park and Miller."""
    seed, rows = 1, []
    for _ in range(count):
        row = []
        for _ in range(3):
            seed = seed * 16807 % 2147483647
            row.append(2 * seed / 2147483647 - 1)
        rows.append(tuple(row))
    return rows


def objects(rows):
    return ",".join('{"x":%r,"y":%r,"ang_vel":%r}' % row for row in rows).join("[]")


def triples(rows):
    return ",".join("[%r,%r,%r]" % row for row in rows).join("[]")


def columns(rows):
    x, y, ang_vel = (",".join(map(repr, column)) for column in zip(*rows))
    return '{"x":[%s],"y":[%s],"ang_vel":[%s]}' % (x, y, ang_vel)


def json_body(rows, shape=objects, **options):
    members = ['"particles":' + shape(rows)]
    members += ['"%s":%s' % option for option in options.items()]
    return ",".join(members).join("{}")


def csv_body(rows):
    return "x,y,ang_vel\n" + "".join("%r,%r,%r\n" % row for row in rows)


def npy_file(header, data=b"", version=(1, 0)):
    """An NPY file with this header, padded as NumPy does it."""
    size = 2 if version[0] == 1 else 4
    header = header.encode("latin-1")
    header += b" " * (-(len(header) + 9 + size) % 64) + b"\n"
    length = struct.pack("<H" if size == 2 else "<I", len(header))
    return b"\x93NUMPY" + bytes(version) + length + header + data


def npy_header(descr, fortran, shape):
    return "{'descr': %s, 'fortran_order': %s, 'shape': %s, }" % (descr, fortran, shape)


def npy_body(rows, descr="<f8", fortran=False):
    numbers = [number for row in (zip(*rows) if fortran else rows) for number in row]
    data = struct.pack("<%d%s" % (len(numbers), "d" if descr == "<f8" else "f"), *numbers)
    return npy_file(npy_header("'%s'" % descr, fortran, "(%d, 3)" % len(rows)), data)


# --- compression --------------------------------------------------------------------------------

try:
    zstd = ctypes.CDLL("libzstd.so.1")
    for function in (zstd.ZSTD_compress, zstd.ZSTD_decompress, zstd.ZSTD_compressBound):
        function.restype = ctypes.c_size_t
except OSError:
    zstd = None  # then the daemon that is built here has none either


def gzip_compress(data):
    return gzip.compress(data if isinstance(data, bytes) else data.encode(), mtime=0)


def zstd_compress(data):
    data = data if isinstance(data, bytes) else data.encode()
    if not zstd:
        return b""
    buffer = ctypes.create_string_buffer(zstd.ZSTD_compressBound(ctypes.c_size_t(len(data))))
    size = zstd.ZSTD_compress(buffer, ctypes.c_size_t(len(buffer)), data, ctypes.c_size_t(len(data)), 3)
    return buffer.raw[:size]


def zstd_decompress(data):
    """Raises ValueError for what is no zstd, or too long for the recording."""
    buffer = ctypes.create_string_buffer(64 << 20)
    size = zstd.ZSTD_decompress(buffer, ctypes.c_size_t(len(buffer)), data, ctypes.c_size_t(len(data)))
    if zstd.ZSTD_isError(ctypes.c_size_t(size)):
        raise ValueError("no zstd")
    return buffer.raw[:size]
