#include "endpoints/profiles.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "endpoints/application.h"
#include "endpoints/problems.h"
#include "http/job.h"
#include "http/message/headers.h"
#include "http/respond.h"
#include "runtime/profiler.h"
#include "runtime/symbolizer.h"

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

static void respond(struct request *request, const char *type, char *body, size_t size)
{
    request_respond(request, MHD_HTTP_OK, type, body, size);
    if (body)
        request_add_header(request, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
}

/* --- CPU profile ---------------------------------------------------------------------------- */

struct profile {
    long seconds;
    bool running; /* this request holds service->profile_running */
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
    struct problem problem;
    problem_set(&problem, &problem_invalid,
                "seconds must be a whole number from 1 to %d, not \"%.40s\".", SECONDS_MAX, value);
    problem_set_parameter(&problem, name);
    request_fail(request, &problem);
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
    return headers_each_parameter(request->mhd, read_seconds, request);
}

void profile_handle(struct request *request)
{
    struct profile *profile = request->state;
    bool running = false;
    if (application_is_draining(request)) {
        request_fail_with(request, &problem_draining, "The daemon takes no new work.");
        return;
    }
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

/* Until the time is up or somebody says to end. */
static void wait_out(struct request *request, int64_t ns)
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
                          "The profiler does not start; does CPUPROFILE in the daemon's "
                          "environment keep it busy?");
        return;
    }
    wait_out(request, profile->seconds * NS_PER_S);
    size_t size;
    char *bytes = profiler_stop(&size);
    /* What a drain has cut short is a profile all the same. */
    if (job_cancelled(request)) {
        free(bytes);
        return;
    }
    respond(request, BINARY_TYPE, bytes, size);
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

/* --- heap ----------------------------------------------------------------------------------- */

void heap_handle(struct request *request)
{
    if (profiler_has_heap())
        job_run_on_own_thread(request);
    else
        request_fail_with(request, &problem_not_built,
                          "This daemon was built without tcmalloc (configure --enable-tcmalloc), "
                          "so it does not know who has allocated what.");
}

void heap_work(struct request *request)
{
    size_t size;
    char *text = profiler_heap(&size);
    respond(request, TEXT_TYPE, text, size);
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
    respond(request, TEXT_TYPE, text, size);
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
    struct request *request = context;
    (void)value, (void)length;
    /* A plus sign means a space in a query, and is one in a list of addresses. */
    symbol_post_receive(request, name, strlen(name));
    if (!request->failed)
        symbol_post_receive(request, "+", 1);
    return !request->failed;
}

void symbol_handle(struct request *request)
{
    if (!symbol_post_begin(request) || !headers_each_parameter(request->mhd, read_address, request))
        return;
    const struct lookup *lookup = request->state;
    if (lookup->size > 0)
        job_run_on_own_thread(request);
    else
        request_respond_static(request, MHD_HTTP_OK, TEXT_TYPE, there_are_symbols,
                               sizeof there_are_symbols - 1);
}

bool symbol_post_begin(struct request *request)
{
    struct lookup *lookup = NULL;
    if (!request_reserve(request, sizeof *lookup)) {
        request_fail_reservation(request, sizeof *lookup, "The addresses");
        return false;
    }
    lookup = malloc(sizeof *lookup);
    if (!lookup) {
        request_fail_memory(request);
        return false;
    }
    lookup->size = 0;
    request->state = lookup;
    return true;
}

size_t symbol_post_receive(struct request *request, const char *bytes, size_t size)
{
    struct lookup *lookup = request->state;
    if (size > SYMBOL_BYTES_MAX - lookup->size) {
        request->close = true; /* the client has not stopped sending, so part from it */
        request_fail_with(request, &problem_body_too_large,
                          "The addresses take more than %zu bytes; send fewer at a time.",
                          SYMBOL_BYTES_MAX);
        return size;
    }
    memcpy(lookup->text + lookup->size, bytes, size);
    lookup->size += size;
    return size;
}

void symbol_post_handle(struct request *request)
{
    job_run_on_own_thread(request);
}

/* Writes a line for each address; false at what is none. */
static bool look_up(struct request *request, struct symbolizer *symbolizer, char *text, FILE *out)
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
    struct lookup *lookup = request->state;
    lookup->text[lookup->size] = '\0';
    char *text = NULL;
    size_t size;
    struct symbolizer *symbolizer = symbolizer_create();
    FILE *out = open_memstream(&text, &size);
    bool understood = true;
    if (symbolizer && out) {
        fputs(there_are_symbols, out);
        /* A NUL within ends it; such a body is no list of addresses. */
        understood =
            strlen(lookup->text) == lookup->size && look_up(request, symbolizer, lookup->text, out);
    }
    bool written = out && fclose(out) == 0 && symbolizer;
    if (symbolizer)
        symbolizer_destroy(symbolizer);
    if (understood && written) {
        respond(request, TEXT_TYPE, text, size);
        return;
    }
    free(text);
    if (understood)
        request_fail_memory(request);
    else
        request_fail_with(request, &problem_invalid,
                          "Send hexadecimal addresses, joined by plus signs: 0x55d0+0x7f10.");
}

void symbol_post_release(struct request *request)
{
    free(request->state);
}
