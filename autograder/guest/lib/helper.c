// SPDX-License-Identifier: MIT
/*
 * A small program for probes that need one to run:
 *	helper exit N		ends with status 255 - N: what a command ends with is not
 *				to be read off its arguments
 *	helper signal N		ends by signal 64 - N
 *	helper sleep N		sleeps N seconds
 *	helper touch N AT	touches N fresh pages, one after another, of which AT is the
 *				first: elsewhere the tool's child may have had pages of its own
 *	helper bursts N M AT	touches N times M fresh pages there, with a rest after each time
 *	helper idle COMMAND...	becomes COMMAND, which runs only when nobody else wants to;
 *				its children are like others
 *	helper parent COMMAND...	becomes COMMAND, which has a child already, one that ends
 *				at once with status 77
 *	helper echo WORD...	prints its words to standard output, a line to standard error
 *	helper cat		copies standard input to standard output
 *	helper orphan N		leaves a child behind that sleeps N seconds
 *	helper mark FILE	makes an empty file
 */

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile char *fresh(long pages, const char *at)
{
	return mmap((void *)(atol(at) * 4096), pages * 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	long number = argc > 2 ? atol(argv[2]) : 0;

	if (!strcmp(what, "exit"))
		return 255 - number;
	if (!strcmp(what, "signal")) {
		raise(64 - number);
	} else if (!strcmp(what, "sleep")) {
		sleep(number);
	} else if (!strcmp(what, "touch") && argc > 3) {
		volatile char *area = fresh(number, argv[3]);

		for (long page = 0; page < number; page++)
			area[page * 4096] = 1;
		printf("%lx\n", (unsigned long)area);
	} else if (!strcmp(what, "bursts") && argc > 4) {
		long pages = atol(argv[3]);
		volatile char *area = fresh(number * pages, argv[4]);

		for (long page = 0; page < number * pages; page++) {
			area[page * 4096] = 1;
			if (page % pages == pages - 1)
				usleep(10000);
		}
		printf("%lx\n", (unsigned long)area);
	} else if (!strcmp(what, "idle") && argc > 2) {
		struct sched_param none = { 0 };

		sched_setscheduler(0, SCHED_IDLE | SCHED_RESET_ON_FORK, &none);
		execv(argv[2], argv + 2);
		return 126;
	} else if (!strcmp(what, "parent") && argc > 2) {
		if (fork() == 0)
			return 77;
		usleep(10000);
		execv(argv[2], argv + 2);
		return 126;
	} else if (!strcmp(what, "echo")) {
		for (int i = 2; i < argc; i++)
			printf("[%s]", argv[i]);
		fprintf(stderr, "to standard error\n");
	} else if (!strcmp(what, "cat")) {
		char bytes[256];
		ssize_t got;

		while ((got = read(0, bytes, sizeof(bytes))) > 0)
			fwrite(bytes, 1, got, stdout);
	} else if (!strcmp(what, "orphan")) {
		if (fork() == 0)
			sleep(number);
	} else if (!strcmp(what, "mark")) {
		close(open(argv[2], O_WRONLY | O_CREAT, 0600));
	}
	return 0;
}
