#include "sim/kernels.h"

#define KERNELS_DEFINE(kernel)                                                                     \
    static const struct kernels kernel = {                                                         \
        #kernel,                                                                                   \
        kernel_euler_##kernel,                                                                     \
        kernel_closed_form_##kernel,                                                               \
        kernel_analytic_##kernel,                                                                  \
    }

KERNELS_DEFINE(portable);
#if defined(__x86_64__)
KERNELS_DEFINE(avx2);
KERNELS_DEFINE(avx512);
#endif

static const struct kernels *const sets[] = {
    &portable,
#if defined(__x86_64__)
    &avx2,
    &avx512,
#endif
};

const struct kernels *const *kernels_usable(size_t *count)
{
    *count = 1;
#if defined(__x86_64__)
    /* These ask the operating system too whether it saves the wide registers. */
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        *count = __builtin_cpu_supports("avx512f") ? 3 : 2;
#endif
    return sets;
}

const struct kernels *kernels_best(void)
{
    size_t count;
    return kernels_usable(&count)[count - 1];
}

const char *evolve_kernels_name(void)
{
    return kernels_best()->name;
}
