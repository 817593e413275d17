/* Moves the particles of POST /simulate. Large sets are split, and idle workers help. For the files
 * of simulate/ only; on a worker, or for tiny requests on the I/O thread. */
#ifndef ENDPOINTS_SIMULATE_RUN_H
#define ENDPOINTS_SIMULATE_RUN_H

#include "endpoints/simulate/state.h"

/* Runs the method of the request, and adds the time to PHASE_EVOLVE. With `check` it calls
 * domain_check for the particles first. False when it has failed the request, because a particle is
 * outside the domain, and when the request was cancelled. Raises *threads to the number of threads
 * that took part. */
bool simulate_run(struct request *request, const struct evolve_run *run, bool check,
                  unsigned *threads);

/* Calls domain_check for all particles. False when it has failed the request. */
bool simulate_check_domain(struct request *request, const struct evolve_run *run);

#endif
