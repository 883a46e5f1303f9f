/* The power-cut recorder: a library to preload that journals, in the order of their effects, the
 * operations of a process (all threads, and the processes it starts) on the files of one folder.
 * What a power cut may leave of them is decided elsewhere: here is only what happened, when.
 *
 *   SIGNPOST_RECORD_DIR      the watched folder, absolute and without symbolic links; may not be there yet
 *   SIGNPOST_RECORD_JOURNAL  the journal, outside of the watched folder; appended to
 *   SIGNPOST_RECORD_DROP     if set: fsync and fdatasync of what is watched say yes and do nothing, as if the
 *                            process never called them; the mutation that a test of it must notice
 *
 * Who is who is asked of the kernel at every call (fstat, /proc/self/fd), so duplicated, inherited
 * and reused descriptors need no book-keeping. One lock is held around an operation and its record,
 * so the order in the journal is the order of the effects; a sync gets a record before it begins and
 * one after it succeeded. What cannot be modelled is journaled as UNSUPPORTED: loud, never silent.
 * Not seen: stdio streams opened inside the C library, and system calls made without the C library. */
#include "journal.h"

/* ---- opening ---- */

static int open_at(int dirfd, const char *path, int flags, mode_t mode) {
    struct place place;
    struct stat stat;
    int unnamed = (flags & O_TMPFILE) == O_TMPFILE;
    if (journal < 0) return (int)answer(RAW(SYS_openat, dirfd, path, flags, mode));
    if (!unnamed && (flags & (O_CREAT | O_TRUNC)) && find(dirfd, path, &place)) {
        lock();
        int named = look(dirfd, path, &stat, AT_SYMLINK_NOFOLLOW);
        int was_link = named && S_ISLNK(stat.st_mode);
        long fd = RAW(SYS_openat, dirfd, path, flags, mode);
        if (fd >= 0 && RAW(SYS_fstat, fd, &stat) == 0) {
            if (was_link) emit(UNSUPPORTED, 0, 0, 0, "open through a symbolic link", place.path);
            else if (!named) emit(CREATE, place.folder, stat.st_ino, REGULAR, place.name, "");
            else if ((flags & O_TRUNC) && S_ISREG(stat.st_mode)) emit(TRUNCATE, stat.st_ino, 0, 0, "", "");
        }
        unlock();
        if (fd >= 0 && (flags & O_DSYNC)) unsupported("open with O_SYNC or O_DSYNC", place.path);
        return (int)answer(fd);
    }
    long fd = RAW(SYS_openat, dirfd, path, flags, mode);
    if (fd >= 0 && (flags & (O_CREAT | O_TRUNC | O_DSYNC)) && (flags & O_ACCMODE) != O_RDONLY && watched_fd((int)fd))
        unsupported(unnamed ? "O_TMPFILE" : flags & O_DSYNC ? "open with O_SYNC or O_DSYNC" : "open through a symbolic link", path);
    return (int)answer(fd);
}

#include "opens.h"
int creat(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

/* ---- writing ---- */

/* `offset` below zero: at the descriptor's position. The bytes are journaled as far as the kernel took them. */
static ssize_t put(int fd, const struct iovec *parts, int count, off_t offset, int flags) {
    struct stat stat;
    char path[PATH_MAX];
    lock();
    long wrote = flags ? RAW(SYS_pwritev2, fd, parts, count, offset, 0, flags)
               : offset < 0 ? RAW(SYS_writev, fd, parts, count)
                            : RAW(SYS_pwritev, fd, parts, count, offset, 0);
    if (wrote > 0 && watched_file(fd, &stat, path)) {
        if (flags) emit(UNSUPPORTED, 0, 0, 0, "pwritev2 with flags", path);
        else if (offset < 0) offset = RAW(SYS_lseek, fd, 0, SEEK_CUR) - wrote;
        else if (RAW(SYS_fcntl, fd, F_GETFL) & O_APPEND) offset = stat.st_size - wrote;
        emit_write(stat.st_ino, (uint64_t)offset, parts, (size_t)wrote);
    }
    unlock();
    return answer(wrote);
}

ssize_t write(int fd, const void *bytes, size_t len) {
    struct iovec one = { (void *)bytes, len };
    return watched_fd(fd) ? put(fd, &one, 1, -1, 0) : answer(RAW(SYS_write, fd, bytes, len));
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
    return watched_fd(fd) ? put(fd, parts, count, -1, 0) : answer(RAW(SYS_writev, fd, parts, count));
}
ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset) {
    struct iovec one = { (void *)bytes, len };
    if (offset >= 0 && watched_fd(fd)) return put(fd, &one, 1, offset, 0);
    return answer(RAW(SYS_pwrite64, fd, bytes, len, offset));
}
ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t offset) { return pwrite(fd, bytes, len, offset); }
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
    if (offset >= 0 && watched_fd(fd)) return put(fd, parts, count, offset, 0);
    return answer(RAW(SYS_pwritev, fd, parts, count, offset, 0));
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset) { return pwritev(fd, parts, count, offset); }
ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t offset, int flags) {
    if (watched_fd(fd)) return put(fd, parts, count, offset, flags);
    return answer(RAW(SYS_pwritev2, fd, parts, count, offset, 0, flags));
}
ssize_t pwritev64v2(int fd, const struct iovec *parts, int count, off_t offset, int flags) {
    return pwritev2(fd, parts, count, offset, flags);
}

