/* Compares the output of particle-bench --export-hyperfine with that of hyperfine, and times
 * particle-bench with hyperfine. */
#include <jansson.h>

#include "tool.h"

#define QUICK " --particles 3 --dt 1e-4 --max-time 0.001 --min-rounds 3 --warmup off"

static json_t *load(const char *name)
{
    char path[128];
    json_error_t error;
    snprintf(path, sizeof path, "%s/%s", tool_folder, name);
    json_t *document = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(document != NULL, "%s: %s", path, error.text);
    return document;
}

/* Compares the members and their types, recursively. Of an array it compares the first element. The
 * names of parameters may differ. */
static void assert_same_layout(const char *path, json_t *expected, json_t *actual)
{
    const char *name;
    json_t *value;
    ck_assert_msg(json_typeof(expected) == json_typeof(actual), "%s has another type", path);
    if (json_is_array(expected)) {
        ck_assert(json_array_size(actual) > 0 && json_array_size(expected) > 0);
        assert_same_layout(path, json_array_get(expected, 0), json_array_get(actual, 0));
        return;
    }
    bool any_name = strcmp(path, "parameters") == 0;
    json_object_foreach(expected, name, value)
    {
        json_t *other = any_name ? json_object_iter_value(json_object_iter(actual))
                                 : json_object_get(actual, name);
        if (!other && strncmp(name, "memory", 6) == 0)
            continue; /* only in releases after 1.19 */
        ck_assert_msg(other, "there is no %s", name);
        assert_same_layout(name, value, other);
    }
    if (json_is_object(expected) && !any_name)
        ck_assert_uint_ge(json_object_size(expected), json_object_size(actual));
}

START_TEST(export_has_the_layout_of_hyperfine)
{
    ck_assert_int_eq(tool_run("hyperfine -L method a,b --runs 2 --export-json %s/expected.json "
                              "'sleep 0.01' 2>&1",
                              tool_folder),
                     0);
    ck_assert_int_eq(
        tool_run(PARTICLE_BENCH QUICK " --export-hyperfine %s/actual.json 2>&1", tool_folder), 0);
    json_t *expected = load("expected.json"), *actual = load("actual.json");
    assert_same_layout("document", expected, actual);
    ck_assert_uint_eq(json_array_size(json_object_get(actual, "results")), 5);
    json_decref(expected);
    json_decref(actual);
}
END_TEST

START_TEST(hyperfine_times_particle_bench)
{
    int status =
        tool_run("hyperfine -N --runs 2 --export-json %s/timing.json '" PARTICLE_BENCH QUICK
                 " --methods closed_form' 2>&1",
                 tool_folder);
    ck_assert_msg(status == 0, "%s", tool_output);
    json_t *document = load("timing.json");
    double mean;
    ck_assert_int_eq(json_unpack(document, "{s:[{s:F}]}", "results", "mean", &mean), 0);
    ck_assert_double_gt(mean, 0);
    json_decref(document);
}
END_TEST

int main(void)
{
    if (tool_is_missing("hyperfine --version >/dev/null 2>&1", "hyperfine"))
        return TOOL_SKIP;
    Suite *suite = suite_create("interop/hyperfine");
    TCase *tcase = suite_case(suite, "export");
    tcase_add_checked_fixture(tcase, tool_open_folder, tool_remove_folder);
    tcase_add_test(tcase, export_has_the_layout_of_hyperfine);
    tcase_add_test(tcase, hyperfine_times_particle_bench);
    return suite_run(suite);
}
