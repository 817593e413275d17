/* The main() of a test program: one suite, run by check, a failure is exit status 1. */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <check.h>
#include <stdlib.h>

#include "config.h"

/* Where the programs are built, and where the sources are. */
#define PARTICLED BUILD_ROOT "/src/particled"
#define PARTICLE_BENCH BUILD_ROOT "/src/particle-bench"
#define TAYLOR BUILD_ROOT "/examples/taylor"
#define CALLGRAPH SOURCE_ROOT "/examples/callgraph.awk"
#define DOCS SOURCE_ROOT "/docs"
#define TESTS_DIR SOURCE_ROOT "/tests"
#define TEST_DATA TESTS_DIR "/data"

#define SUITE_TIMEOUT_S 600

/* As ck_assert, for what is asked very often: check writes every assertion of its own to a file. */
#define suite_assert(condition)                                                                    \
    do {                                                                                           \
        if (!(condition))                                                                          \
            ck_abort_msg("%s", #condition);                                                        \
    } while (0)

/* Runs `suite` and frees it; returns main's exit status. CK_FORK and CK_VERBOSITY of the
 * environment apply. */
static inline int suite_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* A test case with a time limit that suits sanitizer builds. */
static inline TCase *suite_case(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, SUITE_TIMEOUT_S);
    suite_add_tcase(suite, tcase);
    return tcase;
}

#endif
