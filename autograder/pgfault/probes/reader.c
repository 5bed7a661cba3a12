// SPDX-License-Identifier: MIT
/*
 * A process that reads a history until end of file or an error, keeps the bytes in a
 * file, and tells in shared memory what each call answered.
 */

#include <sys/prctl.h>

#include "pgfault.h"

static void read_all(struct reader *reader, int history, size_t buffer)
{
	char *bytes = malloc(buffer);
	int out = open(reader->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	prctl(PR_SET_NAME, "reader");	/* what a table of who hangs calls it */
	if (!bytes || out < 0)
		give_up("the reader cannot make %s: %m", reader->path);
	memset(bytes, 0, buffer);
	for (;;) {
		struct read_call *call = &reader->seen->log[reader->seen->reads % READS];
		struct call answer;

		call->since = now();
		answer = call_result(read(history, bytes, buffer));
		call->until = now();
		call->ret = answer.ret;
		call->error = answer.error;
		call->offset = reader->seen->bytes;
		if (answer.ret > 0 && write(out, bytes, answer.ret) == answer.ret)
			reader->seen->bytes += answer.ret;
		reader->seen->reads++;
		if (answer.ret <= 0)
			_exit(0);
	}
}

struct reader reader_new(int history, size_t buffer)
{
	static int count;
	struct reader reader;

	snprintf(reader.path, sizeof(reader.path), "/tmp/trace.%d", count++);
	reader.seen = mmap(NULL, sizeof(*reader.seen), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (reader.seen == MAP_FAILED)
		give_up("mmap for a reader: %m");
	reader.pid = fork();
	if (reader.pid < 0)
		give_up("fork of a reader: %m");
	if (reader.pid == 0)
		read_all(&reader, history, buffer);
	return reader;
}

struct reader reader_of(pid_t pid)
{
	int history = history_open(pid, O_RDONLY);
	struct reader reader = reader_new(history, 65536);

	close(history);
	return reader;
}

bool reader_is_done(struct reader *reader)
{
	char state = proc_state(reader->pid);

	return state == 'Z' || state == '-';
}

void reader_note(struct reader *reader, const char *name)
{
	long reads = reader->seen->reads;

	note(name, "reads=%ld bytes=%ld done=%d state=%c", reads, reader->seen->bytes,
	     reader_is_done(reader), proc_state(reader->pid));
	for (long i = reads > READS ? reads - READS : 0; i < reads; i++) {
		struct read_call *call = &reader->seen->log[i % READS];

		note("read", "reader=%s ret=%ld errno=%d since=%.6f until=%.6f offset=%ld",
		     name, call->ret, call->error, call->since, call->until, call->offset);
	}
}
