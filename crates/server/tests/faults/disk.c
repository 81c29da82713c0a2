/* A disk that fails, loaded before the C library (LD_PRELOAD). Two files control it:
 *   DISK_SYNC  while it exists, syncs are counted; the sync whose number it holds fails and removes the file.
 *   DISK_FULL  while it exists, no regular file can be written. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;
static long counted;

static int sync_fails(void) {
    const char *path = getenv("DISK_SYNC");
    FILE *plan = path ? fopen(path, "r") : NULL;
    if (!plan) return 0;
    long wanted = 0;
    int fails = 0;
    pthread_mutex_lock(&counting);
    if (fscanf(plan, "%ld", &wanted) == 1 && ++counted == wanted) fails = unlink(path) == 0;
    pthread_mutex_unlock(&counting);
    fclose(plan);
    return fails;
}

static int is_full(int file) {
    const char *path = getenv("DISK_FULL");
    struct stat what;
    return path && access(path, F_OK) == 0 && fstat(file, &what) == 0 && S_ISREG(what.st_mode);
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define FAIL(with) do { errno = (with); return -1; } while (0)

int fdatasync(int file) {
    REAL(fdatasync);
    if (sync_fails()) FAIL(EIO);
    return real(file);
}

int fsync(int file) {
    REAL(fsync);
    if (sync_fails()) FAIL(EIO);
    return real(file);
}

ssize_t write(int file, const void *bytes, size_t count) {
    REAL(write);
    if (is_full(file)) FAIL(ENOSPC);
    return real(file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
    REAL(pwrite);
    if (is_full(file)) FAIL(ENOSPC);
    return real(file, bytes, count, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
    REAL(pwrite64);
    if (is_full(file)) FAIL(ENOSPC);
    return real(file, bytes, count, at);
}
