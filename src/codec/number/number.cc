#include "codec/number/number.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

static inline bool is_digit(char c)
{
    return static_cast<unsigned char>(c - '0') < 10;
}

/* from_chars reports overflow and underflow with the same error code and leaves the value unset.
 * Such numbers are so far from 1 that the sign of the decimal exponent distinguishes the two. */
static bool is_large(const char *at, const char *end)
{
    const long far = 1000000000; /* more than the length of any text; keeps the sums in range */
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

/* from_chars accepts all JSON numbers, and also "inf", ".5", "1." and "01", so these are checked
 * first. */
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
    /* from_chars stops before an exponent without digits; the digits may be after `end`. */
    return *result.ptr == 'e' || *result.ptr == 'E' ? nullptr : result.ptr;
}

const char *number_from_chars(const char *text, const char *end, double *value)
{
    return std::from_chars(text, end, *value).ptr;
}

char *number_to_chars(char *out, double value)
{
    char *end = std::to_chars(out, out + NUMBER_BYTES_MAX, value).ptr;
    /* Some readers take "-0" as the integer 0, which has no sign. */
    if (value == 0 && std::signbit(value)) {
        *end++ = '.';
        *end++ = '0';
    }
    return end;
}

/* --- the shortest decimal ----------------------------------------------------------------------
 *
 * Schubfach: R. Giulietti, The Schubfach way to render doubles, 2020. Of all decimals that round to
 * a double, it finds those with the fewest digits, and of these the nearest one. It needs three
 * products of 128 by 64 bits. to_chars gives the same result in 1.5 times the time; the tests
 * compare the two. */

__extension__ typedef unsigned __int128 wide;

/* 10^k scaled by a power of two into [2^127, 2^128), rounded up. */
struct power {
    std::uint64_t high, low;
};

/* The exponents k that doubles need. */
constexpr int power_min = -292, power_max = 324;

/* Numbers of some 1300 bits, the least significant limb first. */
constexpr int limb_count = 41;

/* Returns the 128 leading bits of a number, rounded up. `more`: the number has further bits that
 * are not in the limbs. */
static constexpr power leading_bits(const std::uint32_t *limbs, int used, bool more)
{
    wide value = 0;
    int bits = 0;
    for (std::uint32_t top = limbs[used - 1]; top; top >>= 1)
        bits++;
    value = limbs[--used];
    while (bits < 128) {
        std::uint32_t next = used > 0 ? limbs[--used] : 0;
        int taken = 128 - bits < 32 ? 128 - bits : 32;
        std::uint32_t left = taken < 32 ? next << taken : 0;
        value = value << taken | next >> (32 - taken);
        more = more || left != 0;
        bits += taken;
    }
    while (used > 0)
        more = limbs[--used] != 0 || more;
    value += more;
    return {static_cast<std::uint64_t>(value >> 64), static_cast<std::uint64_t>(value)};
}

/* The compiler computes the table. */
struct power_table {
    power at[power_max - power_min + 1];

    constexpr power_table() : at{}
    {
        /* 10^k, exactly */
        std::uint32_t limbs[limb_count] = {1};
        int used = 1;
        for (int k = 0; k <= power_max; k++) {
            at[k - power_min] = leading_bits(limbs, used, false);
            std::uint64_t carry = 0;
            for (int i = 0; i < used; i++) {
                carry += std::uint64_t{limbs[i]} * 10;
                limbs[i] = static_cast<std::uint32_t>(carry);
                carry >>= 32;
            }
            if (carry)
                limbs[used++] = static_cast<std::uint32_t>(carry);
        }
        /* floor(2^B / 10^-k). Each step divides by 10 and rounds down; the result is the same as
         * if only the last step rounded. */
        for (std::uint32_t &limb : limbs)
            limb = 0;
        used = limb_count;
        limbs[used - 1] = 1;
        for (int k = -1; k >= power_min; k--) {
            std::uint64_t rest = 0;
            for (int i = used - 1; i >= 0; i--) {
                rest = rest << 32 | limbs[i];
                limbs[i] = static_cast<std::uint32_t>(rest / 10);
                rest %= 10;
            }
            while (limbs[used - 1] == 0)
                used--;
            at[k - power_min] = leading_bits(limbs, used, true);
        }
    }
};

