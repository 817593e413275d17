/* Parts that the reports of bench/ share. For the files of bench/ only. */
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

/* Writes two lines: the machine, and the parameters of the run. */
void report_heading(FILE *out, const struct bench_config *config,
                    const struct bench_machine *machine);

/* Writes a time with four significant digits and a unit. */
#define REPORT_CELL_MAX 24
void report_seconds(char cell[REPORT_CELL_MAX], double value);

/* A table for a terminal: the first column is aligned left, the others right. */
#define REPORT_COLUMNS_MAX 16
struct report_row {
    char cell[REPORT_COLUMNS_MAX][REPORT_CELL_MAX];
};
void report_table(FILE *out, const struct report_row *rows, size_t row_count, size_t column_count);

/* Closes `out`, the stream that open_memstream(text, ...) returned; it may be NULL. Returns the
 * text, which the caller frees. Returns NULL when `complete` is false or memory was short. */
char *report_close(FILE *out, char **text, bool complete);

#endif
