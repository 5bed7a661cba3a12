// SPDX-License-Identifier: MIT
/* The mappings that a target makes in its areas. */

#include <sys/ipc.h>
#include <sys/shm.h>

#include "pgfault.h"

struct call map_pages(long slot, long pages, int protection, int flags, int fd)
{
	void *place = mmap(area(slot), pages * PAGE, protection,
			   flags | MAP_FIXED_NOREPLACE, fd, 0);

	return call_result(place == MAP_FAILED ? -1 : 0);
}

struct call map_file(long slot, long pages)
{
	char path[32], bytes[PAGE];
	struct call answer;
	int fd;

	snprintf(path, sizeof(path), "/tmp/file.%ld", slot);
	memset(bytes, 'x', sizeof(bytes));
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	for (long page = 0; page < pages; page++)
		if (write(fd, bytes, PAGE) != (ssize_t)PAGE)
			return call_result(-1);
	answer = map_pages(slot, pages, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	close(fd);
	return answer;
}

struct call map_segment(long slot, long pages)
{
	int segment = shmget(IPC_PRIVATE, pages * PAGE, IPC_CREAT | 0600);
	void *place = shmat(segment, area(slot), 0);

	shmctl(segment, IPC_RMID, NULL);	/* once it is attached no more */
	return call_result(place == (void *)-1 ? -1 : 0);
}

/* Neighbours have different protections, so that they stay apart. */
struct call map_stripes(long slot, long pages)
{
	struct call answer = map_pages(slot, pages, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	for (long page = 0; page < pages && !answer.ret; page += 2)
		answer = call_result(mprotect(area(slot) + page * PAGE, PAGE, PROT_READ));
	return answer;
}