static constexpr power_table powers;

/* The value digits * 10^exponent; digits may end in zeros. */
struct decimal {
    std::uint64_t digits;
    int exponent;
};

/* Returns the leading bits of the product. The last bit is also set if any lower bit is 1. */
static inline std::uint64_t round_to_odd(power g, std::uint64_t factor)
{
    wide low = static_cast<wide>(g.low) * factor;
    wide high = static_cast<wide>(g.high) * factor + static_cast<std::uint64_t>(low >> 64);
    return static_cast<std::uint64_t>(high >> 64) | (static_cast<std::uint64_t>(high) > 1);
}

/* Returns floor(value / 2^bits), which must be above -2048. */
static inline int floor_shift(int value, int bits)
{
    return static_cast<int>((value + (std::int64_t{2048} << bits)) >> bits) - 2048;
}

/* Returns the shortest decimal of a positive, finite double, given as its bits. `value` and the
 * ends of the interval that rounds to the double are in units of 10^k / 4. If one multiple of
 * 10^(k+1) is inside the interval, it is the shortest; otherwise the result is the nearest multiple
 * of 10^k inside. Both choices are made without branches, because a CPU cannot predict them. */
static inline decimal shortest(std::uint64_t bits)
{
    std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
    int biased = static_cast<int>(bits >> 52);
    std::uint64_t c = biased ? fraction | std::uint64_t{1} << 52 : fraction;
    int q = (biased ? biased : 1) - 1075;      /* the value is c * 2^q */
    bool closer = fraction == 0 && biased > 1; /* the lower neighbour is twice as near */
    std::uint64_t odd = c & 1;                 /* 1: the ends of the interval are not in it */
    /* floor(log10(2^q)), or of 3/4 of that; and floor(log2(10^-k)) */
    int k = floor_shift(q * 1262611 - (closer ? 524031 : 0), 22);
    int shift = q + floor_shift(-k * 1741647, 19) + 1;
    power g = powers.at[-k - power_min];
    std::uint64_t lower = round_to_odd(g, (4 * c - 2 + closer) << shift) + odd;
    std::uint64_t value = round_to_odd(g, (4 * c) << shift);
    std::uint64_t upper = round_to_odd(g, (4 * c + 2) << shift) - odd;

    std::uint64_t s = value / 4, tens = s / 10;
    bool tens_inside = lower <= 40 * tens, next_tens_inside = 40 * tens + 40 <= upper;
    bool inside = lower <= 4 * s, next_inside = 4 * s + 4 <= upper;
    std::uint64_t middle = 4 * s + 2;
    bool nearer = (value > middle) | ((value == middle) & ((s & 1) != 0));
    bool up = inside != next_inside ? next_inside : nearer;
    bool shorter = (tens_inside != next_tens_inside) & (s >= 10);
    return {shorter ? 10 * (tens + next_tens_inside) : s + up, k};
}

/* --- the text of a decimal ---------------------------------------------------------------------
 */

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the words of digits are stored with their first digit in the lowest byte"
#endif

/* From 2^53 on, to_chars writes all digits of an integer, although fewer are enough. */
static constexpr std::uint64_t large_bits = std::uint64_t{1023 + 53} << 52;

static constexpr std::uint64_t sixteen_digits = 10000000000000000;
static constexpr std::uint64_t zeros = 0x3030303030303030;

/* Returns eight digits as characters, the first in the lowest byte. The number is split into groups
 * of four digits, then two, then one, all groups in parallel. */
static inline std::uint64_t eight_digits(std::uint32_t value)
{
    std::uint64_t x = value / 10000 | std::uint64_t{value % 10000} << 32;
    std::uint64_t hundreds = (x * 10486) >> 20 & 0x7f0000007f;
    x = hundreds | (x - 100 * hundreds) << 16;
    std::uint64_t tens = (x * 103) >> 10 & 0x000f000f000f000f;
    return (tens | (x - 10 * tens) << 8) + zeros;
}

