/* SPDX-License-Identifier: MIT */
/*
 * tracepgfault OUTFILE COMMAND [ARG...]
 *
 * The child switches on its own tracing. It tells its parent through an eventfd: 1 when
 * there is a trace to read, 2 when there is none.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what)
{
    fprintf(stderr, "tracepgfault: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void run(char **command, int ready)
{
    int fd = open("/proc/self/pgfault_history", O_WRONLY);
    uint64_t answer = 1;

    if (fd < 0 || write(fd, "1", 1) != 1) {
        perror("tracepgfault: /proc/self/pgfault_history");
        answer = 2;
    }
    close(fd);
    if (write(ready, &answer, sizeof answer) < 0 || answer == 2)
        _exit(1);
    close(ready);
    execvp(command[0], command);
    fprintf(stderr, "tracepgfault: cannot run %s: %s\n", command[0], strerror(errno));
    _exit(127);
}

int main(int argc, char **argv)
{
    static char buffer[20000];
    char name[64];
    uint64_t answer;
    int status, ready, trace;
    pid_t child;
    FILE *out;

    if (argc < 3) {
        fprintf(stderr, "usage: %s OUTFILE COMMAND [ARG...]\n", argv[0]);
        return 2;
    }
    out = fopen(argv[1], "we");
    if (out == NULL)
        fail(argv[1]);
    ready = eventfd(0, 0);
    if (ready < 0)
        fail("eventfd");
    child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0)
        run(argv + 2, ready);

    snprintf(name, sizeof name, "/proc/%d/pgfault_history", (int) child);
    trace = open(name, O_RDONLY | O_CLOEXEC);
    if (trace < 0)
        fail(name);
    if (read(ready, &answer, sizeof answer) == sizeof answer && answer == 1) {
        for (;;) {
            ssize_t n = read(trace, buffer, sizeof buffer);

            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                perror(name);
            if (n <= 0)
                break;
            if (fwrite(buffer, 1, n, out) != (size_t) n)
                fail(argv[1]);
        }
    }
    if (fclose(out) != 0)
        fail(argv[1]);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            fail("waitpid");
    if (WIFSIGNALED(status))
        return 128 + WTERMSIG(status);
    return WEXITSTATUS(status);
}
