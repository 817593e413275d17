#!/usr/bin/env python3
"""Usage: test_numpy.py [URL]    (or PARTICLED_URL in the environment)

Exchanges arrays with a running particled. It must read what NumPy saves, NumPy must load its
responses, and it must read a damaged file as NumPy does or refuse it. Prints the failed checks and, at
the end, "N passed, N failed"; the exit status is 1 if any check failed."""

import http.client
import io
import itertools
import json
import os
import random
import sys
import urllib.parse

import numpy

NPY = "application/x-npy"
NAMES = ("x", "y", "ang_vel")
MUTATIONS = 20000

passed = failed = 0


def check(condition, name, *what):
    """Counts one check."""
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print("failed:", name, *what)


class Daemon:
    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60)

    def post(self, body, query="", accept=NPY, content_type=NPY):
        """Status, headers, body."""
        headers = {"Content-Type": content_type, "Accept": accept}
        self.connection.request("POST", "/simulate" + query, body, headers)
        response = self.connection.getresponse()
        return response.status, response.headers, response.read()


def saved(array, version=(1, 0)):
    """Returns what numpy.save writes, in the given version of the format."""
    file = io.BytesIO()
    numpy.lib.format.write_array(file, array, version=version, allow_pickle=True)
    return file.getvalue()


def loaded(body):
    """Returns the array of a body, which must be one NPY file and nothing else."""
    file = io.BytesIO(body)
    array = numpy.load(file, allow_pickle=False)
    if file.read(1):
        raise ValueError("bytes after the array")
    return array


def same(a, b):
    """True if shape and bits are equal; the order in memory may differ."""
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()


def some(count, dtype="<f8"):
    """Returns random particles that are not near the origin."""
    generator = numpy.random.Generator(numpy.random.PCG64(count))
    return numpy.asarray(generator.uniform(0.1, 1, (count, 3)), dtype)


def structured(array, order, dtypes):
    """Returns the rows as an array of structures."""
    fields = [(NAMES[column], dtype) for column, dtype in zip(order, dtypes)]
    result = numpy.empty(len(array), dtype=fields)
    for column, name in enumerate(NAMES):
        result[name] = array[:, column]
    return result


def check_round_trip(daemon, name, body, expected):
    """Checks that 0 steps return the same particles, as <f8."""
    status, headers, response = daemon.post(body, "?dt=0")
    if status != 200:
        check(False, name, status, response)
        return
    check(same(loaded(response), numpy.asarray(expected, "<f8")), name)


# --- what NumPy writes ----------------------------------------------------------------------------


def matrices(daemon):
    for version, order, dtype, count in itertools.product(
        ((1, 0), (2, 0), (3, 0)), "CF", ("<f8", "<f4"), (1, 2, 3, 10, 1000, 5000)
    ):
        array = numpy.asarray(some(count, dtype), order=order)
        name = f"matrix {version} {order} {dtype} {count}"
        check_round_trip(daemon, name, saved(array, version), array)


def structures(daemon):
    array = some(101, "<f4")
    for order in itertools.permutations(range(3)):
        for dtypes in itertools.product(("<f8", "<f4"), repeat=3):
            for version in ((1, 0), (2, 0), (3, 0)):
                body = saved(structured(array, order, dtypes), version)
                check_round_trip(daemon, f"structures {version} {order} {dtypes}", body, array)


def views(daemon):
    wide = some(90)
    for name, array in (
        ("every second row", wide[::2]),
        ("backwards", wide[::-1]),
        ("transposed", numpy.ascontiguousarray(wide.T).T),
        ("broadcast", numpy.broadcast_to(wide[0], (7, 3))),
        ("one row", wide[:1]),
        ("column_stack", numpy.column_stack([wide[:, 0], wide[:, 1], wide[:, 2]])),
        ("native", wide.astype(float)),
        ("read-only", numpy.frombuffer(wide.tobytes()).reshape(-1, 3)),
    ):
        check_round_trip(daemon, name, saved(array), array)


def extremes(daemon):
    """Random patterns of bits, as far as they are coordinates that 0 steps do not change."""
    for dtype, bits in (("<f8", numpy.uint64), ("<f4", numpy.uint32)):
        generator = numpy.random.Generator(numpy.random.PCG64(7))
        array = some(20000, dtype)
        patterns = generator.integers(0, numpy.iinfo(bits).max, 20000, bits, endpoint=True)
        numbers = patterns.view(dtype)
        array[:, 1] = numpy.where(numpy.isfinite(numbers) & (abs(numbers) < 1e100), numbers, 0)
        array[:4, 2] = [0.0, -0.0, 5e-324, -5e-324]
        for order in "CF":
            body = saved(numpy.asarray(array, order=order))
            check_round_trip(daemon, f"extremes {dtype} {order}", body, array)


