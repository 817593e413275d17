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

#define OBJECTS_MAX 256

/* What is mapped into this process. */
struct objects {
    size_t count;
    struct object {
        const char *path; /* stays valid: the daemon unloads no library */
        GElf_Addr address;
    } object[OBJECTS_MAX];
};

/* Runs with the lock of the dynamic linker held, so it allocates nothing: a heap profiler would
 * unwind the stack, which takes that lock and others in another order. */
static int note_object(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    struct objects *objects = context;
    if (objects->count == OBJECTS_MAX)
        return 1;
    /* The name of the program itself is empty. */
    const char *path = *info->dlpi_name ? info->dlpi_name : "/proc/self/exe";
    objects->object[objects->count++] = (struct object){path, info->dlpi_addr};
    return 0;
}

/* Adds the mapped files. Those that cannot be opened are left out: the vDSO has no file. */
static void report_files(Dwfl *files)
{
    struct objects objects = {.count = 0};
    dl_iterate_phdr(note_object, &objects);
    for (size_t i = 0; i < objects.count; i++) {
        const struct object *object = &objects.object[i];
        dwfl_report_elf(files, object->path, object->path, -1, object->address, true);
    }
    dwfl_report_end(files, NULL, NULL);
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
    report_files(symbolizer->files);
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
