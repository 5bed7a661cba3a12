/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef REGIONS_H
#define REGIONS_H

#include <linux/types.h>

/**
 * struct region - one region that the trace shows, alive or gone
 * @id:		its identity in the trace; may be used again once it is removed
 * @start:	first address
 * @end:	first address after it
 * @reach:	the largest @end in the subtree below this region
 * @left:	subtree of the live regions before this one
 * @right:	subtree of the live regions after it
 * @chain:	next live region in the same slot of the table of identities
 */
struct region {
	__u64 id;
	__u64 start;
	__u64 end;
	__u64 reach;
	__u32 left;
	__u32 right;
	__u32 chain;
};

/*
 * Regions are known by number: 1 is the first that was added, 0 means none.
 * They stay in regions[] when they are removed, with their last extents.
 */
extern struct region *regions;
extern __u32 nr_regions;

__u32 region_by_id(__u64 id);
__u32 region_at(__u64 address);

__u32 region_add(__u64 id, __u64 start, __u64 end);
void region_resize(__u32 n, __u64 start, __u64 end);
void region_remove(__u32 n);

void *resize_array(void *array, __u64 count, __u64 size);

#endif /* REGIONS_H */
