/* The same bits everywhere. The hashes below are those of the results for fixed particles. Every
 * set of kernels with fused multiply-add must give them, on every architecture.
 *
 * If a hash changes, clients get other digits than from the last release: the change log must say
 * so. A test that fails prints the line that would pass. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../suite.h"
#include "sim/domain.h"
#include "sim/kernels.h"
#include "sim/random.h"

#define COUNT_MAX 257

static const char *const METHODS[] = {"closed_form", "analytic", "euler", "fast", "reference"};

#define METHOD_COUNT (sizeof METHODS / sizeof *METHODS)

/* Particles are uniform in (-1, 1). Particle i is then scaled by 2^-(i mod spread), so that
 * neighbours are of different kinds, and every 11th is at rest. */
static const struct golden {
    const char *name;
    size_t count;
    uint64_t seed;
    size_t spread;
    double dt, timestep;
} GOLDEN[] = {
    {"the default options", 257, 1, 1, 0.1, 1e-5},
    {"from far away to the origin", 257, 2, 24, 0.02, 1e-4},
    {"coarse steps", 200, 3, 8, 100, 0.25},
    {"one step", 100, 4, 30, 1e-3, 1e-3},
    {"steps for three calls of the kernel", 37, 5, 4, 4, 1e-4},
    {"one step more than the series updates s for", 37, 6, 4, 1025 * 0x1p-13, 0x1p-13},
    {"few but huge steps", 257, 7, 40, 1e9, 1e8},
    {"large angles", 257, 8, 20, 1e6, 1e-6},
    {"the most steps and the largest angles", 257, 9, 20, 0x1p32, 0x1p-21},
};

#define GOLDEN_COUNT (sizeof GOLDEN / sizeof *GOLDEN)

/* In the order of METHODS. 0: not run, because it takes too long or is outside the domain. */
static const uint64_t HASHES[GOLDEN_COUNT][METHOD_COUNT] = {
    {0x75afb33bc56f4ef6, 0x9f72213535bac872, 0xa5349a31db8c5fdd, 0xf5b8e6530aa262af,
     0xa49029062ab8640c},
    {0xd67fc0e20a410465, 0xad605589935418fa, 0x9046b791efaaef94, 0xde071b47dc06bf44,
     0xbb83473e8e089f4},
    {0x4c40eed68b185b85, 0xf8306ce6fc400319, 0x8f083e3af74372e7, 0x73e2714181600633,
     0x5349173a51c2f545},
    {0xc336d1ac7b59dc5e, 0x89870b3a05f136eb, 0x64e3c2f885956f6c, 0xbd4fdb3fc01b93ba,
     0xa00e019c6a910337},
    {0xc3c81926365707c8, 0x3a0bb7851a5cd2b0, 0x7fe8ad8057a186a9, 0xc7df9587115af2a5,
     0x2129ddeda1b86789},
    {0x1a7c40df836c65b7, 0x34ce96e66f7b622d, 0xcf065a238a3183da, 0xd4f992cf21be7969,
     0x1aed68f62364eac9},
    {0xc81d2d192f285d50, 0, 0xcc242258923b70dd, 0x730a1a82d4d69a4b, 0x5ddad89e06cfd4d0},
    {0x6d2bd7c793c5cea0, 0x2f5d7de12c95cb36, 0, 0, 0},
    {0x9d45ef2393038c44, 0xb97cafe3fa9c270d, 0, 0, 0},
};

static struct particle_set particles_of(const struct golden *golden)
{
    struct particle_set set;
    particle_set_init(&set);
    ck_assert_int_eq(random_particles(&set, golden->count, golden->seed), 0);
    for (size_t i = 0; i < set.count; i++) {
        double scale = 1.0 / (double)((uint64_t)1 << (i % golden->spread));
        set.x[i] *= scale;
        set.y[i] *= scale;
        if (i % 11 == 10)
            set.ang_vel[i] = 0;
    }
    return set;
}

static struct evolve_run run_of(const struct golden *golden, const struct particle_set *set,
                                double *x, double *y)
{
    return (struct evolve_run){.x = set->x,
                               .y = set->y,
                               .ang_vel = set->ang_vel,
                               .x_out = x,
                               .y_out = y,
                               .count = set->count,
                               .dt = golden->dt,
                               .timestep = golden->timestep,
                               .steps = evolve_steps(golden->dt, golden->timestep)};
}

/* The finaliser of SplitMix64: each bit of the value changes about half of the hash. */
static uint64_t hash_add(uint64_t hash, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    hash = (hash ^ bits) + 0x9e3779b97f4a7c15u;
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
    return hash ^ (hash >> 31);
}

