/* What the recorder stands on: system calls without the C library (whose functions it replaces), the
 * journal and its lock, and the question whether a descriptor or a name is a watched one. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* ---- the kernel, directly ---- */

#if defined(__x86_64__)
static long raw6(long n, long a, long b, long c, long d, long e, long f) {
    long ret;
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
    __asm__ volatile("syscall" : "=a"(ret)
                     : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return ret;
}
#elif defined(__aarch64__)
static long raw6(long n, long a, long b, long c, long d, long e, long f) {
    register long x8 __asm__("x8") = n, x0 __asm__("x0") = a, x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c, x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}
#else
#error "the recorder knows x86_64 and aarch64"
#endif

#define PICK(_0, a, b, c, d, e, f, ...) (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f)
#define RAW(n, ...) raw6((n), PICK(0, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0))

static long answer(long got) {
    if (got < 0 && got > -4096) { errno = (int)-got; return -1; }
    return got;
}

/* ---- the journal; read by src/powercut/journal.rs, which knows the same numbers ---- */

enum kind { CREATE = 1, LINK, UNLINK, RENAME, WRITE, TRUNCATE, SYNC_BEGIN, SYNC_END, UNSUPPORTED, NOTE };
enum file_kind { REGULAR = 1, FOLDER = 2, SYMLINK = 3 };
enum scope { ONE = 1, ALL = 2 };

#define RECORD_MAGIC 0x52435053u /* "SPCR" */
#define RECORD_END 0x444e4553u   /* "SEND" */
#define JOURNAL_FD 700           /* lowest number of the journal's descriptor: out of the way */
#define OUTSIDE 0                /* the "inode" of the folder that holds the watched folder */

struct head { uint32_t magic, kind; uint64_t a, b, c; uint32_t text, data; };

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int journal = -1, drops_syncs;
static char root[PATH_MAX], root_parent[PATH_MAX];
static size_t root_len;
static uint64_t syncs;

static void die(const char *why) {
    RAW(SYS_write, 2, "power-cut recorder: ", 20);
    RAW(SYS_write, 2, why, strlen(why));
    RAW(SYS_write, 2, "\n", 1);
    RAW(SYS_exit_group, 97);
}

static void append(const void *bytes, size_t len) {
    const char *at = bytes;
    while (len > 0) {
        long put = RAW(SYS_write, journal, at, len);
        if (put == -EINTR) continue;
        if (put <= 0) die("the journal cannot be written");
        at += put;
        len -= (size_t)put;
    }
}

/* Threads take turns by the mutex, processes by a lock of the journal that dies with its process. */
static void lock(void) {
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    pthread_mutex_lock(&turn);
    while (RAW(SYS_fcntl, journal, F_SETLKW, &whole) == -EINTR) {}
}

static void unlock(void) {
    struct flock whole = { .l_type = F_UNLCK, .l_whence = SEEK_SET };
    RAW(SYS_fcntl, journal, F_SETLK, &whole);
    pthread_mutex_unlock(&turn);
}

static void emit(enum kind kind, uint64_t a, uint64_t b, uint64_t c, const char *text, const char *more) {
    uint32_t text_len = (uint32_t)strlen(text), more_len = (uint32_t)strlen(more), end = RECORD_END;
    struct head head = { RECORD_MAGIC, kind, a, b, c, text_len, more_len };
    append(&head, sizeof head);
    append(text, text_len);
    append(more, more_len);
    append(&end, sizeof end);
}

static void emit_write(uint64_t ino, uint64_t offset, const struct iovec *parts, size_t len) {
    uint32_t end = RECORD_END;
    struct head head = { RECORD_MAGIC, WRITE, ino, offset, 0, 0, (uint32_t)len };
    append(&head, sizeof head);
    for (; len > 0; parts++) {
        size_t part = parts->iov_len < len ? parts->iov_len : len;
        append(parts->iov_base, part);
        len -= part;
    }
    append(&end, sizeof end);
}

static void unsupported(const char *what, const char *path) {
    lock();
    emit(UNSUPPORTED, 0, 0, 0, what, path);
    unlock();
}

static void before_fork(void) { pthread_mutex_lock(&turn); }
static void after_fork(void) { pthread_mutex_unlock(&turn); }

__attribute__((constructor)) static void begin(void) {
    const char *dir = getenv("SIGNPOST_RECORD_DIR"), *path = getenv("SIGNPOST_RECORD_JOURNAL");
    if (!dir || !path) return;
    if (dir[0] != '/' || !dir[1] || strlen(dir) >= sizeof root) die("the watched folder is not an absolute path");
    strcpy(root, dir);
    root_len = strlen(root);
    strcpy(root_parent, root);
    char *slash = strrchr(root_parent, '/');
    slash[slash == root_parent ? 1 : 0] = 0;
    long fd = RAW(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) die("the journal cannot be opened");
    long high = RAW(SYS_fcntl, fd, F_DUPFD_CLOEXEC, JOURNAL_FD);
    if (high >= 0) { RAW(SYS_close, fd); fd = high; }
    pthread_atfork(before_fork, after_fork, after_fork);
    drops_syncs = getenv("SIGNPOST_RECORD_DROP") != NULL;
    journal = (int)fd;
}

/* ---- who is who ---- */

static int inside(const char *path) {
    return strncmp(path, root, root_len) == 0 && (path[root_len] == 0 || path[root_len] == '/');
}

static int path_of(int fd, char path[PATH_MAX]) {
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    long len = RAW(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    path[len < 0 ? 0 : len] = 0;
    return len > 0;
}

/* A regular file under the watched folder; `stat` and `path` are filled in then. */
static int watched_file(int fd, struct stat *stat, char path[PATH_MAX]) {
    return journal >= 0 && RAW(SYS_fstat, fd, stat) == 0 && S_ISREG(stat->st_mode) && path_of(fd, path) && inside(path);
}

static int watched_fd(int fd) {
    struct stat stat;
    char path[PATH_MAX];
    return watched_file(fd, &stat, path);
}

/* Where a name is: its folder by inode (OUTSIDE for the watched folder's own name) and last part. */
struct place { uint64_t folder; int watched, is_root; char name[NAME_MAX + 1], path[PATH_MAX]; };

static int find(int dirfd, const char *path, struct place *place) {
    char parent[PATH_MAX];
    struct stat stat;
    place->watched = place->is_root = 0;
    size_t len = path ? strlen(path) : 0;
    if (journal < 0 || len == 0 || len >= sizeof parent) return 0;
    strcpy(parent, path);
    while (len > 1 && parent[len - 1] == '/') parent[--len] = 0;
    char *slash = strrchr(parent, '/'), *name = slash ? slash + 1 : parent;
    if (!*name || strlen(name) > NAME_MAX || !strcmp(name, ".") || !strcmp(name, "..")) return 0;
    strcpy(place->name, name);
    if (!slash) strcpy(parent, ".");
    else slash[slash == parent ? 1 : 0] = 0;
    long fd = RAW(SYS_openat, dirfd, parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return 0;
    char folder[PATH_MAX];
    int known = RAW(SYS_fstat, fd, &stat) == 0 && path_of((int)fd, folder);
    RAW(SYS_close, fd);
    if (!known) return 0;
    if (snprintf(place->path, sizeof place->path, "%s/%s", strcmp(folder, "/") ? folder : "", place->name) >= PATH_MAX) return 0;
    place->is_root = !strcmp(place->path, root);
    place->watched = inside(place->path);
    place->folder = place->is_root ? OUTSIDE : stat.st_ino;
    return place->watched;
}

static int look(int dirfd, const char *path, struct stat *stat, int flags) {
    return RAW(SYS_newfstatat, dirfd, path, stat, flags) == 0;
}
