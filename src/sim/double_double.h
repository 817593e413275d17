/* Double-double arithmetic: a number is the unevaluated sum of two doubles, and `low` is the
 * rounding error of `high`. This gives about 106 bits. Define the type `vec` before you include
 * this file: a vector of doubles (sim/vec.h) or double. Build it without contraction and without
 * -ffast-math, because the compiler must not rewrite these operations. Pure; any thread. */
#ifndef SIM_DOUBLE_DOUBLE_H
#define SIM_DOUBLE_DOUBLE_H

struct two {
    vec high, low;
};

/* a + b without error (D. E. Knuth, TAOCP 2, 4.2.2). */
static inline struct two two_sum(vec a, vec b)
{
    vec high = a + b;
    vec part = high - a;
    return (struct two){high, (a - (high - part)) + (b - part)};
}

/* The same for |a| >= |b| (T. J. Dekker, Numer. Math. 18, 1971). */
static inline struct two quick_two_sum(vec a, vec b)
{
    vec high = a + b;
    return (struct two){high, (a - high) + b};
}

/* a + b, exact but for the last few bits of `low`. */
static inline struct two two_add(struct two a, struct two b)
{
    struct two sum = two_sum(a.high, b.high);
    return quick_two_sum(sum.high, sum.low + (a.low + b.low));
}

#endif
