/* Whether a page of another site has sent a request (the Fetch standard; RFC 6454). Pure; any
 * thread.
 *
 * A browser lets any page send requests to any daemon that it can reach, also to one on localhost.
 * It withholds the response from the page, but the daemon would do the work. */
#ifndef HTTP_MESSAGE_ORIGIN_H
#define HTTP_MESSAGE_ORIGIN_H

#include <stdbool.h>

/* True when Sec-Fetch-Site is neither same-origin nor none, or, without it, when the host or the
 * port of Origin differs from that of Host. Each argument is the value of a header, or NULL. A
 * request of a program has neither Sec-Fetch-Site nor Origin: false. */
bool origin_is_foreign(const char *sec_fetch_site, const char *origin, const char *host);

#endif
