/* Profiles of the daemon as google-pprof reads them, straight from the URL. */
#include <time.h>

#include "../http/harness.h"
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

/* Runs it on a profile of the daemon, with what it writes along the way in the test's folder. */
static void pprof(const char *options, const char *page)
{
    int status = tool_run("PPROF_TMPDIR=%s google-pprof %s http://127.0.0.1:%d%s 2>%s/errors",
                          tool_folder, options, server.port, page, tool_folder);
    ck_assert_msg(status == 0 && *tool_output, "status %d: %.2000s", status, tool_output);
}

/* The function of the first row of --text: "  173 98.9% 98.9%  173 98.9% name". */
static const char *leader(void)
{
    static char name[256];
    const char *row = strchr(tool_output, '\n');
    ck_assert_msg(row && sscanf(row, "%*d %*f%% %*f%% %*d %*f%% %255[^\n]", name) == 1, "%.2000s",
                  tool_output);
    return name;
}

/* A worker at work for hours. */
static int start_load(void)
{
    int fd = raw_open(&server);
    raw_post(fd, SLOW_BODY);
    await_metric(&server, "particled_workers_busy", 1);
    return fd;
}

START_TEST(the_kernel_leads)
{
    static const char *const pages[] = {"/pprof/profile", "/debug/pprof/profile"};
    char kernel[64];
    snprintf(kernel, sizeof kernel, "kernel_euler_%s",
             reply_text(http_get(&server, "/version"), "/cpu/kernels"));
    int fd = start_load();
    pprof("--text --seconds=1", pages[_i]);
    ck_assert_str_eq(leader(), kernel);
    close(fd);
}
END_TEST

/* What I/O threads do is seen, too: the signal reaches them. */
START_TEST(io_threads_are_profiled)
{
    enum { PARTICLES = 20000 };
    char *body = malloc(PARTICLES * 32 + 64);
    ck_assert_ptr_nonnull(body);
    char *end = body + sprintf(body, "{\"particles\":[[1,2,3]");
    for (int i = 1; i < PARTICLES; i++)
        end += sprintf(end, ",[%d.123456789,0.5,1.25]", i);
    strcpy(end, "]}");
    int fd = raw_open(&server);
    ck_assert(raw_send(fd, "GET /pprof/profile?seconds=3600 HTTP/1.1\r\nHost: x\r\n\r\n"));
    await_metric(&server, "particled_jobs_in_flight", 1);
    close(fd); /* warms the profiler up; what counts is the next one */
    await_metric(&server, "particled_jobs_in_flight", 0);

    char command[512];
    snprintf(command, sizeof command,
             "PPROF_TMPDIR=%s google-pprof --text --seconds=2 http://127.0.0.1:%d/pprof/profile "
             ">%s/text 2>%s/errors",
             tool_folder, server.port, tool_folder, tool_folder);
    FILE *tool = popen(command, "r");
    ck_assert_ptr_nonnull(tool);
    await_metric(&server, "particled_jobs_in_flight", 1);
    while (metric(&server, "particled_jobs_in_flight") > 0)
        ck_assert_int_eq(http_simulate(&server, body)->status, 200);
    ck_assert_int_eq(pclose(tool), 0);
    free(body);
    ck_assert_int_eq(tool_run("cat %s/text", tool_folder), 0);
    ck_assert_msg(strstr(tool_output, " dispatch_request\n"), "%s", tool_output);
}
END_TEST

/* Reads a number, or a position like +3, -2 or *, at the start of a line of costs. */
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

/* The grammar of callgrind's files, as far as it is used: heads "key: value", names "fn=(1) name",
 * calls with a line of costs behind, lines of costs. */
START_TEST(it_becomes_callgrind)
{
    static const char *const names[] = {"fl=", "fn=", "fi=", "fe=", "ob=", "cfn=", "cfl=", "cob="};
    char path[128], line[1024];
    int functions = 0, costs = 0, heads = 0;
    bool after_calls = false;
    int fd = start_load();
    pprof("--callgrind --seconds=1", "/pprof/profile");
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
            ck_assert_msg(is_cost_line(line), "no costs: %s", line);
            ck_assert(functions > 0);
            costs += !after_calls;
            after_calls = false;
        } else if (strncmp(line, "calls=", 6) == 0) {
            after_calls = true;
        } else if (strncmp(line, "events: ", 8) == 0) {
            heads++;
        } else {
            ck_assert_msg(named || *line == '\0' || strstr(line, ": "), "not callgrind: %s", line);
        }
    }
    fclose(file);
    ck_assert_int_eq(heads, 1);
    ck_assert_int_gt(functions, 0);
    ck_assert_int_gt(costs, 0);
    ck_assert_ptr_nonnull(strstr(tool_output, " kernel_euler_"));
}
END_TEST

START_TEST(the_heap_by_site)
{
    if (!strstr(reply_text(http_get(&server, "/version"), "/build/profiles"), "heap"))
        return; /* only where the build has it */
    ck_assert_int_eq(http_simulate(&server, THREE_BODY)->status, 200);
    pprof("--text", "/pprof/heap");
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
    Suite *suite = suite_create("tools/pprof");
    TCase *tcase = suite_case(suite, "pprof");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, the_kernel_leads, 0, 2);
    tcase_add_test(tcase, io_threads_are_profiled);
    tcase_add_test(tcase, it_becomes_callgrind);
    tcase_add_test(tcase, the_heap_by_site);
    return suite_run(suite);
}
