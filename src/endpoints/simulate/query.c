#include "endpoints/simulate/query.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "codec/number/number.h"
#include "endpoints/failures.h"
#include "http/message/headers.h"
#include "http/message/query.h"
#include "http/respond.h"

_Static_assert(NUMBER_READ_BYTES_MAX == 1024, "the text below has the number");
#define LENGTH_LIMIT " of at most 1024 bytes"

/* False when `text` is no number, or has more than NUMBER_READ_BYTES_MAX bytes. */
static bool read_number(const char *text, size_t length, double *value)
{
    char number[NUMBER_READ_BYTES_MAX];
    if (length > sizeof number)
        return false;
    /* Decoding a query turns "+" into a space: 1e+5 arrives as "1e 5". */
    memcpy(number, text, length);
    for (size_t i = 1; i < length; i++)
        if (number[i] == ' ' && (number[i - 1] == 'e' || number[i - 1] == 'E'))
            number[i] = '+';
    if (!number_is_valid(number, length))
        return false;
    *value = number_parse(number, length);
    return true;
}

/* The number of bytes of a value that a message quotes. */
static int quoted_length(size_t length)
{
    return length < 40 ? (int)length : 40;
}

static bool set_number(struct simulation *simulation, enum simulation_option option,
                       const char *value, size_t length, char *detail, size_t size)
{
    double number;
    if (read_number(value, length, &number))
        return simulation_set_number(simulation, option, number, detail, size);
    snprintf(detail, size, "%s must be a number%s, not \"%.*s\".", simulation_option_name(option),
             length > NUMBER_READ_BYTES_MAX ? LENGTH_LIMIT : "", quoted_length(length), value);
    return false;
}

/* A list of numbers, separated by commas. */
static bool set_times(struct simulation *simulation, const char *value, size_t length, char *detail,
                      size_t size)
{
    for (const char *end = value + length;;) {
        const char *comma = memchr(value, ',', (size_t)(end - value));
        size_t part = (size_t)((comma ? comma : end) - value);
        double number;
        if (!read_number(value, part, &number)) {
            snprintf(detail, size, "times must be numbers%s separated by commas, not \"%.*s\".",
                     part > NUMBER_READ_BYTES_MAX ? LENGTH_LIMIT : "", quoted_length(part), value);
            return false;
        }
        if (!simulation_add_time(simulation, number, detail, size))
            return false;
        if (!comma)
            return true;
        value = comma + 1;
    }
}

static bool set_option(struct simulation *simulation, enum simulation_option option,
                       const char *value, size_t length, char *detail, size_t size)
{
    if (option == OPTION_METHOD)
        return simulation_set_method(simulation, value, length, detail, size);
    if (option == OPTION_TIMES)
        return set_times(simulation, value, length, detail, size);
    return set_number(simulation, option, value, length, detail, size);
}

/* This option exists only in the query, because it is not part of the simulation. */
static bool set_animate(struct simulate *simulate, const char *value, size_t length, char *detail,
                        size_t size)
{
    bool animate = *value == '1';
    if (length != 1 || (!animate && *value != '0'))
        snprintf(detail, size, "animate must be 0 or 1, not \"%.40s\".", value);
    else if (simulate->representation != REPRESENTATION_SVG)
        snprintf(detail, size,
                 "animate needs an SVG response: leave it out, or accept " SVG_TYPE ".");
    else {
        simulate->animate = animate;
        return true;
    }
    return false;
}

/* Also lists the names of all options. OPTION_COUNT when there is no option of this name. */
static enum simulation_option find_option(const char *name, const char *names[OPTION_COUNT])
{
    enum simulation_option found = OPTION_COUNT;
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        names[i] = simulation_option_name((enum simulation_option)i);
        if (strcmp(name, names[i]) == 0)
            found = (enum simulation_option)i;
    }
    return found;
}

static bool read_parameter(void *context, const char *name, const char *value, size_t length)
{
    struct request *request = context;
    struct simulate *simulate = request->state;
    const char *names[OPTION_COUNT];
    enum simulation_option option = find_option(name, names);
    char detail[256];
    if (strcmp(name, "animate") == 0) {
        if (set_animate(simulate, value, length, detail, sizeof detail))
            return true;
    } else if (option == OPTION_COUNT)
        snprintf(
            detail, sizeof detail,
            "unknown parameter \"%.60s\": did you mean \"%s\"? Known are dt, timestep, method, "
            "frames, times and animate.",
            name, names[suggestion_index(name, strlen(name), names, OPTION_COUNT)]);
    else if (simulation_has(&simulate->query, option))
        snprintf(detail, sizeof detail, "%s is given twice in the query; give it once.", name);
    else if (set_option(&simulate->query, option, value, length, detail, sizeof detail))
        return true;

    if (simulate->query.memory_short)
        request_fail_memory(request);
    else
        fail_parameter(request, &problem_invalid, name, detail);
    return false;
}

bool simulate_read_query(struct request *request)
{
    return query_each(request->query, read_parameter, request);
}
