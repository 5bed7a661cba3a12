// SPDX-License-Identifier: MIT
/*
 * What the valid writes answer, in several states; by the process itself and by another, each
 * through a descriptor of its own or all through one.
 */

#include "pgfault.h"

PROBE(write_result)
{
	struct target target = target_new("write1");
	int one;

	note_call("stop_untraced", history_write(target.pid, "0"));
	note_call("start", history_write(target.pid, "1"));
	note_call("start_again", history_write(target.pid, "1"));
	note_call("stop", history_write(target.pid, "0"));
	note_call("stop_again", history_write(target.pid, "0"));
	note_call("start_newline", history_write(target.pid, "1\n"));
	note_call("stop_newline", history_write(target.pid, "0\n"));
	note_call("start_by_itself", target_step(&target));
	note_call("stop_after", history_write(target.pid, "0"));
	one = history_open(target.pid, O_WRONLY);
	note_call("one_start", call_result(write(one, "1", 1)));
	note_call("one_stop", call_result(write(one, "0", 1)));
	note_call("one_start_again", call_result(write(one, "1\n", 2)));
	close(one);
	target_end(&target);
}
