#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report.h"
#include "bench/report_parts.h"

void report_heading(FILE *out, const struct bench_config *config,
                    const struct bench_machine *machine)
{
    fprintf(out, "%s on %s: %s%s%d core%s, %s %s %s, %s kernels\n", PACKAGE_STRING, machine->node,
            machine->cpu, *machine->cpu ? ", " : "", machine->cores, machine->cores == 1 ? "" : "s",
            machine->system, machine->release, machine->architecture, machine->kernels);
    fprintf(out, "%zu particles", config->particles);
    if (!config->own_particles)
        fprintf(out, " of seed %" PRIu64, config->seed);
    fprintf(out, ", dt %g, timestep %g: %" PRId64 " steps, %s\n\n", config->dt, config->timestep,
            config->steps, machine->datetime);
}

char *report_close(FILE *out, char **text, bool complete)
{
    if (!out)
        return NULL;
    if (fclose(out) == 0 && complete)
        return *text;
    free(*text);
    return NULL;
}

void report_table(FILE *out, const struct report_row *rows, size_t row_count, size_t column_count)
{
    for (size_t row = 0; row < row_count; row++) {
        for (size_t column = 0; column < column_count; column++) {
            int width = 0;
            for (size_t i = 0; i < row_count; i++) {
                int length = (int)strlen(rows[i].cell[column]);
                width = length > width ? length : width;
            }
            fprintf(out, "%s%*s", column ? "  " : "", column ? width : -width,
                    rows[row].cell[column]);
        }
        fputc('\n', out);
    }
}

/* Writes four significant digits and a prefix, so that all numbers have about the same width. */
static void scaled(char *cell, double value, const char *unit, const char *const *prefixes,
                   double largest)
{
    double scale = largest;
    while (prefixes[1] && value < scale) {
        prefixes++;
        scale /= 1000;
    }
    double shown = value / scale;
    int digits = shown < 9.9995 ? 3 : shown < 99.995 ? 2 : shown < 999.95 ? 1 : 0;
    snprintf(cell, REPORT_CELL_MAX, "%.*f%s%s%s", digits, shown, **prefixes || *unit ? " " : "",
             *prefixes, unit);
}

void report_seconds(char cell[REPORT_CELL_MAX], double value)
{
    static const char *const prefixes[] = {"", "m", "u", "n", "p", "f", NULL};
    scaled(cell, value, "s", prefixes, 1);
}

static void rate(char *cell, double value, const char *unit)
{
    static const char *const prefixes[] = {"T", "G", "M", "k", "", NULL};
    scaled(cell, value, unit, prefixes, 1e12);
}

static void write_table(FILE *out, struct report_row *rows, const struct bench_report *report,
                        const struct report_row *titles, size_t column_count,
                        void (*fill)(struct report_row *row, const struct bench_report *report,
                                     const struct bench_result *result))
{
    rows[0] = *titles;
    for (size_t i = 0; i < report->result_count; i++) {
        snprintf(rows[i + 1].cell[0], REPORT_CELL_MAX, "%.*s", REPORT_CELL_MAX - 1,
                 report->results[i].name);
        fill(&rows[i + 1], report, &report->results[i]);
    }
    report_table(out, rows, report->result_count + 1, column_count);
}

/* --- statistics of the rounds -------------------------------------------- */

enum round_column { MIN = 1, MEAN, STDDEV, MEDIAN, IQR, OUTLIERS, OPS, ROUNDS, ITERATIONS };

static const struct report_row round_titles = {{"method", "min", "mean", "stddev", "median", "iqr",
                                                "outliers", "ops/s", "rounds", "iterations"}};

static void fill_rounds(struct report_row *row, const struct bench_report *report,
                        const struct bench_result *result)
{
    const struct bench_stats *stats = &result->stats;
    (void)report;
    report_seconds(row->cell[MIN], stats->min);
    report_seconds(row->cell[MEAN], stats->mean);
    report_seconds(row->cell[STDDEV], stats->stddev);
    report_seconds(row->cell[MEDIAN], stats->median);
    report_seconds(row->cell[IQR], stats->iqr);
    snprintf(row->cell[OUTLIERS], REPORT_CELL_MAX, "%zu;%zu", stats->stddev_outliers,
             stats->iqr_outliers);
    rate(row->cell[OPS], stats->ops, "");
    snprintf(row->cell[ROUNDS], REPORT_CELL_MAX, "%zu", stats->rounds);
    snprintf(row->cell[ITERATIONS], REPORT_CELL_MAX, "%" PRIu64, result->iterations);
}

