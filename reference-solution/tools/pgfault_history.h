/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
#ifndef _UAPI_LINUX_PGFAULT_HISTORY_H
#define _UAPI_LINUX_PGFAULT_HISTORY_H

#include <linux/types.h>

/*
 * What a record tells.  The upper bytes are a magic number, so that a reader
 * notices a file that is not a trace, or one that is damaged.
 */
enum pgfault_record_type {
	PGFAULT_REGION_ADD	= 0x70676601,	/* id, start, end */
	PGFAULT_REGION_RESIZE	= 0x70676602,	/* id, start, end */
	PGFAULT_REGION_REMOVE	= 0x70676603,	/* id */
	PGFAULT_FAULT		= 0x70676604,	/* start: the faulting address */
	PGFAULT_LOST		= 0x70676605,	/* id: how many records were dropped here */
};

/**
 * struct pgfault_record - one event of /proc/PID/pgfault_history
 * @type:	an enum pgfault_record_type
 * @reserved:	zero
 * @time_ns:	when it happened, CLOCK_MONOTONIC, in nanoseconds
 * @id:		the region's identity, or the number of lost records
 * @start:	first address of the region, or the faulting address
 * @end:	first address after the region
 */
struct pgfault_record {
	__u32 type;
	__u32 reserved;
	__u64 time_ns;
	__u64 id;
	__u64 start;
	__u64 end;
};

#endif /* _UAPI_LINUX_PGFAULT_HISTORY_H */
