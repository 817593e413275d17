#include "endpoints/profiles.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "endpoints/application.h"
#include "endpoints/failures.h"
#include "endpoints/problems.h"
#include "http/job.h"
#include "http/message/headers.h"
#include "http/message/query.h"
#include "http/respond.h"
#include "runtime/profiler.h"
#include "runtime/symbolizer.h"

/* The length of a profile, in seconds. */
#define SECONDS_DEFAULT 30
#define SECONDS_MAX 3600

/* How often a running profile checks whether it must end. */
#define TICK_NS (20 * NS_PER_MS)

/* Most bytes of a list of addresses. */
#define SYMBOL_BYTES_MAX ((size_t)1 << 20)

/* Bytes of the command line that are shown; the rest is left out. */
#define CMDLINE_MAX ((size_t)16 << 10)

/* Heap profiles and lists of symbols that are made at once; each has a thread of its own. */
#define THREADS_MAX 4

#define BINARY_TYPE "application/octet-stream"

/* --- CPU profile ---------------------------------------------------------------------------- */

struct profile {
    long seconds;
    bool running; /* this request has set application->profile_running */
};

static bool read_seconds(void *context, const char *name, const char *value, size_t length)
{
    struct request *request = context;
    struct profile *profile = request->state;
    if (strcmp(name, "seconds") != 0)
        return true;
    char *end = NULL;
    if (length > 0 && length <= 4 && isdigit((unsigned char)*value))
        profile->seconds = strtol(value, &end, 10);
    if (end && end == value + length && profile->seconds >= 1 && profile->seconds <= SECONDS_MAX)
        return true;
    char detail[128];
    snprintf(detail, sizeof detail, "seconds must be a whole number from 1 to %d, not \"%.40s\".",
             SECONDS_MAX, value);
    fail_parameter(request, &problem_invalid, name, detail);
    return false;
}

bool profile_begin(struct request *request)
{
    if (!profiler_has_cpu()) {
        request_fail_with(request, &problem_not_built,
                          "This daemon was built without gperftools, so it cannot take profiles.");
        return false;
    }
    struct profile *profile = calloc(1, sizeof *profile);
    if (!profile) {
        request_fail_memory(request);
        return false;
    }
    profile->seconds = SECONDS_DEFAULT;
    request->state = profile;
    return query_each(request->query, read_seconds, request);
}

void profile_handle(struct request *request)
{
    struct profile *profile = request->state;
    bool running = false;
    if (fail_if_draining(request))
        return;
    profile->running =
        atomic_compare_exchange_strong(&application_of(request)->profile_running, &running, true);
    if (!profile->running) {
        request_fail_with(request, &problem_profile_running,
                          "One profile is taken at a time; try again when it is over.");
        return;
    }
    connection_clear_deadline(request->connection);
    job_run_on_own_thread(request);
}

/* Waits for `ns`, or until the request is cancelled or the daemon shuts down. */
static void wait_for_end(struct request *request, int64_t ns)
{
    int64_t end = clock_now_ns() + ns;
    for (;;) {
        int64_t left = end - clock_now_ns();
        if (left <= 0 || job_cancelled(request) || application_is_draining(request))
            return;
        struct timespec tick = {0, left < TICK_NS ? left : TICK_NS};
        nanosleep(&tick, NULL);
    }
}

void profile_work(struct request *request)
{
    const struct profile *profile = request->state;
    if (!profiler_start()) {
        request_fail_with(request, &problem_internal,
                          "The profiler does not start; perhaps CPUPROFILE in the daemon's "
                          "environment has already started it.");
        return;
    }
    wait_for_end(request, profile->seconds * NS_PER_S);
    size_t size;
    char *bytes = profiler_stop(&size);
    /* When the daemon shuts down, the profile so far is sent. */
    if (job_cancelled(request)) {
        free(bytes);
        return;
    }
    request_respond(request, MHD_HTTP_OK, BINARY_TYPE, bytes, size);
    if (bytes)
        request_add_header(request, "Content-Disposition", "attachment; filename=\"profile\"");
}

void profile_release(struct request *request)
{
    struct profile *profile = request->state;
    if (profile->running)
        atomic_store(&application_of(request)->profile_running, false);
    free(profile);
}

/* --- threads of heap profiles and symbols --------------------------------------------------- */

/* Starts route->work on a thread of its own, or fails. Sets *counted when the request counts in
 * application->profile_threads: then end_thread must follow when its state is released. */
static void start_thread(struct request *request, bool *counted)
{
    atomic_uint *threads = &application_of(request)->profile_threads;
    if (fail_if_draining(request))
        return;
    *counted = atomic_fetch_add(threads, 1) < THREADS_MAX;
    if (*counted) {
        job_run_on_own_thread(request);
        return;
    }
    atomic_fetch_sub(threads, 1);
    request_fail_with(request, &problem_profile_running,
                      "%d heap profiles and lists of symbols are being made; try again later.",
                      THREADS_MAX);
}

static void end_thread(struct request *request, bool counted)
{
    if (counted)
        atomic_fetch_sub(&application_of(request)->profile_threads, 1);
}

/* --- heap ----------------------------------------------------------------------------------- */

struct heap {
    bool counted; /* in application->profile_threads */
};

void heap_handle(struct request *request)
{
    if (!profiler_has_heap()) {
        request_fail_with(request, &problem_not_built,
                          "This daemon was built without tcmalloc (configure --enable-tcmalloc), "
                          "so it cannot take heap profiles.");
        return;
    }
    struct heap *heap = calloc(1, sizeof *heap);
    if (!heap) {
        request_fail_memory(request);
        return;
    }
    request->state = heap;
    start_thread(request, &heap->counted);
}

