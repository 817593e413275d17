/* The interface to systemd: readiness, watchdog, inherited sockets. The functions do nothing when
 * the daemon was built without libsystemd or was not started by systemd. Main thread. */
#ifndef RUNTIME_SYSTEMD_H
#define RUNTIME_SYSTEMD_H

#include <stdint.h>

/* The listening socket that systemd has passed; -1 when there is none, -2 (an error) when there are
 * several. */
int systemd_socket(void);

/* Sends a state to systemd: "READY=1", "STOPPING=1", "WATCHDOG=1". */
void systemd_notify(const char *state);

/* The longest time between two "WATCHDOG=1", or 0 when there is no watchdog. */
int64_t systemd_watchdog_ns(void);

#endif
