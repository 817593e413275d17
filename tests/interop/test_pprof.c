/* Profiles of the daemon as google-pprof reads them, straight from the URL. */
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

/* The command that reads a profile of the daemon; what it writes along the way stays in the test's
 * folder. */
static void pprof_command(char *command, size_t size, const char *options, const char *page)
{
    int length =
        snprintf(command, size, "PPROF_TMPDIR=%s google-pprof %s http://127.0.0.1:%d%s 2>%s/errors",
                 tool_folder, options, server.port, page, tool_folder);
    ck_assert_int_lt(length, (int)size);
}

/* A machine that is busy elsewhere may leave a second without a sample: then longer, up to this. */
#define SECONDS_MAX 16

/* Runs it on CPU profiles until what it prints has `needle`. */
static void pprof(const char *options, const char *page, const char *needle)
{
    char command[512], more[64];
    for (int seconds = 1; seconds <= SECONDS_MAX; seconds *= 2) {
        snprintf(more, sizeof more, "%s --seconds=%d", options, seconds);
        pprof_command(command, sizeof command, more, page);
        int status = tool_run("%s", command);
        ck_assert_msg(status == 0, "status %d: %.2000s", status, tool_output);
        if (strstr(tool_output, needle))
            return;
    }
    ck_abort_msg("no %s in: %.2000s", needle, tool_output);
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
    pprof("--text", pages[_i], kernel);
    ck_assert_str_eq(leader(), kernel);
    close(fd);
}
END_TEST

/* A body whose decoding keeps an I/O thread busy; allocated. */
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

/* What I/O threads do is seen, too: the signal reaches them. */
START_TEST(io_threads_are_profiled)
{
    char command[512], options[64], *body = large_body();
    for (int seconds = 1; seconds <= SECONDS_MAX; seconds *= 2) {
        snprintf(options, sizeof options, "--text --seconds=%d", seconds);
        pprof_command(command, sizeof command, options, "/pprof/profile");
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
    char command[512];
    pprof_command(command, sizeof command, "--text", "/pprof/heap");
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
    Suite *suite = suite_create("tools/pprof");
    TCase *tcase = suite_case(suite, "pprof");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, the_kernel_leads, 0, 2);
    tcase_add_test(tcase, io_threads_are_profiled);
    tcase_add_test(tcase, it_becomes_callgrind);
    tcase_add_test(tcase, the_heap_by_site);
    return suite_run(suite);
}
