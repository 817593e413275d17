#include "endpoints/files.h"

#include <string.h>

#include "http/respond.h"
#include "web/files.h"

/* The page may load files of this daemon and send requests to it, nothing else. */
#define POLICY                                                                                     \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "                    \
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/* True when the client already has the file (RFC 9110, 13.1.2). An entity tag has quotes at both
 * ends and none inside, so it is enough to find the file's tag anywhere in the list. */
static bool client_has(const struct request *request, const struct web_file *file)
{
    const char *tags = request_header(request, MHD_HTTP_HEADER_IF_NONE_MATCH);
    return tags && (strcmp(tags, "*") == 0 || strstr(tags, file->etag));
}

bool file_exists(const char *path)
{
    return web_file_find(path) != NULL;
}

void file_handle(struct request *request)
{
    const struct web_file *file = web_file_find(request->path);
    /* With a 304 the library sends no body, but the Content-Length that a 200 would have. */
    unsigned status = client_has(request, file) ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK;
    request_respond_static(request, status, file->media_type, file->bytes, file->size);
    request_add_header(request, MHD_HTTP_HEADER_ETAG, file->etag);
    request_add_header(request, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
    request_add_header(request, "X-Content-Type-Options", "nosniff");
    request_add_header(request, "Content-Security-Policy", POLICY);
}
