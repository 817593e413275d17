/* closed_form: the end point of the Euler polygon without walking it; docs/mathematics.md derives
 * it.
 *
 * Each step adds c^2 to the squared radius, r_n^2 = r_0^2 + n c^2, and turns the particle
 * by atan(c/r_k). With s_k = |c|/r_k the angles' sum is
 *
 *     Theta = 2 n c / (r_0 + r_n) + sign(c) * sum_j g_j (s_n^(2j-1) - s_0^(2j-1)),
 *
 * the Euler-Maclaurin series of sum atan(1/sqrt(a+k)), a = (r_0/c)^2 (the generalised
 * spiral of Theodorus; P. J. Davis, Spirals: From Theodorus to Chaos, 1993). The g_j solve
 * G(u+1) - G(u) = atan(u^(-1/2)) for G(u) = sum_j g_j u^(1/2-j) term by term. */
#include <math.h>

#include "sim/kernels.h"

/* Particles with c/r above this take real steps first. Each step adds 1 to (r/c)^2, so 36 of them
 * are enough from anywhere, and below it the first term left out of the series is under
 * 2e-17. */
#define SERIES_LIMIT (1.0 / 6.0)

/* g_1 .. g_8 */
#define SERIES_TERMS 8
static const double series[SERIES_TERMS] = {
    1.0 / 6,    -1.0 / 120,       -1.0 / 840,     5.0 / 8064,
    1.0 / 4224, -521.0 / 2196480, -29.0 / 199680, 1067.0 / 5013504,
};

/* A number as the unevaluated sum of two doubles, low being the rounding error of high:
 * the angle reaches 2 sqrt(n), where one double's last place is no longer small. */
struct two {
    double high, low;
};

/* a + b without error for |a| >= |b| (T. J. Dekker, Numer. Math. 18, 1971). */
static struct two two_sum(double a, double b)
{
    double high = a + b;
    return (struct two){high, (a - high) + b};
}

/* a * b without error, by a fused multiply-add. */
static struct two two_product(double a, double b)
{
    double high = a * b;
    return (struct two){high, fma(a, b, -high)};
}

/* sqrt of square.high + square.low, one Newton step from the rounded root, and the root's
 * reciprocal in one double. */
static struct two two_sqrt(struct two square, double *reciprocal)
{
    double high = sqrt(square.high);
    double rest = fma(-high, high, square.high) + square.low;
    *reciprocal = 1 / high;
    return (struct two){high, 0.5 * rest * *reciprocal};
}

/* a / b: the rounded quotient does not matter, its remainder is exact. */
static struct two two_divide(struct two a, struct two b)
{
    double reciprocal = 1 / b.high;
    double high = a.high * reciprocal;
    double remainder = fma(-high, b.high, a.high) + a.low - high * b.low;
    return (struct two){high, remainder * reciprocal};
}

/* sum_j g_j (s1^(2j-1) - s0^(2j-1)), divided by (s1 - s0), for s0 >= s1 >= 0: each
 * quotient (s0^m - s1^m)/(s0 - s1) = sum_i s0^i s1^(m-1-i) =: q_m is a sum of positive
 * terms, so nothing cancels. q_(m+2) = (s0^2) q_m + (s0 + s1) s1^m. */
static double series_quotient(double s0, double s1)
{
    double s0_squared = s0 * s0;
    double s1_squared = s1 * s1;
    double sum = s0 + s1;
    double quotient = 1;
    double power = s1;
    double total = 0;
    for (int j = 0; j < SERIES_TERMS; j++) {
        total += series[j] * quotient;
        quotient = s0_squared * quotient + sum * power;
        power *= s1_squared;
    }
    return total;
}

struct position {
    double x, y;
};

/* Real steps until the series holds or all are taken; returns how many are left. */
static double walk_head(struct position *at, double c, double steps)
{
    double radius = sqrt(at->x * at->x + at->y * at->y);
    while (steps > 0 && fabs(c) > SERIES_LIMIT * radius) {
        double k = c / radius;
        double next_x = at->x - k * at->y;
        at->y = at->y + k * at->x;
        at->x = next_x;
        radius = sqrt(at->x * at->x + at->y * at->y);
        steps--;
    }
    return steps;
}

/* (larger.high + larger.low) + (smaller.high + smaller.low) */
static struct two two_add(struct two larger, struct two smaller)
{
    struct two sum = two_sum(larger.high, smaller.high);
    sum.low += larger.low + smaller.low;
    return sum;
}

static struct two squared_radius(const struct position *at)
{
    struct two x = two_product(at->x, at->x);
    struct two y = two_product(at->y, at->y);
    return x.high >= y.high ? two_add(x, y) : two_add(y, x);
}

/* steps * c^2 */
static struct two squared_growth(double c, double steps)
{
    struct two square = two_product(c, c);
    struct two growth = two_product(steps, square.high);
    growth.low += steps * square.low;
    return growth;
}

static void jump(struct position *at, double c, double steps)
{
    struct two r0_squared = squared_radius(at);
    struct two growth = squared_growth(c, steps);
    struct two rn_squared =
        r0_squared.high >= growth.high ? two_add(r0_squared, growth) : two_add(growth, r0_squared);
    double r0_reciprocal, rn_reciprocal;
    struct two r0 = two_sqrt(r0_squared, &r0_reciprocal);
    struct two rn = two_sqrt(rn_squared, &rn_reciprocal);
    struct two leading = two_divide(two_product(2 * steps, c), two_add(rn, r0));

    /* The other terms are small: s0 - s1 = |leading| c^2 / (2 r0 rn). */
    double s0 = fabs(c) * r0_reciprocal;
    double s1 = fabs(c) * rn_reciprocal;
    double rest = leading.high * (0.5 * s0 * s1) * series_quotient(s0, s1);
    struct two angle = two_sum(leading.high, leading.low - rest);

    double sine = sin(angle.high);
    double cosine = cos(angle.high);
    double turned_sine = fma(angle.low, cosine, sine);
    double turned_cosine = fma(-angle.low, sine, cosine);
    double stretch = rn.high / r0.high;
    double x = at->x * stretch;
    double y = at->y * stretch;
    at->x = x * turned_cosine - y * turned_sine;
    at->y = x * turned_sine + y * turned_cosine;
}

void KERNEL_NAME(closed_form)(const struct evolve_run *run, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        struct position at = {run->x[i], run->y[i]};
        double c = step_length(run->timestep, run->ang_vel[i]);
        if (c != 0) {
            double left = walk_head(&at, c, (double)run->steps);
            if (left > 0)
                jump(&at, c, left);
        }
        run->x_out[i] = at.x;
        run->y_out[i] = at.y;
    }
}
