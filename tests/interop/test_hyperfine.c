/* particle-bench --export-hyperfine against what hyperfine itself writes; and hyperfine timing
 * particle-bench. */
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

/* The same members, of the same types, all the way down; of arrays, the first element counts. Which
 * parameters there are is up to the user. */
static void same_layout(const char *at, json_t *theirs, json_t *ours)
{
    const char *name;
    json_t *value;
    ck_assert_msg(json_typeof(theirs) == json_typeof(ours), "%s is of another type", at);
    if (json_is_array(theirs)) {
        ck_assert(json_array_size(ours) > 0 && json_array_size(theirs) > 0);
        same_layout(at, json_array_get(theirs, 0), json_array_get(ours, 0));
        return;
    }
    bool any = strcmp(at, "parameters") == 0;
    json_object_foreach(theirs, name, value)
    {
        json_t *other =
            any ? json_object_iter_value(json_object_iter(ours)) : json_object_get(ours, name);
        if (!other && strncmp(name, "memory", 6) == 0)
            continue; /* of releases after 1.19 */
        ck_assert_msg(other, "there is no %s", name);
        same_layout(name, value, other);
    }
    if (json_is_object(theirs) && !any)
        ck_assert_uint_ge(json_object_size(theirs), json_object_size(ours));
}

START_TEST(the_layout_is_hyperfines)
{
    ck_assert_int_eq(tool_run("hyperfine -L method a,b --runs 2 --export-json %s/theirs.json "
                              "'sleep 0.01' 2>&1",
                              tool_folder),
                     0);
    ck_assert_int_eq(
        tool_run(PARTICLE_BENCH QUICK " --export-hyperfine %s/ours.json 2>&1", tool_folder), 0);
    json_t *theirs = load("theirs.json"), *ours = load("ours.json");
    same_layout("document", theirs, ours);
    ck_assert_uint_eq(json_array_size(json_object_get(ours, "results")), 5);
    json_decref(theirs);
    json_decref(ours);
}
END_TEST

START_TEST(it_times_the_program)
{
    int status =
        tool_run("hyperfine -N --runs 2 --export-json %s/theirs.json '" PARTICLE_BENCH QUICK
                 " --methods closed_form' 2>&1",
                 tool_folder);
    ck_assert_msg(status == 0, "%s", tool_output);
    json_t *theirs = load("theirs.json");
    double mean;
    ck_assert_int_eq(json_unpack(theirs, "{s:[{s:F}]}", "results", "mean", &mean), 0);
    ck_assert_double_gt(mean, 0);
    json_decref(theirs);
}
END_TEST

int main(void)
{
    if (tool_is_missing("hyperfine --version >/dev/null 2>&1", "hyperfine"))
        return TOOL_SKIP;
    Suite *suite = suite_create("tools/hyperfine");
    TCase *tcase = suite_case(suite, "export");
    tcase_add_checked_fixture(tcase, tool_open_folder, tool_remove_folder);
    tcase_add_test(tcase, the_layout_is_hyperfines);
    tcase_add_test(tcase, it_times_the_program);
    return suite_run(suite);
}
