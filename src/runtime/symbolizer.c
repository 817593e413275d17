#include "runtime/symbolizer.h"

#include <dlfcn.h>
#include <elfutils/libdwfl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct symbolizer {
    Dwfl *files; /* the files that are mapped into this process */
};

/* Uses no separate files with debugging information: the function of the library would also search
 * the network for them. */
static int find_no_debuginfo(Dwfl_Module *file, void **data, const char *name, Dwarf_Addr base,
                             const char *path, const char *link, GElf_Word checksum, char **found)
{
    (void)file, (void)data, (void)name, (void)base, (void)path, (void)link, (void)checksum;
    (void)found;
    return -1;
}

static const Dwfl_Callbacks callbacks = {.find_debuginfo = find_no_debuginfo};

/* Adds a mapped file; leaves it out when it cannot be opened (the vDSO has no file). */
static int report_file(struct dl_phdr_info *object, size_t size, void *context)
{
    (void)size;
    /* The name of the program itself is empty. */
    const char *path = *object->dlpi_name ? object->dlpi_name : "/proc/self/exe";
    dwfl_report_elf(context, path, path, -1, object->dlpi_addr, true);
    return 0;
}

struct symbolizer *symbolizer_create(void)
{
    struct symbolizer *symbolizer = malloc(sizeof *symbolizer);
    if (!symbolizer)
        return NULL;
    symbolizer->files = dwfl_begin(&callbacks);
    if (!symbolizer->files) {
        free(symbolizer);
        return NULL;
    }
    dl_iterate_phdr(report_file, symbolizer->files);
    dwfl_report_end(symbolizer->files, NULL, NULL);
    return symbolizer;
}

void symbolizer_destroy(struct symbolizer *symbolizer)
{
    dwfl_end(symbolizer->files);
    free(symbolizer);
}

/* The function that covers an address, or NULL. */
static const char *find_function(const struct symbolizer *symbolizer, uint64_t address)
{
    GElf_Off offset = 0;
    GElf_Sym symbol = {0};
    Dwfl_Module *file = dwfl_addrmodule(symbolizer->files, address);
    const char *name =
        file ? dwfl_module_addrinfo(file, address, &offset, &symbol, NULL, NULL, NULL) : NULL;
    if (!name || offset >= symbol.st_size)
        return NULL;
    unsigned type = GELF_ST_TYPE(symbol.st_info);
    return type == STT_FUNC || type == STT_GNU_IFUNC ? name : NULL;
}

bool symbolizer_find(struct symbolizer *symbolizer, uint64_t address,
                     char name[SYMBOLIZER_NAME_MAX])
{
    const char *found = find_function(symbolizer, address);
    Dl_info info;
    if (found) {
        snprintf(name, SYMBOLIZER_NAME_MAX, "%s", found);
        return true;
    }
    *name = '\0';
    if (!dladdr((void *)(uintptr_t)address, &info))
        return false;
    const char *slash = strrchr(info.dli_fname, '/');
    snprintf(name, SYMBOLIZER_NAME_MAX, "%.200s+0x%llx", slash ? slash + 1 : info.dli_fname,
             (unsigned long long)(address - (uintptr_t)info.dli_fbase));
    return true;
}
