#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/capture.h"
#include "../suite.h"
#include "base/log.h"
#include "daemon/options.h"
#include "http/http_config.h"
#include "runtime/host.h"
#include "runtime/worker_pool.h"

#define INT64_MAX_TEXT "9223372036854775807"
#define DETAILS "Details of the build.\n"
#define VERSION_TEXT "particled 9.8.7\n"

static struct options options, defaults;
static struct capture out, err;

/* Parses a command line; the output is in `out` and `err`. */
static enum options_status parse(const char *const *words)
{
    static char storage[16][256];
    char *argv[18] = {NULL};
    int argc = 0;
    for (; words[argc]; argc++) {
        ck_assert_int_lt(snprintf(storage[argc], sizeof storage[argc], "%s", words[argc]),
                         sizeof storage[argc]);
        argv[argc] = storage[argc];
    }
    capture_begin(&out, STDOUT_FILENO);
    capture_begin(&err, STDERR_FILENO);
    enum options_status status = options_parse(&options, argc, argv, DETAILS, VERSION_TEXT);
    capture_end(&err);
    capture_end(&out);
    return status;
}

#define PARSE(...) parse((const char *const[]){"particled", __VA_ARGS__, NULL})

static void setup(void)
{
    ck_assert_int_eq(PARSE(NULL), OPTIONS_RUN);
    defaults = options;
}

/* The last parse wrote one line to stderr, which contains `part`, and nothing to stdout. */
static void check_one_line(const char *part)
{
    ck_assert_uint_eq(out.length, 0);
    ck_assert_uint_gt(err.length, 0);
    ck_assert_ptr_eq(strchr(err.text, '\n'), err.text + err.length - 1);
    ck_assert_msg(strncmp(err.text, "particled: ", 11) == 0, "%s", err.text);
    ck_assert_msg(strstr(err.text, part) != NULL, "no '%s' in: %s", part, err.text);
}

static void check_silent(void)
{
    ck_assert_str_eq(err.text, "");
    ck_assert_str_eq(out.text, "");
}

#define FIELD(name) offsetof(struct options, name)

/* Every option with a limited value: the ends of its range, and values just outside. */
struct numeric {
    const char *flag, *variable;
    size_t offset;
    const char *lowest;
    int64_t lowest_value;
    const char *too_low, *highest;
    int64_t highest_value;
    const char *too_high;
};

static const struct numeric numerics[] = {
    {"--io-threads", "PARTICLED_IO_THREADS", FIELD(io_threads), "1", 1, "0", "1024", 1024, "1025"},
    {"--workers", "PARTICLED_WORKERS", FIELD(workers), "1", 1, "0", "1024", WORKER_POOL_WORKERS_MAX,
     "1025"},
    {"--inline-below", "PARTICLED_INLINE_BELOW", FIELD(inline_below_us), "0", 0, "-1", "1000", 1000,
     "1001"},
    {"--queue-limit", "PARTICLED_QUEUE_LIMIT", FIELD(queue_limit), "1", 1, "0", "1000000", 1000000,
     "1000001"},
    {"--max-body", "PARTICLED_MAX_BODY", FIELD(max_body), "1", 1, "0", "1024T", INT64_C(1) << 50,
     "1125899906842625"},
    {"--max-particles", "PARTICLED_MAX_PARTICLES", FIELD(max_particles), "1", 1, "0", "1000000000",
     1000000000, "1000000001"},
    {"--max-particle-steps", "PARTICLED_MAX_PARTICLE_STEPS", FIELD(max_particle_steps), "1", 1, "0",
     INT64_MAX_TEXT, INT64_MAX, "9223372036854775808"},
    {"--memory-limit", "PARTICLED_MEMORY_LIMIT", FIELD(memory_limit), "1048576", 1048576, "1048575",
     "1125899906842624", INT64_C(1) << 50, "1025T"},
    {"--max-connections", "PARTICLED_MAX_CONNECTIONS", FIELD(max_connections), "1", 1, "0",
     "1000000", 1000000, "1000001"},
    {"--request-timeout", "PARTICLED_REQUEST_TIMEOUT", FIELD(request_timeout_ms), "0.001", 1,
     "0.0004", "86400", 86400000, "86400.001"},
    {"--drain-timeout", "PARTICLED_DRAIN_TIMEOUT", FIELD(drain_timeout_ms), "0", 0, "-0.001",
     "86400", 86400000, "86401"},
    {"--log-level", "PARTICLED_LOG_LEVEL", FIELD(log_level), "error", LOG_LEVEL_ERROR, "fatal",
     "debug", LOG_LEVEL_DEBUG, "trace"},
    {"--log-format", "PARTICLED_LOG_FORMAT", FIELD(log_format), "text", LOG_FORMAT_TEXT, "xml",
     "json", LOG_FORMAT_JSON, "jso"},
    {"--access-log", "PARTICLED_ACCESS_LOG", FIELD(access_log), "off", 0, "0", "on", 1, "ON"},
    {"--profiling", "PARTICLED_PROFILING", FIELD(profiling), "off", 0, "0", "on", 1, "yes"},
};

