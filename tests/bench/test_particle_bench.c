/* The program itself, run as a user runs it. */
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../suite.h"

#define QUICK " --particles 3 --dt 1e-4 --max-time 0.001 --min-rounds 2 --warmup off"

static char output[65536];

/* Runs the program with `arguments` (redirections included); what it printed is in `output`. */
static int run(const char *arguments)
{
    char command[1024];
    snprintf(command, sizeof command, "%s %s", PARTICLE_BENCH, arguments);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    output[fread(output, 1, sizeof output - 1, pipe)] = '\0';
    int status = pclose(pipe);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(it_prints_a_table)
{
    ck_assert_int_eq(run(QUICK " 2>&1"), 0);
    static const char *const rows[] = {"\nmethod ", "\nclosed_form ", "\nanalytic ",
                                       "\neuler ",  "\nfast ",        "\nreference "};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_msg(strstr(output, rows[i]) != NULL, "no %s in %s", rows[i], output);
    ck_assert_ptr_null(strchr(output, '\r')); /* no progress where there is no terminal */
}
END_TEST

static json_t *run_json(const char *arguments)
{
    json_error_t error;
    ck_assert_int_eq(run(arguments), 0);
    json_t *document = json_loads(output, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(document != NULL, "%s", error.text);
    return document;
}

START_TEST(it_prints_json)
{
    json_t *document = run_json(QUICK " --format json --data --methods fast,reference --seed 7");
    const json_t *benchmarks = json_object_get(document, "benchmarks");
    ck_assert_uint_eq(json_array_size(benchmarks), 2);

    const char *name;
    json_int_t particles, steps, seed, rounds;
    double difference;
    json_t *data;
    ck_assert_int_eq(json_unpack(json_array_get(benchmarks, 0),
                                 "{s:s, s:{s:I, s:o}, s:{s:I, s:I, s:I, s:F}}", "name", &name,
                                 "stats", "rounds", &rounds, "data", &data, "extra_info",
                                 "particles", &particles, "steps", &steps, "seed", &seed,
                                 "max_difference_from_reference", &difference),
                     0);
    ck_assert_str_eq(name, "fast");
    ck_assert_int_eq(particles, 3);
    ck_assert_int_eq(steps, 10);
    ck_assert_int_eq(seed, 7);
    ck_assert_int_ge(rounds, 2);
    ck_assert_uint_eq(json_array_size(data), (size_t)rounds);
    ck_assert_double_lt(difference, 1e-14);
    json_decref(document);
}
END_TEST

/* Each set of this CPU has a row, and forcing one is the same as asking the variable for it. */
START_TEST(it_runs_the_set_that_it_is_told)
{
    json_t *document = run_json(QUICK " --format json --simd all --peak --methods euler,fast");
    const json_t *benchmarks = json_object_get(document, "benchmarks");
    size_t count = json_array_size(benchmarks);
    ck_assert_uint_ge(count, 2);
    for (size_t i = 0; i < count; i++) {
        const char *name, *simd;
        char expected[64], arguments[256];
        double rate, peak;
        ck_assert_int_eq(json_unpack(json_array_get(benchmarks, i), "{s:s, s:{s:s, s:F, s:F}}",
                                     "name", &name, "extra_info", "simd", &simd, "flop_per_s",
                                     &rate, "peak_flop_per_s", &peak),
                         0);
        ck_assert_double_gt(rate, 0);
        ck_assert_double_gt(peak, 0);
        if (i == count - 1) {
            ck_assert_str_eq(name, "fast");
            ck_assert_str_eq(simd, "scalar");
            break;
        }
        snprintf(expected, sizeof expected, "euler[%s]", simd);
        ck_assert_str_eq(name, expected);
        snprintf(expected, sizeof expected, ", %s kernels\n", simd);
        snprintf(arguments, sizeof arguments, "--simd %s" QUICK, simd);
        ck_assert_int_eq(run(arguments), 0);
        ck_assert_ptr_nonnull(strstr(output, expected));
        setenv("PARTICLED_SIMD", simd, 1);
        ck_assert_int_eq(run(QUICK), 0);
        ck_assert_ptr_nonnull(strstr(output, expected));
        ck_assert_int_eq(run("--simd portable" QUICK), 0);
        ck_assert_ptr_nonnull(strstr(output, ", portable kernels\n"));
    }
    json_decref(document);
    setenv("PARTICLED_SIMD", "mmx", 1);
    ck_assert_int_eq(run(QUICK " 2>&1"), 2);
    ck_assert_ptr_nonnull(strstr(output, "PARTICLED_SIMD 'mmx' is not in the list"));
}
END_TEST

START_TEST(it_measures_memory)
{
    json_t *document = run_json("--memory --particles 1000 --dt 1e-4 --format json");
    ck_assert_int_eq(json_integer_value(json_object_get(document, "set_bytes")), 24000);
    json_decref(document);
    ck_assert_int_eq(run("--memory --particles 1000 --dt 1e-4"), 0);
    ck_assert_ptr_nonnull(strstr(output, "\nparticle set "));
}
END_TEST

START_TEST(it_explains_itself)
{
    ck_assert_int_eq(run("--version"), 0);
    ck_assert_ptr_eq(strstr(output, "particle-bench "), output);
    ck_assert_int_eq(run("--list"), 0);
    ck_assert_ptr_eq(strstr(output, "closed_form "), output);
    ck_assert_ptr_nonnull(strstr(output, "\nreference "));
    ck_assert_int_eq(run("--help"), 0);
    static const char *const options[] = {
        "--particles N",  "--dt TIME",      "--timestep TIME",    "--seed N",
        "--methods LIST", "--min-rounds N", "--max-time SECONDS", "--warmup on|off",
        "--memory",       "--data",         "--simd NAME|all",    "--peak",
        "--list",         "--help",         "--format text|json", "--version"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        ck_assert_msg(strstr(output, options[i]) != NULL, "no %s", options[i]);
}
END_TEST

static const struct {
    const char *arguments, *says;
} bad[] = {
    {"--particles 0", "particles must be 1 to"},
    {"--particles 1e3", "whole number"},
    {"--particles 1000000001", "particles must be 1 to 1000000000"},
    {"--dt nan", "decimal number"},
    {"--timestep 0", "above 0"},
    {"--seed -1", "whole number"},
    {"--methods eular", "choose from closed_form"},
    {"--min-rounds 0", "min_rounds must be"},
    {"--max-time 0", "max_time must be"},
    {"--warmup maybe", "on or off"},
    {"--format yaml", "text or json"},
    {"--simd mmx", "--simd 'mmx' is not in the list"},
    {"--simd ''", "--simd '' is not in the list"},
    {"--frobnicate", "frobnicate"},
    {"--particles", "particles"},
    {"extra", "options only"},
    {"--timestep 1e-200 --dt 0", "closed_form cannot take particle 0"},
    {"--timestep 1e-200 --dt 0 --memory", "closed_form cannot take particle 0"},
};

START_TEST(a_bad_option_is_one_line_and_status_2)
{
    char arguments[128];
    snprintf(arguments, sizeof arguments, "%s 2>&1 >/dev/null", bad[_i].arguments);
    ck_assert_int_eq(run(arguments), 2);
    ck_assert_msg(strstr(output, bad[_i].says) != NULL, "%s", output);
    ck_assert_ptr_eq(strchr(output, '\n'), output + strlen(output) - 1);
}
END_TEST

START_TEST(a_full_disk_is_an_error)
{
    ck_assert_int_eq(run(QUICK " 2>&1 >/dev/full"), 1);
    ck_assert_ptr_nonnull(strstr(output, "standard output"));
}
END_TEST

/* Whether the process has a handler for SIGINT: a bit of SigCgt. */
static bool catches_interrupt(pid_t pid)
{
    char path[64], line[128];
    unsigned long long caught = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file))
        sscanf(line, "SigCgt: %llx", &caught);
    fclose(file);
    return caught >> (SIGINT - 1) & 1;
}

START_TEST(an_interrupt_ends_it_with_130)
{
    int status;
    signal(SIGINT, SIG_DFL); /* check has a handler, which the child must not inherit */
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        execl(PARTICLE_BENCH, "particle-bench", "--max-time", "3600", _i ? "--memory" : "--data",
              "--particles", "1000000", "--dt", "1000", (char *)NULL);
        _exit(127);
    }
    while (!catches_interrupt(pid)) {
        ck_assert_int_eq(waitpid(pid, &status, WNOHANG), 0);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    ck_assert_int_eq(kill(pid, SIGINT), 0);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 130);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("particle_bench");
    TCase *tcase = suite_case(suite, "program");
    tcase_add_test(tcase, it_prints_a_table);
    tcase_add_test(tcase, it_prints_json);
    tcase_add_test(tcase, it_runs_the_set_that_it_is_told);
    tcase_add_test(tcase, it_measures_memory);
    tcase_add_test(tcase, it_explains_itself);
    tcase_add_loop_test(tcase, a_bad_option_is_one_line_and_status_2, 0, sizeof bad / sizeof *bad);
    tcase_add_test(tcase, a_full_disk_is_an_error);
    tcase_add_loop_test(tcase, an_interrupt_ends_it_with_130, 0, 2);
    return suite_run(suite);
}
