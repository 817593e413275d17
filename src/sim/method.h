/* The methods that evolve a particle set.
 *
 * One step of length h (`timestep`) of a particle with c = h * ang_vel:
 *
 *     norm = sqrt(x^2 + y^2)
 *     (x, y) <- (x - c*y/norm, y + c*x/norm)       both right sides from the old x, y
 *
 * Every method is one record of method_table(); the HTTP API, --help, /bench and the
 * docs take their lists from there. A particle's result depends on nothing but that
 * particle and the parameters: not on its neighbours, its place or the thread. All
 * functions here are pure and may run on any thread. docs/mathematics.md has the
 * derivations. */
#ifndef SIM_METHOD_H
#define SIM_METHOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_DT_DEFAULT 0.1
#define SIM_TIMESTEP_DEFAULT 1e-5

/* Steps and angles beyond 2^53 are not exact in a double: the limit of the domain. */
#define SIM_STEPS_MAX ((int64_t)1 << 53)

/* A method asks for permission to go on at least once in this many particle-steps. */
#define SIM_CHECK_INTERVAL ((int64_t)1 << 18)

/* Lets the caller end a long run. `stop` may be NULL; it is called on the thread that
 * runs evolve and returns true to end the run early. */
struct evolve_control {
    bool (*stop)(void *context);
    void *context;
};

/* One run. Columns hold `count` doubles each; x_out and y_out may be x and y themselves
 * (in place), or not overlap them at all. ang_vel never changes. The particles must have
 * passed domain_check(). */
struct evolve_run {
    const double *x;
    const double *y;
    const double *ang_vel;
    double *x_out;
    double *y_out;
    size_t count;
    double dt;       /* total simulated time, finite, >= 0 */
    double timestep; /* length of a step, finite, > 0 */
    int64_t steps;   /* evolve_steps(dt, timestep), 0..SIM_STEPS_MAX */
};

struct method {
    const char *name;    /* as in the API: [a-z_]+ */
    const char *summary; /* one clause for lists */
    bool stepping;       /* cost grows with steps; --max-particle-steps applies */
    bool polygon;        /* walks or jumps along the Euler polygon, so dt is truncated to
                            steps; false: the true circle */
    bool vector;         /* runs on the kernels: the instruction set in use is its own */
    size_t group;        /* particles that are computed together: fewer cost as much */
    double cost_ns;      /* rough cost of a particle-step (stepping) or a particle, for
                            deciding how to split; never part of a result */
    double worst_ns;     /* of a method that does not step: what a vector of the worst particles
                            takes (docs/mathematics.md, worst case); 0 for the others */
    double flop;         /* floating-point operations of a particle-step, a fused
                            multiply-add being 2, a division or root 1; 0: not counted. For
                            reports only */
    /* Moves the particles. Returns true, or false when control->stop said so; then the
     * contents of x_out and y_out are unspecified. */
    bool (*evolve)(const struct evolve_run *run, const struct evolve_control *control);
};

/* All methods, the default one included, in the order in which lists show them. */
const struct method *const *method_table(size_t *count);

/* The method called `name` (`length` bytes), or NULL. */
const struct method *method_find(const char *name, size_t length);

/* The method of a request that names none: closed_form. */
const struct method *method_default(void);

/* The steps that fit into dt: the IEEE quotient dt / timestep truncated, so 0.3 / 1e-5
 * gives 29999. -1 when the quotient exceeds SIM_STEPS_MAX. dt finite and >= 0, timestep
 * finite and > 0. */
int64_t evolve_steps(double dt, double timestep);

/* Runs `method`. Particles that do not move (ang_vel 0, no whole step, for `analytic` no
 * angle) keep their bits, whatever the method. Returns as method->evolve does. */
bool evolve(const struct method *method, const struct evolve_run *run,
            const struct evolve_control *control);

/* Particle-steps of a run: count * steps of a polygon method, saturating at INT64_MAX;
 * 0 for `analytic`, which takes none. */
int64_t evolve_particle_steps(const struct method *method, size_t count, int64_t steps);

/* The predicted cost of a run in nanoseconds, from cost_ns. Rough. */
double evolve_cost_ns(const struct method *method, size_t count, int64_t steps);

/* What a run of a method that does not step may cost at worst, whatever the particles. */
double evolve_worst_ns(const struct method *method, size_t count);

/* The instruction sets that the kernels are built for and that this CPU runs: portable,
 * then avx2 and avx512, or neon; the fastest last. Returns how many. */
#define EVOLVE_KERNELS_MAX 3
size_t evolve_kernels_list(const char *names[EVOLVE_KERNELS_MAX]);

/* Makes the methods use the set called `name` instead of the fastest. False when it is not
 * in the list. While no other thread evolves. */
bool evolve_kernels_force(const char *name);

/* The set in use. */
const char *evolve_kernels_name(void);

/* True when the set in use gives the bits that are the same on every machine; false for `portable`
 * on a CPU without fused multiply-add, where last bits may differ. */
bool evolve_kernels_exact(void);

#endif
