/* SPDX-License-Identifier: MIT */
/*
 * pgfaultmap [--events] OUTFILE
 *
 * The trace is text, a line for an event. A region is known by where it starts.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct region {
    unsigned long start, end;
    char *pages;
    int removed;
};

static struct region *region;
static int regions;

static struct region *find(unsigned long address)
{
    int i;

    for (i = regions - 1; i >= 0; i--)
        if (!region[i].removed && address >= region[i].start && address < region[i].end)
            return &region[i];
    return NULL;
}

static void out_of_memory(void)
{
    fprintf(stderr, "pgfaultmap: out of memory\n");
    exit(1);
}

static void add(unsigned long start, unsigned long end)
{
    size_t pages = (end - start) / 4096;
    struct region *r;

    region = realloc(region, (regions + 1) * sizeof *region);
    if (region == NULL)
        out_of_memory();
    r = &region[regions++];
    r->start = start;
    r->end = end;
    r->removed = 0;
    r->pages = malloc(pages + 1);
    if (r->pages == NULL)
        out_of_memory();
    memset(r->pages, '.', pages);
    r->pages[pages] = 0;
}

/* Returns 0 where the line is none of a trace. */
static int handle(const char *line, int events)
{
    unsigned long sec, nsec, a, b;
    struct region *r;
    char mode[4];
    int len = -1;

    if (sscanf(line, "%lu.%9lu + %lx %lx %3[rwx-]%n", &sec, &nsec, &a, &b, mode, &len) == 5
        && len > 0 && !strcmp(line + len, "\n") && a < b && b - a < 1UL << 36 && a % 4096 == 0 && b % 4096 == 0) {
        if (events)
            printf("%lu.%09lu add %lx %lx-%lx %s\n", sec, nsec, a, a, b, mode);
        else
            add(a, b);
        return 1;
    }
    if (sscanf(line, "%lu.%9lu - %lx%n", &sec, &nsec, &a, &len) == 3
        && len > 0 && !strcmp(line + len, "\n")) {
        r = find(a);
        if (events)
            printf("%lu.%09lu remove %lx\n", sec, nsec, a);
        else if (r && r->start == a)
            r->removed = 1;
        return 1;
    }
    if (sscanf(line, "%lu.%9lu f %lx%n", &sec, &nsec, &a, &len) == 3
        && len > 0 && !strcmp(line + len, "\n")) {
        r = find(a);
        if (events)
            printf("%lu.%09lu fault %lx\n", sec, nsec, a);
        else if (r)
            r->pages[(a - r->start) / 4096] = 'X';
        return 1;
    }
    if (sscanf(line, "%lu.%9lu ! %lu%n", &sec, &nsec, &a, &len) == 3
        && len > 0 && !strcmp(line + len, "\n")) {
        if (events)
            printf("%lu.%09lu lost %lu\n", sec, nsec, a);
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    char *line = NULL;
    size_t size = 0;
    int events, i, good = 1;
    FILE *in;

    events = argc == 3 && strcmp(argv[1], "--events") == 0;
    if (argc != (events ? 3 : 2)) {
        fprintf(stderr, "usage: pgfaultmap [--events] OUTFILE\n");
        return 2;
    }
    in = fopen(argv[argc - 1], "r");
    if (in == NULL) {
        fprintf(stderr, "pgfaultmap: cannot open %s: %s\n", argv[argc - 1], strerror(errno));
        return 1;
    }
    while (good && getline(&line, &size, in) > 0)
        good = handle(line, events);
    for (i = 0; i < regions; i++)
        printf("Region: %08lx - %08lx (%4lu pages): |%s|\n", region[i].start, region[i].end,
               (region[i].end - region[i].start) / 4096, region[i].pages);
    fflush(stdout);
    if (!good) {
        fprintf(stderr, "pgfaultmap: %s: this is not, or no longer, a trace: %s\n",
                argv[argc - 1], line);
        return 1;
    }
    return 0;
}
