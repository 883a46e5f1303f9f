/* A disk that fails: a library to preload that lets calls of a process (all threads, and the processes it starts) on
 * the files of one folder fail, as a broken or a full disk does.
 *
 *   SIGNPOST_FAULT_DIR    the folder, absolute and without symbolic links
 *   SIGNPOST_FAULT_CALLS  which calls count: some of write, sync, rename, open (of files to be made), with commas
 *   SIGNPOST_FAULT_PATH   if set: only calls whose path has this text in it count
 *   SIGNPOST_FAULT_KIND   EIO or ENOSPC: they fail with this; SHORT: a write takes half, and the next ones fail with
 *                         ENOSPC; PARTS: every write takes at most half of what it is given, which is no fault at all
 *   SIGNPOST_FAULT_FROM   the first of the calls that fails, counted from 1
 *   SIGNPOST_FAULT_TIMES  how many fail; all of them if it is not set
 *   SIGNPOST_FAULT_NOTE   a file that gets a line when the first call fails: what failed
 *   SIGNPOST_FAULT_DISK_BYTES  if set: the folder is on a disk of so many bytes. What is free follows from the lengths
 *                         of all files in it; a write that needs more fails with ENOSPC
 *
 *   SIGNPOST_FAULT_CLOCK  if set: a file with a number of seconds, by which the clock of the machine is wrong
 *
 * Not seen: stdio streams opened inside the C library, and system calls made without the C library. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define RAW(number, ...) syscall(number, __VA_ARGS__)

enum kind { NONE, FAIL_EIO, FAIL_ENOSPC, FAIL_SHORT, PARTS };
enum call { CALL_WRITE = 1, CALL_SYNC = 2, CALL_RENAME = 4, CALL_OPEN = 8 };

static const char *folder, *part, *note, *clock_file;
static size_t folder_len;
static enum kind kind;
static int calls;
static uint64_t first = 1, times = UINT64_MAX, disk_bytes;
static atomic_uint_fast64_t counted, used;
static atomic_int was_short, noted;
static pthread_mutex_t walking = PTHREAD_MUTEX_INITIALIZER;

static uint64_t number(const char *name, uint64_t otherwise) {
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

__attribute__((constructor)) static void begin(void) {
    const char *which = getenv("SIGNPOST_FAULT_CALLS"), *how = getenv("SIGNPOST_FAULT_KIND");
    folder = getenv("SIGNPOST_FAULT_DIR");
    clock_file = getenv("SIGNPOST_FAULT_CLOCK");
    if (!folder) return;
    folder_len = strlen(folder);
    part = getenv("SIGNPOST_FAULT_PATH");
    note = getenv("SIGNPOST_FAULT_NOTE");
    if (which && strstr(which, "write")) calls |= CALL_WRITE;
    if (which && strstr(which, "sync")) calls |= CALL_SYNC;
    if (which && strstr(which, "rename")) calls |= CALL_RENAME;
    if (which && strstr(which, "open")) calls |= CALL_OPEN;
    if (how) kind = !strcmp(how, "EIO") ? FAIL_EIO : !strcmp(how, "ENOSPC") ? FAIL_ENOSPC
                    : !strcmp(how, "SHORT") ? FAIL_SHORT : !strcmp(how, "PARTS") ? PARTS : NONE;
    first = number("SIGNPOST_FAULT_FROM", 1);
    times = number("SIGNPOST_FAULT_TIMES", UINT64_MAX);
    disk_bytes = number("SIGNPOST_FAULT_DISK_BYTES", 0);
}

static int is_inside(const char *path) {
    return folder && !strncmp(path, folder, folder_len) && (path[folder_len] == '/' || !path[folder_len]);
}

/* The path of an open file; 0 if it is none in the folder. */
static int path_of(int fd, char path[PATH_MAX]) {
    char link[64];
    if (!folder) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = RAW(SYS_readlink, link, path, PATH_MAX - 1);
    if (len <= 0) return 0;
    path[len] = 0;
    return is_inside(path);
}

/* An absolute path from a folder and a name. */
static int path_at(int dir, const char *name, char path[PATH_MAX]) {
    char base[PATH_MAX];
    if (!folder || !name) return 0;
    if (name[0] == '/') snprintf(path, PATH_MAX, "%s", name);
    else if (dir != AT_FDCWD) {
        if (!path_of(dir, base)) return 0;
        if ((size_t)snprintf(path, PATH_MAX, "%s/%s", base, name) >= PATH_MAX) return 0;
    } else {
        if (!getcwd(base, sizeof base)) return 0;
        if ((size_t)snprintf(path, PATH_MAX, "%s/%s", base, name) >= PATH_MAX) return 0;
    }
    return is_inside(path);
}