#define NUMERICS (sizeof numerics / sizeof *numerics)

/* Exactly this field differs from the defaults. */
static void check_set(const struct numeric *numeric, int64_t value)
{
    struct options expected = defaults;
    memcpy((char *)&expected + numeric->offset, &value, sizeof value);
    if (numeric->offset == FIELD(memory_limit)) /* it determines another default */
        expected.max_connections = options.max_connections;
    ck_assert_msg(memcmp(&options, &expected, sizeof options) == 0, "%s", numeric->flag);
    check_silent();
}

static void check_refused(const char *source, const char *text, enum options_status status)
{
    char quoted[300];
    snprintf(quoted, sizeof quoted, "'%s'", text);
    ck_assert_msg(status == OPTIONS_ERROR, "%s %s", source, text);
    check_one_line(quoted);
    check_one_line(source);
}

START_TEST(flags_accept_their_range)
{
    const struct numeric *numeric = &numerics[_i];
    ck_assert_int_eq(PARSE(numeric->flag, numeric->lowest), OPTIONS_RUN);
    check_set(numeric, numeric->lowest_value);
    ck_assert_int_eq(PARSE(numeric->flag, numeric->highest), OPTIONS_RUN);
    check_set(numeric, numeric->highest_value);
    check_refused(numeric->flag, numeric->too_low, PARSE(numeric->flag, numeric->too_low));
    check_refused(numeric->flag, numeric->too_high, PARSE(numeric->flag, numeric->too_high));
}
END_TEST

START_TEST(variables_accept_their_range)
{
    const struct numeric *numeric = &numerics[_i];
    setenv(numeric->variable, numeric->lowest, 1);
    ck_assert_int_eq(PARSE(NULL), OPTIONS_RUN);
    check_set(numeric, numeric->lowest_value);
    setenv(numeric->variable, numeric->highest, 1);
    ck_assert_int_eq(PARSE(NULL), OPTIONS_RUN);
    check_set(numeric, numeric->highest_value);
    setenv(numeric->variable, numeric->too_low, 1);
    check_refused(numeric->variable, numeric->too_low, PARSE(NULL));
    setenv(numeric->variable, numeric->too_high, 1);
    check_refused(numeric->variable, numeric->too_high, PARSE(NULL));
    /* The variable is not read when the command line has the option, and not for --help. */
    ck_assert_int_eq(PARSE(numeric->flag, numeric->lowest), OPTIONS_RUN);
    check_set(numeric, numeric->lowest_value);
    ck_assert_int_eq(PARSE("--help"), OPTIONS_EXIT);
    ck_assert_int_eq(PARSE("--version"), OPTIONS_EXIT);
    unsetenv(numeric->variable);
}
END_TEST

