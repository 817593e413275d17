/* Raw messages and what the daemon must do with each of them. Needs the harness. */
#ifndef TESTS_HTTP_CASES_H
#define TESTS_HTTP_CASES_H

#include "../harness/harness.h"

enum ending {
    STAYS_OPEN, /* the connection is ready for the next request; it may close with a status 400 that
                   is allowed beside others */
    CLOSES,     /* the daemon closes it, and does not respond to what follows */
    INCOMPLETE, /* the message ends too early, and the client closes its sending side */
};

struct message_case {
    const char *name;
    const char *bytes;
    size_t size;
    /* The allowed statuses, separated by blanks; "-" means that the daemon may close the connection
     * without a response. */
    const char *statuses;
    enum ending ending;
};

/* `bytes` is a string literal; it may contain NULs. */
#define CASE(name, bytes, statuses, ending)                                                        \
    {                                                                                              \
        name, bytes, sizeof(bytes) - 1, statuses, ending                                           \
    }

/* Sends the message in one piece, and another request behind it unless the message is INCOMPLETE.
 * Fails the test, with the name of the case, unless there is exactly one response to the message,
 * with an allowed status and the headers that the status demands, and the connection ends as
 * expected. */
void case_check(const struct daemon *daemon, const struct message_case *message);

/* As case_check, once for each position: the message is sent in two pieces, which are divided
 * there.
 */
void case_check_split(const struct daemon *daemon, const struct message_case *message);

/* Waits until the daemon shows no request, job, connection or byte in use but those of the client
 * that asks for the metrics. */
void nothing_is_left(const struct daemon *daemon);

#endif
