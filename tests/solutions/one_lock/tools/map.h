/* SPDX-License-Identifier: MIT */
#ifndef MAP_H
#define MAP_H

#include <stdbool.h>
#include <stdint.h>

/* The region of that name which exists; false where there is none. */
bool map_exists(uint64_t name);
void map_set(uint64_t name, uint64_t start, uint64_t end);
void map_remove(uint64_t name);
void map_fault(uint64_t address);
void map_print(void);

#endif
