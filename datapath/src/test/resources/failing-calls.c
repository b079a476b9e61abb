/*
 * Preloaded into a JVM of the tests: makes the n-th call of the C library fail that the JDK makes
 * on certain threads. Calls of fastvif's own bindings do not come by here, they have an injector of
 * their own.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* What the test writes and reads, in the file that FAILING_CALLS names; see FailingCalls.java. */
struct control {
    _Atomic int64_t failing; /* which call fails, from 1; 0 for none */
    _Atomic int64_t calls;   /* how many there were since */
    _Atomic int32_t failure; /* the errno */
    _Atomic int32_t failed;  /* whether the call's turn has come */
    char name[16];           /* which call that was */
};

static struct control *control;

__attribute__((constructor)) static void map_control(void)
{
    const char *path = getenv("FAILING_CALLS");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *mapped;

    if (fd < 0)
        return;
    mapped = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (mapped != MAP_FAILED)
        control = mapped;
}

static int fails(const char *call)
{
    char name[16];
    int64_t n = control ? atomic_load(&control->failing) : 0;

    if (n == 0 || pthread_getname_np(pthread_self(), name, sizeof name) != 0 ||
        strncmp(name, "fastvif-ovsdb", 13) != 0 || atomic_fetch_add(&control->calls, 1) + 1 != n)
        return 0;
    strncpy(control->name, call, sizeof control->name - 1);
    atomic_store(&control->failed, 1);
    errno = atomic_load(&control->failure);
    return 1;
}

#define NEXT(function) \
    static __typeof__(&function) next; \
    if (!next) \
        next = (__typeof__(&function))dlsym(RTLD_NEXT, #function)

int socket(int domain, int type, int protocol)
{
    NEXT(socket);
    return fails(__func__) ? -1 : next(domain, type, protocol);
}

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    NEXT(connect);
    return fails(__func__) ? -1 : next(fd, address, length);
}

int getsockopt(int fd, int level, int name, void *value, socklen_t *length)
{
    NEXT(getsockopt);
    return fails(__func__) ? -1 : next(fd, level, name, value, length);
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    NEXT(poll);
    return fails(__func__) ? -1 : next(fds, count, timeout);
}

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
    NEXT(epoll_ctl);
    return fails(__func__) ? -1 : next(epoll, operation, fd, event);
}

int epoll_wait(int epoll, struct epoll_event *events, int count, int timeout)
{
    NEXT(epoll_wait);
    return fails(__func__) ? -1 : next(epoll, events, count, timeout);
}

ssize_t read(int fd, void *buffer, size_t length)
{
    NEXT(read);
    return fails(__func__) ? -1 : next(fd, buffer, length);
}

ssize_t recv(int fd, void *buffer, size_t length, int flags)
{
    NEXT(recv);
    return fails(__func__) ? -1 : next(fd, buffer, length, flags);
}

ssize_t readv(int fd, const struct iovec *vectors, int count)
{
    NEXT(readv);
    return fails(__func__) ? -1 : next(fd, vectors, count);
}

ssize_t write(int fd, const void *buffer, size_t length)
{
    NEXT(write);
    return fails(__func__) ? -1 : next(fd, buffer, length);
}

ssize_t send(int fd, const void *buffer, size_t length, int flags)
{
    NEXT(send);
    return fails(__func__) ? -1 : next(fd, buffer, length, flags);
}

ssize_t writev(int fd, const struct iovec *vectors, int count)
{
    NEXT(writev);
    return fails(__func__) ? -1 : next(fd, vectors, count);
}
