/* Moving the particles of POST /simulate, with as many workers as it is worth. For the simulate*.c
 * files only; on a worker, or for small sets on an I/O thread. */
#ifndef ENDPOINTS_SIMULATE_RUN_H
#define ENDPOINTS_SIMULATE_RUN_H

#include "endpoints/simulate/state.h"

/* Runs the method of the request, and adds to PHASE_EVOLVE. `check`: the particles have not passed
 * domain_check yet. False when it has failed the request (a particle outside the domain), or that
 * was cancelled. *threads becomes how many took part, if that is more than it says. */
bool simulate_run(struct request *request, const struct evolve_run *run, bool check,
                  unsigned *threads);

/* Checks all particles. False when it has failed the request. */
bool simulate_check_domain(struct request *request, const struct evolve_run *run);

#endif
