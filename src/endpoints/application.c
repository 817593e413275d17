#include "endpoints/application.h"

_Static_assert(PHASE_COUNT <= TIMING_PHASES_MAX, "struct timing needs an element for each phase");

static const char *const names[PHASE_COUNT] = {
    [PHASE_RECEIVE] = "receive", [PHASE_PARSE] = "parse",         [PHASE_QUEUE] = "queue",
    [PHASE_EVOLVE] = "evolve",   [PHASE_SERIALIZE] = "serialize",
};

const struct timing_phases application_phases = {names, PHASE_COUNT, PHASE_RECEIVE, PHASE_QUEUE};

void application_count(struct application *application, const struct method *method,
                       size_t particles, int64_t particle_steps)
{
    size_t count, row = 0;
    const struct method *const *methods = method_table(&count);
    while (row < count && methods[row] != method)
        row++;
    metrics_add(&application->particles[row], particles);
    metrics_add(&application->particle_steps[row], (uint64_t)particle_steps);
}