/* A decimal as seventeen digits: one, eight, eight. */
struct decimal_text {
    char first;
    std::uint64_t middle, last;
    int count;    /* digits up to the last one that is not 0 */
    int exponent; /* of the first digit */
};

static inline decimal_text text_of(decimal number)
{
    std::uint64_t digits = number.digits;
    int exponent = number.exponent + 16;
    bool small = digits < sixteen_digits;
    digits = small ? 10 * digits : digits;
    exponent -= small;
    while (__builtin_expect(digits < sixteen_digits, 0)) { /* denormal numbers */
        digits *= 10;
        exponent--;
    }
    std::uint64_t high = digits / 100000000;
    decimal_text text;
    text.exponent = exponent;
    text.first = static_cast<char>('0' + high / 100000000);
    text.middle = eight_digits(static_cast<std::uint32_t>(high % 100000000));
    text.last = eight_digits(static_cast<std::uint32_t>(digits % 100000000));
    if (__builtin_expect(text.last != zeros, 1))
        text.count = 17 - __builtin_clzll(text.last ^ zeros) / 8;
    else
        text.count = text.middle == zeros ? 1 : 9 - __builtin_clzll(text.middle ^ zeros) / 8;
    return text;
}

static inline void put_rest(char *out, const decimal_text &text)
{
    std::memcpy(out, &text.middle, 8);
    std::memcpy(out + 8, &text.last, 8);
}

/* Writes a number from 0.000ddd to 9.ddd that has more than one digit. */
static inline char *write_near_one(char *out, const decimal_text &text)
{
    std::memcpy(out, "0.00", 4);
    char *at = out + 1 - text.exponent;
    at[-1] = text.exponent == 0 ? text.first : text.exponent == -1 ? '.' : '0';
    at[0] = text.exponent == 0 ? '.' : text.first;
    put_rest(at + 1, text);
    return at + text.count;
}

static char *write_fixed(char *out, const decimal_text &text)
{
    if (text.exponent < 0) {
        std::memcpy(out, "0.0000", 6);
        out += 1 - text.exponent;
        *out = text.first;
        put_rest(out + 1, text);
        return out + text.count;
    }
    char digits[17];
    digits[0] = text.first;
    put_rest(digits + 1, text);
    int whole = text.exponent + 1;
    std::memcpy(out, digits, sizeof digits);
    if (whole >= text.count)
        return out + whole;
    std::memcpy(out + whole + 1, digits + whole, sizeof digits - static_cast<unsigned>(whole));
    out[whole] = '.';
    return out + text.count + 1;
}

static char *write_scientific(char *out, const decimal_text &text)
{
    out[0] = text.first;
    out[1] = '.';
    put_rest(out + 2, text);
    out += text.count > 1 ? text.count + 1 : 1;
    int exponent = text.exponent < 0 ? -text.exponent : text.exponent;
    *out++ = 'e';
    *out++ = text.exponent < 0 ? '-' : '+';
    if (exponent >= 100)
        *out++ = static_cast<char>('0' + exponent / 100);
    *out++ = static_cast<char>('0' + exponent / 10 % 10);
    *out++ = static_cast<char>('0' + exponent % 10);
    return out;
}

/* True if fixed notation is not longer than scientific notation, the rule of to_chars. */
static bool is_fixed(const decimal_text &text)
{
    int e = text.exponent, count = text.count;
    int scientific = count + (count > 1) + (e <= -100 || e >= 100 ? 5 : 4);
    int fixed = e < 0 ? 1 - e + count : e < count - 1 ? count + 1 : e + 1;
    return fixed <= scientific;
}

char *number_format(char *out, double value)
{
    std::uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    std::uint64_t magnitude = bits & ~(std::uint64_t{1} << 63);
    if (magnitude == 0 || magnitude >= large_bits)
        return number_to_chars(out, value);
    *out = '-';
    out += bits != magnitude;
    decimal_text text = text_of(shortest(magnitude));
    if (__builtin_expect(text.count > 1 && text.exponent >= -4 && text.exponent <= 0, 1))
        return write_near_one(out, text);
    return is_fixed(text) ? write_fixed(out, text) : write_scientific(out, text);
}