static void tell(const char *what, const char *path) {
    char line[PATH_MAX + 64];
    if (!note || atomic_exchange(&noted, 1)) return;
    int len = snprintf(line, sizeof line, "%s %s\n", what, path + folder_len);
    long fd = RAW(SYS_openat, AT_FDCWD, note, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (fd < 0) return;
    RAW(SYS_write, fd, line, len);
    RAW(SYS_close, fd);
}

/* The error of this call, or 0; -1 if a write is to take less than it is given. */
static int fault(enum call call, const char *what, const char *path) {
    if (!(calls & call) || kind == NONE) return 0;
    if (part && !strstr(path, part)) return 0;
    uint64_t this = atomic_fetch_add(&counted, 1) + 1;
    if (this < first || this - first >= times) return 0;
    if (kind == PARTS) return call == CALL_WRITE ? -1 : 0;
    tell(what, path);
    if (kind == FAIL_SHORT && call == CALL_WRITE && !atomic_exchange(&was_short, 1)) return -1;
    return kind == FAIL_EIO ? EIO : ENOSPC;
}

static int failed(int error) {
    errno = error;
    return -1;
}

/* ---- the small disk ---- */

static uint64_t sum;
static int add(const char *path, const struct stat *stat, int type, struct FTW *at) {
    (void)path, (void)at;
    /* What was deleted in the meantime counts no more. */
    if (type == FTW_F) sum += (uint64_t)stat->st_size;
    return 0;
}

static uint64_t measure(void) {
    pthread_mutex_lock(&walking);
    sum = 0;
    nftw(folder, add, 16, FTW_PHYS);
    uint64_t now = sum;
    pthread_mutex_unlock(&walking);
    atomic_store(&used, now);
    return now;
}

/* Whether the disk has no room for these bytes at the offset. */
static int is_full(int fd, off_t offset, size_t len, const char *path) {
    struct stat stat;
    if (!disk_bytes || fstat(fd, &stat)) return 0;
    if (offset < 0) offset = lseek(fd, 0, SEEK_CUR);
    uint64_t end = (uint64_t)offset + len, has = (uint64_t)stat.st_size;
    if (end <= has) return 0;
    if (!atomic_load(&used)) measure();
    if (atomic_fetch_add(&used, end - has) + end - has > disk_bytes) {
        if (measure() + end - has > disk_bytes) {
            tell("disk full", path);
            return 1;
        }
        atomic_fetch_add(&used, end - has);
    }
    return 0;
}

static int told_space(const char *path, struct statvfs *about) {
    if (!disk_bytes || !is_inside(path)) return 0;
    uint64_t now = measure(), free = now < disk_bytes ? disk_bytes - now : 0;
    memset(about, 0, sizeof *about);
    about->f_bsize = about->f_frsize = 1024;
    about->f_blocks = disk_bytes / 1024;
    about->f_bfree = about->f_bavail = free / 1024;
    about->f_files = about->f_ffree = about->f_favail = 1 << 20;
    about->f_namemax = 255;
    return 1;
}

int statvfs(const char *path, struct statvfs *about) {
    static int (*next)(const char *, struct statvfs *);
    char whole[PATH_MAX];
    if (path_at(AT_FDCWD, path, whole) && told_space(whole, about)) return 0;
    if (!next) {
        extern void *dlsym(void *, const char *);
        *(void **)&next = dlsym((void *)-1l, "statvfs");
    }
    return next(path, about);
}
int statvfs64(const char *path, struct statvfs64 *about) { return statvfs(path, (struct statvfs *)about); }

/* ---- writing ---- */

static ssize_t put(int fd, const struct iovec *parts, int count, off_t offset) {
    char path[PATH_MAX];
    struct iovec less;
    if (path_of(fd, path)) {
        size_t len = 0;
        for (int i = 0; i < count; i++) len += parts[i].iov_len;
        if (is_full(fd, offset, len, path)) return failed(ENOSPC);
        int error = fault(CALL_WRITE, "write", path);
        if (error > 0) return failed(error);
        if (error < 0 && parts[0].iov_len > 1) {
            less = (struct iovec){ parts[0].iov_base, parts[0].iov_len / 2 };
            parts = &less;
            count = 1;
        }
    }
    return offset < 0 ? RAW(SYS_writev, fd, parts, count) : RAW(SYS_pwritev, fd, parts, count, offset, 0);
}

ssize_t write(int fd, const void *bytes, size_t len) {
    struct iovec one = { (void *)bytes, len };
    return folder ? put(fd, &one, 1, -1) : RAW(SYS_write, fd, bytes, len);
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
    return folder ? put(fd, parts, count, -1) : RAW(SYS_writev, fd, parts, count);
}
ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset) {
    struct iovec one = { (void *)bytes, len };
    return folder ? put(fd, &one, 1, offset) : RAW(SYS_pwrite64, fd, bytes, len, offset);
}
ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t offset) { return pwrite(fd, bytes, len, offset); }
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) { return put(fd, parts, count, offset); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset) { return put(fd, parts, count, offset); }

/* ---- the clock ---- */

int clock_gettime(clockid_t clock, struct timespec *now) {
    int done = (int)RAW(SYS_clock_gettime, clock, now);
    if (done || clock != CLOCK_REALTIME || !clock_file) return done;
    char text[32] = "";
    long fd = RAW(SYS_openat, AT_FDCWD, clock_file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return done;
    RAW(SYS_read, fd, text, sizeof text - 1);
    RAW(SYS_close, fd);
    now->tv_sec += strtoll(text, NULL, 10);
    return done;
}

/* ---- syncing, renaming, making ---- */

static int synced(int fd, long call) {
    char path[PATH_MAX];
    int error = path_of(fd, path) ? fault(CALL_SYNC, "sync", path) : 0;
    return error > 0 ? failed(error) : (int)RAW(call, fd);
}
int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    char path[PATH_MAX];
    int error = path_at(to, new, path) ? fault(CALL_RENAME, "rename", path) : 0;
    return error > 0 ? failed(error) : (int)RAW(SYS_renameat2, from, old, to, new, flags);
}
int renameat(int from, const char *old, int to, const char *new) { return renameat2(from, old, to, new, 0); }
int rename(const char *old, const char *new) { return renameat2(AT_FDCWD, old, AT_FDCWD, new, 0); }

static int open_at(int dir, const char *name, int flags, mode_t mode) {
    char path[PATH_MAX];
    struct stat stat;
    if ((flags & O_CREAT) && path_at(dir, name, path) && fstatat(dir, name, &stat, 0)) {
        int error = fault(CALL_OPEN, "open", path);
        if (error > 0) return failed(error);
    }
    return (int)RAW(SYS_openat, dir, name, flags, mode);
}

#include "opens.h"
