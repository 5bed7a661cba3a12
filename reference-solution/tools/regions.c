// SPDX-License-Identifier: GPL-2.0-only
/*
 * The regions of an address space, found by identity and by address.
 *
 * The live regions are in a hash table of identities and in a treap (a binary
 * tree kept in balance by random priorities), ordered by start address.  The
 * kernel may tell a change step by step, so regions can overlap for a moment:
 * the new half of a split before the old one has shrunk, a mapping before the
 * one that it replaces has gone.  That is why each node knows how far its
 * subtree reaches.
 */
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "regions.h"

struct region *regions;
__u32 nr_regions;

static __u32 allocated;		/* of regions[], which counts from 1 */
static __u32 nr_live;
static __u32 root;
static __u32 *slots;		/* the first region in each slot */
static __u32 nr_slots;		/* a power of two, or none yet */

/**
 * resize_array() - realloc() that does not return where memory is short
 * @array: what to resize, or NULL
 * @count: how many elements it shall have
 * @size: of one element, in bytes
 *
 * Return: the array at its new place.
 */
void *resize_array(void *array, __u64 count, __u64 size)
{
	array = reallocarray(array, count, size);
	if (!array)
		err(EXIT_FAILURE, NULL);
	return array;
}

/* The last step of MurmurHash3: every bit of the value changes every other. */
static __u64 mix(__u64 value)
{
	value = (value ^ value >> 33) * 0xff51afd7ed558ccdULL;
	value = (value ^ value >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return value ^ value >> 33;
}

static __u32 *slot_of(__u64 id)
{
	return &slots[mix(id) & (nr_slots - 1)];
}

static void grow_slots(void)
{
	__u32 *old = slots, old_nr = nr_slots, n, next;

	nr_slots = old_nr ? 2 * old_nr : 64;
	slots = calloc(nr_slots, sizeof(*slots));
	if (!slots)
		err(EXIT_FAILURE, NULL);
	for (__u32 i = 0; i < old_nr; i++) {
		for (n = old[i]; n; n = next) {
			__u32 *slot = slot_of(regions[n].id);

			next = regions[n].chain;
			regions[n].chain = *slot;
			*slot = n;
		}
	}
	free(old);
}

/* By start; of two that start together, the one added later is the later one. */
static bool before(__u32 a, __u32 b)
{
	if (regions[a].start != regions[b].start)
		return regions[a].start < regions[b].start;
	return a < b;
}

static void update_reach(__u32 n)
{
	struct region *r = &regions[n];

	r->reach = r->end;
	if (r->reach < regions[r->left].reach)
		r->reach = regions[r->left].reach;
	if (r->reach < regions[r->right].reach)
		r->reach = regions[r->right].reach;
}

/* Join two trees; all of @a is before all of @b. */
static __u32 join(__u32 a, __u32 b)
{
	if (!a || !b)
		return a ? a : b;
	if (mix(a) > mix(b)) {
		regions[a].right = join(regions[a].right, b);
		update_reach(a);
		return a;
	}
	regions[b].left = join(a, regions[b].left);
	update_reach(b);
	return b;
}

/* Part @tree into what is before region @n and what is after it. */
static void part(__u32 tree, __u32 n, __u32 *lower, __u32 *upper)
{
	if (!tree) {
		*lower = 0;
		*upper = 0;
		return;
	}
	if (before(tree, n)) {
		*lower = tree;
		part(regions[tree].right, n, &regions[tree].right, upper);
	} else {
		*upper = tree;
		part(regions[tree].left, n, lower, &regions[tree].left);
	}
	update_reach(tree);
}

static void insert(__u32 n)
{
	__u32 lower, upper;

	regions[n].left = 0;
	regions[n].right = 0;
	update_reach(n);
	part(root, n, &lower, &upper);
	root = join(join(lower, n), upper);
}

/* Return: @tree without region @n, which is in it. */
static __u32 without(__u32 tree, __u32 n)
{
	if (tree == n)
		return join(regions[n].left, regions[n].right);
	if (before(n, tree))
		regions[tree].left = without(regions[tree].left, n);
	else
		regions[tree].right = without(regions[tree].right, n);
	update_reach(tree);
	return tree;
}

/* region_at(), below @tree.  At most one path down and another one are taken. */
static __u32 find(__u32 tree, __u64 address)
{
	__u32 found;

	if (!tree || regions[tree].reach <= address)
		return 0;
	if (regions[tree].start <= address) {
		found = find(regions[tree].right, address);
		if (found)
			return found;
		if (address < regions[tree].end)
			return tree;
	}
	return find(regions[tree].left, address);
}

/**
 * region_at() - the live region that contains an address
 * @address: any address
 *
 * Of several that overlap it is the one that starts last, and of those the one
 * added last: the newcomer, where a split or a replacement is half told.
 *
 * Return: the region's number, or 0.
 */
__u32 region_at(__u64 address)
{
	return find(root, address);
}

/**
 * region_by_id() - the live region of an identity
 * @id: the identity in the trace
 *
 * Return: the region's number, or 0.
 */
__u32 region_by_id(__u64 id)
{
	__u32 n;

	if (!nr_slots)
		return 0;
	for (n = *slot_of(id); n && regions[n].id != id; n = regions[n].chain)
		;
	return n;
}

/**
 * region_add() - a region begins to live
 * @id: its identity, which no live region has
 * @start: first address
 * @end: first address after it
 *
 * Return: the region's number.
 */
__u32 region_add(__u64 id, __u64 start, __u64 end)
{
	__u32 *slot, n = nr_regions + 1;

	if (n >= allocated) {
		if (allocated > UINT32_MAX / 2)
			errx(EXIT_FAILURE, "too many regions");
		allocated = allocated ? 2 * allocated : 64;
		regions = resize_array(regions, allocated, sizeof(*regions));
		regions[0] = (struct region){};
	}
	if (nr_live == nr_slots)
		grow_slots();

	slot = slot_of(id);
	regions[n] = (struct region){
		.id = id, .start = start, .end = end, .chain = *slot,
	};
	*slot = n;
	insert(n);
	nr_live++;
	return nr_regions = n;
}

/**
 * region_resize() - a live region gets other extents
 * @n: the region's number
 * @start: first address
 * @end: first address after it
 */
void region_resize(__u32 n, __u64 start, __u64 end)
{
	root = without(root, n);
	regions[n].start = start;
	regions[n].end = end;
	insert(n);
}

/**
 * region_remove() - a live region goes; it stays in regions[]
 * @n: the region's number
 */
void region_remove(__u32 n)
{
	__u32 *link = slot_of(regions[n].id);

	while (*link != n)
		link = &regions[*link].chain;
	*link = regions[n].chain;
	root = without(root, n);
	nr_live--;
}
