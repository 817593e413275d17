/* euler: takes every step, vectorised over a block of particles. */
#include "sim/kernels.h"
#include "sim/method.h"

/* Particles are collected in two blocks: those far from the origin (many step lengths away), for
 * which a series updates c/r from step to step, and the others. The block of a particle depends
 * only on that particle, and so do its bits. */
struct block {
    _Alignas(64) double x[EULER_BLOCK];
    _Alignas(64) double y[EULER_BLOCK];
    _Alignas(64) double c[EULER_BLOCK];
    size_t index[EULER_BLOCK]; /* of the particles in the run */
    size_t count;
    bool far;
};

struct walk {
    const struct evolve_run *run;
    const struct evolve_control *control;
    kernel_euler *kernel;
    int64_t unchecked; /* steps of blocks since the last call of evolve_stopped() */
};

/* Steps that the kernel takes in one call. It is a multiple of EULER_RESYNC_STEPS, so that the
 * division into calls has no effect on the bits. It is half of the interval, so that the unchecked
 * steps of one block and a call for the next stay within the interval. */
#define BURST_STEPS (SIM_CHECK_INTERVAL / EULER_BLOCK / 2)

_Static_assert(BURST_STEPS % EULER_RESYNC_STEPS == 0, "bursts end where the kernel recomputes c/r");

/* Moves the particles of the block, stores the results in the run, and empties the block. False
 * when the control stopped the run. */
static bool flush(struct walk *walk, struct block *block)
{
    /* Unused entries hold a particle at rest. */
    for (size_t i = block->count; i < EULER_BLOCK; i++) {
        block->x[i] = 1;
        block->y[i] = 0;
        block->c[i] = 0;
    }
    for (int64_t left = walk->run->steps; left > 0;) {
        int64_t burst = left < BURST_STEPS ? left : BURST_STEPS;
        walk->kernel(block->x, block->y, block->c, burst, block->far);
        left -= burst;
        walk->unchecked += burst;
        if (walk->unchecked >= BURST_STEPS) {
            if (evolve_stopped(walk->control))
                return false;
            walk->unchecked = 0;
        }
    }
    for (size_t i = 0; i < block->count; i++) {
        walk->run->x_out[block->index[i]] = block->x[i];
        walk->run->y_out[block->index[i]] = block->y[i];
    }
    block->count = 0;
    return true;
}

static bool euler_evolve(const struct evolve_run *run, const struct evolve_control *control)
{
    struct walk walk = {run, control, kernels_in_use()->euler, 0};
    struct block far = {.count = 0, .far = true};
    struct block near = {.count = 0, .far = false};
    for (size_t i = 0; i < run->count; i++) {
        double x = run->x[i];
        double y = run->y[i];
        double c = step_length(run->timestep, run->ang_vel[i]);
        if (c == 0) { /* adding 0 would change -0.0 to 0.0 */
            run->x_out[i] = x;
            run->y_out[i] = y;
            continue;
        }
        struct block *block = c * c < EULER_FAR_LIMIT * (x * x + y * y) ? &far : &near;
        block->x[block->count] = x;
        block->y[block->count] = y;
        block->c[block->count] = c;
        block->index[block->count] = i;
        if (++block->count == EULER_BLOCK && !flush(&walk, block))
            return false;
    }
    return (far.count == 0 || flush(&walk, &far)) && (near.count == 0 || flush(&walk, &near));
}

const struct method method_euler = {
    .name = "euler",
    .summary = "takes every step, vectorised over particles: a load for tests",
    .stepping = true,
    .polygon = true,
    .vector = true,
    .group = EULER_BLOCK,
    .cost_ns = 0.25,
    .flop = 10, /* walk_far: four multiply-adds and two products. Its root and division, one in
                   1024 steps, are not counted */
    .evolve = euler_evolve,
};
