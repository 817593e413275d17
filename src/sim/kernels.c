#include "sim/kernels.h"

#include <string.h>

#define KERNELS_DEFINE(kernel, lane_count, has_fma)                                                \
    static const struct kernels kernel = {                                                         \
        .name = #kernel,                                                                           \
        .lanes = lane_count,                                                                       \
        .fma = has_fma,                                                                            \
        .euler = kernel_euler_##kernel,                                                            \
        .closed_form = kernel_closed_form_##kernel,                                                \
        .analytic = kernel_analytic_##kernel,                                                      \
        .polygon_domain = kernel_polygon_domain_##kernel,                                          \
        .circle_domain = kernel_circle_domain_##kernel,                                            \
    }

KERNELS_DEFINE(portable, 1, KERNEL_PORTABLE_FMA);
#if defined(__x86_64__)
KERNELS_DEFINE(avx2, 4, true);
KERNELS_DEFINE(avx512, 8, true);
#elif defined(__aarch64__)
KERNELS_DEFINE(neon, 2, true);
#endif

static const struct kernels *const sets[] = {
    &portable,
#if defined(__x86_64__)
    &avx2,
    &avx512,
#elif defined(__aarch64__)
    &neon,
#endif
};

#define SET_COUNT (sizeof sets / sizeof *sets)

/* Written by evolve_kernels_force() before threads start. */
static const struct kernels *forced;

const struct kernels *const *kernels_usable(size_t *count)
{
    *count = SET_COUNT;
#if defined(__x86_64__)
    /* These builtins also check that the operating system saves the wide registers. */
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        *count = 1;
    else if (!__builtin_cpu_supports("avx512f"))
        *count = 2;
#endif
    return sets;
}

const struct kernels *kernels_in_use(void)
{
    if (forced)
        return forced;
    size_t count;
    return kernels_usable(&count)[count - 1];
}

const char *evolve_kernels_name(void)
{
    return kernels_in_use()->name;
}

bool evolve_kernels_exact(void)
{
    return kernels_in_use()->fma;
}

size_t evolve_kernels_list(const char *names[EVOLVE_KERNELS_MAX])
{
    size_t count;
    const struct kernels *const *usable = kernels_usable(&count);
    for (size_t i = 0; i < count; i++)
        names[i] = usable[i]->name;
    return count;
}

bool evolve_kernels_force(const char *name)
{
    size_t count;
    const struct kernels *const *usable = kernels_usable(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(usable[i]->name, name) == 0) {
            forced = usable[i];
            return true;
        }
    return false;
}
