"""Replaces what differs between two runs of one program: times, dates, addresses, facts about the
machine. A placeholder stays in its place, so that the structure is still compared."""

import gzip
import re
import zlib

from .case import zstd_decompress

NUMBER = r"-?\d[\d.]*(?:[eE][-+]?\d+)?"
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)?")

# --- JSON ---------------------------------------------------------------------------------------

TIMING = ("receive_s", "parse_s", "queue_s", "evolve_s", "serialize_s", "total_s",
          "particle_steps_per_s", "threads")
MEASURED = ("min", "max", "mean", "stddev", "median", "iqr", "q1", "q3", "iqr_outliers",
            "stddev_outliers", "ld15iqr", "hd15iqr", "ops", "total", "iterations", "user_s",
            "system_s", "user", "system", "ns_per_particle", "ns_per_particle_step",
            "particle_steps_per_s", "speedup_over_reference", "flop_per_s", "bytes_per_s",
            "heap_before_bytes", "heap_set_bytes", "heap_growth_bytes", "resident_before_bytes",
            "resident_growth_bytes", "seconds", "before_s", "after_s", "ratio", "ratio_low",
            "ratio_high", "count")
MACHINE = ("node", "processor", "machine", "release", "brand", "compiler", "kernels", "datetime",
           "outliers")


def members(names, value):
    return re.compile(r'("(?:%s)":\s*)%s' % ("|".join(names), value))


TIMING_MEMBER = members(TIMING, NUMBER)
MEASURED_MEMBER = members(MEASURED, NUMBER)
MACHINE_MEMBER = members(MACHINE, r'"[^"]*"')
SIMD_MEMBER = re.compile(r'("simd":\s*)"(?!scalar)[^"]*"')
ROUNDS_MEMBER = re.compile(r'("(?:data|times)":\s*)\[[^]]*\]')


def mask_timing(text):
    return TIMING_MEMBER.sub(r"\1#", text)


def mask_bench_json(text):
    for pattern, value in ((MEASURED_MEMBER, r"\1#"), (MACHINE_MEMBER, r'\1"#"'),
                           (SIMD_MEMBER, r'\1"#"'),
                           (ROUNDS_MEMBER, r"\1[#]")):
        text = pattern.sub(value, text)
    return text


def mask_version(text):
    text = re.sub(r'("(?:compiler|kernels)":\s*)"[^"]*"', r'\1"#"', text)
    return re.sub(r'("usable":\s*)\[[^]]*\]', r"\1[#]", text)


# --- reports of the benchmark -------------------------------------------------------------------

CELL = re.compile(r"%s(?: ?(?:[fpnumkMGT]?s|[kMGT])\b)?(?:;\d+)?" % NUMBER)


def mask_cell(cell):
    """A cell of nothing but figures becomes a sign for each; columns may touch."""
    return CELL.sub("#", cell).replace(" ", "  ") if not CELL.sub("", cell).strip() else cell


def mask_bench_text(text):
    lines = []
    for line in text.split("\n"):
        line = re.sub(r"^(particled \S+) on .*", r"\1 on MACHINE", DATE.sub("DATE", line)).rstrip()
        lines.append("  ".join(mask_cell(cell) for cell in re.split(r" {2,}", line)))
    return "\n".join(lines)


def mask_bench_csv(text):
    names = text.split("\n")[0].split(",")
    lines = []
    for number, line in enumerate(text.split("\n")):
        cells = line.split(",")
        for i, name in enumerate(names):
            measured = name in MEASURED or name == "simd" and cells[i:i + 1] != ["scalar"]
            if number and len(cells) == len(names) and cells[i] and measured:
                cells[i] = "#"
        lines.append(",".join(cells))
    return "\n".join(lines)


def mask_bench_svg(text):
    lines = []
    for line in text.split("\n"):
        line = re.sub(r" on .* kernels, .*</text>", " on MACHINE</text>", line)
        line = re.sub(r'\b(x|x1|x2|width|cx)="%s"' % NUMBER, r'\1="#"', line)
        line = re.sub(r">%s \S+</text>" % NUMBER, ">#</text>",
                      line) if "rounds" not in line else line
        grid = 'class="hair"' in line or 'class="line"' in line or 'class="faint middle"' in line
        if "<circle" not in line and not (grid and line in lines):
            lines.append(line)
    return "\n".join(lines)


