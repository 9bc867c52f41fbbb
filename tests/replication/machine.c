/* What a machine can do to a process, for tests. Loaded before libc (LD_PRELOAD).
 *
 * MACHINE names a file of two 64-bit numbers: for how many nanoseconds the monotonic clock has stood still so far (the
 * machine was suspended), and how many bytes the disk has for the state file that FULL_DISK names and for those with
 * "-wal" and "-shm" behind its name, together; 0 for as many as they like.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile long long *machine;
static const char *state;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("MACHINE");
    state = getenv("FULL_DISK");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *at = fd < 0 ? MAP_FAILED : mmap(NULL, 16, PROT_READ, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED) {
        fprintf(stderr, "the file that MACHINE names cannot be read\n");
        _exit(99);
    }
    close(fd);
    machine = at;
}

int clock_gettime(clockid_t id, struct timespec *time) {
    long done = syscall(SYS_clock_gettime, id, time);
    int is_monotonic = id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_RAW || id == CLOCK_MONOTONIC_COARSE;
    if (done == 0 && is_monotonic && machine) {
        long long now = time->tv_sec * 1000000000LL + time->tv_nsec - machine[0];
        time->tv_sec = now / 1000000000LL;
        time->tv_nsec = now % 1000000000LL;
    }
    return (int)done;
}

static long long size_of(const char *suffix) {
    char path[4096];
    struct stat file;
    snprintf(path, sizeof path, "%s%s", state, suffix);
    return stat(path, &file) == 0 ? file.st_size : 0;
}

/* Whether this write makes a file of the state grow beyond what the disk has. */
static int has_no_room(int fd, off_t at, size_t count) {
    char link[64], path[4096];
    struct stat file;
    if (!machine || !machine[1] || !state || fstat(fd, &file) != 0 || !S_ISREG(file.st_mode)) return 0;
    if (at < 0) at = lseek(fd, 0, SEEK_CUR);
    if (at + (off_t)count <= file.st_size) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    size_t prefix = strlen(state);
    const char *rest = path + prefix;
    /* The log and its index, and the file by which the bot sees whether there is room again. */
    if (strncmp(path, state, prefix) != 0 || (*rest != 0 && *rest != '-' && strcmp(rest, ".room") != 0)) return 0;
    long long growth = at + (off_t)count - file.st_size;
    return size_of("") + size_of("-wal") + size_of("-shm") + growth > machine[1];
}

ssize_t write(int fd, const void *bytes, size_t count) {
    if (has_no_room(fd, -1, count)) {
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_write, fd, bytes, count);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    if (has_no_room(fd, at, count)) {
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_pwrite64, fd, bytes, count, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    return pwrite64(fd, bytes, count, at);
}
