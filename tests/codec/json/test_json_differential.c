/* Compares the decoder with jansson, on valid texts with a few random edits.
 *
 * Syntax: a text is DECODE_SYNTAX if and only if jansson rejects it. Values: a text is DECODE_OK if
 * and only if a simple check of jansson's tree accepts it, and the numbers have the same bits.
 * Texts with numbers that overflow or with U+0000 in a member name are left out, because jansson
 * rejects them although they are valid JSON. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>

#include "../../suite.h"
#include "../decode.h"
#include "../generator.h"

#define TEXTS 120000
#define TEXT_BYTES_MAX 512

static const char *const seeds[] = {
    "{\"particles\":[{\"x\":0.3,\"y\":0.5,\"ang_vel\":1},{\"x\":0,\"y\":-0.5,\"ang_vel\":-1}]}",
    "{\"particles\": [{\"x\": 1e-3, \"y\": -0, \"ang_vel\": 1.5E+2}], \"dt\": 0.1, \"frames\": 2}",
    "{\"dt\":1,\"particles\":[[1,2,3],[4.25,-5e0,60]],\"timestep\":1e-5,\"method\":\"euler\"}",
    "{\"method\":\"fast\",\"particles\":{\"x\":[1,2,3],\"y\":[0.1,0.2,0.3],\"ang_vel\":[1,1,-1]}}",
    "{\"parti\\u0063les\":[[1,2,3]],\"meth\\u006fd\":\"\\u0065uler\",\n\"dt\":\t0}",
    "{\"\xc3\xa9\":\"\xe2\x82\xac\",\"\xf0\x9f\x98\x80\":[\"\\ud83d\\ude00\",\"\\\"\\\\\\/\\b\"]}",
    "[true,false,null,{},[],{\"a\":{\"b\":[1,-2,3.5e-7]}},\"\\n\\u0000\\u00e9\"]",
    "-12.5e+10",
};

/* Bytes that are likely to change the result. NUL is left out: jansson skips it after a number. */
static const char alphabet[] =
    "{}[]:,\"\\ \n\t\r0123456789-+.eExyu_adtfn/\x01\x1f\x7f\x80\xa0\xbf\xc3"
    "\xe0\xed\xf0\xf4\xff";

static size_t mutate(uint64_t *state, char *text, size_t length)
{
    size_t edits = generate_below(state, 4);
    for (size_t e = 0; e < edits; e++) {
        size_t at = generate_below(state, length + 1);
        size_t span = generate_below(state, 12);
        size_t from = generate_below(state, length + 1);
        switch (generate_below(state, 4)) {
        case 0: /* replace */
            if (at < length)
                text[at] = alphabet[generate_below(state, sizeof alphabet - 1)];
            break;
        case 1: /* insert */
            memmove(text + at + 1, text + at, length - at);
            text[at] = alphabet[generate_below(state, sizeof alphabet - 1)];
            length++;
            break;
        case 2: /* delete */
            span = span < length - at ? span : length - at;
            memmove(text + at, text + at + span, length - at - span);
            length -= span;
            break;
        default: /* copy a part to another place */
            span = span < length - from ? span : length - from;
            char part[12];
            memcpy(part, text + from, span);
            memmove(text + at + span, text + at, length - at);
            memcpy(text + at, part, span);
            length += span;
        }
    }
    return length;
}

/* --- the oracle: a simple check of jansson's tree ------------------------------------ */

static bool only_members(json_t *object, const char *const *names, size_t count)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        size_t i = 0;
        while (i < count && strcmp(names[i], key) != 0)
            i++;
        if (i == count)
            return false;
    }
    return true;
}

static const char *const columns[3] = {"x", "y", "ang_vel"};

static bool oracle_particles(json_t *list, double (*particles)[3])
{
    json_t *first = json_array_get(list, 0);
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *particle = json_array_get(list, i);
        if (json_typeof(particle) != json_typeof(first))
            return false;
        if (json_is_object(particle) ? !only_members(particle, columns, 3)
                                     : json_array_size(particle) != 3)
            return false;
        for (size_t j = 0; j < 3; j++) {
            json_t *number = json_is_object(particle) ? json_object_get(particle, columns[j])
                                                      : json_array_get(particle, j);
            if (!json_is_real(number))
                return false;
            particles[i][j] = json_real_value(number);
        }
    }
    return json_array_size(list) > 0;
}

static bool oracle_columns(json_t *table, double (*particles)[3])
{
    size_t count = json_array_size(json_object_get(table, "x"));
    if (!only_members(table, columns, 3) || count == 0)
        return false;
    for (size_t j = 0; j < 3; j++) {
        json_t *column = json_object_get(table, columns[j]);
        if (json_array_size(column) != count)
            return false;
        for (size_t i = 0; i < count; i++) {
            if (!json_is_real(json_array_get(column, i)))
                return false;
            particles[i][j] = json_real_value(json_array_get(column, i));
        }
    }
    return true;
}

