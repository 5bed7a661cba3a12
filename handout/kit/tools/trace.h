/* SPDX-License-Identifier: MIT */
/*
 * The format of your trace, for the tools that read it.
 *
 * The format is yours to choose (section 5 of the assignment).  Section 5.3 says
 * what a record has to tell.  A program that reads a part of the trace gets whole
 * records and must be able to understand them: rules R2 and R6 in section 5.2.
 *
 * The kernel needs the same definitions.  Its headers for programs are below
 * include/uapi/; put yours there, and make this one agree with it.
 */
#ifndef TRACE_H
#define TRACE_H

#define HISTORY_FILE	"pgfault_history"	/* in /proc/PID */
#define PAGE_SHIFT	12

#endif
