/* pytest-benchmark reads the reports of /bench. */
#include "../harness/harness.h"
#include "tool.h"

#define PYTHON "/usr/bin/python3"
#define QUICK "max_time=0.05&dt=0.01"

static struct daemon server;

static void save(const char *target, const char *name)
{
    const struct reply *reply = http_get(&server, target);
    ck_assert_int_eq(reply->status, 200);
    tool_write(name, reply->body, reply->size);
}

static void start(void)
{
    tool_open_folder();
    daemon_start(&server, NULL);
    save("/bench?particles=50&data=1&" QUICK, "0001_today.json");
    save("/bench?particles=60&data=1&" QUICK, "0002_other.json");
}

static void finish(void)
{
    daemon_finish(&server);
    tool_remove_folder();
}

static void compare(const char *options)
{
    int status = tool_run("cd %s && " PYTHON " -m pytest_benchmark compare 0001_today.json "
                          "0002_other.json %s 2>&1",
                          tool_folder, options);
    ck_assert_msg(status == 0, "%s", tool_output);
}

static const char *const methods[] = {"closed_form", "analytic", "euler", "fast", "reference"};

START_TEST(compare_shows_every_method_and_column)
{
    static const char *const columns[] = {"Min", "Max",      "Mean", "StdDev", "Median",
                                          "IQR", "Outliers", "OPS",  "Rounds", "Iterations"};
    compare("");
    ck_assert_ptr_nonnull(strstr(tool_output, "benchmark 'evolve': 10 tests"));
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        ck_assert_msg(strstr(tool_output, columns[i]), "no %s", columns[i]);
    for (size_t i = 0; i < 5; i++) {
        char row[64];
        snprintf(row, sizeof row, "\n%s (0001_today) ", methods[i]);
        ck_assert_msg(strstr(tool_output, row), "no %s in %s", row, tool_output);
        snprintf(row, sizeof row, "\n%s (0002_other) ", methods[i]);
        ck_assert_msg(strstr(tool_output, row), "no %s in %s", row, tool_output);
    }
}
END_TEST

START_TEST(compare_groups)
{
    compare("--group-by param:particles");
    ck_assert_ptr_nonnull(strstr(tool_output, "benchmark 'particles=50': 5 tests"));
    ck_assert_ptr_nonnull(strstr(tool_output, "benchmark 'particles=60': 5 tests"));
    compare("--group-by name --columns min,median,ops --sort fullname");
    ck_assert_ptr_nonnull(strstr(tool_output, "benchmark 'euler': 2 tests"));
}
END_TEST

START_TEST(compare_writes_csv)
{
    compare("--csv=out.csv");
    ck_assert_int_eq(tool_run("cat %s/out.csv", tool_folder), 0);
    static const char header[] =
        "name,param:dt,param:method,param:particles,param:simd,"
        "param:timestep,min,max,mean,stddev,median,iqr,outliers,ops,rounds,"
        "iterations";
    ck_assert_ptr_eq(strstr(tool_output, header), tool_output);
    int lines = 0;
    for (const char *c = tool_output; (c = strchr(c, '\n')); c++)
        lines++;
    ck_assert_int_eq(lines, 11);
}
END_TEST

/* Compares each statistic with the one that pytest-benchmark computes from the raw rounds. All are
 * equal bit for bit, except total and ops: total comes from sum(), which rounds differently in
 * other releases of Python, and ops comes from total. */
static const char script[] =
    "import json, sys\n"
    "from pytest_benchmark.stats import Stats\n"
    "checked = 0\n"
    "for benchmark in json.load(open(sys.argv[1]))['benchmarks']:\n"
    "    actual, expected = benchmark['stats'], Stats()\n"
    "    expected.data = actual['data']\n"
    "    for field in Stats.fields:\n"
    "        a, b = actual[field], getattr(expected, field)\n"
    "        near = field in ('total', 'ops') and abs(a - b) <= 1e-12 * abs(b)\n"
    "        if a != b and not near:\n"
    "            sys.exit('%s of %s: %r, expected %r' % (field, benchmark['name'], a, b))\n"
    "        checked += 1\n"
    "print(checked)\n";

static void check_statistics(const char *name)
{
    int status = tool_run("cd %s && " PYTHON " check.py %s 2>&1", tool_folder, name);
    ck_assert_msg(status == 0, "%s", tool_output);
    ck_assert_str_eq(tool_output, "80\n"); /* 16 statistics of 5 methods */
}

START_TEST(statistics_equal_those_of_pytest_benchmark)
{
    tool_write("check.py", script, sizeof script - 1);
    check_statistics("0001_today.json");
    /* the rules for quartiles differ for few rounds */
    for (int rounds = 1; rounds <= 9; rounds++) {
        char target[128];
        snprintf(target, sizeof target,
                 "/bench?particles=50&dt=0.01&max_time=1e-9&warmup=0&data=1&min_rounds=%d", rounds);
        save(target, "0003_few.json");
        check_statistics("0003_few.json");
    }
}
END_TEST

START_TEST(last_line_of_a_stream_is_a_complete_report)
{
    const struct reply *reply = http(&server, "GET", "/bench?methods=euler&" QUICK, NULL,
                                     "Accept: application/x-ndjson", NULL);
    const char *last = memrchr(reply->body, '\n', reply->size - 1);
    ck_assert_ptr_nonnull(last);
    tool_write("0002_other.json", last + 1, strlen(last + 1));
    compare("");
    ck_assert_ptr_nonnull(strstr(tool_output, "\neuler (0002_other) "));
}
END_TEST

int main(void)
{
    if (tool_is_missing(PYTHON " -c 'import pytest_benchmark' 2>&1", "python3-pytest-benchmark"))
        return TOOL_SKIP;
    harness_init();
    Suite *suite = suite_create("interop/pytest_benchmark");
    TCase *tcase = suite_case(suite, "compare");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_test(tcase, compare_shows_every_method_and_column);
    tcase_add_test(tcase, compare_groups);
    tcase_add_test(tcase, compare_writes_csv);
    tcase_add_test(tcase, statistics_equal_those_of_pytest_benchmark);
    tcase_add_test(tcase, last_line_of_a_stream_is_a_complete_report);
    return suite_run(suite);
}
