/* SPDX-License-Identifier: GPL-2.0-only */
/* Hold one task at one instruction: see arch/um/kernel/hold.c. */
#ifndef __UM_HOLD_H
#define __UM_HOLD_H

/* From the handler of SIGTRAP: 0 where it is no breakpoint of ours. */
int hold_trap(long long *rip, long long *rsp, long long *flags);

#endif
