/* Compares docs/openapi.json with the tables that it describes. */
#include "config.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../suite.h"
#include "bench/parameters.h"
#include "codec/codec.h"
#include "endpoints/problems.h"
#include "endpoints/routes.h"
#include "sim/method.h"
#include "web/files.h"

static json_t *document;

static void load(void)
{
    json_error_t error;
    document = json_load_file(DOCS "/openapi.json", JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(document != NULL, "line %d: %s", error.line, error.text);
}

static void unload(void)
{
    json_decref(document);
}

/* The value at a JSON Pointer that starts with "#/", or NULL. */
static json_t *follow(const char *pointer)
{
    json_t *at = document;
    while (*pointer && at) {
        pointer += *pointer == '#' ? 2 : 1; /* over "#/" or "/" */
        size_t length = strcspn(pointer, "/");
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)length, pointer);
        at = json_object_get(at, name);
        pointer += length;
    }
    return at;
}

/* The value itself, or the target of its $ref. */
static json_t *resolve(json_t *value)
{
    const json_t *ref = json_object_get(value, "$ref");
    return ref ? follow(json_string_value(ref)) : value;
}

/* Calls visit for each object of the tree. */
static void each_object(json_t *value, void (*visit)(json_t *object))
{
    const char *name;
    size_t index;
    json_t *member;
    if (json_is_object(value))
        visit(value);
    json_object_foreach(value, name, member)
    {
        each_object(member, visit);
    }
    json_array_foreach(value, index, member)
    {
        each_object(member, visit);
    }
}

static bool array_has(const json_t *array, const char *text)
{
    size_t index;
    json_t *entry;
    json_array_foreach(array, index, entry)
    {
        if (json_is_string(entry) && strcmp(json_string_value(entry), text) == 0)
            return true;
    }
    return false;
}

static size_t refs;

static void check_ref(json_t *object)
{
    const json_t *ref = json_object_get(object, "$ref");
    if (!ref)
        return;
    refs++;
    ck_assert_msg(strncmp(json_string_value(ref), "#/components/", 13) == 0 &&
                      follow(json_string_value(ref)) != NULL,
                  "%s has no target", json_string_value(ref));
}

/* Each required member must be a property of the schema. */
static void check_required(json_t *object)
{
    size_t index;
    json_t *name;
    if (!json_is_object(json_object_get(object, "properties")))
        return;
    json_array_foreach(json_object_get(object, "required"), index, name)
    {
        ck_assert_msg(
            json_object_get(json_object_get(object, "properties"), json_string_value(name)) != NULL,
            "%s is required, but not a property", json_string_value(name));
    }
}

START_TEST(references_and_required_members_exist)
{
    ck_assert_int_eq(strncmp(json_string_value(json_object_get(document, "openapi")), "3.1.", 4),
                     0);
    ck_assert_str_eq(json_string_value(follow("#/info/version")), PACKAGE_VERSION);
    each_object(document, check_ref);
    ck_assert_uint_gt(refs, 100);
    each_object(document, check_required);
}
END_TEST

/* The Allow value of a path item, in the order in which the daemon writes it. */
static void describe_methods(const json_t *item, char *text, size_t size)
{
    static const char *const keys[] = {"get", "head", "post", "put", "delete", "patch", "options"};
    static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"};
    *text = '\0';
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (json_object_get(item, keys[i])) {
            size_t used = strlen(text);
            snprintf(text + used, size - used, "%s%s", used ? ", " : "", names[i]);
        }
}

/* Replaces the parameter at the end of a path by its first possible value. */
static void fill_pattern(char *text, size_t size, const char *path, const json_t *item)
{
    json_t *values = NULL;
    if (strchr(path, '{'))
        ck_assert_int_eq(json_unpack((json_t *)(uintptr_t)item, "{s:[{s:{s:o}}]}", "parameters",
                                     "schema", "enum", &values),
                         0);
    snprintf(text, size, "%.*s%s", (int)strcspn(path, "{"), path,
             values ? json_string_value(json_array_get(values, 0)) : "");
}

