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

/* X(symbol, path of the URL, path in the source tree, media type) */
#define FILES(X)                                                                                   \
    X(openapi, "/openapi.json", "docs/openapi.json", JSON)                                         \
    X(index, "/", "src/web/index.html", HTML)                                                      \
    PAGE_FILE(X, address, "address.js", SCRIPT)                                                    \
    PAGE_FILE(X, alert, "alert.js", SCRIPT)                                                        \
    PAGE_FILE(X, app, "app.js", SCRIPT)                                                            \
    PAGE_FILE(X, bench, "bench.js", SCRIPT)                                                        \
    PAGE_FILE(X, daemon, "daemon.js", SCRIPT)                                                      \
    PAGE_FILE(X, dialogs, "dialogs.js", SCRIPT)                                                    \
    PAGE_FILE(X, difference, "difference.js", SCRIPT)                                              \
    PAGE_FILE(X, formats, "formats.js", SCRIPT)                                                    \
    PAGE_FILE(X, icon, "icon.svg", IMAGE)                                                          \
    PAGE_FILE(X, npy, "npy.js", SCRIPT)                                                            \
    PAGE_FILE(X, number_format, "number_format.js", SCRIPT)                                        \
    PAGE_FILE(X, painter, "painter.js", SCRIPT)                                                    \
    PAGE_FILE(X, palette, "palette.js", SCRIPT)                                                    \
    PAGE_FILE(X, particle_view, "particle_view.js", SCRIPT)                                        \
    PAGE_FILE(X, particles, "particles.js", SCRIPT)                                                \
    PAGE_FILE(X, presets, "presets.js", SCRIPT)                                                    \
    PAGE_FILE(X, readings, "readings.js", SCRIPT)                                                  \
    PAGE_FILE(X, runner, "runner.js", SCRIPT)                                                      \
    PAGE_FILE(X, style, "style.css", STYLE)                                                        \
    PAGE_FILE(X, theme, "theme.js", SCRIPT)                                                        \
    PAGE_FILE(X, theme_switch, "theme_switch.js", SCRIPT)                                          \
    PAGE_FILE(X, viewport, "viewport.js", SCRIPT)

/* A file that index.html loads. */
#define PAGE_FILE(X, symbol, name, type) X(symbol, "/web/" name, "src/web/" name, type)

/* Defines the bytes of a file between two symbols. */
#define EMBED(symbol, url_path, file, type)                                                        \
    extern const char web_##symbol##_begin[], web_##symbol##_end[];                                \
    __asm__(".pushsection .rodata\n"                                                               \
            ".global web_" #symbol "_begin\n"                                                      \
            "web_" #symbol "_begin:\n"                                                             \
            ".incbin \"" SOURCE_ROOT "/" file "\"\n"                                               \
            ".global web_" #symbol "_end\n"                                                        \
            "web_" #symbol "_end:\n"                                                               \
            ".popsection\n");
FILES(EMBED)

#define ROW(symbol, url_path, file, type)                                                          \
    {.path = url_path, .media_type = type, .bytes = web_##symbol##_begin},
#define END(symbol, url_path, file, type) web_##symbol##_end,

static struct web_file files[] = {FILES(ROW)};
static const char *const ends[] = {FILES(END)};

#define FILE_COUNT (sizeof files / sizeof *files)

/* A 64-bit hash in hexadecimal, in quotes. */
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
