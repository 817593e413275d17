#include "daemon/help.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "endpoints/routes.h"
#include "sim/kernels.h"
#include "sim/method.h"

static char text[4096];

/* Appends to the text. */
static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void add(const char *format, ...)
{
    size_t used = strlen(text);
    va_list args;
    va_start(args, format);
    vsnprintf(text + used, sizeof text - used, format, args);
    va_end(args);
}

const char *help_details(void)
{
    text[0] = '\0';
    add("Endpoints: %s.\n\nMethods:\n", routes_table(true).summary);
    size_t count;
    const struct method *const *methods = method_table(&count);
    for (size_t i = 0; i < count; i++)
        add("  %-12s %s%s\n", methods[i]->name, methods[i]->summary,
            methods[i] == method_default() ? " (default)" : "");
    add("\nInstruction sets that this CPU supports, slowest first:");
    const char *names[EVOLVE_KERNELS_MAX];
    count = evolve_kernels_list(names);
    for (size_t i = 0; i < count; i++)
        add(" %s", names[i]);
    add(".\n");
    return text;
}
