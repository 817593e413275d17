"""The programs on the command line."""

import json
import statistics

from . import mask
from .case import Command

DAEMON_OPTIONS = {
    "help": ["--help"], "version": ["--version"], "unknown": ["--nothing"], "ambiguous": ["--max"],
    "word": ["word"], "no-value": ["--listen"],
    "listen-empty": ["--listen", ""], "listen-bad": ["--listen", "nowhere"],
    "listen-port": ["--listen", "127.0.0.1:99999"],
    "listen-ipv6": ["--listen", "[::1"], "listen-path-long": ["--listen", "/" + "x" * 200],
    "listen-missing-folder": ["--listen", "TEMPORARY/no/socket"],
    "simd": ["--simd", "mmx"], "io-threads-zero": ["--io-threads", "0"],
    "workers-text": ["--workers", "two"], "workers-many": ["--workers", "1000000"],
    "inline-below": ["--inline-below", "1001"], "queue-limit": ["--queue-limit", "0"],
    "max-body": ["--max-body", "1X"], "max-body-huge": ["--max-body", "9999999T"],
    "max-body-negative": ["--max-body", "-1"], "max-particles": ["--max-particles", "0"],
    "max-particle-steps": ["--max-particle-steps", "99999999999999999999"],
    "memory-limit": ["--memory-limit", "1K"], "max-connections": ["--max-connections", "0"],
    "request-timeout": ["--request-timeout", "0"],
    "request-timeout-text": ["--request-timeout", "1e3"],
    "drain-timeout": ["--drain-timeout", "86401"], "log-level": ["--log-level", "loud"],
    "log-format": ["--log-format", "xml"], "access-log": ["--access-log", "yes"],
    "profiling": ["--profiling", "1"],
    "check-bad": ["--check", "http://nowhere"], "check-closed-port": ["--check", "http://127.0.0.1:1"],
    "check-path": ["--check", "TEMPORARY/socket"],
    "check-ready": ["--check", "URL"], "check-ready-path": ["--check", "URL/livez"],
    "help-and-bad": ["--workers", "0", "--help"],
    "help-first": ["--help", "--workers", "0"],
}

QUICK = ["--particles", "20", "--dt", "0.001", "--min-rounds", "2", "--max-time", "0.000001",
         "--warmup", "off"]
BENCH_OPTIONS = {
    "help": ["--help"], "version": ["--version"], "list": ["--list"], "text": QUICK,
    "json": QUICK + ["--format", "json"],
    "json-data": QUICK + ["--format", "json", "--data"], "csv": QUICK + ["--format", "csv"],
    "svg": QUICK + ["--format", "svg"],
    "one": QUICK + ["--methods", "euler", "--format", "json"],
    "simd": QUICK + ["--simd", "portable", "--format", "json"],
    "memory": QUICK + ["--memory"], "memory-json": QUICK + ["--memory", "--format", "json"],
    "codec": QUICK + ["--codec"],
    "save": QUICK + ["--save", "/dev/stdout"],
    "unknown": ["--nothing"], "word": ["word"], "no-value": ["--particles"],
    "particles-zero": ["--particles", "0"], "particles-text": ["--particles", "x"],
    "dt-negative": ["--dt", "-1"], "timestep-zero": ["--timestep", "0"],
    "steps": ["--dt", "1e10", "--timestep", "1e-9"], "seed": ["--seed", "-1"],
    "methods": ["--methods", "eular"], "methods-twice": ["--methods", "euler,euler"],
    "rounds": ["--min-rounds", "0"], "time": ["--max-time", "0"],
    "warmup": ["--warmup", "maybe"], "simd-bad": ["--simd", "mmx"], "format": ["--format", "xml"],
    "fail-ratio": ["--fail-ratio", "x"],
    "fail-ratio-alone": ["--fail-ratio", "1.1"], "memory-csv": ["--memory", "--format", "csv"],
    "codec-save": ["--codec", "--save", "TEMPORARY/x"],
    "load-missing": ["--load", "TEMPORARY/missing", "--format", "json"],
    "load-alone": ["--load", "TEMPORARY/before.json"],
    "load-no-json": ["--load", "/dev/null", "--format", "json"],
    "compare-missing": ["--load", "TEMPORARY/before.json", "--compare", "TEMPORARY/missing"],
    "save-nowhere": QUICK + ["--save", "TEMPORARY/no/file"],
}