static void unsupported_fd(const char *what, int fd) {
    struct stat stat;
    char path[PATH_MAX];
    if (watched_file(fd, &stat, path)) unsupported(what, path);
}

ssize_t copy_file_range(int in, off64_t *in_at, int out, off64_t *out_at, size_t len, unsigned flags) {
    unsupported_fd("copy_file_range", out);
    return answer(RAW(SYS_copy_file_range, in, in_at, out, out_at, len, flags));
}
ssize_t sendfile(int out, int in, off_t *at, size_t len) {
    unsupported_fd("sendfile", out);
    return answer(RAW(SYS_sendfile, out, in, at, len));
}
ssize_t sendfile64(int out, int in, off64_t *at, size_t len) { return sendfile(out, in, at, len); }
ssize_t splice(int in, off64_t *in_at, int out, off64_t *out_at, size_t len, unsigned flags) {
    unsupported_fd("splice", out);
    return answer(RAW(SYS_splice, in, in_at, out, out_at, len, flags));
}
void *mmap(void *at, size_t len, int rights, int flags, int fd, off_t offset) {
    if (fd >= 0 && (rights & PROT_WRITE) && (flags & MAP_TYPE) != MAP_PRIVATE) unsupported_fd("mmap, shared and writable", fd);
    return (void *)answer(RAW(SYS_mmap, at, len, rights, flags, fd, offset));
}
void *mmap64(void *at, size_t len, int rights, int flags, int fd, off_t offset) { return mmap(at, len, rights, flags, fd, offset); }

/* ---- sizes ---- */

int ftruncate(int fd, off_t len) {
    struct stat stat;
    char path[PATH_MAX];
    if (!watched_fd(fd)) return (int)answer(RAW(SYS_ftruncate, fd, len));
    lock();
    long done = RAW(SYS_ftruncate, fd, len);
    if (done == 0 && watched_file(fd, &stat, path)) emit(TRUNCATE, stat.st_ino, (uint64_t)len, 0, "", "");
    unlock();
    return (int)answer(done);
}
int ftruncate64(int fd, off_t len) { return ftruncate(fd, len); }

int truncate(const char *path, off_t len) {
    long fd = journal < 0 ? -1 : RAW(SYS_openat, AT_FDCWD, path, O_PATH | O_CLOEXEC);
    struct stat stat;
    char real[PATH_MAX];
    if (fd < 0 || !watched_fd((int)fd)) {
        if (fd >= 0) RAW(SYS_close, fd);
        return (int)answer(RAW(SYS_truncate, path, len));
    }
    lock();
    long done = RAW(SYS_truncate, path, len);
    if (done == 0 && watched_file((int)fd, &stat, real)) emit(TRUNCATE, stat.st_ino, (uint64_t)len, 0, "", "");
    unlock();
    RAW(SYS_close, fd);
    return (int)answer(done);
}
int truncate64(const char *path, off_t len) { return truncate(path, len); }

int fallocate(int fd, int mode, off_t offset, off_t len) {
    struct stat before, after;
    char path[PATH_MAX];
    if (!watched_fd(fd)) return (int)answer(RAW(SYS_fallocate, fd, mode, offset, len));
    lock();
    int known = watched_file(fd, &before, path);
    long done = RAW(SYS_fallocate, fd, mode, offset, len);
    if (done == 0 && known && RAW(SYS_fstat, fd, &after) == 0) {
        if (mode & ~FALLOC_FL_KEEP_SIZE) emit(UNSUPPORTED, 0, 0, 0, "fallocate that changes content", path);
        else if (after.st_size != before.st_size) emit(TRUNCATE, after.st_ino, (uint64_t)after.st_size, 0, "", "");
    }
    unlock();
    return (int)answer(done);
}
int fallocate64(int fd, int mode, off_t offset, off_t len) { return fallocate(fd, mode, offset, len); }
int posix_fallocate(int fd, off_t offset, off_t len) {
    int saved = errno, failed = fallocate(fd, 0, offset, len) ? errno : 0;
    errno = saved;
    return failed;
}
int posix_fallocate64(int fd, off_t offset, off_t len) { return posix_fallocate(fd, offset, len); }

