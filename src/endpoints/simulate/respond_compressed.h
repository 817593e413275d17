/* Compresses a response of POST /simulate. For the files of simulate/ only; on a worker. */
#ifndef ENDPOINTS_SIMULATE_RESPOND_COMPRESSED_H
#define ENDPOINTS_SIMULATE_RESPOND_COMPRESSED_H

#include "endpoints/simulate/state.h"
#include "http/message/iovec_body.h"

/* Writes and compresses the body; the caller frees it. NULL when it has failed the request, or the
 * request was cancelled. */
struct iovec_body *simulate_compress(struct request *request, const struct simulate_result *result);

#endif
