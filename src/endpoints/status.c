#include "endpoints/status.h"

#include <stdio.h>
#include <string.h>

#include "codec/compression/compression.h"
#include "config.h"
#include "endpoints/failures.h"
#include "http/respond.h"
#include "runtime/profiler.h"
#include "sim/kernels.h"
#include "sim/method.h"

#ifdef HAVE_SYSTEMD
#define BUILT_WITH_SYSTEMD 1
#else
#define BUILT_WITH_SYSTEMD 0
#endif

#ifdef HAVE_SYS_SDT_H
#define BUILT_WITH_PROBES 1
#else
#define BUILT_WITH_PROBES 0
#endif

static void respond_text(struct request *request, const char *text)
{
    request_respond_static(request, MHD_HTTP_OK, TEXT_MEDIA_TYPE, text, strlen(text));
}

void livez_handle(struct request *request)
{
    respond_text(request, "alive\n");
}

void readyz_handle(struct request *request)
{
    if (!fail_if_draining(request))
        respond_text(request, "ready\n");
}

void version_handle(struct request *request)
{
    json_t *methods = json_array();
    size_t count;
    const struct method *const *table = method_table(&count);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            methods, json_pack("{ss ss}", "name", table[i]->name, "summary", table[i]->summary));
    json_t *usable = json_array();
    const char *names[EVOLVE_KERNELS_MAX];
    count = evolve_kernels_list(names);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(usable, json_string(names[i]));
    const struct http_config *config = request->service->config;
    request_respond_json(
        request, MHD_HTTP_OK,
        json_pack("{ss ss s{ss ss ss ss ss sb ss sb} s{ss so sb} s{sI sI} so}", "name",
                  PACKAGE_NAME, "version", PACKAGE_VERSION, "build", "compiler", BUILD_COMPILER,
                  "sanitizers", BUILD_SANITIZERS, "libmicrohttpd", MHD_get_version(), "jansson",
                  jansson_version_str(), "compression", compression_names(), "systemd",
                  BUILT_WITH_SYSTEMD, "profiles", profiler_features(), "probes", BUILT_WITH_PROBES,
                  "cpu", "kernels", evolve_kernels_name(), "usable", usable, "same_bits",
                  evolve_kernels_exact(), "threads", "io", (json_int_t)config->io_threads,
                  "workers", (json_int_t)config->workers, "methods", methods));
}

const char *version_text(void)
{
    static char text[512];
    snprintf(text, sizeof text,
             PACKAGE_NAME " " PACKAGE_VERSION "\n"
                          "built with    " BUILD_COMPILER "\n"
                          "sanitizers    " BUILD_SANITIZERS "\n"
                          "libmicrohttpd %s\n"
                          "jansson       %s\n"
                          "compression   %s\n"
                          "systemd       %s\n"
                          "profiles      %s\n"
                          "probes        %s\n"
                          "kernels       %s\n",
             MHD_get_version(), jansson_version_str(), compression_names(),
             BUILT_WITH_SYSTEMD ? "yes" : "no", profiler_features(),
             BUILT_WITH_PROBES ? "yes" : "no", evolve_kernels_name());
    return text;
}