/* ---- names ---- */

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags) {
    struct place source, target;
    struct stat moved, replaced;
    int leaves = find(from_dir, from, &source), arrives = find(to_dir, to, &target);
    if (!leaves && !arrives) return (int)answer(RAW(SYS_renameat2, from_dir, from, to_dir, to, flags));
    lock();
    int known = look(from_dir, from, &moved, AT_SYMLINK_NOFOLLOW);
    int same = known && look(to_dir, to, &replaced, AT_SYMLINK_NOFOLLOW) && moved.st_ino == replaced.st_ino;
    long done = RAW(SYS_renameat2, from_dir, from, to_dir, to, flags);
    if (done == 0 && !same) {
        if (!leaves) emit(UNSUPPORTED, 0, 0, 0, "rename into the watched folder", target.path);
        else if (source.is_root || target.is_root) emit(UNSUPPORTED, 0, 0, 0, "rename of the watched folder", source.path);
        else if (flags & ~RENAME_NOREPLACE) emit(UNSUPPORTED, 0, 0, 0, "rename with flags", source.path);
        else if (!arrives) emit(UNLINK, source.folder, moved.st_ino, 0, source.name, "");
        else emit(RENAME, source.folder, target.folder, moved.st_ino, source.name, target.name);
    }
    unlock();
    return (int)answer(done);
}
int renameat(int from_dir, const char *from, int to_dir, const char *to) { return renameat2(from_dir, from, to_dir, to, 0); }
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int dir, const char *path, int flags) {
    struct place place;
    struct stat stat;
    if (!find(dir, path, &place)) return (int)answer(RAW(SYS_unlinkat, dir, path, flags));
    lock();
    int known = look(dir, path, &stat, AT_SYMLINK_NOFOLLOW);
    long done = RAW(SYS_unlinkat, dir, path, flags);
    if (done == 0 && known) emit(UNLINK, place.folder, stat.st_ino, 0, place.name, "");
    unlock();
    return (int)answer(done);
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
    int saved = errno;
    if (unlink(path) == 0) return 0;
    if (errno != EISDIR && errno != EPERM) return -1;
    errno = saved;
    return rmdir(path);
}

/* After a name was made: its record, if it is a watched one. */
static long made(long done, int dir, const char *path, const struct place *place, enum kind kind, enum file_kind what, const char *more) {
    struct stat stat;
    if (done == 0 && look(dir, path, &stat, AT_SYMLINK_NOFOLLOW)) emit(kind, place->folder, stat.st_ino, what, place->name, more);
    unlock();
    return answer(done);
}