# --- what particled writes ------------------------------------------------------------------------


def responses(daemon):
    for count in (1, 2, 9, 10, 99, 100, 12345, 100000):
        array = some(count)
        status, headers, body = daemon.post(saved(array))
        name = f"response of {count}"
        file = io.BytesIO(body)
        check(numpy.lib.format.read_magic(file) == (1, 0), name, "version")
        shape, fortran, dtype = numpy.lib.format.read_array_header_1_0(file)
        check(shape == (count, 3) and fortran and dtype == numpy.dtype("<f8"), name, "header")
        check(file.tell() % 64 == 0, name, "alignment of the data")
        check(len(body) == file.tell() + 24 * count, name, "length")
        check(headers["Content-Type"] == NPY, name, "type")
        check(headers["Particled-Steps"] == "10000", name, "steps")
        check(headers["Particled-Method"] == "closed_form", name, "method")
        moved = loaded(body)
        check(same(moved[:, 2], array[:, 2]), name, "ang_vel")
        # each step adds c^2 to the squared radius
        before, after = ((a[:, :2] ** 2).sum(axis=1) for a in (array, moved))
        expected = before + 10000 * (1e-5 * array[:, 2]) ** 2
        check(numpy.allclose(after, expected, rtol=1e-14, atol=0), name, "radius")


def formats(daemon):
    """NPY and JSON, as request and response, contain the same numbers."""
    array = some(500)
    document = json.dumps({"particles": array.tolist()})
    kinds = {NPY: saved(array), "application/json": document}
    for query in ("", "?method=analytic&dt=3", "?method=euler&dt=0.01", "?method=reference&dt=0.01"):
        results = []
        for content_type, accept in itertools.product(kinds, kinds):
            status, _, body = daemon.post(kinds[content_type], query, accept, content_type)
            check(status == 200, f"{content_type} to {accept}", query, body[:200])
            if accept == NPY:
                results.append(loaded(body))
            else:
                results.append(numpy.array(json.loads(body)["particles"]))
        for result in results[1:]:
            check(same(results[0], result), "formats agree", query)


# --- refused --------------------------------------------------------------------------------------


def refused(daemon):
    """Other arrays are refused; the array that `detail` recommends is accepted."""
    a = some(5)
    plain = structured(a, (0, 1, 2), ("<f8",) * 3)
    padded = numpy.empty(5, numpy.dtype([("x", "<f4"), ("y", "<f8"), ("ang_vel", "<f8")], align=True))
    for name in NAMES:
        padded[name] = plain[name]
    stack = "numpy.column_stack([x, y, ang_vel])"
    for array, advice in (
        (a.astype(">f8"), "numpy.asarray(a, '<f8')"),
        (a.astype("<f2"), "numpy.asarray(a, '<f8')"),
        (a.astype(numpy.longdouble), "numpy.asarray(a, '<f8')"),
        ((10 * a).astype(int), "numpy.asarray(a, '<f8')"),
        (a > 0, "numpy.asarray(a, '<f8')"),
        (a.astype(object), "numpy.asarray(a, '<f8')"),
        (a.astype(complex), "numpy.asarray(a, '<f8')"),
        (a.astype("S8"), "numpy.asarray(a, '<f8')"),
        (a[:2, :2], stack),
        (some(5).T, "a.T"),
        (numpy.ascontiguousarray(some(5).T), "a.T"),
        (a[:, :2], stack),
        (a[0], stack),
        (a.reshape(5, 3, 1), stack),
        (numpy.float64(3), stack),
        (plain.reshape(5, 1), "a.ravel()"),
        (padded, stack),
        (plain[["x", "y"]], stack),
        (numpy.zeros(5, [("x", "<f8"), ("y", "<f8"), ("z", "<f8")]), stack),
        (numpy.zeros(5, [("x", "<f8"), ("y", "<f8"), ("ang_vel", "<f8", (2,))]), stack),
        (numpy.zeros(5, [("x", "<f8"), ("y", "<f8"), ("\u03c9", "<f8")]), stack),
        (numpy.zeros(5, [("x", [("x", "<f8")]), ("y", "<f8"), ("ang_vel", "<f8")]), stack),
    ):
        name = f"refused {numpy.asarray(array).dtype} {numpy.shape(array)}"
        version = (3, 0) if "\u03c9" in str(numpy.asarray(array).dtype) else (1, 0)
        status, _, body = daemon.post(saved(numpy.asarray(array), version))
        if status != 422:
            check(False, name, status, body[:200])
            continue
        problem = json.loads(body)
        check(problem["pointer"] == "/particles", name, problem)
        check(problem["detail"].endswith("; send " + advice + "."), name, problem["detail"])
        if advice.startswith("numpy.asarray") and array.dtype != complex:
            array = numpy.asarray(array, "<f8")
            check_round_trip(daemon, name + ", corrected", saved(array), array)
        elif advice == "a.T":
            check_round_trip(daemon, name + ", corrected", saved(array.T), array.T)
        elif advice == "a.ravel()":
            check_round_trip(daemon, name + ", corrected", saved(array.ravel()), a)
        elif array is padded:
            array = numpy.column_stack([padded[name] for name in NAMES])
            check_round_trip(daemon, name + ", corrected", saved(array), array)


