/* Profiles of the running daemon: /debug/pprof/..., the names of Go's tools, and /pprof/..., those
 * of google-pprof. There only with --profiling. The functions are rows of the table of routes. */
#ifndef ENDPOINTS_PROFILES_H
#define ENDPOINTS_PROFILES_H

#include <stdbool.h>
#include <stddef.h>

struct request;

/* GET profile?seconds=N: a CPU profile. */
bool profile_begin(struct request *request);
void profile_handle(struct request *request);
void profile_work(struct request *request);
void profile_release(struct request *request);

/* GET heap: who has allocated what is in use. */
void heap_handle(struct request *request);
void heap_work(struct request *request);

/* GET cmdline: the arguments, separated by NULs. */
void cmdline_handle(struct request *request);

/* GET symbol: whether there are symbols; POST symbol: their names, for addresses 0x1+0x2+... */
void symbol_handle(struct request *request);
bool symbol_post_begin(struct request *request);
size_t symbol_post_receive(struct request *request, const char *bytes, size_t size);
void symbol_post_handle(struct request *request);
void symbol_post_work(struct request *request);
void symbol_post_release(struct request *request);

#endif