START_TEST(paths_match_the_routes)
{
    json_t *paths = follow("#/paths");
    const char *path;
    json_t *item;
    struct route_table all = routes_table(true), usual = routes_table(false);
    ck_assert_uint_ge(json_object_size(paths), 8);
    json_object_foreach(paths, path, item)
    {
        char methods[64];
        describe_methods(resolve(item), methods, sizeof methods);
        char served[96];
        fill_pattern(served, sizeof served, path, item);
        ck_assert_msg(route_allow(&all, served) != NULL, "the daemon does not know %s", served);
        ck_assert_str_eq(methods, route_allow(&all, served));
        ck_assert(!route_allow(&usual, served) || strstr(all.summary, path));
    }
    for (size_t i = 0; i < all.count; i++)
        ck_assert_msg(json_object_get(paths, all.routes[i].path) != NULL, "%s is not described",
                      all.routes[i].path);
}
END_TEST

START_TEST(files_match_the_table)
{
    json_t *names;
    ck_assert_int_eq(json_unpack(follow("#/paths"), "{s:{s:[{s:{s:o}}]}}", "/web/{file}",
                                 "parameters", "schema", "enum", &names),
                     0);
    size_t count, beside = 0;
    const struct web_file *files = web_files(&count);
    for (size_t i = 0; i < count; i++) {
        if (strncmp(files[i].path, "/web/", 5) != 0)
            continue;
        ck_assert_msg(array_has(names, files[i].path + 5), "%s is not described", files[i].path);
        beside++;
    }
    ck_assert_uint_eq(json_array_size(names), beside);
    struct route_table routes = routes_table(false);
    ck_assert_ptr_null(route_find(&routes, "GET", "/web/{file}"));
    ck_assert_ptr_null(route_find(&routes, "GET", "/web/"));
}
END_TEST

static json_t *seen_operations;

static void check_operation(json_t *object)
{
    const json_t *id = json_object_get(object, "operationId");
    if (!id)
        return;
    ck_assert_msg(!array_has(seen_operations, json_string_value(id)), "%s comes twice",
                  json_string_value(id));
    json_array_append(seen_operations, (json_t *)(uintptr_t)id);

    const char *status;
    json_t *response;
    ck_assert_uint_ge(json_object_size(json_object_get(object, "responses")), 2);
    json_object_foreach(json_object_get(object, "responses"), status, response)
    {
        ck_assert_ptr_nonnull(json_object_get(resolve(response), "description"));
    }
}

START_TEST(operations_have_ids_and_responses)
{
    seen_operations = json_array();
    each_object(follow("#/paths"), check_operation);
    ck_assert_uint_ge(json_array_size(seen_operations), 23);
    json_decref(seen_operations);
}
END_TEST

/* The document that the daemon sends for a problem of this type. */
static json_t *problem_of(const struct problem_type *type)
{
    struct problem problem;
    size_t size;
    problem_set(&problem, type, "detail");
    char *text = problem_document(&problem, &size);
    ck_assert_ptr_nonnull(text);
    json_t *root = json_loadb(text, size, 0, NULL);
    ck_assert_ptr_nonnull(root);
    free(text);
    return root;
}

START_TEST(problem_types_match_the_table)
{
    json_t *types = follow("#/components/schemas/Problem/properties/type/enum");
    size_t count;
    const struct problem_type *const *table = problem_table(&count);
    for (size_t i = 0; i < count; i++) {
        json_t *problem = problem_of(table[i]);
        ck_assert(array_has(types, json_string_value(json_object_get(problem, "type"))));
        json_decref(problem);
    }
    ck_assert_uint_eq(json_array_size(types), count);
}
END_TEST

static size_t problem_examples;

