/* Finds the names of functions by their addresses in this process. Reads the symbol tables of the
 * mapped files: .symtab, or .dynsym when that was stripped. May block, because it reads files. One
 * thread at a time for each symbolizer. */
#ifndef RUNTIME_SYMBOLIZER_H
#define RUNTIME_SYMBOLIZER_H

#include <stdbool.h>
#include <stdint.h>

#define SYMBOLIZER_NAME_MAX 256

struct symbolizer;

/* NULL when memory is short. */
struct symbolizer *symbolizer_create(void);
void symbolizer_destroy(struct symbolizer *symbolizer);

/* Writes the name of the function that contains `address`, as in the table: C++ names are mangled;
 * a long name is cut. If no symbol covers the address, writes the file and the offset in it:
 * "libc.so.6+0x1234". Returns false and writes "" when nothing is mapped there. */
bool symbolizer_find(struct symbolizer *symbolizer, uint64_t address,
                     char name[SYMBOLIZER_NAME_MAX]);

#endif
