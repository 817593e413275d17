#include "bench/peak.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "bench/peak_kernels.h"

/* The most repetitions in a round, for a clock that hardly advances. */
#define REPEATS_MAX ((int64_t)1 << 32)

#define PEAK_KERNELS(kernel)                                                                       \
    {                                                                                              \
#kernel, kernel_peak_fma_##kernel, kernel_peak_stream_##kernel                             \
    }

static const struct peak_kernels sets[] = {
    PEAK_KERNELS(portable),
#if defined(__x86_64__)
    PEAK_KERNELS(avx2),
    PEAK_KERNELS(avx512),
#elif defined(__aarch64__)
    PEAK_KERNELS(neon),
#endif
};

const struct peak_kernels *peak_kernels_find(const char *name)
{
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (strcmp(sets[i].name, name) == 0)
            return &sets[i];
    return NULL;
}

/* Sets *rate to the work per second of the fastest round. False when it was stopped. */
static bool best_rate(double *rate, peak_kernel *kernel, const struct evolve_run *run,
                      const struct bench_environment *environment, double round_min_s)
{
    const struct evolve_control *control = &environment->control;
    double start = environment->clock(environment->clock_context), end;
    int64_t repeats = 1;
    int rounds = 0;

    *rate = 0;
    do {
        if (control->stop && control->stop(control->context))
            return false;
        double begin = environment->clock(environment->clock_context);
        double work = kernel(run, repeats);
        end = environment->clock(environment->clock_context);
        if (end - begin < round_min_s && repeats < REPEATS_MAX) {
            repeats *= 2;
            continue;
        }
        rounds++;
        if (end > begin)
            *rate = fmax(*rate, work / (end - begin));
    } while (rounds < BENCH_PEAK_ROUNDS_MIN ||
             (rounds < BENCH_ROUNDS_MAX && end - start < BENCH_PEAK_TIME_S));
    return true;
}

bool bench_peak_measure(struct bench_peak *peak, const char *simd, const struct evolve_run *run,
                        const struct bench_environment *environment, double round_min_s)
{
    const struct peak_kernels *kernels = peak_kernels_find(simd);
    assert(kernels);
    return best_rate(&peak->flop_per_s, kernels->fma, run, environment, round_min_s) &&
           best_rate(&peak->bytes_per_s, kernels->stream, run, environment, round_min_s);
}
