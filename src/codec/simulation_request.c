#include "codec/simulation_request.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/string_builder.h"
#include "base/suggest.h"

static const char *const option_names[OPTION_COUNT] = {
    [OPTION_DT] = "dt",         [OPTION_TIMESTEP] = "timestep", [OPTION_METHOD] = "method",
    [OPTION_FRAMES] = "frames", [OPTION_TIMES] = "times",
};

void simulation_init(struct simulation *simulation)
{
    *simulation = (struct simulation){
        .shape = SHAPE_OBJECTS,
        .dt = SIM_DT_DEFAULT,
        .timestep = SIM_TIMESTEP_DEFAULT,
        .method = method_default(),
        .frames = 1,
    };
    particle_set_init(&simulation->particles);
}

void simulation_fini(struct simulation *simulation)
{
    particle_set_fini(&simulation->particles);
    free(simulation->times);
    simulation->times = NULL;
}

const char *simulation_option_name(enum simulation_option option)
{
    return option_names[option];
}

bool simulation_has(const struct simulation *simulation, enum simulation_option option)
{
    switch (option) {
    case OPTION_DT:
        return simulation->has_dt;
    case OPTION_TIMESTEP:
        return simulation->has_timestep;
    case OPTION_METHOD:
        return simulation->has_method;
    case OPTION_FRAMES:
        return simulation->has_frames;
    case OPTION_TIMES:
        return simulation->time_count > 0;
    case OPTION_COUNT:
        break;
    }
    return false;
}

bool simulation_set_number(struct simulation *simulation, enum simulation_option option,
                           double value, char *detail, size_t size)
{
    struct string_builder sentence = string_builder_init(detail, size);
    switch (option) {
    case OPTION_DT:
        if (!isfinite(value) || value < 0) {
            string_builder_add(&sentence,
                               "dt, the total simulated time, must be finite and at least 0");
            return false;
        }
        simulation->dt = value;
        simulation->has_dt = true;
        return true;
    case OPTION_TIMESTEP:
        if (!isfinite(value) || value <= 0) {
            string_builder_add(&sentence,
                               "timestep, the length of one step, must be finite and more than 0");
            return false;
        }
        simulation->timestep = value;
        simulation->has_timestep = true;
        return true;
    case OPTION_FRAMES:
        if (!(value >= 1 && value <= SIMULATION_FRAMES_MAX) || value != floor(value)) {
            string_builder_addf(&sentence, "frames must be an integer from 1 to %d",
                                SIMULATION_FRAMES_MAX);
            return false;
        }
        simulation->frames = (int64_t)value;
        simulation->has_frames = true;
        return true;
    case OPTION_TIMES:
        string_builder_add(&sentence, "times must be a list of numbers");
        return false;
    case OPTION_METHOD:
    case OPTION_COUNT:
        break;
    }
    string_builder_add(&sentence, "method must be a name, not a number");
    return false;
}

bool simulation_add_time(struct simulation *simulation, double value, char *detail, size_t size)
{
    struct string_builder sentence = string_builder_init(detail, size);
    size_t count = simulation->time_count;
    if (!isfinite(value) || value < 0) {
        string_builder_add(&sentence, "each of the times must be finite and at least 0");
        return false;
    }
    if (count > 0 && value <= simulation->times[count - 1]) {
        string_builder_add(&sentence, "each of the times must be later than the one before");
        return false;
    }
    if (count == SIMULATION_TIMES_MAX) {
        string_builder_addf(&sentence, "times may list at most %d times; use frames for more",
                            SIMULATION_TIMES_MAX);
        return false;
    }
    if ((count & (count - 1)) == 0) { /* full: the capacity is a power of two */
        double *times = realloc(simulation->times, (count ? 2 * count : 1) * sizeof *times);
        if (!times) {
            simulation->memory_short = true;
            string_builder_add(&sentence, "memory is short for the times; try again later");
            return false;
        }
        simulation->times = times;
    }
    simulation->times[simulation->time_count++] = value;
    return true;
}

bool simulation_set_method(struct simulation *simulation, const char *name, size_t length,
                           char *detail, size_t size)
{
    struct string_builder sentence = string_builder_init(detail, size);
    const struct method *method = method_find(name, length);
    if (!method) {
        const char *names[METHODS_MAX];
        size_t count;
        const struct method *const *table = method_table(&count);
        for (size_t i = 0; i < count; i++)
            names[i] = table[i]->name;
        string_builder_add(&sentence, "unknown method ");
        string_builder_add_quoted(&sentence, name, length, false);
        string_builder_addf(&sentence, ": did you mean \"%s\"? Known are ",
                            names[suggestion_index(name, length, names, count)]);
        string_builder_add_list(&sentence, names, count);
        return false;
    }
    simulation->method = method;
    simulation->has_method = true;
    return true;
}

bool simulation_check(struct simulation *simulation, enum simulation_option *option, char *detail,
                      size_t size)
{
    struct string_builder sentence = string_builder_init(detail, size);
    if (simulation->time_count > 0) {
        if (simulation->has_dt || simulation->has_frames) {
            string_builder_addf(&sentence, "times already determines dt and frames; leave %s out",
                                simulation->has_dt ? "dt" : "frames");
            *option = OPTION_TIMES;
            return false;
        }
        simulation->dt = simulation->times[simulation->time_count - 1];
    }
    if (evolve_steps(simulation->dt, simulation->timestep) < 0) {
        string_builder_add(
            &sentence, "dt / timestep makes more than 2^53 steps: give a smaller dt or a larger "
                       "timestep");
        *option = simulation->time_count > 0 ? OPTION_TIMES : OPTION_DT;
        return false;
    }
    return true;
}
