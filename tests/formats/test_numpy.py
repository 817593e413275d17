#!/usr/bin/env python3
"""Usage: test_numpy.py [URL]    (or PARTICLED_URL in the environment)

Exchanges arrays with a running particled: what NumPy saves it must read, what it answers NumPy must
load, and of broken files it must take none that NumPy reads in another way. Prints what failed and,
at the end, "N passed, N failed"; the exit status is 1 when anything failed."""

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
    """Counts one test."""
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
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()


def saved(array, version=(1, 0)):
    """What numpy.save writes, in a version of the format."""
    file = io.BytesIO()
    numpy.lib.format.write_array(file, array, version=version, allow_pickle=True)
    return file.getvalue()


def loaded(body):
    """The array of a body that is one NPY file and nothing else."""
    file = io.BytesIO(body)
    array = numpy.load(file, allow_pickle=False)
    if file.read(1):
        raise ValueError("bytes behind the array")
    return array


def same(a, b):
    """The same shape and the same bits, but for the order in memory."""
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()


def some(count, dtype="<f8"):
    """Particles away from the origin."""
    generator = numpy.random.Generator(numpy.random.PCG64(count))
    return numpy.asarray(generator.uniform(0.1, 1, (count, 3)), dtype)


def structured(array, order, dtypes):
    """The rows as an array of structures."""
    fields = [(NAMES[column], dtype) for column, dtype in zip(order, dtypes)]
    result = numpy.empty(len(array), dtype=fields)
    for column, name in enumerate(NAMES):
        result[name] = array[:, column]
    return result


def comes_back(daemon, name, body, expected):
    """0 steps give the same particles back, as <f8."""
    status, headers, answer = daemon.post(body, "?dt=0")
    if status != 200:
        check(False, name, status, answer)
        return
    check(same(loaded(answer), numpy.asarray(expected, "<f8")), name)


# --- what NumPy writes ----------------------------------------------------------------------------


def matrices(daemon):
    for version, order, dtype, count in itertools.product(
        ((1, 0), (2, 0), (3, 0)), "CF", ("<f8", "<f4"), (1, 2, 3, 10, 1000, 5000)
    ):
        array = numpy.asarray(some(count, dtype), order=order)
        name = f"matrix {version} {order} {dtype} {count}"
        comes_back(daemon, name, saved(array, version), array)


def structures(daemon):
    array = some(101, "<f4")
    for order in itertools.permutations(range(3)):
        for dtypes in itertools.product(("<f8", "<f4"), repeat=3):
            for version in ((1, 0), (2, 0), (3, 0)):
                body = saved(structured(array, order, dtypes), version)
                comes_back(daemon, f"structures {version} {order} {dtypes}", body, array)


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
        comes_back(daemon, name, saved(array), array)


def extremes(daemon):
    """Every finite pattern of bits, as far as it may be a particle that stays where it is."""
    for dtype, bits in (("<f8", numpy.uint64), ("<f4", numpy.uint32)):
        generator = numpy.random.Generator(numpy.random.PCG64(7))
        array = some(20000, dtype)
        patterns = generator.integers(0, numpy.iinfo(bits).max, 20000, bits, endpoint=True)
        numbers = patterns.view(dtype)
        array[:, 1] = numpy.where(numpy.isfinite(numbers) & (abs(numbers) < 1e100), numbers, 0)
        array[:4, 2] = [0.0, -0.0, 5e-324, -5e-324]
        for order in "CF":
            body = saved(numpy.asarray(array, order=order))
            comes_back(daemon, f"extremes {dtype} {order}", body, array)


# --- what particled writes ------------------------------------------------------------------------


def answers(daemon):
    for count in (1, 2, 9, 10, 99, 100, 12345, 100000):
        array = some(count)
        status, headers, body = daemon.post(saved(array))
        name = f"answer of {count}"
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
    """NPY and JSON, in and out, hold the same numbers."""
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


# --- what is refused ------------------------------------------------------------------------------


def refused(daemon):
    """And the expression that `detail` recommends, where there is one, is taken."""
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
            comes_back(daemon, name + ", mended", saved(array), array)
        elif advice == "a.T":
            comes_back(daemon, name + ", mended", saved(array.T), array.T)
        elif advice == "a.ravel()":
            comes_back(daemon, name + ", mended", saved(array.ravel()), a)
        elif array is padded:
            array = numpy.column_stack([padded[name] for name in NAMES])
            comes_back(daemon, name + ", mended", saved(array), array)


def nothing(daemon):
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
    """Every file that is cut off, and some that are too long."""
    body = saved(some(4))
    for size in range(len(body)):
        status, _, answer = daemon.post(body[:size])
        check(status == 400 and json.loads(answer)["byte"] == size, "cut off at", size, answer)
    for more in (1, 8, 24, 1000):
        status, _, answer = daemon.post(body + bytes(more))
        check(status == 400 and json.loads(answer)["byte"] == len(body), "longer by", more, answer)
    status, _, answer = daemon.post(body + body)
    check(status == 400, "two arrays", answer)


# --- mutations ------------------------------------------------------------------------------------


def mutated(body, head):
    """The body with a few bytes of its head changed, taken out or put in."""
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
        if random.randrange(2):  # or most would fail for their length alone
            length = int.from_bytes(body[8:10], "little") + (0, 1, -1)[kind]
            body[8:10] = (length % 65536).to_bytes(2, "little")
    return bytes(body)


def mutations(daemon):
    """Whatever is taken, NumPy reads too, and in the same way."""
    random.seed(1)
    array = some(3)
    seeds = [
        saved(array),
        saved(numpy.asarray(array, order="F")),
        saved(array, (2, 0)),
        saved(structured(array, (2, 0, 1), ("<f8", "<f4", "<f8"))),
    ]
    taken = 0
    for number in range(MUTATIONS):
        seed = seeds[number % len(seeds)]
        body = mutated(seed, seed.index(b"}") + 3)
        status, _, answer = daemon.post(body, "?dt=0")
        if status != 200:
            check(status in (400, 413, 422), "mutation", body, status)
            continue
        taken += 1
        try:
            expected = loaded(body)
            if expected.dtype.names:
                expected = numpy.column_stack([expected[name] for name in NAMES])
            check(same(loaded(answer), numpy.asarray(expected, "<f8")), "mutation", body)
        except Exception as error:
            check(False, "mutation is taken, but not by NumPy:", body, error)
    check(taken > 100, "mutations taken:", taken)


def main():
    url = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("PARTICLED_URL")
    if not url:
        sys.exit(__doc__)
    daemon = Daemon(url)
    for test in (matrices, structures, views, extremes, answers, formats, refused, nothing,
                 not_finite, sizes, mutations):
        test(daemon)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
