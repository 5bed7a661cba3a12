// SPDX-License-Identifier: MIT
/* A trace that is read by several readers, put together in a file. */

#include "pgfault.h"

void trace_append(int out, const char *path)
{
	int from = open(path, O_RDONLY | O_CLOEXEC);
	static char bytes[65536];
	ssize_t got;

	while ((got = read(from, bytes, sizeof(bytes))) > 0)
		if (write(out, bytes, got) != got)
			give_up("a copy of the trace: %m");
	close(from);
}

long trace_read(int history, int out, size_t size)
{
	static char bytes[65536];
	struct call call = call_result(read(history, bytes, size));

	if (call.ret < 0)
		give_up("a read failed while records waited: %s", strerror(call.error));
	if (call.ret == 0)
		give_up("a read returned 0 (end of file) while records waited");
	if (write(out, bytes, call.ret) != call.ret)
		give_up("a copy of the trace: %m");
	return call.ret;
}
