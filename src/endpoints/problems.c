#include "endpoints/problems.h"

ENDPOINT_PROBLEMS(PROBLEM_DEFINE)

static const struct problem_type *const types[] = {HTTP_PROBLEMS(PROBLEM_ADDRESS)
                                                       ENDPOINT_PROBLEMS(PROBLEM_ADDRESS)};

const struct problem_type *const *problem_table(size_t *count)
{
    *count = sizeof types / sizeof *types;
    return types;
}
