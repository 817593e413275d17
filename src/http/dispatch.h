/* The callbacks that libmicrohttpd makes: from connections and requests to requests_in_flight. Each
 * runs on the I/O thread of its connection. */
#ifndef HTTP_DISPATCH_H
#define HTTP_DISPATCH_H

#include <microhttpd.h>

/* MHD_OPTION_NOTIFY_CONNECTION */
void dispatch_connection(void *cls, struct MHD_Connection *mhd, void **socket_context,
                         enum MHD_ConnectionNotificationCode code);

/* MHD_OPTION_URI_LOG_CALLBACK: the first line is complete; returns the request. */
void *dispatch_first_line(void *cls, const char *target, struct MHD_Connection *mhd);

/* The access handler: after the headers, for each piece of the body, at its end, after a resume. */
enum MHD_Result dispatch_request(void *cls, struct MHD_Connection *mhd, const char *url,
                                 const char *method, const char *version, const char *upload_data,
                                 size_t *upload_data_size, void **con_cls);

/* MHD_OPTION_NOTIFY_COMPLETED */
void dispatch_completed(void *cls, struct MHD_Connection *mhd, void **con_cls,
                        enum MHD_RequestTerminationCode code);

#endif
