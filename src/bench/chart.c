#include "bench/chart.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report_parts.h"
#include "bench/stats.h"

/* Pixels. */
#define WIDTH 900
#define TOP 74     /* above the first row */
#define ROW 46     /* of a benchmark */
#define BOTTOM 70  /* below the last row */
#define LEFT 128   /* left end of the axis; the names are left of it */
#define RIGHT 740  /* right end of the axis; the medians are right of it */
#define BOX 22     /* height of a box */
#define BOX_MIN 3  /* least width of a box, so that it is visible */
#define DOT_STEP 2 /* outliers closer than this are drawn as one dot */

/* A benchmark's rounds. */
struct row {
    const char *name;
    double *rounds; /* sorted, in seconds, all above 0; owned */
    size_t count;
    struct bench_stats stats;
    double low, high; /* ends of the whiskers: the last rounds within 1.5 iqr of the quartiles */
};

struct chart {
    FILE *out;
    const json_t *document;
    struct row *rows;
    size_t count;
    double least, most; /* log10 of the ends of the axis */
};

static double number_of(const json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

/* False when memory is short; a row without rounds has count 0. */
static bool read_row(struct row *row, const json_t *benchmark)
{
    const json_t *data = json_object_get(json_object_get(benchmark, "stats"), "data");
    size_t size = json_array_size(data);
    row->name = text_of(benchmark, "name");
    if (size == 0)
        return true;
    row->rounds = malloc(size * sizeof *row->rounds);
    if (!row->rounds)
        return false;
    for (size_t i = 0; i < size; i++) {
        double round = json_number_value(json_array_get(data, i));
        if (round > 0)
            row->rounds[row->count++] = round;
    }
    if (row->count == 0) {
        free(row->rounds);
        row->rounds = NULL;
        return true;
    }
    bench_sort(row->rounds, row->count);
    if (bench_stats_compute(&row->stats, row->rounds, row->count))
        return false;
    size_t first = 0, last = row->count - 1;
    while (row->rounds[first] < row->stats.q1 - 1.5 * row->stats.iqr)
        first++;
    while (row->rounds[last] > row->stats.q3 + 1.5 * row->stats.iqr)
        last--;
    row->low = row->rounds[first];
    row->high = row->rounds[last];
    return true;
}

static bool read_rows(struct chart *chart)
{
    const json_t *benchmarks = json_object_get(chart->document, "benchmarks");
    size_t i;
    json_t *benchmark;
    chart->rows = calloc(json_array_size(benchmarks) + 1, sizeof *chart->rows);
    if (!chart->rows)
        return false;
    double least = INFINITY, most = 0;
    json_array_foreach(benchmarks, i, benchmark)
    {
        struct row *row = &chart->rows[chart->count];
        if (!read_row(row, benchmark)) {
            chart->count++; /* to be freed */
            return false;
        }
        if (row->count == 0)
            continue;
        least = fmin(least, row->stats.min);
        most = fmax(most, row->stats.max);
        chart->count++;
    }
    if (chart->count == 0)
        least = most = 1;
    /* Add some space on both sides, and show at least one power of ten. */
    chart->least = log10(least) - 0.1;
    chart->most = fmax(log10(most) + 0.1, chart->least + 1);
    return true;
}

/* --- drawing -------------------------------------------------------------------------------- */

static double x_of(const struct chart *chart, double seconds)
{
    return LEFT + (RIGHT - LEFT) * (log10(seconds) - chart->least) / (chart->most - chart->least);
}

static void put_escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        const char *entity = *text == '<'   ? "&lt;"
                             : *text == '>' ? "&gt;"
                             : *text == '&' ? "&amp;"
                                            : NULL;
        if (entity)
            fputs(entity, out);
        else
            putc(*text, out);
    }
}

/* Without CSS variables, because not all programs that show an SVG know them. */
static const char style[] =
    "<style>\n"
    "text { font: 13px system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #1c2126; }\n"
    ".title { font-size: 16px; font-weight: 600; }\n"
    ".faint { fill: #5c6873; font-size: 12px; }\n"
    ".end { text-anchor: end; }\n"
    ".middle { text-anchor: middle; }\n"
    ".paper { fill: #ffffff; }\n"
    ".line { stroke: #c9d0d7; }\n"
    ".hair { stroke: #eff2f4; }\n"
    ".box { fill: #9cc3ea; stroke: #1f5f9e; }\n"
    ".edge { stroke: #1f5f9e; }\n"
    ".median { stroke: #1c2126; stroke-width: 2; }\n"
    ".dot { fill: #c2571a; fill-opacity: 0.55; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "text { fill: #e7ebee; }\n"
    ".faint { fill: #9aa6b1; }\n"
    ".paper { fill: #14181c; }\n"
    ".line { stroke: #454e57; }\n"
    ".hair { stroke: #23292f; }\n"
    ".box { fill: #2c5f92; stroke: #8fc4f7; }\n"
    ".edge { stroke: #8fc4f7; }\n"
    ".median { stroke: #ffffff; }\n"
    ".dot { fill: #f0955c; }\n"
    "}\n"
    "</style>\n";

static void put_head(const struct chart *chart, int height)
{
    const json_t *machine = json_object_get(chart->document, "machine_info");
    const json_t *first = json_array_get(json_object_get(chart->document, "benchmarks"), 0);
    const json_t *params = json_object_get(first, "params");
    FILE *out = chart->out;
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
            "height=\"%d\" role=\"img\">\n<title>Time of an iteration, by method</title>\n",
            WIDTH, height, WIDTH, height);
    fputs(style, out);
    fprintf(out, "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n", WIDTH, height);
    fputs("<text class=\"title\" x=\"16\" y=\"28\">Time of an iteration: ", out);
    fprintf(out, "%.0f particles, dt %g, timestep %g</text>\n", number_of(params, "particles"),
            number_of(params, "dt"), number_of(params, "timestep"));
    fputs("<text class=\"faint\" x=\"16\" y=\"48\">", out);
    put_escaped(out, text_of(json_object_get(chart->document, "commit_info"), "project"));
    putc(' ', out);
    put_escaped(out, text_of(chart->document, "version"));
    fputs(" on ", out);
    put_escaped(out, text_of(json_object_get(machine, "cpu"), "brand"));
    fputs(", ", out);
    put_escaped(out, text_of(machine, "kernels"));
    fputs(" kernels, ", out);
    put_escaped(out, text_of(chart->document, "datetime"));
    fputs("</text>\n", out);
}