static bool oracle_number(json_t *root, const char *name, double *value, double low, double high)
{
    json_t *number = json_object_get(root, name);
    if (!number)
        return true;
    *value = json_real_value(number);
    return json_is_real(number) && *value >= low && *value <= high;
}

/* Returns true if the body must be accepted, and compares the options of an accepted body. */
static bool oracle(json_t *root, const struct simulation *s, double (*particles)[3])
{
    static const char *const names[] = {"particles", "dt", "timestep", "method", "frames"};
    double dt = SIM_DT_DEFAULT, timestep = SIM_TIMESTEP_DEFAULT, frames = 1;
    const struct method *method = method_default();
    json_t *list = json_object_get(root, "particles");
    json_t *name = json_object_get(root, "method");
    if (name) {
        method = json_is_string(name)
                     ? method_find(json_string_value(name), json_string_length(name))
                     : NULL;
        if (!method)
            return false;
    }
    if (!json_is_object(root) || !only_members(root, names, 5) ||
        !oracle_number(root, "dt", &dt, 0, HUGE_VAL) ||
        !oracle_number(root, "timestep", &timestep, 5e-324, HUGE_VAL) ||
        !oracle_number(root, "frames", &frames, 1, SIMULATION_FRAMES_MAX) ||
        frames != floor(frames))
        return false;
    if (json_is_array(list) ? !oracle_particles(list, particles) : !oracle_columns(list, particles))
        return false;
    if (s->particles.capacity == 0)
        return true;
    ck_assert(s->dt == dt && s->timestep == timestep && (double)s->frames == frames);
    ck_assert_ptr_eq(s->method, method);
    return true;
}

static void compare_particles(const struct particle_set *set, double (*particles)[3])
{
    for (size_t i = 0; i < set->count; i++) {
        double particle[3] = {set->x[i], set->y[i], set->ang_vel[i]};
        ck_assert_mem_eq(particle, particles[i], sizeof particle);
    }
}

/* --- the comparison ----------------------------------------------------------------- */

struct tally {
    size_t left_out, malformed, invalid, valid;
};

static void compare(const char *text, size_t length, size_t chunk, struct tally *tally)
{
    const size_t flags = JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL;
    static double particles[TEXT_BYTES_MAX][3];
    json_error_t error;
    struct decoded d = {.budget.limit = 0};
    decode_chunks(&d, text, length, 0, chunk, MANY_PARTICLES);

    json_t *root = json_loadb(text, length, flags, &error);
    if (!root && (json_error_code(&error) == json_error_numeric_overflow ||
                  json_error_code(&error) == json_error_null_byte_in_key)) {
        ck_assert_int_ne(d.status, DECODE_OK);
        tally->left_out++;
    } else if (!root) {
        ck_assert_msg(d.status == DECODE_SYNTAX, "jansson: %s, here %d: %.*s", error.text, d.status,
                      (int)length, text);
        tally->malformed++;
    } else {
        ck_assert_msg(d.status != DECODE_SYNTAX, "%s: %.*s", d.error.detail, (int)length, text);
        json_decref(root);
        root = json_loadb(text, length, flags | JSON_REJECT_DUPLICATES, &error);
        bool valid = root && oracle(root, &d.simulation, particles);
        ck_assert_msg(valid == (d.status == DECODE_OK), "%s %s: %.*s", d.error.pointer,
                      d.error.detail, (int)length, text);
        compare_particles(&d.simulation.particles, particles);
        if (valid)
            tally->valid++;
        else
            tally->invalid++;
    }
    json_decref(root);
    decoded_free(&d);
}

START_TEST(same_as_jansson)
{
    uint64_t state = 2026;
    struct tally tally = {0};
    for (size_t i = 0; i < TEXTS; i++) {
        char text[TEXT_BYTES_MAX];
        const char *seed = seeds[generate_below(&state, sizeof seeds / sizeof *seeds)];
        size_t length = strlen(seed);
        memcpy(text, seed, length);
        length = mutate(&state, text, length);
        size_t chunk = generate_below(&state, 2) ? length : 1 + generate_below(&state, 40);
        if (length)
            compare(text, length, chunk, &tally);
    }
    /* all kinds of texts occur */
    ck_assert_uint_gt(tally.malformed, TEXTS / 10);
    ck_assert_uint_gt(tally.invalid, TEXTS / 10);
    ck_assert_uint_gt(tally.valid, TEXTS / 10);
    ck_assert_uint_gt(tally.left_out, 0);
    ck_assert_uint_lt(tally.left_out, TEXTS / 100);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/json_differential");
    TCase *tcase = suite_case(suite, "jansson");
    tcase_add_test(tcase, same_as_jansson);
    return suite_run(suite);
}
