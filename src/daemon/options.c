#include "daemon/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "http/http_config.h"
#include "runtime/host.h"
#include "runtime/worker_pool.h"

enum kind {
    KIND_TEXT,
    KIND_COUNT,    /* an integer */
    KIND_BYTES,    /* an integer with an optional K, M, G or T (powers of 1024) */
    KIND_DURATION, /* seconds; stored in milliseconds */
    KIND_CHOICE,   /* one of several names; stored as its index */
};

struct option_row {
    const char *name;
    enum kind kind;
    size_t offset;              /* of the member of struct options */
    int64_t min, max;           /* as stored */
    const char *argument;       /* placeholder in --help */
    const char *const *choices; /* of KIND_CHOICE, NULL at the end */
    const char *help;
};

static const char *const levels[] = {"error", "warning", "info", "debug", NULL};
static const char *const formats[] = {"text", "json", NULL};
static const char *const switches[] = {"off", "on", NULL};

#define THREADS_MAX WORKER_POOL_WORKERS_MAX
#define BYTES_MAX (INT64_C(1) << 50)
#define DURATION_MAX_MS INT64_C(86400000)
#define CONNECTIONS_DEFAULT 4096
#define CONNECTIONS_LEAST 16 /* of the default */
#define FIELD(name) offsetof(struct options, name)

static const struct option_row rows[] = {
    {"listen", KIND_TEXT, FIELD(listen), 0, 0, "ADDRESS", NULL,
     "HOST:PORT, [IPV6]:PORT or the path of a Unix socket; port 0 picks one (127.0.0.1:8080)"},
    {"simd", KIND_TEXT, FIELD(simd), 0, 0, "NAME", NULL,
     "instruction set of the kernels, one of those listed below (the fastest)"},
    {"io-threads", KIND_COUNT, FIELD(io_threads), 1, THREADS_MAX, "N", NULL,
     "threads that read requests and send responses (the cores this process may use)"},
    {"workers", KIND_COUNT, FIELD(workers), 1, THREADS_MAX, "N", NULL,
     "threads that compute (the cores this process may use)"},
    {"inline-below", KIND_COUNT, FIELD(inline_below_us), 0, 1000, "MICROSECONDS", NULL,
     "a request predicted to take less is computed on its I/O thread; 0: none (20)"},
    {"queue-limit", KIND_COUNT, FIELD(queue_limit), 1, 1000000, "N", NULL,
     "requests that may wait for a worker; more get status 503 (1024)"},
    {"max-body", KIND_BYTES, FIELD(max_body), 1, BYTES_MAX, "BYTES", NULL,
     "longest request body (1G)"},
    {"max-particles", KIND_COUNT, FIELD(max_particles), 1, INT64_C(1000000000), "N", NULL,
     "most particles of a request (10000000)"},
    {"max-particle-steps", KIND_COUNT, FIELD(max_particle_steps), 1, INT64_MAX, "N", NULL,
     "most particle-steps of a request with a stepping method (10000000000)"},
    {"memory-limit", KIND_BYTES, FIELD(memory_limit), 1 << 20, BYTES_MAX, "BYTES", NULL,
     "memory for the particles and responses of all requests (half of the memory)"},
    {"max-connections", KIND_COUNT, FIELD(max_connections), 1, 1000000, "N", NULL,
     "connections open at once (4096, or fewer: a quarter of --memory-limit at most)"},
    {"request-timeout", KIND_DURATION, FIELD(request_timeout_ms), 1, DURATION_MAX_MS, "SECONDS",
     NULL, "from a request's first line to its response; does not apply to /bench (60)"},
    {"drain-timeout", KIND_DURATION, FIELD(drain_timeout_ms), 0, DURATION_MAX_MS, "SECONDS", NULL,
     "how long requests in flight may continue after SIGTERM (30)"},
    {"log-level", KIND_CHOICE, FIELD(log_level), 0, 0, "LEVEL", levels,
     "error, warning, info or debug (info)"},
    {"log-format", KIND_CHOICE, FIELD(log_format), 0, 0, "FORMAT", formats, "text or json (text)"},
    {"access-log", KIND_CHOICE, FIELD(access_log), 0, 0, "SWITCH", switches,
     "on: log a line for each request (off)"},
    {"profiling", KIND_CHOICE, FIELD(profiling), 0, 0, "SWITCH", switches,
     "on: serve profiles of the daemon at /debug/pprof/ (off)"},
};

