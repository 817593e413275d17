/* A strict reader of Prometheus' text exposition format 0.0.4, with the rules that `promtool check
 * metrics` adds. Knows nothing of the daemon. */
#ifndef TESTS_HTTP_EXPOSITION_H
#define TESTS_HTTP_EXPOSITION_H

#include <stdbool.h>
#include <stddef.h>

/* Checks a whole document: each family has one HELP, one TYPE and then its samples, side by side;
 * names, labels, escapes and values are well formed; no series comes twice; counters end in _total
 * and are not negative; histograms are cumulative and complete. False: `error` says what and
 * where. */
bool exposition_check(const char *text, char *error, size_t size);

#endif
