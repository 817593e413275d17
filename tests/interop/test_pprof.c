/* google-pprof reads profiles from the URL of the daemon. */
#include "../harness/harness.h"
#include "tool.h"

static struct daemon server;

static void start(void)
{
    tool_open_folder();
    daemon_start(&server, "--profiling", "on", "--workers", "1", "--io-threads", "1", SLOW_OPTIONS,
                 NULL);
}

static void finish(void)
{
    daemon_finish(&server);
    tool_remove_folder();
}

/* Formats the command that reads a profile. Its temporary files are in the folder of the test. */
static void format_command(char *command, size_t size, const char *options, const char *page)
{
    int length =
        snprintf(command, size, "PPROF_TMPDIR=%s google-pprof %s http://127.0.0.1:%d%s 2>%s/errors",
                 tool_folder, options, server.port, page, tool_folder);
    ck_assert_int_lt(length, (int)size);
}

/* On a busy machine a profile of one second may have no sample. Then a longer one is taken, up to
 * this duration. */
#define SECONDS_MAX 16

/* Runs google-pprof with longer and longer profiles until its output contains `needle`. */
static void pprof(const char *options, const char *page, const char *needle)
{
    char command[512], more[64];
    for (int seconds = 1; seconds <= SECONDS_MAX; seconds *= 2) {
        snprintf(more, sizeof more, "%s --seconds=%d", options, seconds);
        format_command(command, sizeof command, more, page);
        int status = tool_run("%s", command);
        ck_assert_msg(status == 0, "status %d: %.2000s", status, tool_output);
        if (strstr(tool_output, needle))
            return;
    }
    ck_abort_msg("no %s in: %.2000s", needle, tool_output);
}

/* The function in the first row of --text: "  173 98.9% 98.9%  173 98.9% name". */
static const char *first_function(void)
{
    static char name[256];
    const char *row = strchr(tool_output, '\n');
    ck_assert_msg(row && sscanf(row, "%*d %*f%% %*f%% %*d %*f%% %255[^\n]", name) == 1, "%.2000s",
                  tool_output);
    return name;
}

/* Keeps a worker busy for hours. */
static int start_load(void)
{
    int fd = raw_open(&server);
    raw_post(fd, SLOW_BODY);
    await_metric(&server, "particled_workers_busy", 1);
    return fd;
}

START_TEST(cpu_profile_lists_the_kernel_first)
{
    static const char *const pages[] = {"/pprof/profile", "/debug/pprof/profile"};
    char kernel[64];
    snprintf(kernel, sizeof kernel, "kernel_euler_%s",
             reply_text(http_get(&server, "/version"), "/cpu/kernels"));
    int fd = start_load();
    pprof("--text", pages[_i], kernel);
    ck_assert_str_eq(first_function(), kernel);
    close(fd);
}
END_TEST

/* A body that keeps an I/O thread busy with decoding. The caller frees it. */
static char *large_body(void)
{
    enum { PARTICLES = 20000 };
    char *body = malloc(PARTICLES * 32 + 64);
    ck_assert_ptr_nonnull(body);
    char *end = body + sprintf(body, "{\"particles\":[[1,2,3]");
    for (int i = 1; i < PARTICLES; i++)
        end += sprintf(end, ",[%d.123456789,0.5,1.25]", i);
    strcpy(end, "]}");
    return body;
}

/* The signal of the profiler reaches the I/O threads as well. */
START_TEST(io_threads_are_profiled)
{
    char command[512], options[64], *body = large_body();
    for (int seconds = 1; seconds <= SECONDS_MAX; seconds *= 2) {
        snprintf(options, sizeof options, "--text --seconds=%d", seconds);
        format_command(command, sizeof command, options, "/pprof/profile");
        FILE *tool = popen(command, "r");
        ck_assert_ptr_nonnull(tool);
        await_metric(&server, "particled_jobs_in_flight", 1);
        while (metric(&server, "particled_jobs_in_flight") > 0)
            ck_assert_int_eq(http_simulate(&server, body)->status, 200);
        size_t size = fread(tool_output, 1, sizeof tool_output - 1, tool);
        tool_output[size] = '\0';
        ck_assert_int_eq(pclose(tool), 0);
        if (strstr(tool_output, " dispatch_request\n"))
            break;
    }
    free(body);
    ck_assert_msg(strstr(tool_output, " dispatch_request\n"), "%.2000s", tool_output);
}
END_TEST

