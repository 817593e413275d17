#include "service/help.h"

#include <stdio.h>

#include "service/routes.h"
#include "sim/method.h"

const char *help_details(void)
{
    static char text[2048];
    int used = snprintf(text, sizeof text, "Endpoints: %s.\n\nMethods of evolve:\n", route_list());
    size_t count;
    const struct method *const *methods = method_table(&count);
    for (size_t i = 0; i < count && used < (int)sizeof text; i++)
        used +=
            snprintf(text + used, sizeof text - (size_t)used, "  %-12s %s%s\n", methods[i]->name,
                     methods[i]->summary, methods[i] == method_default() ? " (default)" : "");
    return text;
}
