/* Runs the program as a user does. */
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

/* Runs the program with `arguments`, which may have redirections. `output` is what it printed. */
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

/* Fails unless the program prints one line that has `message`, and exits with 2. */
static void assert_refused(const char *arguments, const char *message)
{
    char command[160];
    snprintf(command, sizeof command, "%s 2>&1 >/dev/null", arguments);
    ck_assert_int_eq(run(command), 2);
    ck_assert_msg(strstr(output, message) != NULL, "%s", output);
    ck_assert_ptr_eq(strchr(output, '\n'), output + strlen(output) - 1);
}

START_TEST(it_prints_a_table)
{
    ck_assert_int_eq(run(QUICK " 2>&1"), 0);
    static const char *const rows[] = {"\nmethod ", "\nclosed_form ", "\nanalytic ",
                                       "\neuler ",  "\nfast ",        "\nreference "};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_msg(strstr(output, rows[i]) != NULL, "no %s in %s", rows[i], output);
    ck_assert_ptr_null(strchr(output, '\r')); /* no progress without a terminal */
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

/* Each set of this CPU has a row. The option and the environment variable choose the same set. */
START_TEST(it_uses_the_chosen_instruction_set)
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

/* --- files --------------------------------------------------------------- */

static char folder[64];

static void open_folder(void)
{
    strcpy(folder, "/tmp/particle-bench-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

static void remove_folder(void)
{
    char command[96];
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static json_t *load(const char *path)
{
    json_error_t error;
    json_t *document = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(document != NULL, "%s: %s", path, error.text);
    return document;
}

static json_t *stats_in(const json_t *document, size_t index)
{
    return json_object_get(json_array_get(json_object_get(document, "benchmarks"), index), "stats");
}

/* The saved document has the raw rounds, the printed one does not, and both are of the same run. */
START_TEST(it_saves_what_it_prints)
{
    json_t *printed = run_json(QUICK " --save saved.json --format json --methods euler,fast");
    json_t *saved = load("saved.json");
    for (size_t i = 0; i < 2; i++) {
        ck_assert_uint_ge(json_array_size(json_object_get(stats_in(saved, i), "data")), 2);
        ck_assert_ptr_null(json_object_get(stats_in(printed, i), "data"));
        json_object_del(stats_in(saved, i), "data");
    }
    ck_assert(json_equal(saved, printed));
    json_decref(printed);
    json_decref(saved);
}
END_TEST

/* With the same file twice, every ratio is 1, and nothing fails. */
START_TEST(it_compares_files)
{
    ck_assert_int_eq(run(QUICK " --save a.json"), 0);
    ck_assert_int_eq(run("--load a.json --compare a.json --fail-ratio 1"), 0);
    ck_assert_ptr_eq(strstr(output, "compared with a.json\n\nmethod "), output);
    ck_assert_ptr_nonnull(strstr(output, "  1.0000  "));
    json_t *document = run_json("--load a.json --compare a.json --format json");
    const json_t *rows = json_object_get(document, "comparison");
    ck_assert_uint_eq(json_array_size(rows), 5);
    for (size_t i = 0; i < 5; i++)
        ck_assert_double_eq(json_real_value(json_object_get(json_array_get(rows, i), "ratio")), 1);
    json_decref(document);
    ck_assert_int_eq(run("--load a.json --compare a.json --format csv"), 0);
    ck_assert_ptr_nonnull(strstr(output, ",before_s,ratio,ratio_low,ratio_high\n"));
    ck_assert_ptr_nonnull(strstr(output, "\nreference,"));
}
END_TEST

START_TEST(it_prints_svg)
{
    ck_assert_int_eq(run(QUICK " --format svg --save a.json"), 0);
    ck_assert_ptr_eq(strstr(output, "<svg "), output);
    ck_assert_int_eq(run("--load a.json --format svg"), 0);
    ck_assert_ptr_nonnull(strstr(output, ">reference</text>"));
}
END_TEST

START_TEST(it_compares_a_run)
{
    ck_assert_int_eq(run(QUICK " --save a.json --methods euler"), 0);
    ck_assert_int_eq(run(QUICK " --compare a.json --save a.json"),
                     0); /* loaded before it is written */
    ck_assert_ptr_nonnull(strstr(output, "\neuler "));
    ck_assert_ptr_nonnull(strstr(output, "\ncompared with a.json\n\nmethod "));
    json_t *saved = load("a.json");
    ck_assert_uint_eq(json_array_size(json_object_get(saved, "benchmarks")), 5);
    ck_assert_ptr_null(json_object_get(saved, "comparison"));
    json_decref(saved);
}
END_TEST

/* In the file, euler is ten times as fast: its ratio is 10. */
START_TEST(the_status_is_1_above_fail_ratio)
{
    ck_assert_int_eq(run(QUICK " --save a.json --methods euler,fast"), 0);
    json_t *document = load("a.json");
    json_t *data = json_object_get(stats_in(document, 0), "data");
    for (size_t i = 0; i < json_array_size(data); i++)
        json_array_set_new(data, i, json_real(json_real_value(json_array_get(data, i)) / 10));
    ck_assert_int_eq(json_dump_file(document, "b.json", 0), 0);
    json_decref(document);
    ck_assert_int_eq(run("--load a.json --compare b.json"), 0);
    ck_assert_int_eq(run("--load a.json --compare b.json --fail-ratio 1.05 2>&1"), 1);
    ck_assert_ptr_nonnull(strstr(output, "particle-bench: euler takes 10 times as long"));
    ck_assert_ptr_null(strstr(output, ": fast takes"));
    ck_assert_int_eq(run("--load a.json --compare b.json --fail-ratio 1000"), 0);
    ck_assert_int_eq(run("--load b.json --compare a.json --fail-ratio 1.05"), 0);
}
END_TEST

START_TEST(it_exports_to_hyperfine)
{
    ck_assert_int_eq(run(QUICK " --methods fast --save a.json --export-hyperfine h.json"), 0);
    json_t *export = load("h.json"), *saved = load("a.json");
    const char *command, *particles;
    double mean, user, system;
    json_t *times;
    ck_assert_int_eq(json_unpack(export, "{s:[{s:s, s:F, s:F, s:F, s:o, s:{s:s}}!]!}", "results",
                                 "command", &command, "mean", &mean, "user", &user, "system",
                                 &system, "times", &times, "parameters", "particles", &particles),
                     0);
    ck_assert_str_eq(command, "fast");
    ck_assert_str_eq(particles, "3");
    ck_assert_double_ge(user, 0);
    ck_assert_double_ge(system, 0);
    ck_assert(json_equal(times, json_object_get(stats_in(saved, 0), "data")));
    json_decref(export);
    json_decref(saved);
    /* It also works with a file that has the raw rounds. */
    ck_assert_int_eq(run("--load a.json --export-hyperfine h2.json"), 0);
    ck_assert_str_eq(output, "");
    json_t *again = load("h2.json");
    json_decref(again);
    ck_assert_int_eq(run("--load a.json --format json > b.json"), 0);
    ck_assert_int_eq(run("--load b.json --export-hyperfine h3.json 2>&1"), 2);
    ck_assert_ptr_nonnull(strstr(output, "b.json: it lacks"));
}
END_TEST

static const struct {
    const char *arguments, *message;
} bad_files[] = {
    {QUICK " --compare none.json", "none.json: unable to open"},
    {QUICK " --compare cut.json", "cut.json: "},
    {QUICK " --compare other.json", "other.json: it is not a benchmark report"},
    {"--load none.json --compare good.json", "none.json: unable to open"},
    {"--load other.json --compare good.json", "good.json: it is not a benchmark report"},
    {"--dt 2e-4 --max-time 1e-9 --compare good.json", "measured with"},
    {QUICK " --compare good.json --methods reference", "no benchmark in common"},
    {QUICK " --fail-ratio 1.05", "--fail-ratio needs --compare"},
    {QUICK " --compare good.json --fail-ratio 0", "decimal number above 0"},
    {QUICK " --compare good.json --fail-ratio 5%", "decimal number above 0"},
    {QUICK " --compare good.json --fail-ratio ''", "decimal number above 0"},
    {QUICK " --memory --save x.json", "--memory and --codec"},
    {QUICK " --codec --compare good.json", "--memory and --codec"},
    {QUICK " --memory --format csv", "--memory and --codec"},
    {"--load good.json", "--load needs"},
};

START_TEST(a_bad_file_gives_one_line_and_status_2)
{
    ck_assert_int_eq(run(QUICK " --save good.json --methods euler"), 0);
    ck_assert_int_eq(system("head -c 100 good.json > cut.json; echo '{}' > other.json"), 0);
    assert_refused(bad_files[_i].arguments, bad_files[_i].message);
}
END_TEST

START_TEST(a_file_that_cannot_be_written_is_an_error)
{
    ck_assert_int_eq(run(QUICK " --save /dev/full 2>&1 >/dev/null"), 1);
    ck_assert_ptr_nonnull(strstr(output, "/dev/full: "));
    ck_assert_int_eq(run(QUICK " --save none/a.json 2>&1 >/dev/null"), 1);
    ck_assert_ptr_nonnull(strstr(output, "none/a.json: "));
}
END_TEST

/* --- the rest ------------------------------------------------------------ */

START_TEST(it_measures_memory)
{
    json_t *document = run_json("--memory --particles 1000 --dt 1e-4 --format json");
    ck_assert_int_eq(json_integer_value(json_object_get(document, "set_bytes")), 24000);
    json_decref(document);
    ck_assert_int_eq(run("--memory --particles 1000 --dt 1e-4"), 0);
    ck_assert_ptr_nonnull(strstr(output, "\nparticle set "));
}
END_TEST

START_TEST(it_prints_version_methods_and_help)
{
    ck_assert_int_eq(run("--version"), 0);
    ck_assert_ptr_eq(strstr(output, "particle-bench "), output);
    ck_assert_int_eq(run("--list"), 0);
    ck_assert_ptr_eq(strstr(output, "closed_form "), output);
    ck_assert_ptr_nonnull(strstr(output, "\nreference "));
    ck_assert_int_eq(run("--help"), 0);
    static const char *const options[] = {"--particles N",
                                          "--dt TIME",
                                          "--timestep TIME",
                                          "--seed N",
                                          "--methods LIST",
                                          "--min-rounds N",
                                          "--max-time SECONDS",
                                          "--warmup on|off",
                                          "--memory",
                                          "--data",
                                          "--simd NAME|all",
                                          "--peak",
                                          "--list",
                                          "--help",
                                          "--format FORMAT",
                                          "--version",
                                          "--save FILE",
                                          "--load FILE",
                                          "--compare FILE",
                                          "--fail-ratio RATIO",
                                          "--export-hyperfine FILE"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        ck_assert_msg(strstr(output, options[i]) != NULL, "no %s", options[i]);
}
END_TEST

static const struct {
    const char *arguments, *message;
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
    {"--format yaml", "text, json, csv or svg"},
    {"--simd mmx", "--simd 'mmx' is not in the list"},
    {"--simd ''", "--simd '' is not in the list"},
    {"--frobnicate", "frobnicate"},
    {"--particles", "particles"},
    {"extra", "only options"},
    {"--timestep 1e-200 --dt 0", "closed_form: particle 0 moves so little"},
    {"--timestep 1e-200 --dt 0 --memory", "closed_form: particle 0 moves so little"},
};

START_TEST(a_wrong_option_gives_one_line_and_status_2)
{
    assert_refused(bad[_i].arguments, bad[_i].message);
}
END_TEST

START_TEST(a_full_disk_is_an_error)
{
    ck_assert_int_eq(run(QUICK " 2>&1 >/dev/full"), 1);
    ck_assert_ptr_nonnull(strstr(output, "standard output"));
}
END_TEST

/* True when the process has a handler for SIGINT: a bit of SigCgt. */
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
    signal(SIGINT, SIG_DFL); /* the child must not inherit the handler of check */
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
    tcase_add_test(tcase, it_uses_the_chosen_instruction_set);
    tcase_add_test(tcase, it_measures_memory);
    tcase_add_test(tcase, it_prints_version_methods_and_help);
    tcase_add_loop_test(tcase, a_wrong_option_gives_one_line_and_status_2, 0,
                        sizeof bad / sizeof *bad);
    tcase_add_test(tcase, a_full_disk_is_an_error);
    tcase_add_loop_test(tcase, an_interrupt_ends_it_with_130, 0, 2);
    tcase = suite_case(suite, "files");
    tcase_add_checked_fixture(tcase, open_folder, remove_folder);
    tcase_add_test(tcase, it_saves_what_it_prints);
    tcase_add_test(tcase, it_compares_files);
    tcase_add_test(tcase, it_prints_svg);
    tcase_add_test(tcase, it_compares_a_run);
    tcase_add_test(tcase, the_status_is_1_above_fail_ratio);
    tcase_add_test(tcase, it_exports_to_hyperfine);
    tcase_add_loop_test(tcase, a_bad_file_gives_one_line_and_status_2, 0,
                        sizeof bad_files / sizeof *bad_files);
    tcase_add_test(tcase, a_file_that_cannot_be_written_is_an_error);
    return suite_run(suite);
}
