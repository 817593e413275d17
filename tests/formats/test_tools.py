#!/usr/bin/env python3
"""Usage: test_tools.py [URL]    (or PARTICLED_URL in the environment)

Exchanges particles with a running particled in the formats of other tools: tables of pandas, frames as
arrays of NumPy, bodies that gzip and zstd have compressed. Prints the failed checks and, at the end,
"N passed, N failed"; the exit status is 1 if any check failed."""

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
    """Counts one check."""
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print("failed:", name, *what)


def post(body, query="", **headers):
    """Returns the body of the response. Names of headers have _ instead of -."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url + "/simulate" + query, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.read()
    except urllib.error.HTTPError as error:
        check(False, "status", error.code, error.read()[:300])
        sys.exit("the request failed, so the other checks cannot run")


def piped(command, data):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def bits(array):
    return numpy.asarray(array, "<f8").tobytes()


random = numpy.random.default_rng(1)
particles = random.uniform(-1, 1, (COUNT, 3))
particles[::7] *= 1e-100  # magnitudes whose squares are still finite and not 0
particles[::5] *= 1e120
table = pandas.DataFrame(particles, columns=NAMES)
body = json.dumps({"particles": particles.tolist()}).encode()
expected = numpy.array(json.loads(post(body))["particles"])


def csv(data):
    # the default parser of numbers may be wrong in the last bit
    return pandas.read_csv(io.BytesIO(data), float_precision="round_trip")


def same_table(name, data):
    result = csv(data)
    check(list(result.columns) == NAMES, name, "columns", list(result.columns))
    check(bits(result[NAMES]) == bits(expected), name, "bits")


# pandas writes and reads CSV, with any order of columns
text = table.to_csv(index=False).encode()
same_table("csv", post(text, Content_Type="text/csv", Accept="text/csv"))
text = table[["ang_vel", "y", "x"]].to_csv(index=False, lineterminator="\r\n").encode() \
    if "lineterminator" in pandas.DataFrame.to_csv.__code__.co_varnames \
    else table[["ang_vel", "y", "x"]].to_csv(index=False, line_terminator="\r\n").encode()
same_table("csv in another order", post(text, Content_Type="text/csv", Accept="text/csv"))
text = table.to_csv(index=False, quoting=2).encode()  # names in quotes, numbers not
same_table("csv with quotes", post(text, Content_Type="text/csv", Accept="text/csv"))
read = csv(post(body, Accept="text/csv"))
check(bits(read[NAMES]) == bits(expected), "json to csv")
records = json.loads(post(json.dumps({"particles": table.to_dict("records")}).encode()))
check(bits(pandas.DataFrame(records["particles"])[NAMES]) == bits(expected), "records")
columns = json.loads(post(json.dumps({"particles": table.to_dict("list")}).encode()))
check(bits(pandas.DataFrame(columns["particles"])[NAMES]) == bits(expected), "columns")

# frames
npy_frames = numpy.load(io.BytesIO(post(body, "?frames=7", Accept="application/x-npy")))
check(npy_frames.shape == (7, COUNT, 3) and npy_frames.dtype == numpy.dtype("<f8"), "npy frames", npy_frames.shape)
check(bits(npy_frames[-1]) == bits(expected), "npy frames", "last frame")
lines = [json.loads(line) for line in post(body, "?frames=7", Accept="application/x-ndjson").splitlines()]
check(len(lines) == 8 and "timing" in lines[-1], "lines", len(lines))
for k, line in enumerate(lines[:-1]):
    check(bits(line["particles"]) == bits(npy_frames[k]), "lines", k)
frames = csv(post(body, "?frames=7", Accept="text/csv"))
check(list(frames.columns) == ["frame"] + NAMES, "csv frames", list(frames.columns))
for k, group in frames.groupby("frame"):
    check(bits(group[NAMES]) == bits(npy_frames[k - 1]), "csv frames", k)

# the tools gzip and zstd
npy = io.BytesIO()
numpy.save(npy, particles)
for name, compress, decompress in [("gzip", ["gzip", "-c"], ["gzip", "-dc"]),
                                   ("zstd", ["zstd", "-qc"], ["zstd", "-dqc"]),
                                   ("zstd", ["zstd", "-qc19"], ["zstd", "-dqc"])]:
    compressed = post(piped(compress, body), Content_Encoding=name, Accept_Encoding=name, Accept="text/csv")
    same_table(name + " json", piped(decompress, compressed))
    compressed = post(piped(compress, npy.getvalue()), Content_Encoding=name, Accept_Encoding=name,
                      Content_Type="application/x-npy", Accept="application/x-npy")
    check(bits(numpy.load(io.BytesIO(piped(decompress, compressed)))) == bits(expected), name, "npy")

print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