void heap_release(struct request *request)
{
    struct heap *heap = request->state;
    end_thread(request, heap->counted);
    free(heap);
}

void heap_work(struct request *request)
{
    size_t size;
    char *text = profiler_heap(&size);
    request_respond(request, MHD_HTTP_OK, TEXT_MEDIA_TYPE, text, size);
}

/* --- command line --------------------------------------------------------------------------- */

void cmdline_handle(struct request *request)
{
    char *text = malloc(CMDLINE_MAX);
    FILE *file = fopen("/proc/self/cmdline", "re");
    size_t size = text && file ? fread(text, 1, CMDLINE_MAX, file) : 0;
    if (file)
        fclose(file);
    if (size > 0 && text[size - 1] == '\0')
        size--;
    request_respond(request, MHD_HTTP_OK, TEXT_MEDIA_TYPE, text, size);
}

/* --- symbols -------------------------------------------------------------------------------- */

struct address_list {
    bool counted; /* in application->profile_threads */
    size_t size;
    char text[SYMBOL_BYTES_MAX + 1]; /* untouched pages take no memory */
};

/* google-pprof reads this first, and goes on only if the number is not 0. */
static const char symbols_available[] = "num_symbols: 1\n";

static bool read_address(void *context, const char *name, const char *value, size_t length)
{
    struct request *request = context;
    (void)value, (void)length;
    /* Decoding a query turns "+" into a space; symbol_post_work accepts both. */
    symbol_post_receive(request, name, strlen(name));
    if (!request->failed)
        symbol_post_receive(request, "+", 1);
    return !request->failed;
}

void symbol_handle(struct request *request)
{
    if (!symbol_post_begin(request) || !query_each(request->query, read_address, request))
        return;
    struct address_list *addresses = request->state;
    if (addresses->size > 0)
        start_thread(request, &addresses->counted);
    else
        request_respond_static(request, MHD_HTTP_OK, TEXT_MEDIA_TYPE, symbols_available,
                               sizeof symbols_available - 1);
}

bool symbol_post_begin(struct request *request)
{
    struct address_list *addresses = NULL;
    if (!request_reserve(request, sizeof *addresses)) {
        request_fail_reservation(request, sizeof *addresses, "The addresses");
        return false;
    }
    addresses = malloc(sizeof *addresses);
    if (!addresses) {
        request_fail_memory(request);
        return false;
    }
    addresses->counted = false;
    addresses->size = 0;
    request->state = addresses;
    return true;
}

size_t symbol_post_receive(struct request *request, const char *bytes, size_t size)
{
    struct address_list *addresses = request->state;
    if (size > SYMBOL_BYTES_MAX - addresses->size) {
        request->close = true; /* the client may still be sending */
        request_fail_with(request, &problem_body_too_large,
                          "The addresses take more than %zu bytes; send fewer at a time.",
                          SYMBOL_BYTES_MAX);
        return size;
    }
    memcpy(addresses->text + addresses->size, bytes, size);
    addresses->size += size;
    return size;
}

void symbol_post_handle(struct request *request)
{
    struct address_list *addresses = request->state;
    start_thread(request, &addresses->counted);
}

/* Writes a line for each address. False when `text` contains something else. */
static bool write_symbols(struct request *request, struct symbolizer *symbolizer, char *text,
                          FILE *out)
{
    static const char separators[] = "+ \t\r\n";
    char name[SYMBOLIZER_NAME_MAX];
    for (char *at = text + strspn(text, separators); *at; at += strspn(at, separators)) {
        char *end = at;
        uint64_t address = isxdigit((unsigned char)*at) ? strtoull(at, &end, 16) : 0;
        if (end == at || (*end && !strchr(separators, *end)))
            return false;
        if (symbolizer_find(symbolizer, address, name))
            fprintf(out, "0x%llx\t%s\n", (unsigned long long)address, name);
        at = end;
        if (job_cancelled(request))
            return true;
    }
    return true;
}

void symbol_post_work(struct request *request)
{
    struct address_list *addresses = request->state;
    addresses->text[addresses->size] = '\0';
    char *text = NULL;
    size_t size;
    struct symbolizer *symbolizer = symbolizer_create();
    FILE *out = open_memstream(&text, &size);
    bool valid = true;
    if (symbolizer && out) {
        fputs(symbols_available, out);
        /* A body that contains a NUL is not a list of addresses. */
        valid = strlen(addresses->text) == addresses->size &&
                write_symbols(request, symbolizer, addresses->text, out);
    }
    bool written = out && fclose(out) == 0 && symbolizer;
    if (symbolizer)
        symbolizer_destroy(symbolizer);
    bool cancelled = job_cancelled(request); /* then the list may not be complete */
    if (valid && written && !cancelled) {
        request_respond(request, MHD_HTTP_OK, TEXT_MEDIA_TYPE, text, size);
        return;
    }
    free(text);
    if (cancelled)
        return; /* job.c sets the response */
    if (valid)
        request_fail_memory(request);
    else
        request_fail_with(request, &problem_invalid,
                          "Send hexadecimal addresses, joined by plus signs: 0x55d0+0x7f10.");
}

void symbol_post_release(struct request *request)
{
    struct address_list *addresses = request->state;
    end_thread(request, addresses->counted);
    free(addresses);
}
