// SPDX-License-Identifier: MIT
/* What /proc shows of an ordinary process that nobody traces. */

#include <dirent.h>

#include "pgfault.h"

PROBE(proc_entries)
{
	const char *const files[] = { "stat", "status", "maps", "cmdline", "comm", "statm", "limits" };
	struct target target = target_new("map 0 4;touch 0 0,1,2,3");
	char path[64], text[4096];
	struct dirent *entry;
	DIR *folder;

	target_step(&target);
	target_step(&target);
	snprintf(path, sizeof(path), "/proc/%d", target.pid);
	folder = opendir(path);
	while (folder && (entry = readdir(folder)))
		note("entry", "name=%s", entry->d_name);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		note("file", "name=%s size=%zu", files[i],
		     proc_read(target.pid, files[i], text, sizeof(text)));
	target_end(&target);
}
