/* particle-bench: the benchmark of GET /bench without the server, for time(1), callgrind,
 * perf and friends. One thread. */
#include "config.h"

#include <getopt.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/memory.h"
#include "bench/report.h"
#include "codec_bench.h"
#include "sim/random.h"

enum exit_status {
    EXIT_USAGE = 2,
    EXIT_INTERRUPTED = 128 + SIGINT,
};

/* The user's own machine: only what cannot be computed is refused. */
static const struct bench_limits limits = {
    .particles = 1000000000,
    .particle_steps = INT64_MAX - 1, /* evolve_particle_steps saturates at INT64_MAX */
};

struct options {
    struct bench_config config;
    bool codec;
    bool json;
};

static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

static bool is_interrupted(void *context)
{
    (void)context;
    return interrupted;
}

static double monotonic(void *context)
{
    struct timespec now;
    (void)context;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* --- options ------------------------------------------------------------- */

/* Options of our own, numbered after those of the parameters. */
enum own_option {
    OPTION_SIMD = BENCH_PARAMETER_COUNT,
    OPTION_PEAK,
    OPTION_CODEC,
    OPTION_FORMAT,
    OPTION_LIST,
    OPTION_HELP,
    OPTION_VERSION,
};
#define OPTION_COUNT (OPTION_VERSION + 1)
#define OPTION_NAME_MAX 32

/* "min_rounds" is --min-rounds here. */
static void option_name(char name[OPTION_NAME_MAX], const char *parameter)
{
    snprintf(name, OPTION_NAME_MAX, "%s", parameter);
    for (; *name; name++)
        if (*name == '_')
            *name = '-';
}

static int print_help(void)
{
    fputs("Usage: particle-bench [OPTION]...\n"
          "Times the methods that evolve particles and prints a table of statistics.\n\n",
          stdout);
    for (size_t i = 0; i < BENCH_PARAMETER_COUNT; i++) {
        const struct bench_parameter *parameter = &bench_parameters[i];
        char name[OPTION_NAME_MAX];
        option_name(name, parameter->name);
        printf("  --%s%s%-*s%s\n", name, parameter->placeholder ? " " : "",
               (int)(22 - strlen(name) - (parameter->placeholder ? 1 : 0)),
               parameter->placeholder ? parameter->placeholder : "", parameter->summary);
    }
    fputs("  --simd NAME|all         instruction set of the kernels, or each in turn (default:\n"
          "                          PARTICLED_SIMD, or else the fastest). There are:",
          stdout);
    const char *sets[EVOLVE_KERNELS_MAX];
    size_t set_count = evolve_kernels_list(sets);
    for (size_t i = 0; i < set_count; i++)
        printf(" %s", sets[i]);
    fputs("\n"
          "  --peak                  measure beside it what the machine does at best\n"
          "  --codec                 time reading and writing particles instead\n"
          "  --format text|json      a table (the default) or the document that\n"
          "                          `pytest-benchmark compare` loads\n"
          "  --list                  list the methods\n"
          "  --help                  print this and exit\n"
          "  --version               print the version and exit\n\n"
          "The exit status is 0, 1 when something failed, 2 for a bad option, 130 after Ctrl-C.\n",
          stdout);
    return EXIT_SUCCESS;
}

static int print_methods(void)
{
    size_t count;
    const struct method *const *table = method_table(&count);
    for (size_t i = 0; i < count; i++)
        printf("%-12s %s%s\n", table[i]->name, table[i]->summary,
               table[i] == method_default() ? " (the daemon's default)" : "");
    return EXIT_SUCCESS;
}

static int usage_error(const char *detail)
{
    fprintf(stderr, "particle-bench: %s\n", detail);
    return EXIT_USAGE;
}

static int set_parameter(struct bench_config *config, size_t index)
{
    struct bench_fault fault;
    const char *value = bench_parameters[index].placeholder ? optarg : "on";
    if (bench_config_set(config, bench_parameters[index].name, value, strlen(value), &fault))
        return usage_error(fault.detail);
    return EXIT_SUCCESS;
}

static int set_format(struct options *options)
{
    options->json = strcmp(optarg, "json") == 0;
    if (!options->json && strcmp(optarg, "text") != 0)
        return usage_error("--format must be text or json");
    return EXIT_SUCCESS;
}

/* `source` is what the user wrote: --simd or PARTICLED_SIMD. */
static int set_simd(struct bench_config *config, const char *source, const char *name)
{
    config->all_simd = strcmp(name, "all") == 0;
    if (config->all_simd || evolve_kernels_force(name))
        return EXIT_SUCCESS;
    fprintf(stderr, "particle-bench: %s '%s' is not in the list of particle-bench --help\n", source,
            name);
    return EXIT_USAGE;
}

static void fill_options(struct option list[OPTION_COUNT + 1], char names[][OPTION_NAME_MAX])
{
    memset(list, 0, (OPTION_COUNT + 1) * sizeof *list);
    for (int i = 0; i < BENCH_PARAMETER_COUNT; i++) {
        option_name(names[i], bench_parameters[i].name);
        list[i].name = names[i];
        list[i].has_arg = bench_parameters[i].placeholder ? required_argument : no_argument;
        list[i].val = i;
    }
    list[OPTION_SIMD] = (struct option){"simd", required_argument, NULL, OPTION_SIMD};
    list[OPTION_PEAK] = (struct option){"peak", no_argument, NULL, OPTION_PEAK};
    list[OPTION_CODEC] = (struct option){"codec", no_argument, NULL, OPTION_CODEC};
    list[OPTION_FORMAT] = (struct option){"format", required_argument, NULL, OPTION_FORMAT};
    list[OPTION_LIST] = (struct option){"list", no_argument, NULL, OPTION_LIST};
    list[OPTION_HELP] = (struct option){"help", no_argument, NULL, OPTION_HELP};
    list[OPTION_VERSION] = (struct option){"version", no_argument, NULL, OPTION_VERSION};
}

/* Returns the exit status; *done says that the program has nothing more to do. */
static int read_options(struct options *options, int argc, char **argv, bool *done)
{
    struct option list[OPTION_COUNT + 1];
    char names[BENCH_PARAMETER_COUNT][OPTION_NAME_MAX];
    struct bench_fault fault;
    int status = EXIT_SUCCESS, option;
    const char *simd = NULL, *variable = getenv("PARTICLED_SIMD");

    fill_options(list, names);
    *done = true;
    while (!status && (option = getopt_long(argc, argv, "", list, NULL)) != -1) {
        switch (option) {
        case '?':
            return EXIT_USAGE; /* getopt_long has said what is wrong */
        case OPTION_SIMD:
            simd = optarg;
            break;
        case OPTION_PEAK:
            options->config.peak = true;
            break;
        case OPTION_CODEC:
            options->codec = true;
            break;
        case OPTION_FORMAT:
            status = set_format(options);
            break;
        case OPTION_LIST:
            return print_methods();
        case OPTION_HELP:
            return print_help();
        case OPTION_VERSION:
            puts("particle-bench " PACKAGE_VERSION);
            return EXIT_SUCCESS;
        default:
            status = set_parameter(&options->config, (size_t)option);
        }
    }
    if (!status && optind < argc)
        status = usage_error("it takes options only; see particle-bench --help");
    if (!status && (simd || variable))
        status =
            set_simd(&options->config, simd ? "--simd" : "PARTICLED_SIMD", simd ? simd : variable);
    if (!status && !bench_config_check(&options->config, &limits, &fault))
        status = usage_error(fault.detail);
    *done = status != EXIT_SUCCESS;
    return status;
}

/* --- the run ------------------------------------------------------------- */

#define PROGRESS_INTERVAL_S 0.1
static const char erase_line[] = "\r\033[K";

/* Tells a terminal what is being done, now and then. */
static void show_progress(void *context, const struct bench_result *result)
{
    double *shown = context, now = monotonic(NULL);
    size_t round = result->round_count;
    if (now - *shown < PROGRESS_INTERVAL_S)
        return;
    *shown = now;
    fprintf(stderr, "%s%s: round %zu, %.4g ms", erase_line, result->name, round,
            result->rounds[round - 1] * 1e3);
}

static int print_report(char *text, json_t *json)
{
    int status = EXIT_FAILURE;
    if (text)
        status = fputs(text, stdout) < 0;
    else if (json)
        status = json_dumpf(json, stdout, JSON_INDENT(2)) || putchar('\n') == EOF;
    else
        fputs("particle-bench: out of memory\n", stderr);
    free(text);
    json_decref(json);
    return status ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int domain_error(const struct method *method, size_t index, enum domain_fault fault)
{
    fprintf(stderr, "particle-bench: %s cannot take particle %zu: %s\n", method->name, index,
            domain_fault_text(fault));
    return EXIT_USAGE;
}

static int status_error(enum bench_status status)
{
    if (status == BENCH_STOPPED)
        return EXIT_INTERRUPTED;
    fputs("particle-bench: out of memory\n", stderr);
    return EXIT_FAILURE;
}

static int run_memory(const struct options *options)
{
    const struct evolve_control control = {.stop = is_interrupted};
    struct bench_machine machine;
    struct bench_memory memory;

    enum bench_status status = bench_memory_run(&options->config, NULL, &control, &memory);
    if (status == BENCH_OUT_OF_DOMAIN)
        return domain_error(memory.fault_method, memory.fault_index, memory.fault);
    if (status)
        return status_error(status);
    bench_machine_describe(&machine);
    return options->json ? print_report(NULL, bench_memory_json(&memory, &machine))
                         : print_report(bench_memory_text(&memory, &machine), NULL);
}

static bool codec_stop(void)
{
    return interrupted;
}

static int run_codec(const struct options *options)
{
    const struct bench_config *config = &options->config;
    const struct codec_bench_config codec = {config->max_time_s, config->min_rounds, codec_stop};
    struct particle_set particles;
    particle_set_init(&particles);
    int status = random_particles(&particles, config->particles, config->seed)
                     ? 1
                     : codec_bench_run(&codec, &particles);
    particle_set_fini(&particles);
    return status == 0 ? EXIT_SUCCESS : status_error(status < 0 ? BENCH_STOPPED : BENCH_NO_MEMORY);
}

static int run_time(const struct options *options)
{
    double shown = monotonic(NULL);
    bool terminal = isatty(STDERR_FILENO);
    const struct bench_environment environment = {
        .clock = monotonic,
        .control = {.stop = is_interrupted},
        .on_round = terminal ? show_progress : NULL,
        .round_context = &shown,
    };
    struct particle_set particles;
    struct bench_machine machine;
    struct bench_report report;
    const struct method *method;
    size_t index;
    int result;

    particle_set_init(&particles);
    if (random_particles(&particles, options->config.particles, options->config.seed)) {
        result = status_error(BENCH_NO_MEMORY);
        goto out;
    }
    enum domain_fault fault = bench_domain_check(&options->config, &particles, &method, &index);
    if (fault) {
        result = domain_error(method, index, fault);
        goto out;
    }
    enum bench_status status = bench_run(&options->config, &particles, &environment, &report);
    if (terminal)
        fputs(erase_line, stderr);
    if (status) {
        result = status_error(status);
        goto out;
    }
    bench_machine_describe(&machine);
    result = options->json ? print_report(NULL, bench_report_json(&report, &machine))
                           : print_report(bench_report_text(&report, &machine), NULL);
    bench_report_fini(&report);
out:
    particle_set_fini(&particles);
    return result;
}

int main(int argc, char **argv)
{
    struct options options = {.json = false};
    bool done;

    bench_config_init(&options.config);
    int status = read_options(&options, argc, argv, &done);
    if (!done) {
        /* A second Ctrl-C ends the program at once. */
        struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};
        sigaction(SIGINT, &action, NULL);
        status = options.codec           ? run_codec(&options)
                 : options.config.memory ? run_memory(&options)
                                         : run_time(&options);
    }
    if (fflush(stdout) || ferror(stdout)) {
        perror("particle-bench: standard output");
        return EXIT_FAILURE;
    }
    return status;
}
