/* closed_form: computes the end point of the Euler polygon without taking its steps.
 * docs/mathematics.md has the derivation.
 *
 * Each step adds c^2 to the squared radius, r_n^2 = r_0^2 + n c^2, and turns the particle
 * by atan(c/r_k). With s_k = |c|/r_k the sum of the angles is
 *
 *     Theta = 2 n c / (r_0 + r_n) + sign(c) * sum_j g_j (s_n^(2j-1) - s_0^(2j-1)),
 *
 * the Euler-Maclaurin series of sum atan(1/sqrt(a+k)), a = (r_0/c)^2 (the generalised
 * spiral of Theodorus; P. J. Davis, Spirals: From Theodorus to Chaos, 1993). The g_j solve
 * G(u+1) - G(u) = atan(u^(-1/2)) for G(u) = sum_j g_j u^(1/2-j) term by term.
 *
 * There are three kinds of particles. Far ones (FAR_LIMIT) need two terms of the series, near ones
 * need eight. Those within a few step lengths of the origin take real steps until eight terms are
 * enough. The result of a particle depends only on that particle: if a vector holds several kinds,
 * all of them are computed, and each particle gets the result of its own kind. */
#include "sim/kernels.h"
#include "sim/vec.h"

/* The angle reaches 2 sqrt(n): one double is not precise enough for it. */
#include "sim/double_double.h"

/* Particles are computed in blocks: first all angles, then all rotations. So the constants of the
 * sine and those of the series do not need registers at the same time. */
#define BLOCK 64

/* (c/r)^2 below which the third term of the series is under 2e-19 of the angle. */
#define FAR_LIMIT 0x1p-18

/* (r/c)^2 below which real steps are taken first. Each step adds 1 to it, so 36 steps are always
 * enough. Above this limit the first omitted term is under 2e-17. */
#define SERIES_LIMIT 36.0

/* g_1 .. g_8 */
#define SERIES_TERMS 8
static const double series[SERIES_TERMS] = {
    1.0 / 6,    -1.0 / 120,       -1.0 / 840,     5.0 / 8064,
    1.0 / 4224, -521.0 / 2196480, -29.0 / 199680, 1067.0 / 5013504,
};

/* a * b without error. */
static inline struct two two_product(vec a, vec b)
{
    vec high = a * b;
    return (struct two){high, vec_residue(a, b, -high)};
}

/* square - root^2: the error of the root, times twice the root. */
static inline vec root_residue(vec root, struct two square)
{
    return vec_residue(-root, root, square.high) + square.low;
}

static inline struct two radius_squared(vec x, vec y)
{
    struct two x_squared = two_product(x, x);
    struct two y_squared = two_product(y, y);
    struct two sum = two_sum(x_squared.high, y_squared.high);
    sum.low += x_squared.low + y_squared.low;
    return sum;
}

/* sum_j g_j q_j with q_j = (s0^m - s1^m) / (s0 - s1) = sum_i s0^i s1^(m-1-i), m = 2j-1. These are
 * sums of positive terms, so nothing cancels. q_(j+1) = s0^2 q_j + (s0 + s1) s1^m. */
static inline vec full_series(vec s0, vec s1)
{
    vec s0_squared = s0 * s0;
    vec s1_squared = s1 * s1;
    vec sum = s0 + s1;
    vec quotient = vec_set(1);
    vec power = s1;
    vec total = vec_set(0);
    for (int j = 0; j < SERIES_TERMS; j++) {
        total = vec_fma(vec_set(series[j]), quotient, total);
        quotient = vec_fma(s0_squared, quotient, sum * power);
        power = power * s1_squared;
    }
    return total;
}

/* The same with two terms: q_2 = s0^2 + s0 s1 + s1^2 = (s0 + s1)^2 - s0 s1. */
static inline vec short_series(vec sum, vec product)
{
    return vec_fma(vec_set(series[1]), vec_fma(sum, sum, -product), vec_set(series[0]));
}

/* a + s*b */
static inline struct two step_coordinate(struct two a, struct two s, struct two b)
{
    struct two product = two_product(s.high, b.high);
    product.low += vec_fma(s.high, b.low, s.low * b.high);
    return two_add(a, product);
}

/* c / sqrt(square) */
static inline struct two step_ratio(vec c, struct two square)
{
    vec root = vec_sqrt(square.high);
    vec reciprocal = vec_set(1) / root;
    vec high = c * reciprocal;
    vec remainder = vec_residue(-high, root, c);
    vec root_low = root_residue(root, square) * (vec_set(0.5) * reciprocal);
    remainder = vec_fma(-high, root_low, remainder);
    return (struct two){high, remainder * reciprocal};
}

