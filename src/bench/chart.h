/* Draws the JSON document of a report as an SVG: box plots of the rounds on a logarithmic axis of
 * time. The SVG (1.1) needs no other file and has colours for light and dark screens. Pure; any
 * thread. */
#ifndef BENCH_CHART_H
#define BENCH_CHART_H

#include <jansson.h>

/* The document must have raw rounds (`data`). Benchmarks without rounds are not drawn. The caller
 * frees the result; NULL when memory is short. */
char *bench_chart_svg(const json_t *document);

#endif