static void put_line(FILE *out, const char *class, double x1, double y1, double x2, double y2)
{
    fprintf(out, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", class,
            x1, y1, x2, y2);
}

/* A power of ten as a time: "100 ms". */
static void put_power(FILE *out, int power)
{
    static const char *const units[] = {"s", "ms", "\u00b5s", "ns", "ps"};
    int unit = power < 0 ? (2 - power) / 3 : 0;
    unit = unit < 4 ? unit : 4;
    fprintf(out, "%g %s", pow(10, power + 3 * unit), units[unit]);
}

/* Draws a line for 1 to 9 times each power of ten, and a label for the power itself. */
static void put_axis(const struct chart *chart, double bottom)
{
    FILE *out = chart->out;
    int first = (int)floor(chart->least), last = (int)ceil(chart->most);
    bool crowded = last - first > 8; /* then every second power has a label */
    for (int power = first; power <= last; power++)
        for (int digit = 9; digit >= 1; digit--) {
            double seconds = digit * pow(10, power), x = x_of(chart, seconds);
            if (log10(seconds) < chart->least || log10(seconds) > chart->most)
                continue;
            put_line(out, digit > 1 ? "hair" : "line", x, TOP - 6, x, bottom);
            if (digit > 1 || (crowded && power % 2))
                continue;
            fprintf(out, "<text class=\"faint middle\" x=\"%.1f\" y=\"%.1f\">", x, bottom + 18);
            put_power(out, power);
            fputs("</text>\n", out);
        }
}

/* Rounds that would overlap are drawn once. */
static void put_outliers(const struct chart *chart, const struct row *row, double y)
{
    double drawn = -INFINITY;
    for (size_t i = 0; i < row->count; i++) {
        double x = x_of(chart, row->rounds[i]);
        if ((row->rounds[i] >= row->low && row->rounds[i] <= row->high) || x - drawn < DOT_STEP)
            continue;
        fprintf(chart->out, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>\n", x, y);
        drawn = x;
    }
}

static void put_row(const struct chart *chart, const struct row *row, double y)
{
    FILE *out = chart->out;
    char time[REPORT_CELL_MAX];
    const struct bench_stats *stats = &row->stats;
    double q1 = x_of(chart, stats->q1), q3 = x_of(chart, stats->q3);
    double median = x_of(chart, stats->median), widen = fmax(0, BOX_MIN - (q3 - q1)) / 2;
    fprintf(out, "<text class=\"end\" x=\"%d\" y=\"%.1f\">", LEFT - 14, y + 4.5);
    put_escaped(out, row->name);
    fputs("</text>\n", out);
    put_outliers(chart, row, y);
    put_line(out, "edge", x_of(chart, row->low), y, x_of(chart, row->high), y);
    put_line(out, "edge", x_of(chart, row->low), y - BOX / 4.0, x_of(chart, row->low),
             y + BOX / 4.0);
    put_line(out, "edge", x_of(chart, row->high), y - BOX / 4.0, x_of(chart, row->high),
             y + BOX / 4.0);
    fprintf(out,
            "<rect class=\"box\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>\n",
            q1 - widen, y - BOX / 2.0, q3 - q1 + 2 * widen, BOX);
    put_line(out, "median", median, y - BOX / 2.0, median, y + BOX / 2.0);
    report_seconds(time, stats->median);
    size_t length = strcspn(time, "u"); /* of "us" */
    fprintf(out, "<text x=\"%d\" y=\"%.1f\">%.*s%s</text>\n", RIGHT + 16, y + 0.5, (int)length,
            time, time[length] ? "\u00b5s" : "");
    fprintf(out, "<text class=\"faint\" x=\"%d\" y=\"%.1f\">%zu round%s</text>\n", RIGHT + 16,
            y + 16, row->count, row->count == 1 ? "" : "s");
}

static void put_chart(const struct chart *chart)
{
    double bottom = TOP + ROW * (double)chart->count;
    put_head(chart, (int)bottom + BOTTOM);
    put_axis(chart, bottom);
    for (size_t i = 0; i < chart->count; i++)
        put_row(chart, &chart->rows[i], TOP + ROW * ((double)i + 0.5));
    fprintf(chart->out,
            "<text class=\"faint\" x=\"16\" y=\"%.1f\">box: quartiles; thick line: median, also on "
            "the right; whiskers: to the last round within 1.5 box widths; dots: rounds "
            "beyond</text>\n</svg>\n",
            bottom + 48);
}

char *bench_chart_svg(const json_t *document)
{
    char *text = NULL;
    size_t size;
    struct chart chart = {.document = document};
    if (read_rows(&chart) && (chart.out = open_memstream(&text, &size)))
        put_chart(&chart);
    for (size_t i = 0; i < chart.count; i++)
        free(chart.rows[i].rounds);
    free(chart.rows);
    return report_close(chart.out, &text, true);
}