static inline struct two two_negate(struct two a)
{
    return (struct two){-a.high, -a.low};
}

static inline struct two two_select(vec_mask mask, struct two a, struct two b)
{
    return (struct two){vec_select(mask, a.high, b.high), vec_select(mask, a.low, b.low)};
}

/* The start of a jump. The squared radius comes from r_n^2 = r_0^2 + n c^2 and not from the rounded
 * x and y: after real steps that difference would appear in the angle 12 times. */
struct start {
    vec x, y;
    struct two r_squared;
    vec steps; /* still to take */
};

/* Steps shorter than SHORT are taken on a larger scale (a power of two, so nothing is rounded).
 * Otherwise the low halves of their squares are denormal numbers, which cost 100 cycles each. */
#define SHORT 0x1p-300
#define ENLARGE 0x1p+400

/* Takes real steps for the particles within SERIES_LIMIT, until each is outside or has taken all
 * its steps. The arithmetic has double length, so that 36 steps lose no more digits than one. */
static void walk_head(struct start *start, vec c)
{
    const vec zero = vec_set(0), one = vec_set(1);
    vec_mask inside = vec_greater(vec_set(SERIES_LIMIT) * (c * c), start->r_squared.high);
    vec_mask small = vec_both(inside, vec_greater(vec_set(SHORT), vec_abs(c)));
    vec scale = vec_select(small, vec_set(ENLARGE), one);
    vec shrink = vec_select(small, vec_set(1 / ENLARGE), one);

    c *= scale;
    const struct two c_squared = two_product(c, c);
    const vec limit = vec_set(SERIES_LIMIT) * c_squared.high;
    struct two r_squared = radius_squared(scale * start->x, scale * start->y);
    struct two x = {start->x, zero};
    struct two y = {start->y, zero};
    vec steps = start->steps;
    for (;;) {
        vec_mask walking = vec_both(vec_greater(limit, r_squared.high), vec_greater(steps, zero));
        if (!vec_any(walking))
            break;
        struct two s = step_ratio(c, r_squared);
        struct two next_x = step_coordinate(x, two_negate(s), y);
        struct two next_y = step_coordinate(y, s, x);
        x = two_select(walking, next_x, x);
        y = two_select(walking, next_y, y);
        r_squared = two_select(walking, two_add(r_squared, c_squared), r_squared);
        steps = vec_select(walking, steps - one, steps);
    }
    r_squared.high = r_squared.high * shrink * shrink;
    r_squared.low = r_squared.low * shrink * shrink;
    *start = (struct start){x.high, y.high, r_squared, steps};
}

/* The jumps of a block: the start, the angle, and the factor of the radius. */
struct jumps {
    _Alignas(64) double x[BLOCK], y[BLOCK];
    double angle[BLOCK], angle_low[BLOCK];
    double stretch[BLOCK];
};

/* A vector of particles between take_roots() and plan(). */
struct roots {
    struct start start;
    vec c, c_squared;
    struct two travel; /* n c */
    struct two rn_squared;
    vec r0, rn; /* rounded */
    vec_mask near;
    bool any_near;
};

/* Must be inlined: otherwise the compiler keeps struct roots in memory. */
#define STAGE static inline __attribute__((always_inline))

STAGE struct roots take_roots(const struct evolve_run *run, size_t at)
{
    struct roots roots;
    vec x = vec_load(run->x + at);
    vec y = vec_load(run->y + at);
    vec c = vec_set(run->timestep) * vec_load(run->ang_vel + at);
    struct start start = {x, y, radius_squared(x, y), vec_set((double)run->steps)};
    roots.c = c;
    roots.c_squared = c * c;
    roots.near = vec_greater(roots.c_squared, vec_set(FAR_LIMIT) * start.r_squared.high);
    roots.any_near = vec_any(roots.near);
    if (roots.any_near) {
        struct start head = start; /* a copy, because its address is taken */
        walk_head(&head, c);
        start = head;
    }
    roots.start = start;
    roots.travel = two_product(start.steps, c);
    struct two growth = two_product(roots.travel.high, c);
    growth.low = vec_fma(roots.travel.low, c, growth.low);
    roots.rn_squared = two_sum(start.r_squared.high, growth.high);
    roots.rn_squared.low += start.r_squared.low + growth.low;
    roots.r0 = vec_sqrt(start.r_squared.high);
    roots.rn = vec_sqrt(roots.rn_squared.high);
    return roots;
}

