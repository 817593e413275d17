/* --check: asks a running daemon whether it is ready. Main thread. */
#ifndef DAEMON_HEALTH_CHECK_H
#define DAEMON_HEALTH_CHECK_H

/* Requests /readyz from http://HOST:PORT, or from the Unix socket unix:PATH or /PATH. Returns the
 * exit status: 0 ready; 1 not ready or no connection; 2 when the URL has another form. For 1 and 2
 * one line on stderr says why. Waits a few seconds at most. */
int health_check(const char *url);

#endif