START_TEST(defaults_are_documented)
{
    ck_assert_str_eq(defaults.listen, "127.0.0.1:8080");
    ck_assert_int_eq(defaults.io_threads, host_cores());
    ck_assert_int_eq(defaults.workers, host_cores());
    ck_assert_int_eq(defaults.queue_limit, 1024);
    ck_assert_int_eq(defaults.max_body, 1073741824);
    ck_assert_int_eq(defaults.max_particles, 10000000);
    ck_assert_int_eq(defaults.max_particle_steps, INT64_C(10000000000));
    ck_assert_int_eq(defaults.memory_limit, (int64_t)(host_memory_bytes() / 2));
    int64_t connections = (int64_t)(host_memory_bytes() / 8 / HTTP_CONNECTION_BYTES);
    ck_assert_int_eq(defaults.max_connections, connections < 4096 ? connections : 4096);
    ck_assert_int_eq(defaults.request_timeout_ms, 60000);
    ck_assert_int_eq(defaults.drain_timeout_ms, 30000);
    ck_assert_int_eq(defaults.log_level, LOG_LEVEL_INFO);
    ck_assert_int_eq(defaults.log_format, LOG_FORMAT_TEXT);
    ck_assert_int_eq(defaults.access_log, 0);
    ck_assert_ptr_null(defaults.check_url);
}
END_TEST

/* At most a quarter of the memory is for connections, which take 36 KiB each. */
START_TEST(connections_follow_the_memory)
{
    static const struct {
        const char *memory;
        int64_t connections;
    } rows[] = {
        {"128M", 910},  {"64M", 455},   {"3M", 21},     {"2M", 16},   {"1M", 16},
        {"575M", 4088}, {"576M", 4096}, {"577M", 4096}, {"1T", 4096},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_int_eq(PARSE("--memory-limit", rows[i].memory), OPTIONS_RUN);
        ck_assert_int_eq(options.max_connections, rows[i].connections);
    }
    setenv("PARTICLED_MEMORY_LIMIT", "64M", 1);
    ck_assert_int_eq(PARSE(NULL), OPTIONS_RUN);
    ck_assert_int_eq(options.max_connections, 455);
    ck_assert_int_eq(PARSE("--max-connections", "1000"), OPTIONS_RUN);
    ck_assert_int_eq(options.max_connections, 1000);
    unsetenv("PARTICLED_MEMORY_LIMIT");
}
END_TEST

START_TEST(texts_that_are_not_numbers)
{
    static const char *const texts[] = {"",
                                        " ",
                                        " 1",
                                        "1 ",
                                        "+1",
                                        "-1",
                                        "x",
                                        "5x",
                                        "0x10",
                                        "1e3",
                                        "1.",
                                        "1e400",
                                        "0.5",
                                        "1,000",
                                        "12 3",
                                        "inf",
                                        "nan",
                                        "1\t",
                                        "99999999999999999999",
                                        "-9223372036854775808"};
    static const char *const flags[] = {"--workers", "--max-particle-steps", "--max-body"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t k = 0; k < sizeof flags / sizeof *flags; k++)
            check_refused(flags[k], texts[i], PARSE(flags[k], texts[i]));
    check_refused("--workers", "1K", PARSE("--workers", "1K"));
    ck_assert_int_eq(PARSE("--workers", "007"), OPTIONS_RUN);
    ck_assert_int_eq(options.workers, 7);
}
END_TEST

