#include "config.h"

#include "web/files.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define HTML "text/html; charset=utf-8"
#define STYLE "text/css; charset=utf-8"
#define SCRIPT "text/javascript; charset=utf-8"
#define IMAGE "image/svg+xml"
#define JSON "application/json"

/* Symbol, where it is served, where it lies in the source tree, media type. */
#define FILES(X)                                                                                   \
    X(openapi, "/openapi.json", "docs/openapi.json", JSON)                                         \
    X(index, "/", "src/web/index.html", HTML)                                                      \
    BESIDE(X, address, "address.js", SCRIPT)                                                       \
    BESIDE(X, app, "app.js", SCRIPT)                                                               \
    BESIDE(X, bench, "bench.js", SCRIPT)                                                           \
    BESIDE(X, daemon, "daemon.js", SCRIPT)                                                         \
    BESIDE(X, dialogs, "dialogs.js", SCRIPT)                                                       \
    BESIDE(X, difference, "difference.js", SCRIPT)                                                 \
    BESIDE(X, formats, "formats.js", SCRIPT)                                                       \
    BESIDE(X, icon, "icon.svg", IMAGE)                                                             \
    BESIDE(X, npy, "npy.js", SCRIPT)                                                               \
    BESIDE(X, painter, "painter.js", SCRIPT)                                                       \
    BESIDE(X, palette, "palette.js", SCRIPT)                                                       \
    BESIDE(X, particles, "particles.js", SCRIPT)                                                   \
    BESIDE(X, presets, "presets.js", SCRIPT)                                                       \
    BESIDE(X, readings, "readings.js", SCRIPT)                                                     \
    BESIDE(X, runner, "runner.js", SCRIPT)                                                         \
    BESIDE(X, stage, "stage.js", SCRIPT)                                                           \
    BESIDE(X, style, "style.css", STYLE)                                                           \
    BESIDE(X, text, "text.js", SCRIPT)                                                             \
    BESIDE(X, theme, "theme.js", SCRIPT)                                                           \
    BESIDE(X, theme_switch, "theme_switch.js", SCRIPT)                                             \
    BESIDE(X, trouble, "trouble.js", SCRIPT)                                                       \
    BESIDE(X, view, "view.js", SCRIPT)

/* What the page loads. */
#define BESIDE(X, symbol, name, type) X(symbol, "/web/" name, "src/web/" name, type)

#define EMBED(symbol, served_at, file, type)                                                       \
    extern const char web_##symbol##_begin[], web_##symbol##_end[];                                \
    __asm__(".pushsection .rodata\n"                                                               \
            ".global web_" #symbol "_begin\n"                                                      \
            "web_" #symbol "_begin:\n"                                                             \
            ".incbin \"" SOURCE_ROOT "/" file "\"\n"                                               \
            ".global web_" #symbol "_end\n"                                                        \
            "web_" #symbol "_end:\n"                                                               \
            ".popsection\n");
FILES(EMBED)

#define ROW(symbol, served_at, file, type)                                                         \
    {.path = served_at, .media_type = type, .bytes = web_##symbol##_begin},
#define END(symbol, served_at, file, type) web_##symbol##_end,

static struct web_file files[] = {FILES(ROW)};
static const char *const ends[] = {FILES(END)};

#define FILE_COUNT (sizeof files / sizeof *files)

/* 64 bits in hexadecimal, in quotes. */
static char etags[FILE_COUNT][19];

/* FNV-1a (Fowler, Noll, Vo). */
static uint64_t hash(const char *bytes, size_t size)
{
    uint64_t value = 0xcbf29ce484222325u;
    for (size_t i = 0; i < size; i++)
        value = (value ^ (unsigned char)bytes[i]) * 0x100000001b3u;
    return value;
}

void web_files_init(void)
{
    for (size_t i = 0; i < FILE_COUNT; i++) {
        files[i].size = (size_t)(ends[i] - files[i].bytes);
        snprintf(etags[i], sizeof etags[i], "\"%016" PRIx64 "\"",
                 hash(files[i].bytes, files[i].size));
        files[i].etag = etags[i];
    }
}

const struct web_file *web_files(size_t *count)
{
    *count = FILE_COUNT;
    return files;
}

const struct web_file *web_file_find(const char *path)
{
    for (size_t i = 0; i < FILE_COUNT; i++)
        if (strcmp(files[i].path, path) == 0)
            return &files[i];
    return NULL;
}
