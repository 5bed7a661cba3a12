// SPDX-License-Identifier: MIT
/*
 * Runs tracepgfault with an OUTFILE on a small disk, once for each of the numbers in "room":
 * so many pages are left there.  "printed.N" is what its command printed.
 */

#include <sys/mount.h>

#include "pgfault.h"

#define DISK "/tmp/disk"
#define OUTFILE DISK "/out"

static void leave_room(long pages)
{
	static const char page[PAGE];
	int fd = open(DISK "/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	long filled = 0;

	while (write(fd, page, sizeof(page)) == sizeof(page))
		filled++;
	if (filled < pages || ftruncate(fd, (filled - pages) * PAGE))
		give_up("a full disk: %m");
	close(fd);
}

PROBE(full_disk)
{
	static long rooms[8];
	size_t count = job_list("room", rooms, 8);
	char helper[64], label[32];
	const char *argv[] = { "/bin/tracepgfault", OUTFILE, helper, "bursts", job_text("bursts"),
			       job_text("pages"), job_text("at"), NULL };

	snprintf(helper, sizeof(helper), "/bin/%s", job_text("name"));
	mkdir(DISK, 0700);
	for (size_t i = 0; i < count; i++) {
		if (mount("tmpfs", DISK, "tmpfs", 0, "size=256k"))
			give_up("mount: %m");
		leave_room(rooms[i]);
		snprintf(label, sizeof(label), "tool.%zu", i);
		tool_run(label, argv);
		rest(5);	/* the tool may end before its command */
		snprintf(label, sizeof(label), "printed.%zu", i);
		note_file(label, TOOL_OUTPUT);
		umount2(DISK, MNT_DETACH);
	}
}
