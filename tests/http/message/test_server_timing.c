#include "http/message/server_timing.h"

#include <string.h>

#include "../../suite.h"
#include "endpoints/application.h"

static const char *const names[] = {"receive", "queue", "evolve"};
static const struct timing_phases phases = {names, 3, 0, 1};

START_TEST(header)
{
    char text[SERVER_TIMING_MAX];
    struct timing timing = {{0}};
    server_timing(text, &phases, &timing, 1234567);
    ck_assert_str_eq(text, "total;dur=1.234");
    timing.ns[0] = 1000;
    timing.ns[2] = 20000000000;
    server_timing(text, &phases, &timing, 20000002000);
    ck_assert_str_eq(text, "receive;dur=0.001, evolve;dur=20000.000, total;dur=20000.002");
}
END_TEST

/* The longest header of the daemon fits. */
START_TEST(longest)
{
    char text[SERVER_TIMING_MAX];
    struct timing timing = {{0}};
    for (size_t phase = 0; phase < application_phases.count; phase++)
        timing.ns[phase] = INT64_MAX;
    server_timing(text, &application_phases, &timing, INT64_MAX);
    ck_assert_uint_lt(strlen(text), sizeof text);
    for (size_t phase = 0; phase < application_phases.count; phase++)
        ck_assert_ptr_nonnull(strstr(text, application_phases.names[phase]));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/message/server_timing");
    TCase *tcase = suite_case(suite, "server_timing");
    tcase_add_test(tcase, header);
    tcase_add_test(tcase, longest);
    return suite_run(suite);
}