int mkdirat(int dir, const char *path, mode_t mode) {
    struct place place;
    if (!find(dir, path, &place)) return (int)answer(RAW(SYS_mkdirat, dir, path, mode));
    lock();
    return (int)made(RAW(SYS_mkdirat, dir, path, mode), dir, path, &place, CREATE, FOLDER, "");
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

int symlinkat(const char *target, int dir, const char *path) {
    struct place place;
    if (!find(dir, path, &place)) return (int)answer(RAW(SYS_symlinkat, target, dir, path));
    lock();
    return (int)made(RAW(SYS_symlinkat, target, dir, path), dir, path, &place, CREATE, SYMLINK, target);
}
int symlink(const char *target, const char *path) { return symlinkat(target, AT_FDCWD, path); }

int linkat(int from_dir, const char *from, int dir, const char *path, int flags) {
    struct place place, source;
    if (!find(dir, path, &place)) return (int)answer(RAW(SYS_linkat, from_dir, from, dir, path, flags));
    if (!find(from_dir, from, &source)) unsupported("link from outside", place.path);
    lock();
    return (int)made(RAW(SYS_linkat, from_dir, from, dir, path, flags), dir, path, &place, LINK, REGULAR, "");
}
int link(const char *from, const char *path) { return linkat(AT_FDCWD, from, AT_FDCWD, path, 0); }

/* ---- syncs ---- */

static long sync_one(enum scope scope, uint64_t ino, long number, int fd) {
    uint64_t id = ((uint64_t)RAW(SYS_getpid) << 32) | (__atomic_add_fetch(&syncs, 1, __ATOMIC_RELAXED) & 0xffffffffu);
    lock();
    emit(SYNC_BEGIN, id, ino, scope, "", "");
    unlock();
    long done = RAW(number, fd);
    if (done == 0) {
        lock();
        emit(SYNC_END, id, 0, 0, "", "");
        unlock();
    }
    return answer(done);
}

static int sync_fd(int fd, long number) {
    struct stat stat;
    char path[PATH_MAX];
    int known = journal >= 0 && RAW(SYS_fstat, fd, &stat) == 0 && (S_ISREG(stat.st_mode) || S_ISDIR(stat.st_mode)) && path_of(fd, path);
    if (known && drops_syncs && (inside(path) || !strcmp(path, root_parent))) return 0;
    if (known && inside(path)) return (int)sync_one(ONE, stat.st_ino, number, fd);
    if (known && S_ISDIR(stat.st_mode) && !strcmp(path, root_parent)) return (int)sync_one(ONE, OUTSIDE, number, fd);
    return (int)answer(RAW(number, fd));
}

int fsync(int fd) { return sync_fd(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_fd(fd, SYS_fdatasync); }
void sync(void) {
    if (journal >= 0) sync_one(ALL, 0, SYS_sync, 0);
    else RAW(SYS_sync);
}
int syncfs(int fd) {
    struct stat theirs, ours;
    int same = journal >= 0 && RAW(SYS_fstat, fd, &theirs) == 0 && look(AT_FDCWD, root_parent, &ours, 0) && theirs.st_dev == ours.st_dev;
    return (int)(same ? sync_one(ALL, 0, SYS_syncfs, fd) : answer(RAW(SYS_syncfs, fd)));
}

/* These two promise nothing after a power cut: journaled to be read, not to count. */
int sync_file_range(int fd, off64_t offset, off64_t len, unsigned flags) {
    struct stat stat;
    char path[PATH_MAX];
    if (watched_file(fd, &stat, path)) {
        lock();
        emit(NOTE, stat.st_ino, 0, 0, "sync_file_range", path);
        unlock();
    }
    return (int)answer(RAW(SYS_sync_file_range, fd, offset, len, flags));
}
int msync(void *at, size_t len, int flags) {
    if (journal >= 0) {
        lock();
        emit(NOTE, 0, 0, 0, "msync", "");
        unlock();
    }
    return (int)answer(RAW(SYS_msync, at, len, flags));
}

/* ---- calls by number: those that have a function above take it ---- */

long syscall(long number, ...) {
    va_list rest;
    long a[6];
    va_start(rest, number);
    for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
    va_end(rest);
    if (journal >= 0) switch (number) {
    case SYS_openat: return open_at((int)a[0], (char *)a[1], (int)a[2], (mode_t)a[3]);
    case SYS_write: return write((int)a[0], (void *)a[1], (size_t)a[2]);
    case SYS_pwrite64: return pwrite((int)a[0], (void *)a[1], (size_t)a[2], a[3]);
    case SYS_writev: return writev((int)a[0], (void *)a[1], (int)a[2]);
    case SYS_pwritev: return pwritev((int)a[0], (void *)a[1], (int)a[2], a[3]);
    case SYS_pwritev2: return pwritev2((int)a[0], (void *)a[1], (int)a[2], a[3], (int)a[5]);
    case SYS_ftruncate: return ftruncate((int)a[0], a[1]);
    case SYS_fallocate: return fallocate((int)a[0], (int)a[1], a[2], a[3]);
    case SYS_renameat2: return renameat2((int)a[0], (char *)a[1], (int)a[2], (char *)a[3], (unsigned)a[4]);
    case SYS_unlinkat: return unlinkat((int)a[0], (char *)a[1], (int)a[2]);
    case SYS_mkdirat: return mkdirat((int)a[0], (char *)a[1], (mode_t)a[2]);
    case SYS_linkat: return linkat((int)a[0], (char *)a[1], (int)a[2], (char *)a[3], (int)a[4]);
    case SYS_symlinkat: return symlinkat((char *)a[0], (int)a[1], (char *)a[2]);
    case SYS_fsync: return fsync((int)a[0]);
    case SYS_fdatasync: return fdatasync((int)a[0]);
    case SYS_syncfs: return syncfs((int)a[0]);
    case SYS_copy_file_range: return copy_file_range((int)a[0], (void *)a[1], (int)a[2], (void *)a[3], (size_t)a[4], (unsigned)a[5]);
    case SYS_io_uring_setup: unsupported("io_uring", ""); break;
    default: break;
    }
    return answer(RAW(number, a[0], a[1], a[2], a[3], a[4], a[5]));
}
