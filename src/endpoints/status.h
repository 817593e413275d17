/* The small endpoints: /livez, /readyz, /healthz, /version, /metrics. The functions are used in the
 * table of routes. I/O thread. */
#ifndef ENDPOINTS_STATUS_H
#define ENDPOINTS_STATUS_H

struct request;

void livez_handle(struct request *request);
void readyz_handle(struct request *request); /* also /healthz */
void version_handle(struct request *request);
void metrics_handle(struct request *request);

/* The output of --version, in a static buffer. Main thread. */
const char *version_text(void);

#endif
