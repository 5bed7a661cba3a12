/* SPDX-License-Identifier: MIT */
/*
 * The format of your trace, for the tools that read it.
 *
 * Nobody prescribes it (section 5 of the assignment).  What a record has to
 * tell is in section 5.3; that whoever reads a part of the trace must be able
 * to understand it, and has whole records, is in 5.2 (rules R2 and R6).
 *
 * The kernel needs the same definitions.  Its headers for programs are below
 * include/uapi/; put yours there, and make this one agree with it.
 */
#ifndef TRACE_H
#define TRACE_H

#define HISTORY_FILE	"pgfault_history"	/* in /proc/PID */
#define PAGE_SHIFT	12

#endif