/* `response` was found under `status`, or under "default". */
static void check_problem_examples(const char *status, json_t *response)
{
    const char *name;
    json_t *example;
    json_t *content = json_object_get(response, "content");
    json_object_foreach(
        json_object_get(json_object_get(content, "application/problem+json"), "examples"), name,
        example)
    {
        const json_t *value = json_object_get(example, "value");
        char code[8];
        snprintf(code, sizeof code, "%d",
                 (int)json_integer_value(json_object_get(value, "status")));
        ck_assert_msg(strcmp(status, "default") == 0 || strcmp(status, code) == 0,
                      "example %s of %s has status %s", name, status, code);
        bool found = false;
        size_t count;
        const struct problem_type *const *table = problem_table(&count);
        for (size_t i = 0; i < count && !found; i++) {
            json_t *problem = problem_of(table[i]);
            found =
                json_equal(json_object_get(problem, "type"), json_object_get(value, "type")) &&
                json_equal(json_object_get(problem, "title"), json_object_get(value, "title")) &&
                json_equal(json_object_get(problem, "status"), json_object_get(value, "status"));
            json_decref(problem);
        }
        ck_assert_msg(found, "example %s is not a problem of the daemon", name);
        problem_examples++;
    }
}

START_TEST(problem_examples_match_the_daemon)
{
    const char *path, *method, *status;
    json_t *item, *operation, *response;
    json_object_foreach(follow("#/paths"), path, item)
    {
        json_object_foreach(resolve(item), method, operation)
        {
            json_object_foreach(json_object_get(operation, "responses"), status, response)
            {
                check_problem_examples(status, resolve(response));
            }
        }
    }
    size_t count;
    problem_table(&count);
    ck_assert_uint_ge(problem_examples, count);
}
END_TEST

/* The parameter called `name` in an array of them. */
static json_t *parameter_named(const json_t *parameters, const char *name)
{
    size_t index;
    json_t *parameter;
    json_array_foreach(parameters, index, parameter)
    {
        if (strcmp(json_string_value(json_object_get(parameter, "name")), name) == 0)
            return parameter;
    }
    return NULL;
}

/* The number of parameters in the query. */
static size_t query_parameters(const json_t *parameters)
{
    size_t index, count = 0;
    json_t *parameter;
    json_array_foreach(parameters, index, parameter)
    {
        const char *in = json_string_value(json_object_get(parameter, "in"));
        count += strcmp(in, "query") == 0;
    }
    return count;
}

START_TEST(parameters_match_the_tables)
{
    const json_t *bench =
        json_object_get(json_object_get(follow("#/paths"), "/bench"), "parameters");
    ck_assert_uint_eq(query_parameters(bench), BENCH_PARAMETER_COUNT);
    for (size_t i = 0; i < BENCH_PARAMETER_COUNT; i++)
        ck_assert_msg(parameter_named(bench, bench_parameters[i].name) != NULL,
                      "%s is not described", bench_parameters[i].name);

    const json_t *post = json_object_get(json_object_get(follow("#/paths"), "/simulate"), "post");
    const json_t *simulate = json_object_get(post, "parameters");
    const json_t *members = follow("#/components/schemas/Simulation/properties");
    ck_assert_uint_eq(query_parameters(simulate), OPTION_COUNT + 1);
    ck_assert_uint_eq(json_object_size(members), OPTION_COUNT + 1);
    ck_assert_ptr_nonnull(parameter_named(simulate, "animate"));
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        const char *name = simulation_option_name((enum simulation_option)i);
        ck_assert_ptr_nonnull(parameter_named(simulate, name));
        ck_assert_ptr_nonnull(json_object_get(members, name));
    }

    size_t count;
    const struct method *const *methods = method_table(&count);
    json_t *names = follow("#/components/schemas/Method/enum");
    ck_assert_uint_eq(json_array_size(names), count);
    for (size_t i = 0; i < count; i++)
        ck_assert_str_eq(json_string_value(json_array_get(names, i)), methods[i]->name);
}
END_TEST

