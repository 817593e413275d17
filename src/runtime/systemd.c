#include "runtime/systemd.h"

#include "config.h"

#ifdef HAVE_SYSTEMD

#include <systemd/sd-daemon.h>

int systemd_socket(void)
{
    int count = sd_listen_fds(1);
    if (count <= 0)
        return -1;
    return count == 1 ? SD_LISTEN_FDS_START : -2;
}

void systemd_notify(const char *state)
{
    sd_notify(0, state);
}

int64_t systemd_watchdog_ns(void)
{
    uint64_t us = 0;
    return sd_watchdog_enabled(0, &us) > 0 ? (int64_t)us * 1000 : 0;
}

#else

int systemd_socket(void)
{
    return -1;
}

void systemd_notify(const char *state)
{
    (void)state;
}

int64_t systemd_watchdog_ns(void)
{
    return 0;
}

#endif
