/* euler: every step of a block of particles. */
#include "sim/kernels.h"
#include "sim/vec.h"

#define BLOCK_VECS (EULER_BLOCK / VEC_LANES)

/* Vectors that are computed together: the CPU overlaps their operations, and all positions stay in
 * registers. */
#define GROUP (VEC_LANES == 1 ? 4 : BLOCK_VECS < 4 ? BLOCK_VECS : 4)

struct walkers {
    vec x[GROUP], y[GROUP], c[GROUP];
};

static inline struct walkers load(const double *x, const double *y, const double *c)
{
    struct walkers w;
    for (int i = 0; i < GROUP; i++) {
        w.x[i] = vec_load(x + i * VEC_LANES);
        w.y[i] = vec_load(y + i * VEC_LANES);
        w.c[i] = vec_load(c + i * VEC_LANES);
    }
    return w;
}

static inline void store(const struct walkers *w, double *x, double *y)
{
    for (int i = 0; i < GROUP; i++) {
        vec_store(x + i * VEC_LANES, w->x[i]);
        vec_store(y + i * VEC_LANES, w->y[i]);
    }
}

/* c / r */
static inline vec ratio(const struct walkers *w, int i)
{
    return w->c[i] / vec_sqrt(vec_fma(w->x[i], w->x[i], w->y[i] * w->y[i]));
}

/* (x, y) <- (x - s*y, y + s*x) */
static inline void move(struct walkers *w, int i, vec s)
{
    vec x = w->x[i];
    w->x[i] = vec_fma(-s, w->y[i], x);
    w->y[i] = vec_fma(s, x, w->y[i]);
}

/* A step adds c^2 to the squared radius, so s = c/r becomes
 * s / sqrt(1 + s^2) = s (1 - s^2/2 + 3 s^4/8 - ...); below EULER_FAR_LIMIT the next term,
 * 5 s^6/16, is less than half a unit in the last place. */
static void walk_far(struct walkers *w, int64_t steps)
{
    const vec first = vec_set(-0.5), second = vec_set(0.375);
    while (steps > 0) {
        int64_t burst = steps < EULER_RESYNC_STEPS ? steps : EULER_RESYNC_STEPS;
        steps -= burst;
        vec s[GROUP];
        for (int i = 0; i < GROUP; i++)
            s[i] = ratio(w, i);
        for (; burst > 0; burst--) {
#pragma GCC unroll 8
            for (int i = 0; i < GROUP; i++) {
                move(w, i, s[i]);
                vec square = s[i] * s[i];
                s[i] = vec_fma(s[i] * square, vec_fma(square, second, first), s[i]);
            }
        }
    }
}

static void walk_near(struct walkers *w, int64_t steps)
{
    for (; steps > 0; steps--) {
#pragma GCC unroll 8
        for (int i = 0; i < GROUP; i++)
            move(w, i, ratio(w, i));
    }
}

void KERNEL_NAME(euler)(double *x, double *y, const double *c, int64_t steps, bool far)
{
    for (int begin = 0; begin < EULER_BLOCK; begin += GROUP * VEC_LANES) {
        struct walkers w = load(x + begin, y + begin, c + begin);
        if (far)
            walk_far(&w, steps);
        else
            walk_near(&w, steps);
        store(&w, x + begin, y + begin);
    }
}