START_TEST(defaults_match_the_daemon)
{
    struct simulation empty;
    simulation_init(&empty);
    json_t *schemas = follow("#/components/schemas");
    double dt, timestep;
    const char *method;
    json_int_t frames, frames_max;
    ck_assert_int_eq(json_unpack(schemas, "{s:{s:F}, s:{s:F}, s:{s:s}, s:{s:I, s:I}}", "Dt",
                                 "default", &dt, "Timestep", "default", &timestep, "Method",
                                 "default", &method, "Frames", "default", &frames, "maximum",
                                 &frames_max),
                     0);
    ck_assert(dt == empty.dt && timestep == empty.timestep);
    ck_assert_str_eq(method, empty.method->name);
    ck_assert_int_eq(frames, empty.frames);
    ck_assert_int_eq(frames_max, SIMULATION_FRAMES_MAX);
    simulation_fini(&empty);
}
END_TEST

/* Bodies and responses have the formats of the table; responses may also be lines and SVG. */
START_TEST(formats_match_the_table)
{
    json_t *body, *response;
    const char *accept_post;
    ck_assert_int_eq(json_unpack(document, "{s:{s:{s:{s:{s:o}, s:{s:{s:o}}}}}, s:{s:{s:{s:s}}}}",
                                 "paths", "/simulate", "post", "requestBody", "content", &body,
                                 "responses", "200", "content", &response, "components", "headers",
                                 "Accept-Post", "example", &accept_post),
                     0);
    ck_assert_str_eq(accept_post, CODEC_TYPES);
    size_t count;
    const struct codec *codecs = codec_table(&count);
    ck_assert_uint_le(count, CODECS_MAX);
    ck_assert_uint_eq(json_object_size(body), count);
    ck_assert_uint_eq(json_object_size(response), count + 2);
    ck_assert_ptr_nonnull(json_object_get(response, "application/x-ndjson"));
    ck_assert_ptr_nonnull(json_object_get(response, "image/svg+xml"));
    char types[256] = "";
    for (size_t i = 0; i < count; i++) {
        ck_assert_ptr_nonnull(json_object_get(body, codecs[i].media_type));
        ck_assert_ptr_nonnull(json_object_get(response, codecs[i].media_type));
        size_t used = strlen(types);
        snprintf(types + used, sizeof types - used, "%s%s", i ? ", " : "", codecs[i].media_type);
    }
    ck_assert_str_eq(types, CODEC_TYPES);
}
END_TEST

static double coordinate(const json_t *particles, size_t index, const char *name, size_t column)
{
    const json_t *table = json_object_get(particles, name);
    const json_t *row = json_array_get(particles, index);
    const json_t *value = table                ? json_array_get(table, index)
                          : json_is_array(row) ? json_array_get(row, column)
                                               : json_object_get(row, name);
    ck_assert(json_is_number(value));
    return json_number_value(value);
}

/* Reads an example in format `codec` of codec_table. */
static void read_example(struct simulation *simulation, size_t codec, const char *text)
{
    size_t count;
    struct decode_limits limits = {.max_particles = 100};
    simulation_init(simulation);
    struct decoder *decoder = codec_table(&count)[codec].decoder_create(&limits, simulation);
    decoder_feed(decoder, text, strlen(text));
    ck_assert_msg(decoder_finish(decoder) == DECODE_OK, "%s: %s", text,
                  decoder_error(decoder)->detail);
    decoder_destroy(decoder);
}

/* Returns the steps. */
static int64_t evolve_example(struct simulation *simulation)
{
    struct particle_set *set = &simulation->particles;
    int64_t steps = evolve_steps(simulation->dt, simulation->timestep);
    struct evolve_run run = {set->x,     set->y,         set->ang_vel,         set->x, set->y,
                             set->count, simulation->dt, simulation->timestep, steps};
    ck_assert(evolve(simulation->method, &run, NULL));
    return steps;
}

