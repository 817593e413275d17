/* Runs other programs on the output of particled and particle-bench. Every function fails the
 * running test on an error. One thread. */
#ifndef TESTS_INTEROP_TOOL_H
#define TESTS_INTEROP_TOOL_H

#include <check.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../suite.h"

/* main returns this if the tool is missing. automake then counts the suite as skipped. */
#define TOOL_SKIP 77

/* Runs a shell command. If it fails, prints that `package` is missing and returns true. */
static inline bool tool_is_missing(const char *command, const char *package)
{
    if (system(command) == 0) /* NOLINT: a constant */
        return false;
    printf("%s is missing\n", package);
    return true;
}

/* The standard output of the last command. */
static char tool_output[4 << 20];

/* Runs a shell command; returns its exit status. */
static inline int tool_run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline int tool_run(const char *format, ...)
{
    char command[4096];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(command, sizeof command, format, args);
    va_end(args);
    ck_assert(length > 0 && (size_t)length < sizeof command);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    size_t size = fread(tool_output, 1, sizeof tool_output - 1, pipe);
    tool_output[size] = '\0';
    int status = pclose(pipe);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* The path of the temporary folder of the test. */
static char tool_folder[64];

static inline void tool_open_folder(void)
{
    strcpy(tool_folder, "/tmp/particled-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(tool_folder));
}

static inline void tool_remove_folder(void)
{
    ck_assert_int_eq(tool_run("rm -r %s", tool_folder), 0);
}

static inline void tool_write(const char *name, const char *bytes, size_t size)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", tool_folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

#endif
