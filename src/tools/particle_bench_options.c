#include "config.h"

#include "tools/particle_bench.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernels.h"

/* The machine belongs to the user, so the limits are only those of the computation. */
static const struct bench_limits limits = {
    .particles = 1000000000,
    .particle_steps = INT64_MAX - 1, /* evolve_particle_steps saturates at INT64_MAX */
};

/* Options that are no parameters of the benchmark. Their numbers follow those of the parameters. */
enum own_option {
    OPTION_SIMD = BENCH_PARAMETER_COUNT,
    OPTION_PEAK,
    OPTION_CODEC,
    OPTION_FORMAT,
    OPTION_SAVE,
    OPTION_LOAD,
    OPTION_COMPARE,
    OPTION_FAIL_RATIO,
    OPTION_HYPERFINE,
    OPTION_LIST,
    OPTION_HELP,
    OPTION_VERSION,
};
#define OPTION_COUNT (OPTION_VERSION + 1)
#define OPTION_NAME_MAX 32

/* The option of the parameter "min_rounds" is --min-rounds. */
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
          "Measures the time of the methods of evolve and prints a table of statistics.\n\n",
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
          "  --peak                  also measure the peak rates of the machine\n"
          "  --codec                 measure decoding and encoding of particles instead\n"
          "  --format FORMAT         text: tables (the default); json: the document that\n"
          "                          `pytest-benchmark compare` loads; csv: a line per method;\n"
          "                          svg: box plots\n"
          "  --save FILE             write the JSON document, with every round, to FILE\n"
          "  --load FILE             use the report in FILE instead of a run\n"
          "  --compare FILE          compare with the report in FILE\n"
          "  --fail-ratio RATIO      exit with 1 when a method takes more than RATIO times its\n"
          "                          time in that report; the low end of the interval counts\n"
          "  --export-hyperfine FILE write a document like that of hyperfine --export-json\n"
          "  --list                  list the methods\n"
          "  --help                  print this and exit\n"
          "  --version               print the version and exit\n\n"
          "The exit status is 0; 1 after a failure or when a method is above --fail-ratio; 2 for\n"
          "a wrong option or file; 130 after Ctrl-C.\n",
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
    struct bench_error error;
    const char *value = bench_parameters[index].placeholder ? optarg : "on";
    if (bench_config_set(config, bench_parameters[index].name, value, strlen(value), &error))
        return usage_error(error.detail);
    return EXIT_SUCCESS;
}

static int set_format(struct particle_bench_options *options)
{
    static const char *const names[] = {
        [FORMAT_TEXT] = "text", [FORMAT_JSON] = "json", [FORMAT_CSV] = "csv", [FORMAT_SVG] = "svg"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(optarg, names[i]) == 0) {
            options->format = (enum format)i;
            return EXIT_SUCCESS;
        }
    return usage_error("--format must be text, json, csv or svg");
}

static int set_fail_ratio(struct particle_bench_options *options)
{
    char *end;
    options->fail_ratio = strtod(optarg, &end);
    if (strspn(optarg, "0123456789.") == strlen(optarg) && end != optarg && !*end &&
        options->fail_ratio > 0 && isfinite(options->fail_ratio))
        return EXIT_SUCCESS;
    return usage_error("--fail-ratio must be a decimal number above 0, such as 1.05");
}

/* Rules over several options. */
static int check_options(const struct particle_bench_options *options)
{
    bool files = options->save || options->load || options->compare || options->hyperfine;
    if ((options->config.memory || options->codec) &&
        (files || options->format == FORMAT_CSV || options->format == FORMAT_SVG))
        return usage_error(
            "--memory and --codec give no rounds to save, load, compare or export, and no "
            "csv or svg");
    if (isfinite(options->fail_ratio) && !options->compare)
        return usage_error("--fail-ratio needs --compare");
    if (options->load && options->format == FORMAT_TEXT && !options->compare &&
        !options->hyperfine && !options->save)
        return usage_error(
            "--load needs --compare, --save, --export-hyperfine, or a --format other than text");
    return EXIT_SUCCESS;
}

/* `source` is where `name` comes from: --simd or PARTICLED_SIMD. */
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
    list[OPTION_SAVE] = (struct option){"save", required_argument, NULL, OPTION_SAVE};
    list[OPTION_LOAD] = (struct option){"load", required_argument, NULL, OPTION_LOAD};
    list[OPTION_COMPARE] = (struct option){"compare", required_argument, NULL, OPTION_COMPARE};
    list[OPTION_FAIL_RATIO] =
        (struct option){"fail-ratio", required_argument, NULL, OPTION_FAIL_RATIO};
    list[OPTION_HYPERFINE] =
        (struct option){"export-hyperfine", required_argument, NULL, OPTION_HYPERFINE};
    list[OPTION_LIST] = (struct option){"list", no_argument, NULL, OPTION_LIST};
    list[OPTION_HELP] = (struct option){"help", no_argument, NULL, OPTION_HELP};
    list[OPTION_VERSION] = (struct option){"version", no_argument, NULL, OPTION_VERSION};
}

/* An option with a value, or a parameter of the benchmark. */
static int set_own(struct particle_bench_options *options, int option)
{
    switch (option) {
    case OPTION_FORMAT:
        return set_format(options);
    case OPTION_SAVE:
        options->save = optarg;
        break;
    case OPTION_LOAD:
        options->load = optarg;
        break;
    case OPTION_COMPARE:
        options->compare = optarg;
        break;
    case OPTION_FAIL_RATIO:
        return set_fail_ratio(options);
    case OPTION_HYPERFINE:
        options->hyperfine = optarg;
        break;
    default:
        return set_parameter(&options->config, (size_t)option);
    }
    return EXIT_SUCCESS;
}

int particle_bench_options_read(struct particle_bench_options *options, int argc, char **argv,
                                bool *done)
{
    struct option list[OPTION_COUNT + 1];
    char names[BENCH_PARAMETER_COUNT][OPTION_NAME_MAX];
    struct bench_error error;
    int status = EXIT_SUCCESS, option;
    const char *simd = NULL, *variable = getenv("PARTICLED_SIMD");

    *options = (struct particle_bench_options){.fail_ratio = INFINITY};
    bench_config_init(&options->config);
    fill_options(list, names);
    *done = true;
    while (!status && (option = getopt_long(argc, argv, "", list, NULL)) != -1) {
        switch (option) {
        case '?':
            return EXIT_USAGE; /* getopt_long has printed the error */
        case OPTION_SIMD:
            simd = optarg;
            break;
        case OPTION_PEAK:
            options->config.peak = true;
            break;
        case OPTION_CODEC:
            options->codec = true;
            break;
        case OPTION_LIST:
            return print_methods();
        case OPTION_HELP:
            return print_help();
        case OPTION_VERSION:
            puts("particle-bench " PACKAGE_VERSION);
            return EXIT_SUCCESS;
        default:
            status = set_own(options, option);
        }
    }
    if (!status && optind < argc)
        status = usage_error("only options are allowed; see particle-bench --help");
    if (!status && (simd || variable))
        status =
            set_simd(&options->config, simd ? "--simd" : "PARTICLED_SIMD", simd ? simd : variable);
    if (!status && !bench_config_check(&options->config, &limits, &error))
        status = usage_error(error.detail);
    if (!status)
        status = check_options(options);
    *done = status != EXIT_SUCCESS;
    return status;
}
