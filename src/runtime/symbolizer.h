/* Names of functions by their addresses in this process, from the symbol tables of the files that
 * are mapped into it: .symtab, or .dynsym where that was stripped. Reads files, so it may block.
 * One thread at a time. */
#ifndef RUNTIME_SYMBOLIZER_H
#define RUNTIME_SYMBOLIZER_H

#include <stdbool.h>
#include <stdint.h>

#define SYMBOLIZER_NAME_MAX 256

struct symbolizer;

/* NULL when memory is short. */
struct symbolizer *symbolizer_create(void);
void symbolizer_destroy(struct symbolizer *symbolizer);

/* Writes the name of the function that `address` is in, cut if it is long: as it is in the table,
 * C++ names mangled. Where no symbol covers it, the file and the offset there, "libc.so.6+0x1234".
 * Returns false, and "", when nothing is mapped there. */
bool symbolizer_find(struct symbolizer *symbolizer, uint64_t address,
                     char name[SYMBOLIZER_NAME_MAX]);

#endif