/* The leading term 2 n c / (r0 + rn), given 1/(2 r0) and 1/(2 rn). The rounding of the quotient
 * does no harm, because its remainder is exact. */
static inline struct two leading_term(const struct roots *roots, vec r0_half, vec rn_half)
{
    struct two sum = quick_two_sum(roots->rn, roots->r0);
    sum.low += vec_fma(root_residue(roots->rn, roots->rn_squared), rn_half,
                       root_residue(roots->r0, roots->start.r_squared) * r0_half);
    vec reciprocal = vec_set(1) / sum.high;
    vec numerator = roots->travel.high + roots->travel.high;
    vec high = numerator * reciprocal;
    vec remainder = vec_residue(-high, sum.high, numerator);
    remainder += roots->travel.low + roots->travel.low;
    remainder = vec_fma(-high, sum.low, remainder);
    return (struct two){high, remainder * reciprocal};
}

STAGE void plan(struct jumps *jumps, size_t i, const struct roots *roots)
{
    vec r0 = roots->r0, rn = roots->rn;
    /* One division gives both reciprocals. The product is in range: it is between the squares. */
    vec half = vec_set(0.5) / (r0 * rn);
    vec r0_half = half * rn;
    vec rn_half = half * r0;
    struct two leading = leading_term(roots, r0_half, rn_half);

    vec c_twice = vec_abs(roots->c + roots->c);
    vec product_half = roots->c_squared * half; /* s0 s1 / 2 */
    vec sum = short_series(c_twice * half * (r0 + rn), product_half + product_half);
    if (roots->any_near)
        sum = vec_select(roots->near, full_series(c_twice * r0_half, c_twice * rn_half), sum);
    /* s0 - s1 = |leading| c^2 / (2 r0 rn) */
    vec rest = leading.high * product_half * sum;
    struct two angle = quick_two_sum(leading.high, leading.low - rest);
    vec stretch = (rn + rn) * r0_half;
    vec remainder = vec_residue(-stretch, r0, rn);
    stretch = vec_fma(remainder + remainder, r0_half, stretch);

    vec_store(jumps->x + i, roots->start.x);
    vec_store(jumps->y + i, roots->start.y);
    vec_store(jumps->angle + i, angle.high);
    vec_store(jumps->angle_low + i, angle.low);
    vec_store(jumps->stretch + i, stretch);
}

/* Takes the roots of the next vector before it plans the present one, so that the CPU can compute
 * both at the same time. */
static void plan_block(struct jumps *jumps, const struct evolve_run *run, size_t begin,
                       size_t count)
{
    struct roots roots = take_roots(run, begin);
    size_t i = 0;
    for (; i + VEC_LANES < count; i += VEC_LANES) {
        struct roots next = take_roots(run, begin + i + VEC_LANES);
        plan(jumps, i, &roots);
        roots = next;
    }
    plan(jumps, i, &roots);
}

/* Rotates by angle + angle_low. Sine and cosine are of first order in angle_low: higher orders are
 * below the precision of a double. */
static void turn_block(const struct jumps *jumps, const struct evolve_run *run, size_t begin,
                       size_t count)
{
    for (size_t i = 0; i < count; i += VEC_LANES) {
        vec angle = vec_load(jumps->angle + i);
        vec low = vec_load(jumps->angle_low + i);
        vec plain_cosine;
        vec plain_sine = vec_sincos(angle, &plain_cosine);
        vec sine = vec_fma(low, plain_cosine, plain_sine);
        vec cosine = vec_fma(-low, plain_sine, plain_cosine);
        vec start_x = vec_load(jumps->x + i);
        vec start_y = vec_load(jumps->y + i);
        vec stretch = vec_load(jumps->stretch + i);
        vec x = start_x * stretch;
        vec y = start_y * stretch;
        /* A particle at rest, or one that has taken all its steps, keeps its bits. */
        vec_mask moves = vec_nonzero(angle);
        vec_store(run->x_out + begin + i,
                  vec_select(moves, vec_fma(x, cosine, -(y * sine)), start_x));
        vec_store(run->y_out + begin + i, vec_select(moves, vec_fma(x, sine, y * cosine), start_y));
    }
}

void KERNEL_NAME(closed_form)(const struct evolve_run *run, size_t begin, size_t end)
{
    struct jumps jumps;
    for (; begin < end; begin += BLOCK) {
        size_t count = end - begin < BLOCK ? end - begin : BLOCK;
        plan_block(&jumps, run, begin, count);
        turn_block(&jumps, run, begin, count);
    }
}
