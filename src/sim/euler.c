/* Every step really taken, vectorised over a block of particles. */
#include "sim/kernels.h"
#include "sim/method_list.h"

/* One block, copied out of the columns so that it stays in the nearest cache. */
struct block {
    _Alignas(64) double x[EULER_BLOCK];
    _Alignas(64) double y[EULER_BLOCK];
    _Alignas(64) double c[EULER_BLOCK];
};

/* Places past the end hold a particle at rest, so that they cost no exceptions. */
static void block_load(struct block *block, const struct evolve_run *run, size_t begin,
                       size_t count)
{
    for (size_t i = 0; i < EULER_BLOCK; i++) {
        bool used = i < count;
        block->x[i] = used ? run->x[begin + i] : 1;
        block->y[i] = used ? run->y[begin + i] : 0;
        block->c[i] = used ? step_length(run->timestep, run->ang_vel[begin + i]) : 0;
    }
}

static void block_store(const struct block *block, const struct evolve_run *run, size_t begin,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        /* A particle at rest keeps its bits: adding 0 would turn -0.0 into 0.0. */
        bool moved = block->c[i] != 0;
        run->x_out[begin + i] = moved ? block->x[i] : run->x[begin + i];
        run->y_out[begin + i] = moved ? block->y[i] : run->y[begin + i];
    }
}

static bool euler_evolve(const struct evolve_run *run, const struct evolve_control *control)
{
    kernel_euler *kernel = kernels_best()->euler;
    int64_t allowance = SIM_CHECK_INTERVAL / EULER_BLOCK;
    for (size_t begin = 0; begin < run->count; begin += EULER_BLOCK) {
        size_t count = run->count - begin < EULER_BLOCK ? run->count - begin : EULER_BLOCK;
        struct block block;
        block_load(&block, run, begin, count);
        for (int64_t left = run->steps; left > 0;) {
            int64_t burst = left < allowance ? left : allowance;
            kernel(block.x, block.y, block.c, burst);
            left -= burst;
            allowance -= burst;
            if (allowance == 0) {
                if (evolve_stopped(control))
                    return false;
                allowance = SIM_CHECK_INTERVAL / EULER_BLOCK;
            }
        }
        block_store(&block, run, begin, count);
    }
    return true;
}

const struct method method_euler = {
    .name = "euler",
    .summary = "every step really taken, vectorised over particles: work for load tests",
    .stepping = true,
    .polygon = true,
    .cost_ns = 1.0,
    .evolve = euler_evolve,
};