/* --- figures from the median --------------------------------------------- */

enum speed_column { PARTICLE = 1, STEP, STEPS, SPEEDUP, DIFFERENCE, RATE, PEAK, SHARE };

static const struct report_row speed_titles = {
    {"method", "a particle", "a step", "steps/s", "x ref", "max diff", "rate", "peak", "of peak"}};

static void fill_peak(struct report_row *row, const struct bench_result *result)
{
    bool counted = result->flop_per_s > 0;
    double reached = counted ? result->flop_per_s : result->bytes_per_s;
    double peak = counted ? result->peak.flop_per_s : result->peak.bytes_per_s;
    const char *unit = counted ? "FLOP/s" : "B/s";
    strcpy(row->cell[RATE], "-");
    strcpy(row->cell[PEAK], "-");
    strcpy(row->cell[SHARE], "-");
    if (reached > 0)
        rate(row->cell[RATE], reached, unit);
    if (reached > 0 && peak > 0) {
        rate(row->cell[PEAK], peak, unit);
        snprintf(row->cell[SHARE], REPORT_CELL_MAX, "%.0f %%", 100 * reached / peak);
    }
}

static void fill_speeds(struct report_row *row, const struct bench_report *report,
                        const struct bench_result *result)
{
    double median = result->stats.median;
    report_seconds(row->cell[PARTICLE], median / (double)report->config.particles);
    strcpy(row->cell[STEP], "-");
    strcpy(row->cell[STEPS], "-");
    strcpy(row->cell[SPEEDUP], "-");
    strcpy(row->cell[DIFFERENCE], "-");
    if (result->particle_steps_per_s > 0) {
        report_seconds(row->cell[STEP], 1 / result->particle_steps_per_s);
        rate(row->cell[STEPS], result->particle_steps_per_s, "");
    }
    if (result->speedup > 0)
        snprintf(row->cell[SPEEDUP], REPORT_CELL_MAX, "%.*f", result->speedup < 99.95 ? 2 : 0,
                 result->speedup);
    if (isfinite(result->max_difference))
        snprintf(row->cell[DIFFERENCE], REPORT_CELL_MAX, "%.2g", result->max_difference);
    fill_peak(row, result);
}

static const char round_legend[] =
    "\n"
    "outliers    rounds beyond one stddev of the mean; beyond 1.5 iqr of the quartiles\n\n";

static const char speed_legend[] =
    "\n"
    "a particle  median / particles\n"
    "a step      a particle / steps; also for analytic, which takes no steps\n"
    "x ref       median of reference / median\n"
    "max diff    largest distance of an end point from that of reference\n";

static const char peak_legend[] =
    "rate        floating-point operations (a multiply-add is 2), or bytes read and written\n"
    "peak        measured in this run with the same instruction set: multiply-adds on\n"
    "            registers, or the same bytes with nothing to compute\n";

char *bench_report_text(const struct bench_report *report, const struct bench_machine *machine)
{
    char *text = NULL;
    size_t size;
    struct report_row *rows = calloc(report->result_count + 1, sizeof *rows);
    FILE *out = open_memstream(&text, &size);
    if (rows && out) {
        bool peak = report->config.peak;
        report_heading(out, &report->config, machine);
        write_table(out, rows, report, &round_titles, ITERATIONS + 1, fill_rounds);
        fputs(round_legend, out);
        write_table(out, rows, report, &speed_titles, peak ? SHARE + 1 : DIFFERENCE + 1,
                    fill_speeds);
        fputs(speed_legend, out);
        if (peak)
            fputs(peak_legend, out);
    }
    bool complete = rows != NULL;
    free(rows);
    return report_close(out, &text, complete);
}
