#include "config.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>

#include "bench/report.h"
#include "sim/kernels.h"

/* Copies what fits. Replaces bytes that are not printable ASCII, so that every report is valid. */
static void copy(char *to, size_t size, const char *from)
{
    for (; size > 1 && *from; size--, from++)
        *to++ = *from >= ' ' && *from <= '~' ? *from : '?';
    *to = '\0';
}

/* Reads the first "model name" of /proc/cpuinfo. Kernels on ARM have none. */
static void cpu_name(char *name, size_t size)
{
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "re");
    if (!file)
        return;
    while (!*name && fgets(line, sizeof line, file)) {
        char *value = strchr(line, ':');
        if (strncmp(line, "model name", strlen("model name")) == 0 && value) {
            value += 1 + strspn(value + 1, " \t");
            value[strcspn(value, "\n")] = '\0';
            copy(name, size, value);
        }
    }
    fclose(file);
}

static void date_and_time(char *text, size_t size)
{
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(text, size, "%Y-%m-%dT%H:%M:%S+00:00", &utc);
}

static double timeval_seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

void bench_cpu_time(double *user_s, double *system_s)
{
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    *user_s = timeval_seconds(usage.ru_utime);
    *system_s = timeval_seconds(usage.ru_stime);
}

void bench_machine_describe(struct bench_machine *machine)
{
    struct utsname system;
    cpu_set_t cores;

    memset(machine, 0, sizeof *machine);
    if (uname(&system) == 0) {
        copy(machine->node, sizeof machine->node, system.nodename);
        copy(machine->system, sizeof machine->system, system.sysname);
        copy(machine->release, sizeof machine->release, system.release);
        copy(machine->architecture, sizeof machine->architecture, system.machine);
    }
    cpu_name(machine->cpu, sizeof machine->cpu);
    copy(machine->compiler, sizeof machine->compiler, BUILD_COMPILER);
    copy(machine->kernels, sizeof machine->kernels, evolve_kernels_name());
    machine->cores = sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
    date_and_time(machine->datetime, sizeof machine->datetime);
}