# These read files with fixed figures, so nothing in their output needs a placeholder.
LOAD = ["--load", "TEMPORARY/after.json"]
COMPARE = LOAD + ["--compare", "TEMPORARY/before.json"]
EXACT_OPTIONS = {
    "load-json": LOAD + ["--format", "json"], "load-csv": LOAD + ["--format", "csv"],
    "load-svg": LOAD + ["--format", "svg"],
    "load-hyperfine": LOAD + ["--export-hyperfine", "/dev/stdout"],
    "load-save": LOAD + ["--save", "/dev/stdout"],
    "compare": COMPARE, "compare-json": COMPARE + ["--format", "json"],
    "compare-csv": COMPARE + ["--format", "csv"],
    "compare-svg": COMPARE + ["--format", "svg"],
    "compare-fails": COMPARE + ["--fail-ratio", "1.05"],
    "compare-passes": COMPARE + ["--fail-ratio", "3"],
}

ENVIRONMENT = {"workers": ("PARTICLED_WORKERS", "0"), "max-body": ("PARTICLED_MAX_BODY", "x"),
               "simd": ("PARTICLED_SIMD", "mmx"),
               "log-level": ("PARTICLED_LOG_LEVEL", "")}



def benchmark(name, rounds):
    """What particle-bench --save writes about a method."""
    rounds = sorted(rounds)
    q1, median, q3 = statistics.quantiles(rounds, n=4, method="inclusive")
    mean = statistics.mean(rounds)
    stats = {"min": rounds[0], "max": rounds[-1], "mean": mean, "stddev": statistics.stdev(rounds),
             "rounds": len(rounds),
             "median": median, "iqr": q3 - q1, "q1": q1, "q3": q3, "iqr_outliers": 1,
             "stddev_outliers": 2, "outliers": "2;1",
             "ld15iqr": rounds[0], "hd15iqr": rounds[-1], "ops": 1 / mean, "total": sum(rounds),
             "iterations": 10, "data": rounds}
    extra = {"simd": "scalar", "particles": 20, "steps": 100, "dt": 0.001, "timestep": 1e-05,
             "seed": 1, "user_s": mean, "system_s": 0.0,
             "particle_steps_per_s": 2000 / median, "ns_per_particle": median / 20 * 1e9,
             "ns_per_particle_step": median / 2000 * 1e9,
             "speedup_over_reference": 1.0, "max_difference_from_reference": 0.0,
             "flop_per_s": None, "peak_flop_per_s": None,
             "bytes_per_s": None, "peak_bytes_per_s": None}
    options = {"disable_gc": False, "timer": "clock_gettime(CLOCK_MONOTONIC)", "min_rounds": 5,
               "max_time": 1.0, "min_time": 2e-05,
               "warmup": True}
    params = {"method": name, "simd": "scalar", "particles": 20, "dt": 0.001, "timestep": 1e-05}
    return {"group": "evolve", "name": name, "fullname": f"bench.py::evolve[{name}]",
            "params": params, "param": name,
            "options": options, "stats": stats, "extra_info": extra}


def prepare(folder):
    """Writes two saved benchmarks, the second one slower for one of two methods."""
    for file, factor in (("before", 1.0), ("after", 1.25)):
        spread = [1 + (i * 7 % 12) / 300 for i in range(11)] + [1.5]
        document = {
            "machine_info": {"node": "node", "processor": "cpu", "machine": "cpu",
                             "system": "Linux", "release": "1",
                             "cpu": {"brand": "a <CPU> & more", "count": 2}, "compiler": "cc",
                             "kernels": "scalar"},
            "commit_info": {"id": "1", "time": None, "author_time": None, "dirty": False,
                            "project": "particled", "branch": "(unknown)"},
            "benchmarks": [benchmark("fast", [2.3e-5 * factor * s for s in spread]),
                           benchmark("reference", [1.1e-5 * s for s in spread])],
            "datetime": "2026-01-02T03:04:05+00:00", "version": "1",
        }
        (folder / f"{file}.json").write_text(json.dumps(document))


FORMATS = {"json": mask.mask_bench_json, "csv": mask.mask_bench_csv, "svg": mask.mask_bench_svg}


def find_mask(arguments):
    """How to mask what a run of the benchmark writes."""
    if "--save" in arguments:
        return mask.mask_bench_both
    if "--format" in arguments:
        return FORMATS.get(arguments[arguments.index("--format") + 1])
    return mask.mask_bench_text if arguments[:len(QUICK)] == QUICK else None


def commands():
    for name, arguments in DAEMON_OPTIONS.items():
        yield Command(f"particled-{name}", "daemon", arguments)
    for name, variable in ENVIRONMENT.items():
        yield Command(f"particled-environment-{name}", "daemon", [], (variable,))
    yield Command("particled-environment-and-help", "daemon", ["--help"],
                  (("PARTICLED_WORKERS", "0"),))
    for name, arguments in BENCH_OPTIONS.items():
        yield Command(f"particle-bench-{name}", "bench", arguments, mask=find_mask(arguments))
    for name, arguments in EXACT_OPTIONS.items():
        yield Command(f"particle-bench-{name}", "bench", arguments, exact=True)
    yield Command("particle-bench-environment", "bench", ["--list"], (("PARTICLED_SIMD", "mmx"),))
