/* The decoder of NPY. */
#include "codec/npy/npy_decoder.h"
#include "codec/npy/npy_encoder.h"
#include "fuzz.h"

/* Encodes the particles and decodes them again: the bits must be the same. */
static void round_trip(const struct particle_set *set)
{
    const double *const columns[] = {set->x, set->y, set->ang_vel};
    char *body = malloc(ENCODE_HEAD_MAX + set->count * PARTICLE_BYTES);
    char *end = body + npy_encoder.write_head(body, set);
    for (size_t c = 0; c < 3; c++)
        end = (char *)memcpy(end, columns[c], set->count * sizeof(double)) +
              set->count * sizeof(double);
    struct fuzz_result again;
    fuzz_decode(&again, npy_decoder_create, (const uint8_t *)body, (size_t)(end - body),
                (size_t)(end - body));
    FUZZ_CHECK(again.error.status == DECODE_OK);
    fuzz_compare_particles(&again.simulation.particles, set);
    simulation_fini(&again.simulation);
    free(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_result whole;
    if (!fuzz_body(&whole, npy_decoder_create, data, size))
        return 0;
    FUZZ_CHECK(whole.error.line == 0 && whole.error.column == 0 && whole.error.byte < size);
    if (whole.error.status == DECODE_OK)
        round_trip(&whole.simulation.particles);
    simulation_fini(&whole.simulation);
    return 0;
}
