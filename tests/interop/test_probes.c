/* readelf finds the probes for tracers in the program. */
#include "tool.h"

START_TEST(program_contains_the_probes)
{
    static const char *const names[] = {"request_received", "decoded", "evolve_start", "evolve_end",
                                        "answer_queued"};
    ck_assert_int_eq(tool_run("readelf --notes " PARTICLED " 2>&1"), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char note[96];
        snprintf(note, sizeof note, "Provider: particled\n    Name: %s\n", names[i]);
        ck_assert_msg(strstr(tool_output, note), "no probe %s", names[i]);
    }
}
END_TEST

int main(void)
{
    if (tool_is_missing("readelf --version >/dev/null 2>&1", "binutils") ||
        tool_is_missing(PARTICLED " --version | grep -q '^probes *yes'", "sys/sdt.h at the build"))
        return TOOL_SKIP;
    Suite *suite = suite_create("interop/probes");
    TCase *tcase = suite_case(suite, "probes");
    tcase_add_test(tcase, program_contains_the_probes);
    return suite_run(suite);
}
