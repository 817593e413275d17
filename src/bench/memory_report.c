#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bench/memory.h"
#include "bench/report_parts.h"

static json_t *bytes_json(bool known, int64_t bytes)
{
    return known ? json_integer(bytes) : json_null();
}

static json_t *methods_json(const struct bench_memory *memory)
{
    json_t *methods = json_array();
    for (size_t i = 0; methods && i < memory->config.method_count; i++) {
        json_t *method = json_pack(
            "{s:s, s:o}", "name", memory->config.methods[i]->name, "resident_growth_bytes",
            bytes_json(memory->resident_known, memory->method_growth_bytes[i]));
        if (json_array_append_new(methods, method)) {
            json_decref(methods);
            return NULL;
        }
    }
    return methods;
}

json_t *bench_memory_json(const struct bench_memory *memory, const struct bench_machine *machine)
{
    const struct bench_config *config = &memory->config;
    bool heap = memory->heap_known, resident = memory->resident_known;
    return json_pack(
        "{s:I, s:I, s:f, s:f, s:o, s:f, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s}",
        "particles", (json_int_t)config->particles, "steps", (json_int_t)config->steps, "dt",
        config->dt, "timestep", config->timestep, "seed", report_seed_json(config),
        "bytes_per_particle", memory->bytes_per_particle, "set_bytes",
        (json_int_t)memory->set_bytes, "output_bytes", (json_int_t)memory->output_bytes,
        "heap_before_bytes", bytes_json(heap, memory->heap_before_bytes), "heap_set_bytes",
        bytes_json(heap, memory->heap_set_bytes), "heap_growth_bytes",
        bytes_json(heap, memory->heap_growth_bytes), "resident_before_bytes",
        bytes_json(resident, memory->resident_before_bytes), "resident_growth_bytes",
        bytes_json(resident, memory->resident_growth_bytes), "methods", methods_json(memory),
        "machine_info", report_machine_json(machine), "datetime", machine->datetime, "version",
        PACKAGE_VERSION);
}

static void put(struct report_row *row, const char *name, double bytes, size_t particles,
                bool known)
{
    snprintf(row->cell[0], REPORT_CELL_MAX, "%s", name);
    if (known) {
        snprintf(row->cell[1], REPORT_CELL_MAX, "%.0f", bytes);
        snprintf(row->cell[2], REPORT_CELL_MAX, "%.2f", bytes / (double)particles);
    } else {
        strcpy(row->cell[1], "-");
        strcpy(row->cell[2], "-");
    }
}

/* Rows: the set, its output, the heap and resident memory with their growth, then each method. */
static void write_table(FILE *out, const struct bench_memory *memory)
{
    const struct bench_config *config = &memory->config;
    struct report_row rows[8 + BENCH_METHODS_MAX] = {{{"memory", "bytes", "a particle"}}};
    size_t n = config->particles, count = 1;
    bool known = memory->resident_known, heap = memory->heap_known;

    put(&rows[count++], "particle set", (double)memory->set_bytes, n, true);
    put(&rows[count++], "end points", (double)memory->output_bytes, n, true);
    put(&rows[count++], "heap before", (double)memory->heap_before_bytes, n, heap);
    strcpy(rows[count - 1].cell[2], "");
    put(&rows[count++], "set in the heap", (double)memory->heap_set_bytes, n, heap);
    put(&rows[count++], "heap growth", (double)memory->heap_growth_bytes, n, heap);
    put(&rows[count++], "resident before", (double)memory->resident_before_bytes, n, known);
    strcpy(rows[count - 1].cell[2], "");
    put(&rows[count++], "resident growth", (double)memory->resident_growth_bytes, n, known);
    for (size_t i = 0; i < config->method_count; i++)
        put(&rows[count++], config->methods[i]->name, (double)memory->method_growth_bytes[i], n,
            known);
    report_table(out, rows, count, 3);
    fputs("\nheap growth, resident growth: of the whole run\n"
          "method: growth of resident memory while it ran\n",
          out);
}

char *bench_memory_text(const struct bench_memory *memory, const struct bench_machine *machine)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    report_heading(out, &memory->config, machine);
    write_table(out, memory);
    return report_close(out, &text, true);
}
