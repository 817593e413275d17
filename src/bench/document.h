/* A report's JSON document in the formats of other tools. Pure; any thread. */
#ifndef BENCH_DOCUMENT_H
#define BENCH_DOCUMENT_H

#include <jansson.h>

/* A line for each benchmark below a line of names, quoted as RFC 4180 has it, ending in a line
 * feed; times in seconds an iteration. An array `comparison` (bench/compare.h), if the document has
 * one, adds four columns. Allocated with malloc; NULL when memory is short. */
char *bench_document_csv(const json_t *document);

/* What hyperfine --export-json writes, each benchmark being a command and each round a run of it;
 * for its scripts. The document has raw rounds (`data`). New reference; NULL when memory is short.
 */
json_t *bench_document_hyperfine(const json_t *document);

#endif
