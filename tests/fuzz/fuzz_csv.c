/* The decoder of CSV. */
#include "codec/csv/csv_decoder.h"
#include "codec/csv/csv_encoder.h"
#include "fuzz.h"

/* Checks that line and column are those of the byte. */
static void check_position(const struct decode_error *error, const uint8_t *body, size_t size)
{
    uint64_t line = 1, begin = 0;
    FUZZ_CHECK(error->byte <= size);
    for (uint64_t i = 0; i < error->byte; i++)
        if (body[i] == '\n') {
            line++;
            begin = i + 1;
        }
    FUZZ_CHECK(error->line == line && error->column == error->byte - begin + 1);
}

/* Encodes the particles and decodes them again: the bits must be the same. */
static void round_trip(const struct particle_set *set)
{
    char *text = malloc(encode_bound(&csv_encoder, SHAPE_OBJECTS, set->count));
    char *end = csv_encoder.write(text, set, SHAPE_OBJECTS, 0, set->count);
    struct fuzz_result again;
    fuzz_decode(&again, csv_decoder_create, (const uint8_t *)text, (size_t)(end - text),
                (size_t)(end - text));
    FUZZ_CHECK(again.error.status == DECODE_OK);
    fuzz_compare_particles(&again.simulation.particles, set);
    simulation_fini(&again.simulation);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_result whole;
    if (!fuzz_body(&whole, csv_decoder_create, data, size))
        return 0;
    if (whole.error.status == DECODE_SYNTAX)
        check_position(&whole.error, data + 1, size - 1);
    if (whole.error.status == DECODE_OK)
        round_trip(&whole.simulation.particles);
    simulation_fini(&whole.simulation);
    return 0;
}
