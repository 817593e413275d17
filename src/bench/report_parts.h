/* What the reports on time and on memory share; for the files of bench/ only. */
#ifndef BENCH_REPORT_PARTS_H
#define BENCH_REPORT_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/report.h"

/* New references, or NULL when memory is short. */
json_t *report_machine_json(const struct bench_machine *machine);
json_t *report_commit_json(void);
json_t *report_seed_json(const struct bench_config *config);

/* Two lines that say what ran where. */
void report_heading(FILE *out, const struct bench_config *config,
                    const struct bench_machine *machine);

/* A time with four significant digits and a prefix. */
#define REPORT_CELL_MAX 24
void report_seconds(char cell[REPORT_CELL_MAX], double value);

/* A table for a terminal: the first column flush left, the others flush right. */
#define REPORT_COLUMNS_MAX 16
struct report_row {
    char cell[REPORT_COLUMNS_MAX][REPORT_CELL_MAX];
};
void report_table(FILE *out, const struct report_row *rows, size_t row_count, size_t column_count);

/* Ends a text that open_memstream(text, ...) began; `out` is what it returned, maybe NULL. Returns
 * the text, to be freed by the caller; NULL when it is not complete or memory was short. */
char *report_close(FILE *out, char **text, bool complete);

#endif
