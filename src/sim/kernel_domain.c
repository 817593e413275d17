/* Checks the limits of the domain for many particles at once. The bounds are exclusive. This
 * affects only the cost: where a kernel returns false, domain.c checks each particle alone. NaN
 * compares false. */
#include <float.h>

#include "sim/kernels.h"
#include "sim/vec.h"

static inline vec_mask between(double low, vec value, double high)
{
    return vec_both(vec_greater(value, vec_set(low)), vec_greater(vec_set(high), value));
}

bool KERNEL_NAME(polygon_domain)(const struct evolve_run *run, size_t begin, size_t end)
{
    const vec timestep = vec_set(run->timestep);
    const vec steps = vec_set((double)run->steps);
    vec_mask inside = vec_nonzero(vec_set(1));
    for (size_t i = begin; i < end; i += VEC_LANES) {
        vec x = vec_load(run->x + i);
        vec y = vec_load(run->y + i);
        vec c = timestep * vec_load(run->ang_vel + i);
        vec r2 = x * x + y * y;
        vec c2 = c * c;
        vec c2_if_moving = vec_select(vec_nonzero(c), c2, vec_set(1));
        inside = vec_both(inside, between(DBL_MIN, r2, DBL_MAX));
        inside = vec_both(inside, vec_greater(c2_if_moving, vec_set(DBL_MIN)));
        inside = vec_both(inside, vec_greater(vec_set(DBL_MAX), r2 + steps * c2));
    }
    return vec_all(inside);
}

bool KERNEL_NAME(circle_domain)(const struct evolve_run *run, size_t begin, size_t end)
{
    const vec dt = vec_set(run->dt);
    vec_mask inside = vec_nonzero(vec_set(1));
    for (size_t i = begin; i < end; i += VEC_LANES) {
        vec x = vec_load(run->x + i);
        vec y = vec_load(run->y + i);
        vec arc = vec_load(run->ang_vel + i) * dt;
        vec r2 = x * x + y * y;
        inside = vec_both(inside, between(DBL_MIN, r2, DBL_MAX));
        /* the square of the angle; its limit is 2^106 */
        inside = vec_both(inside, vec_greater(vec_set(0x1p105) * r2, arc * arc));
    }
    return vec_all(inside);
}