START_TEST(bytes_with_suffixes)
{
    static const struct {
        const char *text;
        int64_t bytes;
    } good[] = {{"3", 3},
                {"3K", 3072},
                {"3k", 3072},
                {"5M", 5242880},
                {"5m", 5242880},
                {"2G", INT64_C(2147483648)},
                {"2g", INT64_C(2147483648)},
                {"7T", INT64_C(7696581394432)},
                {"7t", INT64_C(7696581394432)}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ck_assert_int_eq(PARSE("--max-body", good[i].text), OPTIONS_RUN);
        ck_assert_int_eq(options.max_body, good[i].bytes);
    }
    /* The last four overflow; two of them to numbers inside the range. */
    static const char *const bad[] = {"K",
                                      "1KB",
                                      "1KK",
                                      "1 K",
                                      "1P",
                                      "1.5G",
                                      "0K",
                                      "-1K",
                                      "1E",
                                      "1B",
                                      "8388608T",
                                      "16777217T",
                                      "18014398509481985K",
                                      "9223372036854775807K"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_refused("--max-body", bad[i], PARSE("--max-body", bad[i]));
}
END_TEST

START_TEST(durations)
{
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {{"1", 1000},  {"1s", 1000},   {"0.25", 250}, {".5", 500},
                {"2.", 2000}, {"010", 10000}, {"0.0006", 1}, {"1.9999", 2000}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ck_assert_int_eq(PARSE("--request-timeout", good[i].text), OPTIONS_RUN);
        ck_assert_int_eq(options.request_timeout_ms, good[i].ms);
    }
    static const char *const bad[] = {"",       " 1",
                                      "1 ",     "-1",
                                      "+1",     "x",
                                      "5x",     "0x10",
                                      "1e3",    "1e400",
                                      "1e-400", "inf",
                                      "nan",    ".",
                                      "1.2.3",  "1,5",
                                      "1ss",    "1m",
                                      "s",      "1 s",
                                      "-0",     "99999999999999999999999999999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_refused("--request-timeout", bad[i], PARSE("--request-timeout", bad[i]));
}
END_TEST

START_TEST(choices)
{
    static const char *const levels[] = {"error", "warning", "info", "debug"};
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(PARSE("--log-level", levels[i]), OPTIONS_RUN);
        ck_assert_int_eq(options.log_level, i);
    }
    check_refused("--log-level", "", PARSE("--log-level", ""));
    check_refused("--log-level", "INFO", PARSE("--log-level", "INFO"));
    check_refused("--log-level", "2", PARSE("--log-level", "2"));
    check_one_line("error or warning or info or debug");
}
END_TEST

START_TEST(text)
{
    ck_assert_int_eq(PARSE("--listen", "/run/particled.sock"), OPTIONS_RUN);
    ck_assert_str_eq(options.listen, "/run/particled.sock");
    ck_assert_int_eq(PARSE("--listen", ""), OPTIONS_ERROR);
    check_one_line("--listen needs a value");
    setenv("PARTICLED_LISTEN", "0.0.0.0:8080", 1);
    ck_assert_int_eq(PARSE(NULL), OPTIONS_RUN);
    ck_assert_str_eq(options.listen, "0.0.0.0:8080");
    ck_assert_int_eq(PARSE("--listen=[::1]:0"), OPTIONS_RUN);
    ck_assert_str_eq(options.listen, "[::1]:0");
    setenv("PARTICLED_LISTEN", "", 1);
    ck_assert_int_eq(PARSE(NULL), OPTIONS_ERROR);
    check_one_line("PARTICLED_LISTEN needs a value");
    unsetenv("PARTICLED_LISTEN");
    ck_assert_int_eq(PARSE("--check", "http://127.0.0.1:8080"), OPTIONS_RUN);
    ck_assert_str_eq(options.check_url, "http://127.0.0.1:8080");
}
END_TEST

START_TEST(the_last_value_counts)
{
    ck_assert_int_eq(PARSE("--workers", "3", "--queue-limit=9", "--workers=5"), OPTIONS_RUN);
    ck_assert_int_eq(options.workers, 5);
    ck_assert_int_eq(options.queue_limit, 9);
    check_refused("--workers", "0", PARSE("--workers", "0", "--workers", "5"));
}
END_TEST

START_TEST(unknown_options)
{
    ck_assert_int_eq(PARSE("--wrokers", "3"), OPTIONS_ERROR);
    check_one_line("--wrokers");
    ck_assert_int_eq(PARSE("--help=now"), OPTIONS_ERROR);
    check_one_line("--help");
    ck_assert_int_eq(PARSE("--workers"), OPTIONS_ERROR);
    check_one_line("--workers");
    ck_assert_int_eq(PARSE("--max", "3"), OPTIONS_ERROR); /* the start of several names */
    check_one_line("--max");
    ck_assert_int_eq(PARSE("-vw", "3"), OPTIONS_ERROR);
    check_one_line("'v'");
    ck_assert_int_eq(PARSE("--workers", "2"), OPTIONS_RUN); /* the error of -vw has no effect */
    ck_assert_int_eq(options.workers, 2);
    ck_assert_int_eq(PARSE("--workers", "3", "8080"), OPTIONS_ERROR);
    check_one_line("'8080'");
    ck_assert_int_eq(PARSE("8080", "--workers", "3"), OPTIONS_ERROR);
    check_one_line("'8080'");
    ck_assert_int_eq(PARSE("--", "--workers"), OPTIONS_ERROR);
    check_one_line("'--workers'");
    ck_assert_int_eq(PARSE("--"), OPTIONS_RUN);
}
END_TEST

START_TEST(help_names_every_option)
{
    ck_assert_int_eq(PARSE("--help"), OPTIONS_EXIT);
    ck_assert_str_eq(err.text, "");
    static const char *const others[] = {"--listen", "--simd", "--check", "--help", "--version"};
    enum { OTHERS = sizeof others / sizeof *others };
    for (size_t i = 0; i < NUMERICS + OTHERS; i++) {
        char start[64];
        snprintf(start, sizeof start, "\n  %s ",
                 i < NUMERICS ? numerics[i].flag : others[i - NUMERICS]);
        ck_assert_msg(strstr(out.text, start) != NULL, "%s", start);
    }
    ck_assert_ptr_nonnull(strstr(out.text, "PARTICLED_MAX_BODY"));
    size_t end = strlen(DETAILS);
    ck_assert_str_eq(out.text + out.length - end, DETAILS);
    /* No option is missing from the table of this test. */
    size_t lines = 0;
    for (const char *c = out.text; (c = strstr(c, "\n  --")); c++)
        lines++;
    ck_assert_uint_eq(lines, NUMERICS + OTHERS);
    for (char *line = strtok(out.text, "\n"); line; line = strtok(NULL, "\n"))
        ck_assert_msg(strlen(line) <= 120, "%s", line);
}
END_TEST

START_TEST(version_is_printed)
{
    ck_assert_int_eq(PARSE("--version"), OPTIONS_EXIT);
    ck_assert_str_eq(out.text, VERSION_TEXT);
    ck_assert_str_eq(err.text, "");
}
END_TEST

int main(void)
{
    unsetenv("PARTICLED_LISTEN");
    for (size_t i = 0; i < NUMERICS; i++)
        unsetenv(numerics[i].variable);
    Suite *suite = suite_create("daemon/options");
    TCase *tcase = suite_case(suite, "options");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_loop_test(tcase, flags_accept_their_range, 0, NUMERICS);
    tcase_add_loop_test(tcase, variables_accept_their_range, 0, NUMERICS);
    tcase_add_test(tcase, defaults_are_documented);
    tcase_add_test(tcase, connections_follow_the_memory);
    tcase_add_test(tcase, texts_that_are_not_numbers);
    tcase_add_test(tcase, bytes_with_suffixes);
    tcase_add_test(tcase, durations);
    tcase_add_test(tcase, choices);
    tcase_add_test(tcase, text);
    tcase_add_test(tcase, the_last_value_counts);
    tcase_add_test(tcase, unknown_options);
    tcase_add_test(tcase, help_names_every_option);
    tcase_add_test(tcase, version_is_printed);
    return suite_run(suite);
}
