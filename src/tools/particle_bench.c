/* particle-bench: the benchmark of GET /bench without the server, also for use with time(1),
 * callgrind and perf. It has one thread. */
#include "config.h"

#include "tools/particle_bench.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/chart.h"
#include "bench/compare.h"
#include "bench/document.h"
#include "bench/memory.h"
#include "bench/report.h"
#include "sim/random.h"
#include "tools/codec_bench.h"

#define EXIT_INTERRUPTED (128 + SIGINT)

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

/* --- for all runs -------------------------------------------------------- */

#define PROGRESS_INTERVAL_S 0.1
static const char erase_line[] = "\r\033[K";

/* Shows the progress on a terminal, at most once in PROGRESS_INTERVAL_S. */
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

static int domain_error(const struct method *method, size_t index, enum domain_error error)
{
    fprintf(stderr, "particle-bench: %s: particle %zu %s\n", method->name, index,
            domain_error_text(error));
    return EXIT_USAGE;
}

static int status_error(enum bench_status status)
{
    if (status == BENCH_STOPPED)
        return EXIT_INTERRUPTED;
    fputs("particle-bench: out of memory\n", stderr);
    return EXIT_FAILURE;
}

static int run_memory(const struct particle_bench_options *options)
{
    const struct evolve_control control = {.stop = is_interrupted};
    struct bench_machine machine;
    struct bench_memory memory;

    enum bench_status status = bench_memory_run(&options->config, NULL, &control, &memory);
    if (status == BENCH_OUT_OF_DOMAIN)
        return domain_error(memory.error_method, memory.error_index, memory.error);
    if (status)
        return status_error(status);
    bench_machine_describe(&machine);
    return options->format == FORMAT_JSON
               ? print_report(NULL, bench_memory_json(&memory, &machine))
               : print_report(bench_memory_text(&memory, &machine), NULL);
}

static bool codec_stop(void)
{
    return interrupted;
}

static int run_codec(const struct particle_bench_options *options)
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

/* --- measuring time ------------------------------------------------------ */

/* Runs the methods on the set. After EXIT_SUCCESS the caller must call bench_report_fini(). */
static int measure(const struct particle_bench_options *options, struct bench_report *report)
{
    double shown = monotonic(NULL);
    bool terminal = isatty(STDERR_FILENO);
    const struct bench_environment environment = {
        .clock = monotonic,
        .cpu_time = bench_cpu_time,
        .control = {.stop = is_interrupted},
        .on_round = terminal ? show_progress : NULL,
        .round_context = &shown,
    };
    struct particle_set particles;
    const struct method *method;
    size_t index;
    int result = EXIT_SUCCESS;

    particle_set_init(&particles);
    if (random_particles(&particles, options->config.particles, options->config.seed)) {
        result = status_error(BENCH_NO_MEMORY);
        goto out;
    }
    enum domain_error error = bench_domain_check(&options->config, &particles, &method, &index);
    if (error) {
        result = domain_error(method, index, error);
        goto out;
    }
    enum bench_status status = bench_run(&options->config, &particles, &environment, report);
    if (terminal)
        fputs(erase_line, stderr);
    if (status)
        result = status_error(status);
out:
    particle_set_fini(&particles);
    return result;
}

/* --- documents ----------------------------------------------------------- */

static json_t *load(const char *path)
{
    json_error_t error;
    json_t *document = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!document)
        fprintf(stderr, "particle-bench: %s: %s\n", path, error.text);
    return document;
}

/* Takes the reference to `document`, which may be NULL: then memory was short. */
static int save(const char *path, json_t *document)
{
    int status = EXIT_FAILURE;
    FILE *file = document ? fopen(path, "w") : NULL;
    if (!document) {
        status = status_error(BENCH_NO_MEMORY);
    } else {
        bool written =
            file && json_dumpf(document, file, JSON_INDENT(2)) == 0 && putc('\n', file) != EOF;
        if (file && fclose(file) == 0 && written)
            status = EXIT_SUCCESS;
        else
            perror(path);
    }
    json_decref(document);
    return status;
}

static int export_hyperfine(const struct particle_bench_options *options, const json_t *document)
{
    json_t *results = bench_document_hyperfine(document);
    if (results || !options->load)
        return save(options->hyperfine, results);
    fprintf(stderr,
            "particle-bench: %s: it lacks figures that hyperfine's format needs; save the report "
            "with --save\n",
            options->load);
    return EXIT_USAGE;
}

