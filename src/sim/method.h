/* The methods that evolve a particle set.
 *
 * One step of length h (`timestep`) of a particle with c = h * ang_vel:
 *
 *     norm = sqrt(x^2 + y^2)
 *     (x, y) <- (x - c*y/norm, y + c*x/norm)       both right sides from the old x, y
 *
 * Each method is one record of method_table(); the HTTP API, --help, /bench and the docs take their
 * lists from it. The result of a particle depends only on that particle and the parameters, not on
 * its neighbours, its index or the thread. All functions here are pure and may run on any thread.
 * docs/mathematics.md has the derivations. */
#ifndef SIM_METHOD_H
#define SIM_METHOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/evolve.h"

#define SIM_DT_DEFAULT 0.1
#define SIM_TIMESTEP_DEFAULT 1e-5

/* The most methods: the size of tables with an element for each method. */
#define METHODS_MAX 16

struct method {
    const char *name;    /* as in the API: [a-z_]+ */
    const char *summary; /* one clause for lists */
    bool stepping;       /* its cost grows with the steps; --max-particle-steps applies */
    bool polygon;        /* follows the Euler polygon, so dt is truncated to whole steps;
                            false: the true circle */
    bool vector;         /* uses the kernels, and so the instruction set in use */
    size_t group;        /* particles that are computed together; fewer cost as much */
    double cost_ns;      /* rough cost of a particle-step (stepping) or of a particle, to
                            predict work; it never affects a result */
    double worst_ns;     /* of a method without steps: the time of one vector of the slowest
                            particles (docs/mathematics.md, worst case); 0 for the others */
    double flop;         /* floating-point operations of a particle-step, for reports: a fused
                            multiply-add counts 2, a division or root 1; 0: not counted */
    /* Moves the particles. Returns true. Returns false when control->stop ended the run; then
     * the contents of x_out and y_out are unspecified. */
    bool (*evolve)(const struct evolve_run *run, const struct evolve_control *control);
};

/* All methods, in the order of the lists. The table is static. */
const struct method *const *method_table(size_t *count);

/* The method called `name` (`length` bytes), or NULL. */
const struct method *method_find(const char *name, size_t length);

/* closed_form: the method of a request that names none. */
const struct method *method_default(void);

/* The whole steps in dt: the IEEE quotient dt / timestep, truncated, so 0.3 / 1e-5 gives 29999.
 * Returns -1 when the quotient exceeds SIM_STEPS_MAX. dt is finite and >= 0, timestep is finite and
 * > 0. */
int64_t evolve_steps(double dt, double timestep);

/* Runs `method`. Particles that do not move (ang_vel 0, no whole step, for `analytic` no angle)
 * keep their bits with every method. Returns what method->evolve returns. */
bool evolve(const struct method *method, const struct evolve_run *run,
            const struct evolve_control *control);

/* The particle-steps of a run: count * steps for a polygon method, at most INT64_MAX; 0 for
 * `analytic`, which has no steps. */
int64_t evolve_particle_steps(const struct method *method, size_t count, int64_t steps);

/* The predicted cost of a run in nanoseconds, from cost_ns. Rough. */
double evolve_cost_ns(const struct method *method, size_t count, int64_t steps);

/* The worst case of a run of a method without steps, for any particles, in nanoseconds. */
double evolve_worst_ns(const struct method *method, size_t count);

/* The records, each defined in the file of its method. For method.c only. */
extern const struct method method_closed_form;
extern const struct method method_analytic;
extern const struct method method_euler;
extern const struct method method_fast;
extern const struct method method_reference;

#endif
