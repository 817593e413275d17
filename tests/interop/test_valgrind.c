/* The uses of valgrind in docs/profiling.md: callgrind counts calls, massif shows memory, and
 * google-pprof converts profiles to callgrind's format. The suite is slow, so script/test --tools
 * runs it. */
#include "tool.h"

#include "../harness/harness.h"

#define QUICK " --particles 100 --dt 1e-3 --max-time 0.001 --min-rounds 2 --warmup off"

/* --- callgrind's files ----------------------------------------------------------------------- */

#define NAMES_MAX 8192

/* "fn=(12) name" defines the name 12, and later "fn=(12)" refers to it. */
static char *names[NAMES_MAX];

static const char *name_of(const char *text)
{
    char *end;
    ck_assert_int_eq(*text, '(');
    size_t id = strtoul(text + 1, &end, 10);
    ck_assert(*end == ')' && id < NAMES_MAX);
    if (end[1] == ' ') {
        free(names[id]);
        names[id] = strdup(end + 2);
    }
    ck_assert_ptr_nonnull(names[id]);
    return names[id];
}

/* True for the function or one of its recursion levels: "factorial" or "factorial'2". */
static bool is_function(const char *name, const char *function)
{
    size_t length = strlen(function);
    return strncmp(name, function, length) == 0 && (name[length] == '\0' || name[length] == '\'');
}

/* The number of calls of `callee` by `caller`. */
static long count_calls(const char *caller, const char *callee)
{
    char path[128], line[4096];
    const char *current = "", *called = "";
    long calls = 0;
    snprintf(path, sizeof path, "%s/callgrind.out", tool_folder);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "fn=", 3) == 0)
            current = name_of(line + 3);
        else if (strncmp(line, "cfn=", 4) == 0)
            called = name_of(line + 4);
        else if (strncmp(line, "calls=", 6) == 0 && is_function(current, caller) &&
                 is_function(called, callee))
            calls += strtol(line + 6, NULL, 10);
    }
    fclose(file);
    for (size_t i = 0; i < NAMES_MAX; i++) {
        free(names[i]);
        names[i] = NULL;
    }
    return calls;
}

static void callgrind(const char *command)
{
    int status = tool_run("valgrind --tool=callgrind --callgrind-out-file=%s/callgrind.out %s 2>&1",
                          tool_folder, command);
    ck_assert_msg(status == 0, "%.2000s", tool_output);
}

static void annotate(const char *options)
{
    int status = tool_run("callgrind_annotate %s %s/callgrind.out 2>&1", options, tool_folder);
    ck_assert_msg(status == 0, "%.2000s", tool_output);
}

START_TEST(callgrind_counts_the_calls_of_the_example)
{
    callgrind(TAYLOR);
    ck_assert_int_eq(count_calls("taylor_exp", "factorial"), 500);
    ck_assert_int_eq(count_calls("taylor_sin", "factorial"), 250);
    ck_assert_int_eq(count_calls("factorial", "factorial"), 187250);
    ck_assert_int_eq(count_calls("main", "taylor_exp"), 1);
    annotate("--tree=both");
    ck_assert_ptr_nonnull(strstr(tool_output, "factorial"));
    /* the graph for graphviz */
    ck_assert_int_eq(tool_run("awk -v only='^(main|taylor_|factorial)' -f " CALLGRAPH
                              " %s/callgrind.out 2>&1",
                              tool_folder),
                     0);
    static const char *const arrows[] = {"\"main\" -> \"taylor_exp\" [label=\" 1\"]",
                                         "\"taylor_exp\" -> \"factorial\" [label=\" 500\"]",
                                         "\"taylor_sin\" -> \"factorial\" [label=\" 250\"]",
                                         "\"factorial\" -> \"factorial\" [label=\" 187250\"]"};
    for (size_t i = 0; i < sizeof arrows / sizeof *arrows; i++)
        ck_assert_msg(strstr(tool_output, arrows[i]), "no %s in %s", arrows[i], tool_output);
    ck_assert_ptr_null(strstr(tool_output, "printf"));
}
END_TEST

START_TEST(example_prints_its_results)
{
    ck_assert_int_eq(tool_run(TAYLOR), 0);
    ck_assert_str_eq(tool_output, "exp(1) = 2.718281828459045\nsin(1) = 0.841470984807897\n");
}
END_TEST

/* The kernel executes most instructions. */
START_TEST(callgrind_lists_the_kernel_first)
{
    callgrind(PARTICLE_BENCH " --methods euler" QUICK);
    annotate("");
    /* the first function after the total */
    const char *table = strstr(tool_output, "PROGRAM TOTALS");
    ck_assert_ptr_nonnull(table);
    const char *first = strstr(table, "???:");
    const char *kernel = strstr(table, ":kernel_euler_");
    ck_assert_msg(kernel && (!first || kernel < first + 200), "%.3000s", table);
    ck_assert_int_gt(count_calls("run_round", "evolve"), 1);
}
END_TEST

START_TEST(massif_shows_the_allocation)
{
    int status =
        tool_run("cd %s && valgrind --tool=massif --massif-out-file=massif.out " PARTICLE_BENCH
                 " --memory --particles 100000 --dt 1e-5 --methods closed_form 2>&1 && "
                 "ms_print massif.out",
                 tool_folder);
    ck_assert_msg(status == 0, "%.2000s", tool_output);
    ck_assert_ptr_nonnull(strstr(tool_output, "particle_set_reserve"));
}
END_TEST

START_TEST(daemon_profile_converts_to_callgrind)
{
    struct daemon server;
    daemon_start(&server, "--profiling", "on", "--workers", "1", SLOW_OPTIONS, NULL);
    int fd = raw_open(&server);
    raw_post(fd, SLOW_BODY);
    await_metric(&server, "particled_workers_busy", 1);
    /* On a busy machine a profile of one second may have no sample. Then a longer one is taken. */
    for (int seconds = 1, status = 1; status != 0 && seconds <= 16; seconds *= 2)
        status = tool_run("PPROF_TMPDIR=%s google-pprof --callgrind --seconds=%d "
                          "http://127.0.0.1:%d/pprof/profile >%s/callgrind.out 2>/dev/null && "
                          "grep -q '^fn=' %s/callgrind.out",
                          tool_folder, seconds, server.port, tool_folder, tool_folder);
    close(fd);
    annotate("");
    ck_assert_msg(strstr(tool_output, "kernel_euler_"), "%.2000s", tool_output);
    daemon_finish(&server);
}
END_TEST

int main(void)
{
    if (tool_is_missing("valgrind --version >/dev/null 2>&1", "valgrind") ||
        tool_is_missing("google-pprof --help >/dev/null 2>&1", "google-perftools") ||
        tool_is_missing(PARTICLED " --version | grep -q '^profiles *cpu'", "gperftools") ||
        tool_is_missing(PARTICLED " --version | grep -q '^sanitizers *none'",
                        "a build without sanitizers, which valgrind cannot run,"))
        return TOOL_SKIP;
    harness_init();
    Suite *suite = suite_create("interop/valgrind");
    TCase *tcase = suite_case(suite, "valgrind");
    tcase_add_checked_fixture(tcase, tool_open_folder, tool_remove_folder);
    tcase_add_test(tcase, example_prints_its_results);
    tcase_add_test(tcase, callgrind_counts_the_calls_of_the_example);
    tcase_add_test(tcase, callgrind_lists_the_kernel_first);
    tcase_add_test(tcase, massif_shows_the_allocation);
    tcase_add_test(tcase, daemon_profile_converts_to_callgrind);
    return suite_run(suite);
}
