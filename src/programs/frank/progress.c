#include "programs/frank/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "programs/frank/report_words.h"

#define AFTER_US 500000
#define EVERY_US 250000
#define BAR 30
#define COLUMNS 79
#define LINE_OCTETS 160

static int64_t clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

bool progress_wanted(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && term && term[0] && strcmp(term, "dumb") != 0;
}

void progress_begin(struct progress_line *p, uint64_t all_octets)
{
    const char *no_color = getenv("NO_COLOR");
    *p = (struct progress_line){ .wanted = progress_wanted(), .colour = !(no_color && no_color[0]), .all = all_octets, .started_us = clock_us() };
}

static void add_left(struct text *line, int64_t seconds)
{
    if (seconds >= 3600)
        text_addf(line, "  %lld h %lld min left", (long long)(seconds / 3600), (long long)(seconds / 60 % 60));
    else if (seconds >= 60)
        text_addf(line, "  %lld min %lld s left", (long long)(seconds / 60), (long long)(seconds % 60));
    else
        text_addf(line, "  %lld s left", (long long)seconds);
}

static void draw_bar(const struct progress_line *p, double share)
{
    unsigned filled = (unsigned)(share * BAR);
    fputs(p->colour ? "\r[\033[32m" : "\r[", stderr);
    for (unsigned i = 0; i < BAR; i++)
        fputc(i < filled ? '=' : i == filled ? '>' : ' ', stderr);
    fputs(p->colour ? "\033[0m]" : "]", stderr);
    fprintf(stderr, " %3u %%", (unsigned)(share * 100));
}

static void draw(struct progress_line *p, uint64_t octets, uint64_t messages, int64_t now)
{
    char room[LINE_OCTETS];
    struct text line = text_fixed(room, sizeof room);
    double seconds = (double)(now - p->started_us) / 1e6, share = p->all ? (double)octets / (double)p->all : 0;
    share = share > 1 ? 1 : share;
    text_add_str(&line, "  ");
    words_number(&line, messages);
    text_add_str(&line, " messages  ");
    words_number(&line, (uint64_t)((double)messages / seconds));
    text_add_str(&line, "/s");
    if (share > 0.01)
        add_left(&line, (int64_t)(seconds / share - seconds));
    int bar = p->all ? BAR + 8 : 0;
    if (p->all)
        draw_bar(p, share);
    else
        fputc('\r', stderr);
    int most = COLUMNS - bar, used = (int)text_slice(&line).len < most ? (int)text_slice(&line).len : most;
    fprintf(stderr, "%.*s%*s", used, room, most - used, "");
    fflush(stderr);
    p->shown = true;
    p->shown_us = now;
}

void progress_show(struct progress_line *p, uint64_t octets, uint64_t messages)
{
    int64_t now = p->wanted ? clock_us() : 0;
    if (p->wanted && now - p->started_us >= AFTER_US && now - p->shown_us >= EVERY_US)
        draw(p, octets, messages, now);
}

void progress_quiet(struct progress_line *p)
{
    if (p->shown)
        fprintf(stderr, "\r%*s\r", COLUMNS, "");
    p->shown = false;
}
