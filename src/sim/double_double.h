/* Double-double arithmetic: a number is the unevaluated sum of two doubles, low being the rounding
 * error of high, which makes about 106 bits. The type `vec` must be known before this is included:
 * a vector of doubles from sim/vec.h, or double itself. Nothing here may be rewritten by the
 * compiler: build without contraction and without -ffast-math. Pure; any thread. */
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

/* a + b, all but the last few bits of the double length. */
static inline struct two two_add(struct two a, struct two b)
{
    struct two sum = two_sum(a.high, b.high);
    return quick_two_sum(sum.high, sum.low + (a.low + b.low));
}

#endif
