/* Checks the header section of a request byte by byte (RFC 9112, sections 2.2, 3 and 5; RFC 9110,
 * section 5.5), in the memory in which libmicrohttpd 0.9 has parsed it.
 *
 * The library is more tolerant than RFC 9112: a line that starts with a colon or a NUL ends the
 * header section, and a NUL ends a value. What follows is then read as the body or as the next
 * request, where a proxy in front of the daemon saw a header. So every byte of the section must be
 * accounted for.
 *
 * The library has replaced each line end (CRLF or LF), each colon behind a name and the blanks
 * around the target by NULs, and reports where each name and value starts. Names and values are
 * checked in the order of the lines. Pure; any thread. */
#ifndef HTTP_MESSAGE_HEADER_BLOCK_H
#define HTTP_MESSAGE_HEADER_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

struct header_block {
    const char *begin, *end; /* NULL after header_block_begin_checked */
    const char *line_end;    /* the NUL that ends the present line */
    const char *error;       /* of the first error: what the request "has"; NULL: none so far */
};

/* The section is begin[0..size): its first line consists of method, target[0..target_size) as it
 * was received, and version. */
void header_block_begin(struct header_block *block, const char *begin, size_t size,
                        const char *target, size_t target_size, const char *version);

/* For a library that accounts for every byte itself: only the method, names and values are checked.
 */
void header_block_begin_checked(struct header_block *block, const char *method);

/* The next line has this name and value, both NUL-terminated. */
void header_block_line(struct header_block *block, const char *name, const char *value);

/* There is no further line. Returns block->error. */
const char *header_block_end(struct header_block *block);

/* True for the characters of a field name or method (RFC 9110, section 5.6.2), at least one. */
bool header_is_token(const char *text);

/* True when no byte is a control character other than a tab (RFC 9110, section 5.5). */
bool header_is_value(const char *text);

/* True for the value of a Host header: a name, an IPv4 address or an IPv6 address in brackets, and
 * perhaps a port (RFC 9110, section 7.2). No percent-encoding, no userinfo, no list. */
bool header_is_host(const char *text, size_t size);

#endif
