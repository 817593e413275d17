#include "bench/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report_parts.h"

/* --- CSV ------------------------------------------------------------------------------------ */

struct column {
    const char *group; /* the object in a benchmark that has this member; "": the benchmark */
    const char *name;
};

static const struct column columns[] = {
    {"", "name"},
    {"extra_info", "simd"},
    {"extra_info", "particles"},
    {"extra_info", "steps"},
    {"extra_info", "dt"},
    {"extra_info", "timestep"},
    {"extra_info", "seed"},
    {"stats", "rounds"},
    {"stats", "iterations"},
    {"stats", "min"},
    {"stats", "max"},
    {"stats", "mean"},
    {"stats", "stddev"},
    {"stats", "median"},
    {"stats", "q1"},
    {"stats", "q3"},
    {"stats", "iqr"},
    {"stats", "ld15iqr"},
    {"stats", "hd15iqr"},
    {"stats", "stddev_outliers"},
    {"stats", "iqr_outliers"},
    {"stats", "total"},
    {"stats", "ops"},
    {"extra_info", "ns_per_particle"},
    {"extra_info", "ns_per_particle_step"},
    {"extra_info", "particle_steps_per_s"},
    {"extra_info", "speedup_over_reference"},
    {"extra_info", "max_difference_from_reference"},
    {"extra_info", "flop_per_s"},
    {"extra_info", "bytes_per_s"},
};

static const char *const comparison_columns[] = {"before_s", "ratio", "ratio_low", "ratio_high"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void put_text(FILE *out, const char *text)
{
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        fputs(text, out);
        return;
    }
    putc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', out);
        putc(*text, out);
    }
    putc('"', out);
}

/* Writes the fewest digits (15 to 17) that give the same number when they are read. */
static void put_real(FILE *out, double value)
{
    char text[32];
    int digits = 15;
    do
        snprintf(text, sizeof text, "%.*g", digits, value);
    while (strtod(text, NULL) != value && digits++ < 17);
    fputs(text, out);
}

/* Null and missing members are empty cells. */
static void put_cell(FILE *out, const json_t *value)
{
    if (json_is_string(value))
        put_text(out, json_string_value(value));
    else if (json_is_integer(value))
        fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        put_real(out, json_real_value(value));
}

static const json_t *compared(const json_t *document, const char *name)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(document, "comparison"), i, row)
    {
        const char *found = json_string_value(json_object_get(row, "name"));
        if (found && name && strcmp(found, name) == 0)
            return row;
    }
    return NULL;
}

static void put_line(FILE *out, const json_t *document, const json_t *benchmark)
{
    for (size_t i = 0; i < COUNT(columns); i++) {
        const json_t *group =
            *columns[i].group ? json_object_get(benchmark, columns[i].group) : benchmark;
        fputs(i ? "," : "", out);
        put_cell(out, json_object_get(group, columns[i].name));
    }
    if (json_object_get(document, "comparison")) {
        const json_t *row =
            compared(document, json_string_value(json_object_get(benchmark, "name")));
        for (size_t i = 0; i < COUNT(comparison_columns); i++) {
            putc(',', out);
            put_cell(out, json_object_get(row, comparison_columns[i]));
        }
    }
    putc('\n', out);
}

static void put_head(FILE *out, const json_t *document)
{
    for (size_t i = 0; i < COUNT(columns); i++)
        fprintf(out, "%s%s", i ? "," : "", columns[i].name);
    for (size_t i = 0; json_object_get(document, "comparison") && i < COUNT(comparison_columns);
         i++)
        fprintf(out, ",%s", comparison_columns[i]);
    putc('\n', out);
}

char *bench_document_csv(const json_t *document)
{
    char *text = NULL;
    size_t size, i;
    json_t *benchmark;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    put_head(out, document);
    json_array_foreach(json_object_get(document, "benchmarks"), i, benchmark)
    {
        put_line(out, document, benchmark);
    }
    return report_close(out, &text, true);
}

/* --- hyperfine ------------------------------------------------------------------------------ */

/* The parameters of hyperfine are strings. */
static json_t *as_text(const json_t *value)
{
    if (json_is_string(value))
        return json_string(json_string_value(value));
    char *text = json_dumps(value, JSON_ENCODE_ANY);
    json_t *string = text ? json_string(text) : NULL;
    free(text);
    return string;
}

static json_t *parameters_of(const json_t *benchmark)
{
    json_t *parameters = json_object();
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(benchmark, "params"), name, value)
    {
        if (json_object_set_new(parameters, name, as_text(value))) {
            json_decref(parameters);
            return NULL;
        }
    }
    return parameters;
}

/* Every round succeeded, like a command that exits with 0. */
static json_t *exit_codes(size_t count)
{
    json_t *codes = json_array();
    for (size_t i = 0; codes && i < count; i++)
        if (json_array_append_new(codes, json_integer(0))) {
            json_decref(codes);
            return NULL;
        }
    return codes;
}

static json_t *result_of(const json_t *benchmark)
{
    const json_t *stats = json_object_get(benchmark, "stats");
    const json_t *extra = json_object_get(benchmark, "extra_info");
    json_t *times = json_object_get(stats, "data");
    return json_pack(
        "{s:O, s:O, s:O, s:O, s:O?, s:O?, s:O, s:O, s:O, s:o, s:o}", "command",
        json_object_get(benchmark, "name"), "mean", json_object_get(stats, "mean"), "stddev",
        json_object_get(stats, "stddev"), "median", json_object_get(stats, "median"), "user",
        json_object_get(extra, "user_s"), "system", json_object_get(extra, "system_s"), "min",
        json_object_get(stats, "min"), "max", json_object_get(stats, "max"), "times", times,
        "exit_codes", exit_codes(json_array_size(times)), "parameters", parameters_of(benchmark));
}

json_t *bench_document_hyperfine(const json_t *document)
{
    json_t *results = json_array();
    size_t i;
    json_t *benchmark;
    json_array_foreach(json_object_get(document, "benchmarks"), i, benchmark)
    {
        if (json_array_append_new(results, result_of(benchmark))) {
            json_decref(results);
            return NULL;
        }
    }
    return json_pack("{s:o}", "results", results);
}
