/* Converts the JSON document of a report to the formats of other tools. Pure; any thread. */
#ifndef BENCH_DOCUMENT_H
#define BENCH_DOCUMENT_H

#include <jansson.h>

/* CSV: a line of names, then a line for each benchmark, with the quoting of RFC 4180 and line
 * feeds. Times are in seconds per iteration. If the document has an array `comparison`
 * (bench/compare.h), four more columns show it. The caller frees the result; NULL when memory is
 * short. */
char *bench_document_csv(const json_t *document);

/* The format of hyperfine --export-json, for its scripts: a benchmark is a command, a round is a
 * run of it. The document must have raw rounds (`data`). Returns a new reference. Returns NULL when
 * a figure is missing or memory is short. */
json_t *bench_document_hyperfine(const json_t *document);

#endif
