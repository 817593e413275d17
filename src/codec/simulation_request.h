/* What a request for a simulation says, in whichever format it came.
 *
 * A decoder fills one; the service adds what the query string says. Owned by one thread
 * at a time. */
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

/* How the particles were written, and will be written in the answer. */
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
    bool has_dt, has_timestep, has_method, has_frames; /* given, not defaulted */
};

/* Defaults of an empty request; no particles. */
void simulation_init(struct simulation *simulation);
void simulation_fini(struct simulation *simulation);

/* The options of a request: the members that may stand in the body or in the query. */
enum simulation_option {
    OPTION_DT,
    OPTION_TIMESTEP,
    OPTION_METHOD,
    OPTION_FRAMES,
    OPTION_TIMES,
    OPTION_COUNT
};

/* "dt", "timestep", "method", "frames", "times". */
const char *simulation_option_name(enum simulation_option option);

/* True when the option was given. */
bool simulation_has(const struct simulation *simulation, enum simulation_option option);

/* Sets dt, timestep or frames from a number that was read without error (it may be
 * infinite: an overflow). Marks the option as given. Returns true, or false and a
 * sentence in detail[size] when the value is out of range. */
bool simulation_set_number(struct simulation *simulation, enum simulation_option option,
                           double value, char *detail, size_t size);

/* Adds the next of the times; as above. Marks the option as given. */
bool simulation_add_time(struct simulation *simulation, double value, char *detail, size_t size);

/* Sets the method by name; as above, and the sentence names the nearest known method. */
bool simulation_set_method(struct simulation *simulation, const char *name, size_t length,
                           char *detail, size_t size);

/* The rules over several options: steps <= SIM_STEPS_MAX; times go without dt and frames, and then
 * dt is set to the last of them. Returns true, or false, the sentence, and the option at fault. */
bool simulation_check(struct simulation *simulation, enum simulation_option *option, char *detail,
                      size_t size);

#endif
