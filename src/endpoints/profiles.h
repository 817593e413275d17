/* Profiles of the running daemon, at /debug/pprof/ for Go's tools and at /pprof/ for google-pprof.
 * They exist only with --profiling. The functions are used in the table of routes; http/route.h
 * says when each is called, and by which thread. */
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

/* GET heap: a heap profile, which shows where the memory in use was allocated. */
void heap_handle(struct request *request);
void heap_work(struct request *request);
void heap_release(struct request *request);

/* GET cmdline: the arguments, separated by NULs. */
void cmdline_handle(struct request *request);

/* GET symbol: says that symbols are available. POST symbol: names for addresses 0x1+0x2+... */
void symbol_handle(struct request *request);
bool symbol_post_begin(struct request *request);
size_t symbol_post_receive(struct request *request, const char *bytes, size_t size);
void symbol_post_handle(struct request *request);
void symbol_post_work(struct request *request);
void symbol_post_release(struct request *request);

#endif
