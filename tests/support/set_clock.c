/* Preloaded into a recorder: moves what it reads of the host's clocks, by a file that a test
   writes. CLOCK_MONOTONIC stays true, as it does when a machine sleeps or its clock is set. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

struct moved {
    volatile int64_t wall_ns, boottime_ns, synchronised;
};

static const struct moved unmoved = {0, 0, 0};

static const struct moved *moved(void)
{
    static const struct moved *found;
    const char *path = getenv("SET_CLOCK_FILE");
    if (found)
        return found;
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *page = fd < 0 ? MAP_FAILED : mmap(0, sizeof *found, PROT_READ, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    return found = page == MAP_FAILED ? &unmoved : page;
}

static void add(struct timespec *at, int64_t ns)
{
    int64_t sum = at->tv_sec * 1000000000LL + at->tv_nsec + ns;
    at->tv_sec = sum / 1000000000LL;
    at->tv_nsec = sum % 1000000000LL;
}

int clock_gettime(clockid_t clock, struct timespec *at)
{
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        real = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, at);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        add(at, moved()->wall_ns);
    if (!failed && clock == CLOCK_BOOTTIME)
        add(at, moved()->boottime_ns);
    return failed;
}

time_t time(time_t *to)
{
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    if (to)
        *to = at.tv_sec;
    return at.tv_sec;
}

int gettimeofday(struct timeval *to, void *zone)
{
    struct timespec at;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &at);
    to->tv_sec = at.tv_sec;
    to->tv_usec = at.tv_nsec / 1000;
    return 0;
}

int adjtimex(struct timex *state)
{
    memset(state, 0, sizeof *state);
    state->status = moved()->synchronised ? STA_PLL : STA_UNSYNC;
    return moved()->synchronised ? TIME_OK : TIME_ERROR;
}

static int open_instead(const char *name, const char *path, int flags, mode_t mode)
{
    int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, name);
    const char *other = getenv("SET_CLOCK_BOOT_ID");
    return real(other && !strcmp(path, BOOT_ID) ? other : path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return open_instead("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return open_instead("open64", path, flags, mode);
}
