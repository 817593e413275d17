/* A request for a simulation, independent of its format.
 *
 * A decoder fills one from the body; the endpoint adds the options of the query string. A request
 * belongs to one thread at a time. */
#ifndef CODEC_SIMULATION_REQUEST_H
#define CODEC_SIMULATION_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/method.h"
#include "sim/particle_set.h"

/* The most frames that a request may ask for. */
#define SIMULATION_FRAMES_MAX 1000000

/* The most times that a request may list. */
#define SIMULATION_TIMES_MAX 10000

/* How JSON writes the particles: in the request, and so in the response. */
enum particle_shape {
    SHAPE_OBJECTS, /* [{"x":..,"y":..,"ang_vel":..}, ...] */
    SHAPE_TRIPLES, /* [[x,y,ang_vel], ...] */
    SHAPE_COLUMNS, /* {"x":[..],"y":[..],"ang_vel":[..]} */
};

struct simulation {
    struct particle_set particles; /* owned */
    enum particle_shape shape;
    double dt;                   /* finite, >= 0 */
    double timestep;             /* finite, > 0 */
    const struct method *method; /* never NULL */
    int64_t frames;              /* >= 1 */
    double *times;     /* owned; increasing, finite, >= 0; NULL unless the request lists them */
    size_t time_count; /* 0 .. SIMULATION_TIMES_MAX */
    bool has_dt, has_timestep, has_method, has_frames; /* given in the request */
    bool memory_short; /* simulation_add_time has failed for this reason */
};

/* Sets the defaults, without particles. */
void simulation_init(struct simulation *simulation);
/* Frees particles and times. */
void simulation_fini(struct simulation *simulation);

/* The options of a request: they may be in the body or in the query string. */
enum simulation_option {
    OPTION_DT,
    OPTION_TIMESTEP,
    OPTION_METHOD,
    OPTION_FRAMES,
    OPTION_TIMES,
    OPTION_COUNT
};

/* Returns "dt", "timestep", "method", "frames" or "times". */
const char *simulation_option_name(enum simulation_option option);

/* True if the option was given. */
bool simulation_has(const struct simulation *simulation, enum simulation_option option);

/* Sets dt, timestep or frames and marks it as given. The value is a valid number; it is infinite if
 * the number was too large for a double. Returns true; or false if the value is out of range, with
 * a sentence that says so in detail[size]. */
bool simulation_set_number(struct simulation *simulation, enum simulation_option option,
                           double value, char *detail, size_t size);

/* Appends to the times and marks the option as given. Returns the same; false with memory_short set
 * does not mean that the value is invalid. */
bool simulation_add_time(struct simulation *simulation, double value, char *detail, size_t size);

/* Sets the method by its name and marks it as given. Returns the same; the sentence suggests a
 * known method. */
bool simulation_set_method(struct simulation *simulation, const char *name, size_t length,
                           char *detail, size_t size);

/* Checks the rules about several options: there are at most SIM_STEPS_MAX steps, and a request with
 * times has no dt and no frames. If there are times, it sets dt to the last of them. Returns true;
 * or false, the sentence, and the option that breaks a rule. */
bool simulation_check(struct simulation *simulation, enum simulation_option *option, char *detail,
                      size_t size);

#endif
