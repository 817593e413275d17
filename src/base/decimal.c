#include "base/decimal.h"

char *decimal_integer(char *out, uint64_t value, int width)
{
    char digits[20];
    int count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value || count < width);
    while (count > 0)
        *out++ = digits[--count];
    return out;
}

char *decimal_seconds(char *out, int64_t ns)
{
    out = decimal_integer(out, (uint64_t)ns / 1000000000u, 1);
    uint64_t fraction = (uint64_t)ns % 1000000000u;
    if (fraction == 0)
        return out;
    *out++ = '.';
    out = decimal_integer(out, fraction, 9);
    while (out[-1] == '0')
        out--;
    return out;
}
