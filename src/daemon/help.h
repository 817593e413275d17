/* The part of --help that is generated: endpoints, methods and instruction sets. */
#ifndef DAEMON_HELP_H
#define DAEMON_HELP_H

/* Some lines of text, in a static buffer. Main thread. */
const char *help_details(void);

#endif
