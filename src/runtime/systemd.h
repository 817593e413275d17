/* The service manager (systemd): readiness, watchdog, inherited sockets. Without
 * libsystemd, or when not started by it, everything here does nothing. Main thread. */
#ifndef RUNTIME_SYSTEMD_H
#define RUNTIME_SYSTEMD_H

#include <stdint.h>

/* The listening socket that was passed in, or -1. More than one is an error: -2. */
int systemd_socket(void);

/* Tells the manager: "READY=1", "STOPPING=1", "WATCHDOG=1". */
void systemd_notify(const char *state);

/* The time within which the watchdog wants to be told, or 0 when there is none. */
int64_t systemd_watchdog_ns(void);

#endif