/* The report that was measured or loaded, and its comparison. */
struct outcome {
    json_t *document; /* includes the raw rounds if a file or a comparison needs them */
    char *text;       /* the tables; NULL when the report was loaded */
    struct bench_comparison comparison;
};

static int compare(struct outcome *outcome, const char *path, const json_t *before)
{
    char detail[256];
    if (!bench_compare(&outcome->comparison, before, outcome->document, detail, sizeof detail)) {
        fprintf(stderr, "particle-bench: %s: %s\n", path, detail);
        return EXIT_USAGE;
    }
    return json_object_set_new(outcome->document, "comparison",
                               bench_comparison_json(&outcome->comparison))
               ? status_error(BENCH_NO_MEMORY)
               : EXIT_SUCCESS;
}

static void remove_rounds(json_t *document)
{
    size_t i;
    json_t *benchmark;
    json_array_foreach(json_object_get(document, "benchmarks"), i, benchmark)
    {
        json_object_del(json_object_get(benchmark, "stats"), "data");
    }
}

static int print_outcome(const struct particle_bench_options *options, struct outcome *outcome)
{
    if (options->format == FORMAT_CSV)
        return print_report(bench_document_csv(outcome->document), NULL);
    if (options->format == FORMAT_SVG)
        return print_report(bench_chart_svg(outcome->document), NULL);
    if (options->format == FORMAT_JSON) {
        if (!options->config.data)
            remove_rounds(outcome->document);
        return print_report(NULL, json_incref(outcome->document));
    }
    if (outcome->text && fputs(outcome->text, stdout) < 0)
        return EXIT_FAILURE;
    if (!options->compare)
        return EXIT_SUCCESS;
    printf("%scompared with %s\n\n", outcome->text ? "\n" : "", options->compare);
    return print_report(bench_comparison_text(&outcome->comparison), NULL);
}

static int check_ratios(const struct particle_bench_options *options,
                        const struct bench_comparison *comparison)
{
    int status = EXIT_SUCCESS;
    for (size_t i = 0; i < comparison->count; i++) {
        const struct bench_ratio *ratio = &comparison->ratio[i];
        if (!bench_ratio_is_past(ratio, options->fail_ratio))
            continue;
        fprintf(stderr,
                "particle-bench: %s takes %.4g times as long (at least %.4g), more than %g\n",
                comparison->name[i], ratio->ratio, ratio->low, options->fail_ratio);
        status = EXIT_FAILURE;
    }
    return status;
}

static int use_outcome(const struct particle_bench_options *options, struct outcome *outcome,
                       const json_t *before)
{
    int status = EXIT_SUCCESS;
    if (options->save)
        status = save(options->save, json_incref(outcome->document));
    if (!status && options->hyperfine)
        status = export_hyperfine(options, outcome->document);
    if (!status && before)
        status = compare(outcome, options->compare, before);
    if (!status)
        status = print_outcome(options, outcome);
    if (!status && before)
        status = check_ratios(options, &outcome->comparison);
    return status;
}

static int make_outcome(const struct particle_bench_options *options, struct outcome *outcome)
{
    struct bench_machine machine;
    struct bench_report report;
    if (options->load) {
        outcome->document = load(options->load);
        return outcome->document ? EXIT_SUCCESS : EXIT_USAGE;
    }
    int status = measure(options, &report);
    if (status)
        return status;
    bench_machine_describe(&machine);
    report.config.data |=
        options->save || options->compare || options->hyperfine || options->format == FORMAT_SVG;
    outcome->document = bench_report_json(&report, &machine);
    outcome->text = bench_report_text(&report, &machine);
    bench_report_fini(&report);
    return outcome->document && outcome->text ? EXIT_SUCCESS : status_error(BENCH_NO_MEMORY);
}

static int run_time(const struct particle_bench_options *options)
{
    struct outcome outcome = {.document = NULL};
    /* Load it before the run, so that an error comes at once, and before --save writes to the same
     * file. */
    json_t *before = options->compare ? load(options->compare) : NULL;
    if (options->compare && !before)
        return EXIT_USAGE;
    int status = make_outcome(options, &outcome);
    if (!status)
        status = use_outcome(options, &outcome, before);
    json_decref(before);
    json_decref(outcome.document);
    free(outcome.text);
    return status;
}

int main(int argc, char **argv)
{
    struct particle_bench_options options;
    bool done;

    int status = particle_bench_options_read(&options, argc, argv, &done);
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
