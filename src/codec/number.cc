#include "codec/number.h"

#include <charconv>
#include <cmath>
#include <limits>

static inline bool is_digit(char c)
{
    return static_cast<unsigned char>(c - '0') < 10;
}

/* from_chars reports overflow and underflow alike and leaves the value unset. Both lie so
 * far from 1 that the sign of the decimal exponent tells them apart. */
static bool is_large(const char *at, const char *end)
{
    const long far = 1000000000; /* longer than any text; keeps the sums in range */
    long exponent = 0;           /* of the first digit that is not 0 */
    bool nonzero = false;
    bool fraction = false;

    for (; at != end && *at != 'e' && *at != 'E'; at++) {
        if (*at == '.') {
            fraction = true;
        } else if (*at != '-') {
            nonzero = nonzero || *at != '0';
            if (!fraction && nonzero && exponent < far)
                exponent++;
            else if (fraction && !nonzero && exponent > -far)
                exponent--;
        }
    }
    if (at == end)
        return exponent > 0;

    bool negative = *++at == '-';
    if (*at == '-' || *at == '+')
        at++;
    long given = 0;
    for (; at != end && given <= 2 * far; at++)
        given = given * 10 + (*at - '0');
    return exponent + (negative ? -given : given) > 0;
}

double number_parse(const char *text, size_t length)
{
    double value = 0;
    std::from_chars_result result = std::from_chars(text, text + length, value);
    if (result.ec == std::errc::result_out_of_range) {
        value = is_large(text, text + length) ? std::numeric_limits<double>::infinity() : 0.0;
        return *text == '-' ? -value : value;
    }
    return value;
}

/* from_chars accepts all that JSON does, and "inf", ".5", "1." and "01" besides. */
const char *number_read(const char *text, const char *end, double *value)
{
    const char *at = text;
    if (at != end && *at == '-')
        at++;
    if (at == end || !is_digit(*at))
        return nullptr;
    if (*at++ == '0' && at != end && is_digit(*at))
        return nullptr;
    while (at != end && is_digit(*at))
        at++;
    if (at != end && *at == '.' && (++at == end || !is_digit(*at)))
        return nullptr;

    std::from_chars_result result = std::from_chars(text, end, *value);
    if (result.ec != std::errc() || result.ptr == end)
        return nullptr;
    /* an exponent without digits, or cut by the end, is left standing */
    return *result.ptr == 'e' || *result.ptr == 'E' ? nullptr : result.ptr;
}

const char *number_convert(const char *text, const char *end, double *value)
{
    return std::from_chars(text, end, *value).ptr;
}

char *number_format(char *out, double value)
{
    char *end = std::to_chars(out, out + NUMBER_BYTES_MAX, value).ptr;
    /* "-0" would be read back as the integer 0, which has no sign */
    if (value == 0 && std::signbit(value)) {
        *end++ = '.';
        *end++ = '0';
    }
    return end;
}