/* Evolves the example of a request and compares the result with the example of its response. */
static void check_example(const json_t *request, const json_t *response)
{
    struct simulation simulation;
    char *text = json_dumps(request, JSON_REAL_PRECISION(17));
    read_example(&simulation, 0, text);
    free(text);
    int64_t steps = evolve_example(&simulation);

    const struct particle_set *set = &simulation.particles;
    const json_t *particles = json_object_get(response, "particles");
    for (size_t i = 0; i < set->count; i++) {
        ck_assert_double_eq_tol(coordinate(particles, i, "x", 0), set->x[i], 1e-13);
        ck_assert_double_eq_tol(coordinate(particles, i, "y", 1), set->y[i], 1e-13);
        ck_assert(coordinate(particles, i, "ang_vel", 2) == set->ang_vel[i]);
    }
    ck_assert_str_eq(json_string_value(json_object_get(response, "method")),
                     simulation.method->name);
    ck_assert_int_eq(json_integer_value(json_object_get(response, "steps")),
                     simulation.method->polygon ? steps : 0);
    simulation_fini(&simulation);
}

START_TEST(simulate_examples_are_correct)
{
    const json_t *post = json_object_get(json_object_get(follow("#/paths"), "/simulate"), "post");
    json_t *requests, *responses, *example;
    const char *name;
    ck_assert_int_eq(json_unpack((json_t *)(uintptr_t)post,
                                 "{s:{s:{s:{s:o}}}, s:{s:{s:{s:{s:o}}}}}", "requestBody", "content",
                                 "application/json", "examples", &requests, "responses", "200",
                                 "content", "application/json", "examples", &responses),
                     0);
    ck_assert_uint_eq(json_object_size(requests), 3);
    json_object_foreach(requests, name, example)
    {
        check_example(json_object_get(example, "value"),
                      json_object_get(json_object_get(responses, name), "value"));
    }
}
END_TEST

START_TEST(csv_examples_are_correct)
{
    const json_t *post = json_object_get(json_object_get(follow("#/paths"), "/simulate"), "post");
    const char *request, *response;
    ck_assert_int_eq(json_unpack((json_t *)(uintptr_t)post,
                                 "{s:{s:{s:{s:{s:{s:s}}}}}, s:{s:{s:{s:{s:{s:{s:s}}}}}}}",
                                 "requestBody", "content", "text/csv", "examples", "rows", "value",
                                 &request, "responses", "200", "content", "text/csv", "examples",
                                 "rows", "value", &response),
                     0);
    struct simulation before, after;
    read_example(&before, 1, request);
    evolve_example(&before);
    read_example(&after, 1, response);
    const struct particle_set *found = &before.particles, *expected = &after.particles;
    ck_assert_uint_eq(found->count, expected->count);
    for (size_t i = 0; i < found->count; i++) {
        ck_assert_double_eq_tol(found->x[i], expected->x[i], 1e-13);
        ck_assert_double_eq_tol(found->y[i], expected->y[i], 1e-13);
        ck_assert(found->ang_vel[i] == expected->ang_vel[i]);
    }
    simulation_fini(&before);
    simulation_fini(&after);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("docs/openapi");
    TCase *tcase = suite_case(suite, "openapi");
    tcase_add_checked_fixture(tcase, load, unload);
    tcase_add_test(tcase, references_and_required_members_exist);
    tcase_add_test(tcase, paths_match_the_routes);
    tcase_add_test(tcase, files_match_the_table);
    tcase_add_test(tcase, operations_have_ids_and_responses);
    tcase_add_test(tcase, problem_types_match_the_table);
    tcase_add_test(tcase, problem_examples_match_the_daemon);
    tcase_add_test(tcase, parameters_match_the_tables);
    tcase_add_test(tcase, defaults_match_the_daemon);
    tcase_add_test(tcase, formats_match_the_table);
    tcase_add_test(tcase, simulate_examples_are_correct);
    tcase_add_test(tcase, csv_examples_are_correct);
    return suite_run(suite);
}
