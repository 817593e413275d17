#include "endpoints/profiles.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "runtime/profiler.h"
#include "runtime/symbolizer.h"
#include "http/message/headers.h"

/* The length of a profile, in seconds. */
#define SECONDS_DEFAULT 30
#define SECONDS_MAX 3600

/* A profile that is being taken asks so often whether to end. */
#define TICK_NS (20 * NS_PER_MS)

/* Addresses of a request, as text. */
#define SYMBOL_BYTES_MAX ((size_t)1 << 20)

/* Bytes of the command line; a longer one is cut. */
#define CMDLINE_MAX ((size_t)16 << 10)

#define TEXT_TYPE "text/plain; charset=utf-8"
#define BINARY_TYPE "application/octet-stream"

static void answer(struct exchange *exchange, const char *type, char *body, size_t size)
{
    exchange_answer(exchange, MHD_HTTP_OK, type, body, size);
    if (body)
        exchange_header(exchange, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
}

/* --- CPU profile ---------------------------------------------------------------------------- */

struct profile {
    long seconds;
    bool running; /* this exchange holds service->profile_running */
};

static bool read_seconds(void *context, const char *name, const char *value, size_t length)
{
    struct exchange *exchange = context;
    struct profile *profile = exchange->state;
    if (strcmp(name, "seconds") != 0)
        return true;
    char *end = NULL;
    if (length > 0 && length <= 4 && isdigit((unsigned char)*value))
        profile->seconds = strtol(value, &end, 10);
    if (end && end == value + length && profile->seconds >= 1 && profile->seconds <= SECONDS_MAX)
        return true;
    struct problem problem;
    problem_set(&problem, PROBLEM_INVALID,
                "seconds must be a whole number from 1 to %d, not \"%.40s\".", SECONDS_MAX, value);
    problem_set_parameter(&problem, name);
    exchange_fail(exchange, &problem);
    return false;
}

bool profile_begin(struct exchange *exchange)
{
    if (!profiler_has_cpu()) {
        exchange_fail_with(exchange, PROBLEM_NOT_BUILT,
                           "This daemon was built without gperftools, so it cannot take profiles.");
        return false;
    }
    struct profile *profile = calloc(1, sizeof *profile);
    if (!profile) {
        exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
        return false;
    }
    profile->seconds = SECONDS_DEFAULT;
    exchange->state = profile;
    return request_each_parameter(exchange, read_seconds, exchange);
}

void profile_handle(struct exchange *exchange)
{
    struct service *service = exchange->service;
    struct profile *profile = exchange->state;
    bool running = false;
    if (atomic_load(&service->draining)) {
        exchange_fail_with(exchange, PROBLEM_DRAINING, "The daemon takes no new work.");
        return;
    }
    profile->running = atomic_compare_exchange_strong(&service->profile_running, &running, true);
    if (!profile->running) {
        exchange_fail_with(exchange, PROBLEM_PROFILE_RUNNING,
                           "One profile is taken at a time; try again when it is over.");
        return;
    }
    peer_exempt(exchange->peer);
    exchange_submit_apart(exchange);
}

/* Until the time is up or somebody says to end. */
static void wait_out(struct exchange *exchange, int64_t ns)
{
    int64_t end = clock_now_ns() + ns;
    for (;;) {
        int64_t left = end - clock_now_ns();
        if (left <= 0 || exchange_cancelled(exchange) || atomic_load(&exchange->service->draining))
            return;
        struct timespec tick = {0, left < TICK_NS ? left : TICK_NS};
        nanosleep(&tick, NULL);
    }
}

void profile_work(struct exchange *exchange)
{
    const struct profile *profile = exchange->state;
    if (!profiler_start()) {
        exchange_fail_with(exchange, PROBLEM_INTERNAL,
                           "The profiler does not start; does CPUPROFILE in the daemon's "
                           "environment keep it busy?");
        return;
    }
    wait_out(exchange, profile->seconds * NS_PER_S);
    size_t size;
    char *bytes = profiler_stop(&size);
    /* What a drain has cut short is a profile all the same. */
    if (exchange_cancelled(exchange)) {
        free(bytes);
        return;
    }
    answer(exchange, BINARY_TYPE, bytes, size);
    if (bytes)
        exchange_header(exchange, "Content-Disposition", "attachment; filename=\"profile\"");
}

void profile_release(struct exchange *exchange)
{
    struct profile *profile = exchange->state;
    if (profile->running)
        atomic_store(&exchange->service->profile_running, false);
    free(profile);
}

/* --- heap ----------------------------------------------------------------------------------- */

void heap_handle(struct exchange *exchange)
{
    if (profiler_has_heap())
        exchange_submit_apart(exchange);
    else
        exchange_fail_with(exchange, PROBLEM_NOT_BUILT,
                           "This daemon was built without tcmalloc (configure --enable-tcmalloc), "
                           "so it does not know who has allocated what.");
}

void heap_work(struct exchange *exchange)
{
    size_t size;
    char *text = profiler_heap(&size);
    answer(exchange, TEXT_TYPE, text, size);
}

/* --- command line --------------------------------------------------------------------------- */

void cmdline_handle(struct exchange *exchange)
{
    char *text = malloc(CMDLINE_MAX);
    FILE *file = fopen("/proc/self/cmdline", "re");
    size_t size = text && file ? fread(text, 1, CMDLINE_MAX, file) : 0;
    if (file)
        fclose(file);
    if (size > 0 && text[size - 1] == '\0')
        size--;
    answer(exchange, TEXT_TYPE, text, size);
}

/* --- symbols -------------------------------------------------------------------------------- */

struct lookup {
    size_t size;
    char text[SYMBOL_BYTES_MAX + 1]; /* pages that are not written to are not there */
};

/* google-pprof asks this first, and goes on if the number is not 0. */
static const char there_are_symbols[] = "num_symbols: 1\n";

static bool read_address(void *context, const char *name, const char *value, size_t length)
{
    struct exchange *exchange = context;
    (void)value, (void)length;
    /* A plus sign means a space in a query, and is one in a list of addresses. */
    symbol_post_receive(exchange, name, strlen(name));
    if (!exchange->failed)
        symbol_post_receive(exchange, "+", 1);
    return !exchange->failed;
}

void symbol_handle(struct exchange *exchange)
{
    if (!symbol_post_begin(exchange) || !request_each_parameter(exchange, read_address, exchange))
        return;
    const struct lookup *lookup = exchange->state;
    if (lookup->size > 0)
        exchange_submit_apart(exchange);
    else
        exchange_answer_static(exchange, MHD_HTTP_OK, TEXT_TYPE, there_are_symbols,
                               sizeof there_are_symbols - 1);
}

bool symbol_post_begin(struct exchange *exchange)
{
    struct lookup *lookup = NULL;
    if (!exchange_claim(exchange, sizeof *lookup)) {
        exchange_fail_claim(exchange, sizeof *lookup, "The addresses");
        return false;
    }
    lookup = malloc(sizeof *lookup);
    if (!lookup) {
        exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
        return false;
    }
    lookup->size = 0;
    exchange->state = lookup;
    return true;
}

size_t symbol_post_receive(struct exchange *exchange, const char *bytes, size_t size)
{
    struct lookup *lookup = exchange->state;
    if (size > SYMBOL_BYTES_MAX - lookup->size) {
        exchange->close = true; /* the client has not stopped sending, so part from it */
        exchange_fail_with(exchange, PROBLEM_BODY_TOO_LARGE,
                           "The addresses take more than %zu bytes; send fewer at a time.",
                           SYMBOL_BYTES_MAX);
        return size;
    }
    memcpy(lookup->text + lookup->size, bytes, size);
    lookup->size += size;
    return size;
}

void symbol_post_handle(struct exchange *exchange)
{
    exchange_submit_apart(exchange);
}

/* Writes a line for each address; false at what is none. */
static bool look_up(struct exchange *exchange, struct symbols *symbols, char *text, FILE *out)
{
    static const char separators[] = "+ \t\r\n";
    char name[SYMBOLS_NAME_MAX];
    for (char *at = text + strspn(text, separators); *at; at += strspn(at, separators)) {
        char *end = at;
        uint64_t address = isxdigit((unsigned char)*at) ? strtoull(at, &end, 16) : 0;
        if (end == at || (*end && !strchr(separators, *end)))
            return false;
        if (symbols_find(symbols, address, name))
            fprintf(out, "0x%llx\t%s\n", (unsigned long long)address, name);
        at = end;
        if (exchange_cancelled(exchange))
            return true;
    }
    return true;
}

void symbol_post_work(struct exchange *exchange)
{
    struct lookup *lookup = exchange->state;
    lookup->text[lookup->size] = '\0';
    char *text = NULL;
    size_t size;
    struct symbols *symbols = symbols_create();
    FILE *out = open_memstream(&text, &size);
    bool understood = true;
    if (symbols && out) {
        fputs(there_are_symbols, out);
        /* A NUL within ends it; such a body is no list of addresses. */
        understood =
            strlen(lookup->text) == lookup->size && look_up(exchange, symbols, lookup->text, out);
    }
    bool written = out && fclose(out) == 0 && symbols;
    if (symbols)
        symbols_destroy(symbols);
    if (understood && written) {
        answer(exchange, TEXT_TYPE, text, size);
        return;
    }
    free(text);
    if (understood)
        exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
    else
        exchange_fail_with(exchange, PROBLEM_INVALID,
                           "Send hexadecimal addresses, joined by plus signs: 0x55d0+0x7f10.");
}

void symbol_post_release(struct exchange *exchange)
{
    free(exchange->state);
}
