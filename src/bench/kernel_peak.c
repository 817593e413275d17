/* The peak rates of an instruction set. Compiled once for each, like src/sim/kernel_*.c. */
#include "bench/peak.h"
#include "bench/peak_kernels.h"
#include "sim/vec.h"

/* Independent chains: enough to hide the latency of a fused multiply-add (4 cycles, two start in
 * each cycle), and few enough for 16 registers together with the two constants. */
#define CHAINS 12

#define FLOP_PER_FMA 2

double KERNEL_NAME(peak_fma)(const struct evolve_run *run, int64_t repeats)
{
    /* Every chain converges to 2 from another start: none overflows, and none is constant. */
    const vec half = vec_set(0.5), one = vec_set(1);
    vec chain[CHAINS];
#pragma GCC unroll 16
    for (int i = 0; i < CHAINS; i++)
        chain[i] = vec_set(3 + i);
    for (int64_t repeat = 0; repeat < repeats; repeat++) {
#pragma GCC unroll 16
        for (int i = 0; i < CHAINS; i++)
            chain[i] = vec_fma(chain[i], half, one);
    }
    /* The result is stored, so that the compiler cannot remove the work. */
    vec sum = vec_set(0);
#pragma GCC unroll 16
    for (int i = 0; i < CHAINS; i++)
        sum = sum + chain[i];
    double lanes[VEC_LANES], total = 0;
    vec_store(lanes, sum);
    for (int lane = 0; lane < VEC_LANES; lane++)
        total += lanes[lane];
    run->x_out[0] = total / (CHAINS * VEC_LANES);
    return (double)repeats * CHAINS * VEC_LANES * FLOP_PER_FMA;
}

/* Reads and writes the same columns as a method, each once, with almost no computation. */
static void pass(const struct evolve_run *run)
{
    const vec dt = vec_set(run->dt);
    size_t whole = run->count - run->count % VEC_LANES;
    for (size_t i = 0; i < whole; i += VEC_LANES) {
        vec way = dt * vec_load(run->ang_vel + i);
        vec_store(run->x_out + i, vec_load(run->x + i) + way);
        vec_store(run->y_out + i, vec_load(run->y + i) + way);
    }
    for (size_t i = whole; i < run->count; i++) {
        double way = run->dt * run->ang_vel[i];
        run->x_out[i] = run->x[i] + way;
        run->y_out[i] = run->y[i] + way;
    }
}

double KERNEL_NAME(peak_stream)(const struct evolve_run *run, int64_t repeats)
{
    for (int64_t repeat = 0; repeat < repeats; repeat++)
        pass(run);
    return (double)repeats * (double)run->count * BENCH_BYTES_PER_PARTICLE;
}
