#include "http/message/server_timing.h"

#include <string.h>

const char *const timing_names[TIMING_PHASES] = {
    [TIMING_RECEIVE] = "receive", [TIMING_PARSE] = "parse",         [TIMING_QUEUE] = "queue",
    [TIMING_EVOLVE] = "evolve",   [TIMING_SERIALIZE] = "serialize",
};

char *format_digits(char *out, uint64_t value, int width)
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

char *format_seconds(char *out, int64_t ns)
{
    out = format_digits(out, (uint64_t)ns / 1000000000u, 1);
    uint64_t fraction = (uint64_t)ns % 1000000000u;
    if (fraction == 0)
        return out;
    *out++ = '.';
    out = format_digits(out, fraction, 9);
    while (out[-1] == '0')
        out--;
    return out;
}

static char *put_entry(char *out, const char *name, int64_t ns)
{
    size_t length = strlen(name);
    memcpy(out, name, length);
    out += length;
    memcpy(out, ";dur=", 5);
    out = format_digits(out + 5, (uint64_t)ns / 1000000u, 1);
    *out++ = '.';
    return format_digits(out, (uint64_t)ns / 1000u % 1000u, 3);
}

void timing_header(char out[TIMING_HEADER_MAX], const struct timing *timing, int64_t total_ns)
{
    for (int phase = 0; phase < TIMING_PHASES; phase++)
        if (timing->ns[phase]) {
            out = put_entry(out, timing_names[phase], timing->ns[phase]);
            *out++ = ',';
            *out++ = ' ';
        }
    out = put_entry(out, "total", total_ns);
    *out = '\0';
}
