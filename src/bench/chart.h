/* A report's JSON document as a picture: box plots of the rounds over a logarithmic axis of time,
 * SVG 1.1 that needs nothing else, for light and dark screens. Pure; any thread. */
#ifndef BENCH_CHART_H
#define BENCH_CHART_H

#include <jansson.h>

/* The document has raw rounds (`data`); a benchmark without any is left out. Allocated with malloc;
 * NULL when memory is short. */
char *bench_chart_svg(const json_t *document);

#endif
