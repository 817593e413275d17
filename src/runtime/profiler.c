#include "config.h"

#include "runtime/profiler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HAVE_GPERFTOOLS
#include <gperftools/profiler.h>
#endif
#ifdef HAVE_TCMALLOC
#include <gperftools/heap-profiler.h>
#endif

const char *profiler_features(void)
{
    return profiler_has_heap() ? "cpu, heap" : profiler_has_cpu() ? "cpu" : "no";
}

bool profiler_has_cpu(void)
{
#ifdef HAVE_GPERFTOOLS
    return true;
#else
    return false;
#endif
}

bool profiler_has_heap(void)
{
#ifdef HAVE_TCMALLOC
    return true;
#else
    return false;
#endif
}

/* --- CPU ------------------------------------------------------------------------------------ */

#ifdef HAVE_GPERFTOOLS

/* gperftools writes to a file; this one is in memory. Belongs to the running profile. */
static int file = -1;

bool profiler_start(void)
{
    char path[64];
    file = memfd_create("profile", MFD_CLOEXEC);
    if (file < 0)
        return false;
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (ProfilerStart(path))
        return true;
    close(file);
    return false;
}

static char *read_all(size_t *size)
{
    struct stat status;
    if (fstat(file, &status) != 0 || status.st_size <= 0)
        return NULL;
    char *bytes = malloc((size_t)status.st_size);
    *size = 0;
    while (bytes && *size < (size_t)status.st_size) {
        ssize_t got = pread(file, bytes + *size, (size_t)status.st_size - *size, (off_t)*size);
        if (got <= 0) {
            free(bytes);
            return NULL;
        }
        *size += (size_t)got;
    }
    return bytes;
}

char *profiler_stop(size_t *size)
{
    ProfilerStop(); /* completes the file */
    char *bytes = read_all(size);
    close(file);
    return bytes;
}

#else

bool profiler_start(void)
{
    return false;
}

char *profiler_stop(size_t *size)
{
    *size = 0;
    return NULL;
}

#endif

/* --- heap ----------------------------------------------------------------------------------- */

#ifdef HAVE_TCMALLOC

void profiler_begin_heap(char **argv)
{
    static const char *const intervals[] = {"HEAP_PROFILE_ALLOCATION_INTERVAL",
                                            "HEAP_PROFILE_INUSE_INTERVAL"};
    /* Without these settings gperftools would write profiles to files by itself. */
    if (!getenv(intervals[0]) || !getenv(intervals[1])) {
        for (size_t i = 0; i < 2; i++)
            setenv(intervals[i], "0", 0);
        execv("/proc/self/exe", argv); /* returns only when there is no /proc */
    }
    HeapProfilerStart("/dev/null/particled");
}

void profiler_end_heap(void)
{
    if (IsHeapProfilerRunning())
        HeapProfilerStop();
}

char *profiler_heap(size_t *size)
{
    char *text = GetHeapProfile();
    *size = text ? strlen(text) : 0;
    return text;
}

#else

void profiler_begin_heap(char **argv)
{
    (void)argv;
}

void profiler_end_heap(void)
{
}

char *profiler_heap(size_t *size)
{
    *size = 0;
    return NULL;
}

#endif
