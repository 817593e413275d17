#!/usr/bin/env python3
"""Usage: test_tools.py [URL]    (or PARTICLED_URL in the environment)

Exchanges particles with a running particled as the tools of its users make and read them: tables of
pandas, films as arrays of NumPy, files that gzip and zstd have packed. Prints what failed and, at the
end, "N passed, N failed"; the exit status is 1 when anything failed."""

import io
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request

import numpy
import pandas

COUNT = 5000
NAMES = ["x", "y", "ang_vel"]

passed = failed = 0
url = (sys.argv[1:] or [os.environ.get("PARTICLED_URL", "http://127.0.0.1:8080")])[0]


def check(condition, name, *what):
    """Counts one test."""
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print("failed:", name, *what)


def post(body, query="", **headers):
    """The answer's body; names of headers have _ for -."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url + "/simulate" + query, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        check(False, "status", error.code, error.read()[:300])
        sys.exit("no answer, no further test")


def piped(command, data):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def bits(array):
    return numpy.asarray(array, "<f8").tobytes()


random = numpy.random.default_rng(1)
particles = random.uniform(-1, 1, (COUNT, 3))
particles[::7] *= 1e-100  # magnitudes that still have a square
particles[::5] *= 1e120
table = pandas.DataFrame(particles, columns=NAMES)
body = json.dumps({"particles": particles.tolist()}).encode()
answer = numpy.array(json.loads(post(body))["particles"])


def csv(data):
    # its default parser of numbers may miss the last bit
    return pandas.read_csv(io.BytesIO(data), float_precision="round_trip")


def same_table(name, data):
    result = csv(data)
    check(list(result.columns) == NAMES, name, "columns", list(result.columns))
    check(bits(result[NAMES]) == bits(answer), name, "bits")


# pandas writes and reads CSV, in whatever order of columns
text = table.to_csv(index=False).encode()
same_table("csv", post(text, Content_Type="text/csv", Accept="text/csv"))
text = table[["ang_vel", "y", "x"]].to_csv(index=False, lineterminator="\r\n").encode() \
    if "lineterminator" in pandas.DataFrame.to_csv.__code__.co_varnames \
    else table[["ang_vel", "y", "x"]].to_csv(index=False, line_terminator="\r\n").encode()
same_table("csv in another order", post(text, Content_Type="text/csv", Accept="text/csv"))
text = table.to_csv(index=False, quoting=2).encode()  # names in quotes, numbers not
same_table("csv with quotes", post(text, Content_Type="text/csv", Accept="text/csv"))
read = csv(post(body, Accept="text/csv"))
check(bits(read[NAMES]) == bits(answer), "json to csv")
records = json.loads(post(json.dumps({"particles": table.to_dict("records")}).encode()))
check(bits(pandas.DataFrame(records["particles"])[NAMES]) == bits(answer), "records")
columns = json.loads(post(json.dumps({"particles": table.to_dict("list")}).encode()))
check(bits(pandas.DataFrame(columns["particles"])[NAMES]) == bits(answer), "columns")

# films
film = numpy.load(io.BytesIO(post(body, "?frames=7", Accept="application/x-npy")))
check(film.shape == (7, COUNT, 3) and film.dtype == numpy.dtype("<f8"), "film", film.shape)
check(bits(film[-1]) == bits(answer), "film", "last frame")
lines = [json.loads(line) for line in post(body, "?frames=7", Accept="application/x-ndjson").splitlines()]
check(len(lines) == 8 and "timing" in lines[-1], "lines", len(lines))
for k, line in enumerate(lines[:-1]):
    check(bits(line["particles"]) == bits(film[k]), "lines", k)
frames = csv(post(body, "?frames=7", Accept="text/csv"))
check(list(frames.columns) == ["frame"] + NAMES, "csv film", list(frames.columns))
for k, group in frames.groupby("frame"):
    check(bits(group[NAMES]) == bits(film[k - 1]), "csv film", k)

# gzip and zstd, the tools
npy = io.BytesIO()
numpy.save(npy, particles)
for name, pack, unpack in [("gzip", ["gzip", "-c"], ["gzip", "-dc"]),
                           ("zstd", ["zstd", "-qc"], ["zstd", "-dqc"]),
                           ("zstd", ["zstd", "-qc19"], ["zstd", "-dqc"])]:
    packed = post(piped(pack, body), Content_Encoding=name, Accept_Encoding=name, Accept="text/csv")
    same_table(name + " json", piped(unpack, packed))
    packed = post(piped(pack, npy.getvalue()), Content_Encoding=name, Accept_Encoding=name,
                  Content_Type="application/x-npy", Accept="application/x-npy")
    check(bits(numpy.load(io.BytesIO(piped(unpack, packed)))) == bits(answer), name, "npy")

print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
