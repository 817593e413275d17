/* A strict reader of the text exposition format 0.0.4 of Prometheus, with the additional rules of
 * `promtool check metrics`. Independent of the daemon. */
#ifndef TESTS_ENDPOINTS_EXPOSITION_H
#define TESTS_ENDPOINTS_EXPOSITION_H

#include <stdbool.h>
#include <stddef.h>

/* Checks a whole document: each family has one HELP, one TYPE and then all its samples; names,
 * labels, escapes and values are valid; no series comes twice; names of counters end in _total;
 * counters are not negative; histograms are cumulative and complete. When it returns false, `error`
 * says what is wrong and in which line. */
bool exposition_check(const char *text, char *error, size_t size);

#endif