#define ROW_COUNT (sizeof rows / sizeof *rows)

static void set_defaults(struct options *options)
{
    /* The defaults must be in the ranges of the table. */
    unsigned cores = host_cores() < THREADS_MAX ? host_cores() : THREADS_MAX;
    size_t memory = host_memory_bytes() / 2;
    *options = (struct options){
        .listen = "127.0.0.1:8080",
        .io_threads = cores,
        .workers = cores,
        .inline_below_us = 20,
        .queue_limit = 1024,
        .max_body = INT64_C(1) << 30,
        .max_particles = 10000000,
        .max_particle_steps = INT64_C(10000000000),
        .memory_limit = memory < BYTES_MAX ? (int64_t)memory : BYTES_MAX,
        .request_timeout_ms = 60000,
        .drain_timeout_ms = 30000,
        .log_level = LOG_LEVEL_INFO,
        .log_format = LOG_FORMAT_TEXT,
    };
}

/* The default of --max-connections: as many as take a quarter of the memory limit. Idle connections
 * must not take the memory of requests, nor of the whole container. */
static int64_t default_connections(int64_t memory_limit)
{
    int64_t count = memory_limit / 4 / (int64_t)HTTP_CONNECTION_BYTES;
    if (count < CONNECTIONS_LEAST)
        return CONNECTIONS_LEAST;
    return count < CONNECTIONS_DEFAULT ? count : CONNECTIONS_DEFAULT;
}

/* Reads an integer; with `suffixed`, K, M, G or T may follow. */
static bool parse_integer(const char *text, bool suffixed, int64_t *value)
{
    if (!isdigit((unsigned char)*text))
        return false;
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno)
        return false;
    if (suffixed && *end) {
        static const char suffixes[] = "KMGT";
        const char *suffix = strchr(suffixes, toupper((unsigned char)*end));
        if (!suffix)
            return false;
        int shift = 10 * (int)(suffix - suffixes + 1);
        if (number > INT64_MAX >> shift)
            return false;
        number <<= shift;
        end++;
    }
    *value = number;
    return *end == '\0';
}

/* Accepts only decimal numbers: strtod alone would accept hexadecimal, exponents and names. */
static bool parse_duration(const char *text, int64_t *ms)
{
    size_t length = strspn(text, "0123456789.");
    char *end;
    double seconds = strtod(text, &end);
    if (length == 0 || end != text + length)
        return false;
    if (*end == 's')
        end++;
    if (*end != '\0' || seconds > (double)DURATION_MAX_MS / 1000)
        return false;
    *ms = (int64_t)(seconds * 1000 + 0.5);
    return true;
}

static bool parse_choice(const char *text, const char *const *choices, int64_t *index)
{
    for (int64_t i = 0; choices[i]; i++)
        if (strcmp(text, choices[i]) == 0) {
            *index = i;
            return true;
        }
    return false;
}

/* Prints the range of an option in the unit in which it is given. */
static void print_range(const struct option_row *row)
{
    if (row->kind == KIND_DURATION)
        fprintf(stderr, "seconds from %g to %g\n", (double)row->min / 1000,
                (double)row->max / 1000);
    else
        fprintf(stderr, "an integer from %lld to %lld%s\n", (long long)row->min,
                (long long)row->max, row->kind == KIND_BYTES ? "; K, M, G or T may follow" : "");
}

/* Sets an option. `source` is the name that the user gave: --max-body or PARTICLED_MAX_BODY. */
static bool set_option(struct options *options, const struct option_row *row, const char *source,
                       const char *text)
{
    void *field = (char *)options + row->offset;
    int64_t value = 0;
    bool valid = true;
    switch (row->kind) {
    case KIND_TEXT:
        if (*text == '\0') {
            fprintf(stderr, "particled: %s needs a value\n", source);
            return false;
        }
        *(const char **)field = text;
        return true;
    case KIND_CHOICE:
        if (parse_choice(text, row->choices, field))
            return true;
        fprintf(stderr, "particled: %s must be", source);
        for (int i = 0; row->choices[i]; i++)
            fprintf(stderr, "%s %s", i ? " or" : "", row->choices[i]);
        fprintf(stderr, ", not '%s'\n", text);
        return false;
    case KIND_COUNT:
    case KIND_BYTES:
        valid = parse_integer(text, row->kind == KIND_BYTES, &value);
        break;
    case KIND_DURATION:
        valid = parse_duration(text, &value);
        break;
    }
    if (!valid || value < row->min || value > row->max) {
        fprintf(stderr, "particled: %s '%s' must be ", source, text);
        print_range(row);
        return false;
    }
    *(int64_t *)field = value;
    return true;
}

