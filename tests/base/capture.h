/* Captures stdout or stderr of a test in a string. */
#ifndef TESTS_BASE_CAPTURE_H
#define TESTS_BASE_CAPTURE_H

#include <check.h>
#include <stdio.h>
#include <unistd.h>

struct capture {
    int fd, original; /* the stream's descriptor, and a duplicate of its original file */
    FILE *file;
    size_t length;
    char text[65536];
};

static inline void capture_begin(struct capture *capture, int fd)
{
    fflush(NULL);
    capture->fd = fd;
    capture->original = dup(fd);
    capture->file = tmpfile();
    ck_assert(capture->original >= 0 && capture->file);
    ck_assert_int_ge(dup2(fileno(capture->file), fd), 0);
}

/* Restores the stream and reads the output. */
static inline void capture_end(struct capture *capture)
{
    fflush(NULL);
    ck_assert_int_ge(dup2(capture->original, capture->fd), 0);
    close(capture->original);
    rewind(capture->file);
    capture->length = fread(capture->text, 1, sizeof capture->text - 1, capture->file);
    capture->text[capture->length] = '\0';
    fclose(capture->file);
}

#endif
