/* The decoder of JSON, compared with jansson: a text is a syntax error if and only if jansson
 * rejects it. */
#include <jansson.h>

#include "codec/json/json_decoder.h"
#include "codec/json/json_encoder.h"
#include "fuzz.h"

/* False if jansson rejects valid JSON (a number that overflows, U+0000 in a name, deep nesting) or
 * accepts invalid JSON (a NUL after a number). */
static bool is_comparable(const json_error_t *error, const uint8_t *data, size_t size)
{
    enum json_error_code code = json_error_code(error);
    return code != json_error_numeric_overflow && code != json_error_null_byte_in_key &&
           code != json_error_null_character && code != json_error_stack_overflow &&
           !memchr(data, '\0', size);
}

static bool is_deep(const char *detail)
{
    return strstr(detail, "nested deeper") != NULL;
}

static void compare_with_jansson(const struct fuzz_result *result, const uint8_t *data, size_t size)
{
    json_error_t error = {.line = 0};
    size_t flags = JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL;
    json_t *root = json_loadb((const char *)data, size, flags, &error);
    enum decode_status status = result->error.status;
    if (root && !memchr(data, '\0', size))
        FUZZ_CHECK(status != DECODE_SYNTAX || is_deep(result->error.detail));
    else if (is_comparable(&error, data, size))
        FUZZ_CHECK(status == DECODE_SYNTAX || status == DECODE_TOO_MANY ||
                   status == DECODE_TOO_LARGE);
    json_decref(root);
}

/* Encodes the particles in a shape and decodes them again: the bits must be the same. */
static void round_trip(const struct particle_set *set, enum particle_shape shape)
{
    static const char head[] = "{\"particles\":";
    size_t items = json_encoder.items(set, shape);
    char *text = malloc(sizeof head + encode_bound(&json_encoder, shape, items) + 1);
    char *end = json_encoder.write(stpcpy(text, head), set, shape, 0, items);
    *end++ = '}';
    struct fuzz_result again;
    fuzz_decode(&again, json_decoder_create, (const uint8_t *)text, (size_t)(end - text),
                (size_t)(end - text));
    FUZZ_CHECK(again.error.status == DECODE_OK && again.simulation.shape == shape);
    fuzz_compare_particles(&again.simulation.particles, set);
    simulation_fini(&again.simulation);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_result whole;
    if (!fuzz_body(&whole, json_decoder_create, data, size))
        return 0;
    compare_with_jansson(&whole, data + 1, size - 1);
    if (whole.error.status == DECODE_OK)
        for (int shape = SHAPE_OBJECTS; shape <= SHAPE_COLUMNS; shape++)
            round_trip(&whole.simulation.particles, (enum particle_shape)shape);
    simulation_fini(&whole.simulation);
    return 0;
}
