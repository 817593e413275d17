/* An example for profilers: its call graph is small, and the number of calls is known.
 *
 * It computes the coefficients of two Taylor series about 0, each from its own recursive factorial:
 * exp has 1/k! for every k, sin has +1/k! or -1/k! for odd k. With 500 terms, taylor_exp calls
 * factorial 500 times, taylor_sin 250 times, and factorial calls itself 0 + 1 + ... + 499 and
 * 1 + 3 + ... + 499, together 187,250 times. docs/profiling.md measures these numbers.
 */
#include <stdio.h>

#define TERMS 500

static double factorial(unsigned n)
{
    if (n == 0)
        return 1;
    return n * factorial(n - 1);
}

/* Sets coefficients[0..terms) for exp. From 171! on the factorial is infinite and its inverse 0. */
static void taylor_exp(double *coefficients, unsigned terms)
{
    for (unsigned k = 0; k < terms; k++)
        coefficients[k] = 1 / factorial(k);
}

static void taylor_sin(double *coefficients, unsigned terms)
{
    for (unsigned k = 0; k < terms; k++) {
        if (k % 2 == 0)
            coefficients[k] = 0;
        else
            coefficients[k] = (k % 4 == 1 ? 1 : -1) / factorial(k);
    }
}

/* Returns the sum of the series, starting with the highest power. */
static double evaluate(const double *coefficients, unsigned terms, double x)
{
    double sum = 0;
    for (unsigned k = terms; k > 0; k--)
        sum = sum * x + coefficients[k - 1];
    return sum;
}

int main(void)
{
    double coefficients[TERMS];
    taylor_exp(coefficients, TERMS);
    printf("exp(1) = %.15f\n", evaluate(coefficients, TERMS, 1));
    taylor_sin(coefficients, TERMS);
    printf("sin(1) = %.15f\n", evaluate(coefficients, TERMS, 1));
    return 0;
}
