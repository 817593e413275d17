#include "codec/number/number_scan.h"

#include "codec/number/number.h"

static inline bool digit_at(const char *at, const char *end)
{
    return at != end && (unsigned char)(*at - '0') < 10;
}

static inline const char *skip_digits(const char *at, const char *end)
{
    while (digit_at(at, end))
        at++;
    return at;
}

/* Each case reads the bytes that may follow its state, and falls through to the state it reached.
 * So a complete number takes one pass from the first case, and a number that a chunk's end has cut
 * in two continues at the case of its state. */
const char *number_scan(enum number_state *state, const char *at, const char *end)
{
    enum number_state s = *state;
    switch (s) {
    case NUMBER_START:
        if (at == end)
            break;
        if (*at == '-')
            at++;
        s = NUMBER_MINUS;
        __attribute__((fallthrough));
    case NUMBER_MINUS:
        if (!digit_at(at, end))
            break;
        s = *at++ == '0' ? NUMBER_ZERO : NUMBER_INTEGER;
        __attribute__((fallthrough));
    case NUMBER_ZERO:
    case NUMBER_INTEGER:
        if (s == NUMBER_INTEGER)
            at = skip_digits(at, end);
        if (at == end || *at != '.')
            goto exponent;
        at++;
        s = NUMBER_POINT;
        __attribute__((fallthrough));
    case NUMBER_POINT:
        if (!digit_at(at, end))
            break;
        s = NUMBER_FRACTION;
        __attribute__((fallthrough));
    case NUMBER_FRACTION:
        at = skip_digits(at, end);
    exponent:
        if (at == end || (*at != 'e' && *at != 'E'))
            break;
        at++;
        s = NUMBER_E;
        __attribute__((fallthrough));
    case NUMBER_E:
        if (at == end)
            break;
        if (*at == '+' || *at == '-')
            at++;
        s = NUMBER_E_SIGN;
        __attribute__((fallthrough));
    case NUMBER_E_SIGN:
        if (!digit_at(at, end))
            break;
        s = NUMBER_EXPONENT;
        __attribute__((fallthrough));
    case NUMBER_EXPONENT:
        at = skip_digits(at, end);
    }
    *state = s;
    return at;
}

bool number_is_valid(const char *text, size_t length)
{
    enum number_state state = NUMBER_START;
    return number_scan(&state, text, text + length) == text + length && number_may_end(state);
}