static void environment_name(const char *option, char *name, size_t size)
{
    snprintf(name, size, "PARTICLED_%s", option);
    for (char *c = name; *c; c++)
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
}

static void print_help(const char *details)
{
    printf("Usage: particled [OPTION]...\n"
           "Simulate particles over HTTP: POST a particle set to /simulate.\n\n");
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char flag[64];
        snprintf(flag, sizeof flag, "--%s %s", rows[i].name, rows[i].argument);
        printf("  %-28s %s\n", flag, rows[i].help);
    }
    printf("  %-28s %s\n", "--check URL",
           "ask a running daemon whether it is ready: exit status 0 or 1");
    printf("  %-28s %s\n", "--help", "show this and exit");
    printf("  %-28s %s\n", "--version", "show the version and what was built in, and exit");
    printf("\nEach option can also be set by an environment variable: PARTICLED_MAX_BODY for\n"
           "--max-body. The command line overrides the environment.\n\n%s",
           details);
}

enum { FLAG_CHECK = 1000, FLAG_HELP, FLAG_VERSION };

/* Reads the command line; sets `given` for each option that it has. */
static enum options_status parse_arguments(struct options *options, int argc, char **argv,
                                           bool given[ROW_COUNT], const char *details,
                                           const char *version)
{
    struct option flags[ROW_COUNT + 4] = {{NULL, 0, NULL, 0}};
    for (size_t i = 0; i < ROW_COUNT; i++)
        flags[i] = (struct option){rows[i].name, required_argument, NULL, (int)i};
    flags[ROW_COUNT] = (struct option){"check", required_argument, NULL, FLAG_CHECK};
    flags[ROW_COUNT + 1] = (struct option){"help", no_argument, NULL, FLAG_HELP};
    flags[ROW_COUNT + 2] = (struct option){"version", no_argument, NULL, FLAG_VERSION};

    optind = 0; /* start again: tests call this several times */
    int flag;
    while ((flag = getopt_long(argc, argv, "", flags, NULL)) != -1) {
        if (flag == FLAG_CHECK) {
            options->check_url = optarg;
        } else if (flag == FLAG_HELP) {
            print_help(details);
            return OPTIONS_EXIT;
        } else if (flag == FLAG_VERSION) {
            printf("%s", version);
            return OPTIONS_EXIT;
        } else if (flag < 0 || (size_t)flag >= ROW_COUNT) {
            return OPTIONS_ERROR; /* getopt has printed the reason */
        } else {
            char source[64];
            snprintf(source, sizeof source, "--%s", rows[flag].name);
            if (!set_option(options, &rows[flag], source, optarg))
                return OPTIONS_ERROR;
            given[flag] = true;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "particled: '%s' is not an option; see particled --help\n", argv[optind]);
        return OPTIONS_ERROR;
    }
    return OPTIONS_RUN;
}

enum options_status options_parse(struct options *options, int argc, char **argv,
                                  const char *details, const char *version)
{
    set_defaults(options);
    bool given[ROW_COUNT] = {false};
    enum options_status status = parse_arguments(options, argc, argv, given, details, version);
    /* Variables are not read when the command line overrides them, and not for --help. */
    for (size_t i = 0; i < ROW_COUNT && status == OPTIONS_RUN; i++) {
        char name[64];
        environment_name(rows[i].name, name, sizeof name);
        const char *text = given[i] ? NULL : getenv(name);
        if (text && !set_option(options, &rows[i], name, text))
            status = OPTIONS_ERROR;
    }
    if (options->max_connections == 0) /* not given */
        options->max_connections = default_connections(options->memory_limit);
    return status;
}
