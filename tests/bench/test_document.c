#include "bench/document.h"

#include <stdbool.h>
#include <string.h>

#include "../suite.h"

static const char source[] =
    "{\"benchmarks\":["
    "{\"name\":\"euler[avx2]\",\"params\":{\"method\":\"euler\",\"particles\":1000,\"dt\":0.1},"
    "\"stats\":{\"min\":0.5,\"max\":1.5,\"mean\":1.0,\"stddev\":0.25,\"rounds\":3,\"median\":1.0,"
    "\"iterations\":2,\"ops\":1.0,\"data\":[0.5,1.0,1.5]},"
    "\"extra_info\":{\"simd\":\"avx2\",\"particles\":1000,\"dt\":0.1,\"timestep\":1e-05,"
    "\"seed\":null,\"speedup_over_reference\":null,\"user_s\":0.75,\"system_s\":null}},"
    "{\"name\":\"a \\\"b\\\", c\",\"stats\":{\"median\":0.30000000000000004}}]}";

static json_t *document;

static void load(void)
{
    document = json_loads(source, 0, NULL);
    ck_assert_ptr_nonnull(document);
}

static void unload(void)
{
    json_decref(document);
}

/* Returns the cell in line `line` and the column `column`. Cells must not have line feeds. */
static const char *cell(const char *csv, int line, const char *column)
{
    static char found[64];
    char name[64];
    const char *row = csv;
    for (int i = 0; i < line; i++)
        row = strchr(row, '\n') + 1;
    for (const char *head = csv; *head != '\n';) {
        size_t length = strcspn(head, ",\n"), size = 0;
        bool quoted = false;
        snprintf(name, sizeof name, "%.*s", (int)length, head);
        while (quoted || !strchr(",\n", row[size]))
            quoted ^= row[size++] == '"';
        snprintf(found, sizeof found, "%.*s", (int)size, row);
        if (strcmp(name, column) == 0)
            return found;
        head += length + (head[length] == ',');
        row += size + 1;
    }
    ck_abort_msg("no column %s", column);
}

START_TEST(csv_has_a_line_for_each_benchmark)
{
    char *csv = bench_document_csv(document);
    ck_assert_ptr_eq(strstr(csv, "name,simd,particles,steps,dt,timestep,seed,rounds,iterations,min,"
                                 "max,mean,stddev,median,"),
                     csv);
    ck_assert_str_eq(cell(csv, 1, "name"), "euler[avx2]");
    ck_assert_str_eq(cell(csv, 1, "simd"), "avx2");
    ck_assert_str_eq(cell(csv, 1, "particles"), "1000");
    ck_assert_str_eq(cell(csv, 1, "dt"), "0.1");
    ck_assert_str_eq(cell(csv, 1, "timestep"), "1e-05");
    ck_assert_str_eq(cell(csv, 1, "seed"), "");
    ck_assert_str_eq(cell(csv, 1, "rounds"), "3");
    ck_assert_str_eq(cell(csv, 1, "max"), "1.5");
    ck_assert_str_eq(cell(csv, 1, "speedup_over_reference"), "");
    ck_assert_str_eq(cell(csv, 2, "name"), "\"a \"\"b\"\", c\"");
    ck_assert_str_eq(cell(csv, 2, "median"), "0.30000000000000004");
    ck_assert_str_eq(cell(csv, 2, "max"), "");
    ck_assert_ptr_null(strstr(csv, ",ratio,"));
    ck_assert_int_eq(csv[strlen(csv) - 1], '\n');
    free(csv);
}
END_TEST

START_TEST(csv_has_the_comparison)
{
    json_object_set_new(document, "comparison",
                        json_pack("[{s:s, s:f, s:f, s:f, s:n}]", "name", "euler[avx2]", "before_s",
                                  0.5, "ratio", 2.0, "ratio_low", 1.5, "ratio_high"));
    char *csv = bench_document_csv(document);
    ck_assert_str_eq(cell(csv, 1, "before_s"), "0.5");
    ck_assert_str_eq(cell(csv, 1, "ratio"), "2");
    ck_assert_str_eq(cell(csv, 1, "ratio_low"), "1.5");
    ck_assert_str_eq(cell(csv, 1, "ratio_high"), "");
    ck_assert_str_eq(cell(csv, 2, "ratio"), "");
    free(csv);
}
END_TEST

START_TEST(csv_of_an_empty_document_is_the_line_of_names)
{
    json_t *other = json_object();
    char *csv = bench_document_csv(other);
    ck_assert_ptr_eq(strchr(csv, '\n'), csv + strlen(csv) - 1);
    free(csv);
    json_decref(other);
}
END_TEST

START_TEST(hyperfine_has_a_result_for_each_benchmark)
{
    json_array_remove(json_object_get(document, "benchmarks"), 1);
    json_t *export = bench_document_hyperfine(document);
    const char *command, *method, *particles, *dt;
    double mean, stddev, median, user, min, max;
    json_t *system, *times, *codes;
    ck_assert_int_eq(
        json_unpack(
            export,
            "{s:[{s:s, s:F, s:F, s:F, s:F, s:o, s:F, s:F, s:o, s:o, s:{s:s, s:s, s:s!}!}!]!}",
            "results", "command", &command, "mean", &mean, "stddev", &stddev, "median", &median,
            "user", &user, "system", &system, "min", &min, "max", &max, "times", &times,
            "exit_codes", &codes, "parameters", "method", &method, "particles", &particles, "dt",
            &dt),
        0);
    ck_assert_str_eq(command, "euler[avx2]");
    ck_assert(mean == 1 && stddev == 0.25 && median == 1 && user == 0.75 && min == 0.5 &&
              max == 1.5);
    ck_assert(json_is_null(system));
    ck_assert_uint_eq(json_array_size(times), 3);
    ck_assert_double_eq(json_real_value(json_array_get(times, 2)), 1.5);
    ck_assert_uint_eq(json_array_size(codes), 3);
    ck_assert_int_eq(json_integer_value(json_array_get(codes, 0)), 0);
    ck_assert_str_eq(method, "euler");
    ck_assert_str_eq(particles, "1000");
    ck_assert_double_eq(strtod(dt, NULL), 0.1);
    json_decref(export);
}
END_TEST

/* The second benchmark has no raw rounds. */
START_TEST(hyperfine_needs_the_figures)
{
    ck_assert_ptr_null(bench_document_hyperfine(document));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("document");
    TCase *tcase = suite_case(suite, "document");
    tcase_add_checked_fixture(tcase, load, unload);
    tcase_add_test(tcase, csv_has_a_line_for_each_benchmark);
    tcase_add_test(tcase, csv_has_the_comparison);
    tcase_add_test(tcase, csv_of_an_empty_document_is_the_line_of_names);
    tcase_add_test(tcase, hyperfine_has_a_result_for_each_benchmark);
    tcase_add_test(tcase, hyperfine_needs_the_figures);
    return suite_run(suite);
}
