/* A program to practise on: its call graph is small, and the number of calls is known beforehand.
 *
 * The coefficients of two Taylor series about 0, each from a factorial that is computed anew, by
 * recursion: exp has 1/k! for every k, sin has +1/k! or -1/k! for odd ones. For 500 terms that are
 * 500 calls of factorial from taylor_exp, 250 from taylor_sin, and 0 + 1 + ... + 499 and
 * 1 + 3 + ... + 499, together 187,250, from factorial itself. docs/profiling.md finds them again.
 */
#include <stdio.h>

#define TERMS 500

static double factorial(unsigned n)
{
    if (n == 0)
        return 1;
    return n * factorial(n - 1);
}

/* coefficients[0..terms) of exp. From 171! on the factorial is infinite and its inverse 0. */
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

/* The sum of the series, from its small end. */
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
