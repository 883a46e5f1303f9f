/* Does to the folder it is given, in order, one of each thing that the recorder knows; the test
 * compares the journal's story with this file. Ends with what the model cannot follow. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define MUST(call) do { if ((long)(call) < 0) { perror(#call); exit(1); } } while (0)

static void writes(void) {
    int fd, twin;
    struct iovec parts[2] = { { "ab", 2 }, { "cde", 3 } };
    MUST(fd = open("log", O_RDWR | O_CREAT, 0644));
    MUST(write(fd, "hello", 5));
    MUST(twin = dup(fd));
    MUST(write(twin, "twin", 4)); /* shares the position */
    MUST(pwrite(fd, "PW", 2, 1));
    MUST(writev(fd, parts, 2));
    MUST(pwritev(fd, parts, 2, 20));
    MUST(pwritev2(fd, parts, 2, 30, 0));
    MUST(syscall(SYS_pwrite64, fd, "number", 6, 40L));
    MUST(fdatasync(twin));
    close(fd);
    close(twin);
    MUST(fd = open64("log", O_WRONLY | O_APPEND));
    MUST(write(fd, "end", 3)); /* where the file ends */
    MUST(pwrite(fd, "end", 3, 0)); /* the kernel appends all the same */
    MUST(sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE));
    MUST(fsync(fd));
    close(fd);
    MUST(fd = open("log", O_RDONLY)); /* no record */
    close(fd);
}

static void sizes(void) {
    int fd;
    MUST(fd = openat(AT_FDCWD, "sized", O_RDWR | O_CREAT | O_EXCL, 0644));
    MUST(ftruncate(fd, 100));
    MUST(posix_fallocate(fd, 0, 50)); /* no longer than before: no record */
    MUST(posix_fallocate(fd, 0, 200));
    MUST(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 300)); /* no record */
    MUST(truncate("sized", 7));
    close(fd);
    MUST(fd = open("sized", O_WRONLY | O_TRUNC));
    close(fd);
    MUST(fd = creat("sized", 0644));
    close(fd);
}

static void names(void) {
    int dir;
    MUST(mkdir("sub", 0755));
    MUST(dir = open("sub", O_RDONLY | O_DIRECTORY));
    MUST(mkdirat(dir, "deep", 0755));
    MUST(rename("sized", "sub/../renamed"));
    MUST(renameat(AT_FDCWD, "renamed", dir, "moved"));
    MUST(link("sub/moved", "twin"));
    MUST(rename("twin", "sub/moved")); /* both are the same file: nothing happens */
    MUST(symlink("sub/moved", "arrow"));
    MUST(fsync(dir));
    MUST(unlinkat(dir, "deep", AT_REMOVEDIR));
    MUST(unlink("arrow"));
    MUST(remove("twin"));
    MUST(unlink("sub/moved"));
    MUST(remove("sub"));
    close(dir);
    (void)!unlink("nothing"); /* fails: no record */
    (void)!mkdir("log", 0755);
}

static void others(void) {
    int fd, status;
    pid_t child = fork();
    if (child == 0) {
        MUST(fd = open("child", O_WRONLY | O_CREAT, 0644));
        MUST(write(fd, "c", 1));
        _exit(0);
    }
    MUST(waitpid(child, &status, 0));
    MUST(fd = open("../elsewhere", O_WRONLY | O_CREAT, 0644)); /* not watched: no records */
    MUST(write(fd, "x", 1));
    MUST(fsync(fd));
    MUST(rename("child", "../gone")); /* leaves the folder */
    MUST(syncfs(fd));
    close(fd);
    sync();
    MUST(fd = open("..", O_RDONLY | O_DIRECTORY));
    MUST(fsync(fd)); /* makes the watched folder's own name durable */
    close(fd);
}

static void not_known(void) {
    int log, fd;
    MUST(log = open("log", O_RDWR));
    void *map = mmap(0, 10, PROT_READ | PROT_WRITE, MAP_SHARED, log, 0);
    MUST(map == MAP_FAILED ? -1 : 0);
    MUST(msync(map, 10, MS_SYNC));
    MUST(mmap(0, 10, PROT_READ | PROT_WRITE, MAP_PRIVATE, log, 0) == MAP_FAILED ? -1 : 0); /* no record */
    MUST(fd = open("other", O_RDWR | O_CREAT | O_DSYNC, 0644));
    MUST(copy_file_range(log, 0, fd, 0, 3, 0));
    MUST(sendfile(fd, log, 0, 3));
    MUST(fallocate(log, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 3));
    MUST(rename("../elsewhere", "arrived"));
    close(fd);
    close(log);
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    MUST(mkdir(argv[1], 0755));
    MUST(chdir(argv[1]));
    writes();
    sizes();
    names();
    others();
    if (!strcmp(argv[2], "all")) not_known();
    return 0;
}