def no_particles(daemon):
    status, _, body = daemon.post(saved(numpy.empty((0, 3))))
    check(status == 422 and b"at least one particle" in body, "no particles", body)


def not_finite(daemon):
    for value, order, at in itertools.product((numpy.nan, numpy.inf), "CF", range(30)):
        array = some(10)
        array[at // 3, at % 3] = value
        status, _, body = daemon.post(saved(numpy.asarray(array, order=order)))
        pointer = json.loads(body).get("pointer")
        check(status == 422 and pointer == f"/particles/{at // 3}/{NAMES[at % 3]}", "not finite", body)


def sizes(daemon):
    """A file that ends early, at every byte, and files that are too long."""
    body = saved(some(4))
    for size in range(len(body)):
        status, _, response = daemon.post(body[:size])
        check(status == 400 and json.loads(response)["byte"] == size, "ends at", size, response)
    for more in (1, 8, 24, 1000):
        status, _, response = daemon.post(body + bytes(more))
        check(status == 400 and json.loads(response)["byte"] == len(body), "longer by", more, response)
    status, _, response = daemon.post(body + body)
    check(status == 400, "two arrays", response)


# --- mutations ------------------------------------------------------------------------------------


def mutated(body, head):
    """Returns the body with a few bytes of its header replaced, removed or inserted."""
    body = bytearray(body)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        at = random.randrange(head)
        byte = random.choice(b" \n'\"(){}[],:\\<>=|f8421035TFxu\x00\x01\x02\x93\xff")
        kind = random.randrange(3)
        if kind == 0:
            body[at] = byte
        elif kind == 1:
            body.insert(at, byte)
        else:
            del body[at]
        if random.randrange(2):  # otherwise the wrong length would be the only error of most
            length = int.from_bytes(body[8:10], "little") + (0, 1, -1)[kind]
            body[8:10] = (length % 65536).to_bytes(2, "little")
    return bytes(body)


def mutations(daemon):
    """NumPy reads every body that is accepted, with the same result."""
    random.seed(1)
    array = some(3)
    seeds = [
        saved(array),
        saved(numpy.asarray(array, order="F")),
        saved(array, (2, 0)),
        saved(structured(array, (2, 0, 1), ("<f8", "<f4", "<f8"))),
    ]
    accepted = 0
    for number in range(MUTATIONS):
        seed = seeds[number % len(seeds)]
        body = mutated(seed, seed.index(b"}") + 3)
        status, _, response = daemon.post(body, "?dt=0")
        if status != 200:
            check(status in (400, 413, 422), "mutation", body, status)
            continue
        accepted += 1
        try:
            expected = loaded(body)
            if expected.dtype.names:
                expected = numpy.column_stack([expected[name] for name in NAMES])
            check(same(loaded(response), numpy.asarray(expected, "<f8")), "mutation", body)
        except Exception as error:
            check(False, "mutation is accepted, but not by NumPy:", body, error)
    check(accepted > 100, "mutations accepted:", accepted)


def main():
    url = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("PARTICLED_URL")
    if not url:
        sys.exit(__doc__)
    daemon = Daemon(url)
    for test in (matrices, structures, views, extremes, responses, formats, refused, no_particles,
                 not_finite, sizes, mutations):
        test(daemon)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
