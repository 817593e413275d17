#include "runtime/symbolizer.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 1024

/* The file that was last looked into, mapped; and its table. */
struct symbolizer {
    char path[PATH_BYTES]; /* "" for none */
    const char *bytes;     /* NULL when it cannot be read */
    size_t size;
    const ElfW(Sym) * table;
    size_t count;
    const char *names;
    size_t names_size;
};

struct symbolizer *symbolizer_create(void)
{
    return calloc(1, sizeof(struct symbolizer));
}

static void close_file(struct symbolizer *symbolizer)
{
    if (symbolizer->bytes)
        munmap((void *)(uintptr_t)symbolizer->bytes, symbolizer->size);
    memset(symbolizer, 0, sizeof *symbolizer);
}

void symbolizer_destroy(struct symbolizer *symbolizer)
{
    close_file(symbolizer);
    free(symbolizer);
}

static bool map_file(struct symbolizer *symbolizer)
{
    struct stat status;
    int fd = open(symbolizer->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    if (fstat(fd, &status) == 0 && (size_t)status.st_size >= sizeof(ElfW(Ehdr))) {
        symbolizer->size = (size_t)status.st_size;
        symbolizer->bytes = mmap(NULL, symbolizer->size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (symbolizer->bytes == MAP_FAILED)
            symbolizer->bytes = NULL;
    }
    close(fd);
    return symbolizer->bytes != NULL;
}

/* The bytes of a section, or NULL when it does not lie within the file. */
static const char *section_bytes(const struct symbolizer *symbolizer, const ElfW(Shdr) * section)
{
    if (section->sh_offset > symbolizer->size ||
        section->sh_size > symbolizer->size - section->sh_offset)
        return NULL;
    return symbolizer->bytes + section->sh_offset;
}

static const ElfW(Shdr) * find_section(const ElfW(Shdr) * sections, size_t count, uint32_t type)
{
    for (size_t i = 0; i < count; i++)
        if (sections[i].sh_type == type)
            return &sections[i];
    return NULL;
}

/* Finds the table and its names. A file that is not as it should be has none. */
static void read_tables(struct symbolizer *symbolizer)
{
    const ElfW(Ehdr) *head = (const void *)symbolizer->bytes;
    if (memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 || head->e_shentsize != sizeof(ElfW(Shdr)) ||
        head->e_shoff % _Alignof(ElfW(Shdr)) != 0 || head->e_shoff > symbolizer->size ||
        head->e_shnum > (symbolizer->size - head->e_shoff) / sizeof(ElfW(Shdr)))
        return;
    const ElfW(Shdr) *sections = (const void *)(symbolizer->bytes + head->e_shoff);
    const ElfW(Shdr) *table = find_section(sections, head->e_shnum, SHT_SYMTAB);
    if (!table)
        table = find_section(sections, head->e_shnum, SHT_DYNSYM);
    if (!table || table->sh_link >= head->e_shnum || table->sh_offset % _Alignof(ElfW(Sym)) != 0)
        return;
    const ElfW(Shdr) *names = &sections[table->sh_link];
    symbolizer->table = (const void *)section_bytes(symbolizer, table);
    symbolizer->count = symbolizer->table ? table->sh_size / sizeof(ElfW(Sym)) : 0;
    symbolizer->names = section_bytes(symbolizer, names);
    symbolizer->names_size = symbolizer->names ? names->sh_size : 0;
}

static void open_file(struct symbolizer *symbolizer, const char *path)
{
    if (strcmp(symbolizer->path, path) == 0)
        return;
    close_file(symbolizer);
    snprintf(symbolizer->path, sizeof symbolizer->path, "%s", path);
    if (map_file(symbolizer))
        read_tables(symbolizer);
}

/* The file that has an address, and where in it. */
struct place {
    uint64_t address;
    uint64_t offset;
    char path[PATH_BYTES];
};

static int visit_object(struct dl_phdr_info *object, size_t size, void *context)
{
    (void)size;
    struct place *place = context;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        uint64_t begin = object->dlpi_addr + part->p_vaddr;
        if (part->p_type != PT_LOAD || place->address < begin ||
            place->address - begin >= part->p_memsz)
            continue;
        place->offset = place->address - object->dlpi_addr;
        /* The program itself has no name here. */
        snprintf(place->path, sizeof place->path, "%s",
                 *object->dlpi_name ? object->dlpi_name : "/proc/self/exe");
        return 1;
    }
    return 0;
}

static const char *find_name(const struct symbolizer *symbolizer, uint64_t offset)
{
    for (size_t i = 0; i < symbolizer->count; i++) {
        const ElfW(Sym) *symbol = &symbolizer->table[i];
        unsigned type = symbol->st_info & 0xf;
        if ((type != STT_FUNC && type != STT_GNU_IFUNC) || symbol->st_shndx == SHN_UNDEF ||
            offset < symbol->st_value || offset - symbol->st_value >= symbol->st_size)
            continue;
        if (symbol->st_name < symbolizer->names_size &&
            memchr(symbolizer->names + symbol->st_name, '\0',
                   symbolizer->names_size - symbol->st_name))
            return symbolizer->names + symbol->st_name;
    }
    return NULL;
}

/* The name of a file without its folders. */
static void file_name(const char *path, char *name, size_t size)
{
    char target[PATH_BYTES];
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length > 0) { /* of /proc/self/exe; a library's link is as good as its target */
        target[length] = '\0';
        path = target;
    }
    const char *slash = strrchr(path, '/');
    snprintf(name, size, "%.*s", (int)size - 1, slash ? slash + 1 : path);
}

bool symbolizer_find(struct symbolizer *symbolizer, uint64_t address,
                     char name[SYMBOLIZER_NAME_MAX])
{
    struct place place = {.address = address};
    *name = '\0';
    if (!dl_iterate_phdr(visit_object, &place))
        return false;
    open_file(symbolizer, place.path);
    const char *found = find_name(symbolizer, place.offset);
    if (found) {
        snprintf(name, SYMBOLIZER_NAME_MAX, "%s", found);
        return true;
    }
    char file[SYMBOLIZER_NAME_MAX - 32];
    file_name(place.path, file, sizeof file);
    snprintf(name, SYMBOLIZER_NAME_MAX, "%s+0x%llx", file, (unsigned long long)place.offset);
    return true;
}