static uint64_t hash_of_run(const struct method *method, const struct evolve_run *run)
{
    size_t index;
    ck_assert_int_eq(domain_check(method, run, &index), DOMAIN_OK);
    ck_assert(evolve(method, run, NULL));
    uint64_t hash = 0;
    for (size_t i = 0; i < run->count; i++)
        hash = hash_add(hash_add(hash, run->x_out[i]), run->y_out[i]);
    return hash;
}

/* Compares the hashes of one set of kernels. If they differ, prints them and returns false. */
static bool check_golden(const struct golden *golden, const uint64_t expected[METHOD_COUNT],
                         const char *kernels)
{
    double x[COUNT_MAX], y[COUNT_MAX];
    struct particle_set set = particles_of(golden);
    struct evolve_run run = run_of(golden, &set, x, y);
    uint64_t hashes[METHOD_COUNT] = {0};
    ck_assert(evolve_kernels_force(kernels));
    for (size_t m = 0; m < METHOD_COUNT; m++)
        if (expected[m] != 0)
            hashes[m] = hash_of_run(method_find(METHODS[m], strlen(METHODS[m])), &run);
    particle_set_fini(&set);
    if (memcmp(hashes, expected, sizeof hashes) == 0)
        return true;
    fprintf(stderr, "%s, %s: {", kernels, golden->name);
    for (size_t m = 0; m < METHOD_COUNT; m++)
        fprintf(stderr, "%s%#" PRIx64, m ? ", " : "", hashes[m]);
    fprintf(stderr, "}\n");
    return false;
}

START_TEST(every_set_with_fma_gives_the_golden_bits)
{
    size_t count;
    const struct kernels *const *sets = kernels_usable(&count);
    bool equal = true;
    for (size_t i = 0; i < count; i++)
        if (sets[i]->fma && !check_golden(&GOLDEN[_i], HASHES[_i], sets[i]->name))
            equal = false;
    ck_assert(equal);
}
END_TEST

/* The scalar methods use no fused multiply-add, so their bits are the same on every CPU. */
START_TEST(scalar_methods_give_the_golden_bits)
{
    uint64_t scalar[METHOD_COUNT] = {0};
    for (size_t m = 0; m < METHOD_COUNT; m++)
        if (strcmp(METHODS[m], "fast") == 0 || strcmp(METHODS[m], "reference") == 0)
            scalar[m] = HASHES[_i][m];
    ck_assert(check_golden(&GOLDEN[_i], scalar, "portable"));
}
END_TEST

/* In a vector with several kinds of particles, or with angles of all sizes, each particle has the
 * same bits as alone. This holds for every set, with and without fused multiply-add. */
START_TEST(neighbours_do_not_change_the_bits)
{
    size_t count;
    const struct kernels *const *sets = kernels_usable(&count);
    double x[COUNT_MAX], y[COUNT_MAX];
    struct particle_set set = particles_of(&GOLDEN[_i]);
    struct evolve_run run = run_of(&GOLDEN[_i], &set, x, y);
    for (size_t k = 0; k < count; k++) {
        ck_assert(evolve_kernels_force(sets[k]->name));
        for (size_t m = 0; m < 2; m++) {
            if (HASHES[_i][m] == 0)
                continue;
            const struct method *method = method_find(METHODS[m], strlen(METHODS[m]));
            ck_assert(evolve(method, &run, NULL));
            for (size_t i = 0; i < set.count; i++) {
                double alone_x, alone_y;
                struct evolve_run alone = run;
                alone.x += i;
                alone.y += i;
                alone.ang_vel += i;
                alone.x_out = &alone_x;
                alone.y_out = &alone_y;
                alone.count = 1;
                ck_assert(evolve(method, &alone, NULL));
                ck_assert_mem_eq(&alone_x, &x[i], sizeof(double));
                ck_assert_mem_eq(&alone_y, &y[i], sizeof(double));
            }
        }
    }
    particle_set_fini(&set);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim/bits");
    TCase *tcase = suite_case(suite, "golden");
    tcase_add_loop_test(tcase, every_set_with_fma_gives_the_golden_bits, 0, GOLDEN_COUNT);
    tcase_add_loop_test(tcase, scalar_methods_give_the_golden_bits, 0, GOLDEN_COUNT);
    tcase_add_loop_test(tcase, neighbours_do_not_change_the_bits, 0, GOLDEN_COUNT);
    return suite_run(suite);
}