def mask_bench_both(text):
    """A table, and before or behind it the document in JSON that --save writes."""
    found = re.search(r"(?ms)^{\n.*^}\n", text)
    begin, end = found.span() if found else (0, 0)
    document = mask_bench_json(text[begin:end])
    return mask_bench_text(text[:begin]) + document + mask_bench_text(text[end:])


BENCH = {"application/json": mask_bench_json, "application/x-ndjson": mask_bench_json,
         "text/plain": mask_bench_text,
         "text/csv": mask_bench_csv, "image/svg+xml": mask_bench_svg}

# --- metrics, logs, commands --------------------------------------------------------------------

# What these count is the same in each recording; of a histogram, the number of requests.
COUNTERS = ("particles_total", "particle_steps_total", "http_received_body_bytes_total",
            "connections_total", "cancelled_total", "receive_timeouts_total", "queue_limit",
            "queue_depth", "workers", "draining", "build_info")
COUNTED = re.compile(r"particled_(%s)\b|\S+_count\{|\S+le=\"\+Inf\"" % "|".join(COUNTERS))


def mask_metrics(text):
    lines = []
    for line in text.split("\n"):
        line = re.sub(r'kernels="[^"]*"', 'kernels="#"', line)
        if line and not line.startswith("#") and not COUNTED.match(line):
            line = line.rpartition(" ")[0] + " #"
        lines.append(line)
    return "\n".join(lines)


def mask_log(text):
    text = DATE.sub("DATE", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:#", text)
    text = re.sub(r"(\"duration(?:_s|_ms)?\":\s*)%s" % NUMBER, r"\1#", text)
    text = re.sub(r"(interrupts/evictions/bytes = )[\d/]+", r"\1#", text)
    return re.sub(r"\b%sms\b" % NUMBER, "#ms", text)


def mask_command(text):
    text = DATE.sub("DATE", text)
    text = re.sub(r"127\.0\.0\.1:(?!1\b)\d+", "127.0.0.1:#", text)
    text = re.sub(r"(?m)^(built with +|kernels +).*", r"\1#", text)
    return re.sub(r"(slowest first:|There are:)( \w+)+", r"\1 #", text)


# --- responses ----------------------------------------------------------------------------------

def decompress(coding, data):
    """The body without its Content-Encoding, or None when it cannot be read."""
    try:
        return gzip.decompress(data) if coding == "gzip" else zstd_decompress(data)
    except (ValueError, OSError, EOFError, zlib.error):
        return None


def find_mask(path, response):
    media_type = (response.header("Content-Type") or "").partition(";")[0]
    if path == "/bench":
        return BENCH.get(media_type)
    if path == "/metrics":
        return mask_metrics
    if path == "/version":
        return mask_version
    return mask_timing if media_type in ("application/json", "application/x-ndjson") else None


def mask_rest(data):
    """What comes behind a response, or in place of its body: libmicrohttpd 0.9.75 writes the head
    of some of its own responses twice."""
    return re.sub(rb"(?m)^Date: [^\r\n]*GMT\r$", b"Date: #\r", data)


def mask_body(path, response, body):
    if path.endswith("/profile") and response.status == 200:
        return b"PROFILE\n"
    mask = find_mask(path, response)
    return mask(body.decode("latin-1")).encode("latin-1") if mask else mask_rest(body)


def mask_head(response, masked, of_head):
    """Header lines as they came. The length of a masked body is masked, too, if it is right."""
    lines = []
    for line in response.head.split("\r\n"):
        name, _, value = line.partition(":")
        if name == "Date":
            line = "Date: #"
        elif name == "Server-Timing":
            line = re.sub(r"dur=[\d.]+", "dur=#", line)
        elif name == "Content-Length" and masked and (of_head or int(value) == len(response.body)):
            line = "Content-Length: #"
        lines.append(line)
    return lines
