/* --check: asks a running daemon whether it is ready. */
#ifndef DAEMON_HEALTH_CHECK_H
#define DAEMON_HEALTH_CHECK_H

/* Asks http://HOST:PORT, or the Unix socket at unix:PATH or /PATH, for /readyz. Returns the
 * exit status: 0 ready, 1 not ready or not there (one line on stderr says why), 2 when the URL is
 * of another form. Waits at most some seconds. */
int health_check(const char *url);

#endif