/* True for a line of costs: numbers, and positions such as +3, -2 or *. */
static bool is_cost_line(const char *line)
{
    const char *c = line;
    int fields = 0;
    while (*c) {
        c += *c == '+' || *c == '-';
        size_t digits = *c == '*' ? 1 : strspn(c, "0123456789abcdefx");
        if (digits == 0)
            return false;
        c += digits;
        fields++;
        c += strspn(c, " ");
    }
    return fields >= 2;
}

/* Checks the callgrind format: headers "key: value", names "fn=(1) name", lines of costs, and calls
 * followed by a line of costs. */
START_TEST(profile_converts_to_callgrind)
{
    static const char *const names[] = {"fl=", "fn=", "fi=", "fe=", "ob=", "cfn=", "cfl=", "cob="};
    char path[128], line[1024];
    int functions = 0, costs = 0, headers = 0;
    bool after_calls = false;
    int fd = start_load();
    pprof("--callgrind", "/pprof/profile", "\nfn=");
    close(fd);
    tool_write("callgrind.out", tool_output, strlen(tool_output));
    snprintf(path, sizeof path, "%s/callgrind.out", tool_folder);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        bool named = false;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            named |= strncmp(line, names[i], strlen(names[i])) == 0;
        functions += strncmp(line, "fn=", 3) == 0;
        if (after_calls || (!named && is_cost_line(line))) {
            ck_assert_msg(is_cost_line(line), "not a line of costs: %s", line);
            ck_assert(functions > 0);
            costs += !after_calls;
            after_calls = false;
        } else if (strncmp(line, "calls=", 6) == 0) {
            after_calls = true;
        } else if (strncmp(line, "events: ", 8) == 0) {
            headers++;
        } else {
            ck_assert_msg(named || *line == '\0' || strstr(line, ": "),
                          "not in callgrind format: %s", line);
        }
    }
    fclose(file);
    ck_assert_int_eq(headers, 1);
    ck_assert_int_gt(functions, 0);
    ck_assert_int_gt(costs, 0);
    ck_assert_ptr_nonnull(strstr(tool_output, " kernel_euler_"));
}
END_TEST

START_TEST(heap_profile_names_the_allocating_function)
{
    if (!strstr(reply_text(http_get(&server, "/version"), "/build/profiles"), "heap"))
        return; /* the build has no heap profiler */
    ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
    char command[512];
    format_command(command, sizeof command, "--text", "/pprof/heap");
    ck_assert_int_eq(tool_run("%s", command), 0);
    ck_assert_ptr_nonnull(strstr(tool_output, " server_start\n"));
}
END_TEST

int main(void)
{
    if (tool_is_missing("google-pprof --help >/dev/null 2>&1", "google-perftools"))
        return TOOL_SKIP;
    if (tool_is_missing(PARTICLED " --version | grep -q '^profiles *cpu'", "gperftools") ||
        tool_is_missing(PARTICLED " --version | grep -q '^sanitizers *none'",
                        "a build without sanitizers, which disturb profiles,"))
        return TOOL_SKIP;
    harness_init();
    Suite *suite = suite_create("interop/pprof");
    TCase *tcase = suite_case(suite, "pprof");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, cpu_profile_lists_the_kernel_first, 0, 2);
    tcase_add_test(tcase, io_threads_are_profiled);
    tcase_add_test(tcase, profile_converts_to_callgrind);
    tcase_add_test(tcase, heap_profile_names_the_allocating_function);
    return suite_run(suite);
}
