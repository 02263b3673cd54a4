/*
 * manual.c: fills a manual page with the option lists of the tables, when Frank is built.
 *
 *   manual PAGE.in > PAGE
 *
 * A line '.\" options of NAME' becomes the list of the sections of that name ("top": of the file's top level;
 * "methods": each method's under its own heading; "one rule": a rule's; "plan", "plan host" ...: those of
 * frank.plan(5)). On a page that has sections of the configuration, one that no line names is an error, so that no
 * table is forgotten.
 */
#include "engine/engine.h"
#include "platform/settings/settings.h"
#include "publish/plan_file.h"
#include "verdict/verdict.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define PAGE_OCTETS_MAX (1u << 20)

struct page { const struct section *sections; size_t count; bool printed[256]; bool is_configuration; struct text out; };

static void add_list(struct page *p, const struct section *s)
{
    text_add_str(&p->out, s->help);
    text_add_str(&p->out, "\n.Bl -tag -width Ds\n");
    if (!config_manual(s, &p->out))
        p->out.bad = true;
    text_add_str(&p->out, ".El\n");
}

static bool is_method(struct slice section)
{
    return slice_starts(section, SLICE("methods."));
}

static void add_sections(struct page *p, struct slice wanted)
{
    bool methods_wanted = slice_same(wanted, SLICE("methods")), first = true;

    if (slice_same(wanted, SLICE("top")))
        wanted = (struct slice){ 0 };
    for (size_t i = 0; i < p->count; i++) {
        struct slice name = slice_str(p->sections[i].name);
        if (!(methods_wanted ? is_method(name) : slice_same(name, wanted)))
            continue;
        if (methods_wanted)
            text_addf(&p->out, ".Ss %s\n", p->sections[i].name);
        else if (!first)
            text_add_str(&p->out, ".Pp\n");
        first = false;
        add_list(p, &p->sections[i]);
        p->printed[i] = true;
    }
}

/* Tables that are no sections of the configuration. */
static const struct section *other_section(struct slice name)
{
    if (slice_same(name, SLICE("one rule")))
        return &verdict_rule_section;
    for (const struct section *s = plan_sections; s->name; s++)
        if (slice_same(name, slice_str(s->name)))
            return s;
    return NULL;
}

static void fill(struct page *p, struct slice template)
{
    struct slice line, mark = SLICE(".\\\" options of ");

    while (template.len > 0) {
        (void)slice_cut(template, '\n', &line, &template);
        if (!slice_starts(line, mark)) {
            text_add(&p->out, line);
            text_add_octet(&p->out, '\n');
            continue;
        }
        const struct section *other = other_section(slice_from(line, mark.len));
        if (other)
            add_list(p, other);
        else
            add_sections(p, slice_from(line, mark.len));
        p->is_configuration = p->is_configuration || !other;
    }
}

static int finish(struct page *p)
{
    struct slice page = text_slice(&p->out);
    int code = p->out.bad ? EX_SOFTWARE : EX_OK;

    for (size_t i = 0; i < p->count; i++) {
        if (p->is_configuration && !p->printed[i]) {
            fprintf(stderr, "manual: the page has no line for section \"%s\"\n", p->sections[i].name);
            code = EX_SOFTWARE;
        }
    }
    if (code == EX_OK && fwrite(page.at, 1, page.len, stdout) != page.len)
        code = EX_IOERR;
    return code;
}

int main(int argc, char **argv)
{
    struct page p = { .count = 0 };
    struct arena *arena = arena_new(16u << 20);
    uint8_t *octets = arena ? arena_alloc(arena, PAGE_OCTETS_MAX) : NULL;
    FILE *in = argc == 2 ? fopen(argv[1], "rb") : NULL;
    int code = EX_NOINPUT;

    p.sections = file_sections(&p.count);
    if (octets != NULL && in != NULL && p.count <= COUNT_OF(p.printed)) {
        size_t len = fread(octets, 1, PAGE_OCTETS_MAX, in);
        p.out = text_in(arena, PAGE_OCTETS_MAX);
        fill(&p, slice_of(octets, len));
        code = ferror(in) ? EX_IOERR : finish(&p);
    }
    if (in != NULL)
        (void)fclose(in);
    arena_free(arena);
    return code;
}
