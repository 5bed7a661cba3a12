// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's first and only program: how long page faults take.
 *
 * What to do comes with the kernel's command line: pages, rounds, and mode,
 * "untraced" or "traced".  The answers go to the console, a round a line:
 *
 *	untraced NANOSECONDS	for all pages of one round
 *	traced NANOSECONDS	the same, while a reader takes the records
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE	4096

static long number(const char *name)
{
	const char *text = getenv(name);

	if (!text)
		errx(1, "%s is not given", name);
	return atol(text);
}

static long long now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec * 1000000000LL + at.tv_nsec;
}

/* Touch new pages, each once; how long that takes. */
static long long touch(long pages)
{
	long long began, took;
	char *area;

	area = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		err(1, "mmap");
	began = now();
	for (long page = 0; page < pages; page++)
		*(volatile char *)(area + page * PAGE) = 1;
	took = now() - began;
	munmap(area, pages * PAGE);
	return took;
}

/* A process that touches pages each time it is told to, and tells how long that took. */
static void work(int told, int answer, long pages)
{
	long long took;
	char order;

	while (read(told, &order, 1) == 1) {
		took = touch(pages);
		if (write(answer, &took, sizeof(took)) != sizeof(took))
			err(1, "answer");
	}
	_exit(0);
}

/* Take records until the process is no longer traced, and count the bytes. */
static void drain(int file)
{
	static char records[64 * 1024];

	while (read(file, records, sizeof(records)) > 0)
		;
	_exit(0);
}

static void traced(long pages, long rounds)
{
	int order[2], answer[2], file;
	char path[64];
	pid_t worker, reader = 0;

	if (pipe(order) || pipe(answer))
		err(1, "pipe");
	worker = fork();
	if (!worker) {
		close(order[1]);
		work(order[0], answer[1], pages);
	}
	snprintf(path, sizeof(path), "/proc/%d/pgfault_history", worker);
	file = open(path, O_RDWR);
	if (file < 0)
		err(1, "%s", path);
	for (long round = 0; round < 2 * rounds; round++) {
		int tracing = round % 2;
		long long took;

		if (tracing) {
			if (write(file, "1", 1) != 1)
				err(1, "start");
			reader = fork();
			if (!reader)
				drain(file);
		}
		if (write(order[1], "", 1) != 1)
			err(1, "order");
		if (read(answer[0], &took, sizeof(took)) != sizeof(took))
			errx(1, "no answer");
		if (tracing) {
			/* What is left is taken before the trace ends. */
			usleep(20000);
			if (write(file, "0", 1) != 1)
				err(1, "stop");
			waitpid(reader, NULL, 0);
		}
		printf("%s %lld\n", tracing ? "traced" : "untraced", took);
	}
}

int main(void)
{
	long pages = number("pages"), rounds = number("rounds");

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (mkdir("/proc", 0755) || mount("proc", "/proc", "proc", 0, NULL))
		err(1, "/proc");
	touch(pages);	/* the first time memory comes from the host */
	if (!strcmp(getenv("mode"), "traced"))
		traced(pages, rounds);
	else
		for (long round = 0; round < rounds; round++)
			printf("untraced %lld\n", touch(pages));
	reboot(RB_POWER_OFF);
	return 0;
}
