/* The small endpoints: /livez, /readyz, /healthz, /version, /metrics. The
 * functions are rows of the route table. */
#ifndef ENDPOINTS_STATUS_H
#define ENDPOINTS_STATUS_H

struct request;

void livez_handle(struct request *request);
void readyz_handle(struct request *request); /* also /healthz */
void version_handle(struct request *request);
void metrics_handle(struct request *request);

/* What --version prints. Owned by status.c, built at the first call; main thread. */
const char *version_text(void);

#endif
