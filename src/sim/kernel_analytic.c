/* analytic: the true circle. The radius is constant, the angle advances by ang_vel*dt/r. */
#include "sim/kernels.h"
#include "sim/vec.h"

void KERNEL_NAME(analytic)(const struct evolve_run *run, size_t begin, size_t end)
{
    const vec dt = vec_set(run->dt);
    for (size_t i = begin; i < end; i += VEC_LANES) {
        vec x = vec_load(run->x + i);
        vec y = vec_load(run->y + i);
        vec angle = vec_load(run->ang_vel + i) * dt / vec_sqrt(vec_fma(x, x, y * y));
        vec cosine;
        vec sine = vec_sincos(angle, &cosine);
        vec_mask moves = vec_nonzero(angle);
        vec_store(run->x_out + i, vec_select(moves, vec_fma(x, cosine, -(y * sine)), x));
        vec_store(run->y_out + i, vec_select(moves, vec_fma(x, sine, y * cosine), y));
    }
}
