/* The part of --help that comes from the tables. */
#ifndef DAEMON_HELP_H
#define DAEMON_HELP_H

/* The endpoints and methods, as lines. Built at each call in one static buffer; main
 * thread. */
const char *help_details(void);

#endif
