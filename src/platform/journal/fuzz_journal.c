/*
 * fuzz_journal.c: any octets as a journal file, plain or compressed: every line that is a record is looked at as frank why
 * does and judged again as frank what-if does.
 *
 * What is about a key passes the quick look; a verdict on a whole message is final.
 *
 * covers: src/platform/journal/reader.c src/platform/journal/about.c
 */
#include "platform/journal/reader.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/engine.h"
#include "platform/journal/about.h"

#define OCTETS_MAX (1u << 16)
#define LINES_LOOKED_AT 100000          /* of a bomb */

static void must(bool what)
{
    if (!what)
        abort();
}

static void look(struct arena *a, const struct fact *record, struct slice line)
{
    static const char *const words[] = { "7k2mabcdefgh", "bob@receiver.example", "2001:db8::9", "\"x y\"@sender.example", "4ZxQ7b1Tz" };
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct journal_key key;
        must(journal_key_of(slice_str(words[i]), &key));
        must(!journal_is_about(a, record, &key) || journal_may_hold(&key, line));
    }
}

static void judge(struct arena *a, const struct fact *record)
{
    static struct config *config;
    static const struct rules *rules[2];
    struct config_error error;
    struct case_facts facts;
    struct verdict v;
    bool final;
    if (!config) {
        config = config_defaults(verdict_sections, verdict_section_count);
        must(config != NULL);
        rules[0] = rules_named(config, SLICE("standard"), &error);
        rules[1] = rules_named(config, SLICE("strict"), &error);
        must(rules[0] && rules[1]);
    }
    if (!case_from_record(a, record, &facts))
        return;
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        verdict_judge(rules[i], a, &facts, &v, &final);
        must(final || facts.stage < STAGE_MESSAGE);
    }
}

/* By name, as programs do. */
static struct journal_reader *open_again(int fd)
{
    char path[64];
    struct text t = text_fixed(path, sizeof path - 1);
    text_addf(&t, "/proc/self/fd/%d", fd);
    path[t.len] = '\0';
    struct journal_reader *r = journal_reader_open(path);
    close(fd);
    must(!journal_reader_open("/proc/self/fd"));
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice line;
    enum journal_what what;
    if (size > OCTETS_MAX)
        return 0;
    int fd = memfd_create("journal", MFD_CLOEXEC);
    must(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
    struct journal_reader *r = open_again(fd);
    struct arena *a = arena_new(64u << 20);
    must(r && a);
    for (unsigned n = 0; n < LINES_LOOKED_AT && (what = journal_next(r, &line)) != JOURNAL_END; n++) {
        const struct fact *record;
        const char *error;
        must(what == JOURNAL_LINE || what == JOURNAL_TORN ? line.len > 0 && line.len <= FACT_JSON_MAX : line.len == 0);
        must(what != JOURNAL_BROKEN || journal_error(r)[0] != '\0');
        arena_reset(a);
        if (line.len == 0 || !fact_from_json(a, line, &record, &error))
            continue;
        look(a, record, line);
        judge(a, record);
    }
    must(journal_position(r) <= size + 1);
    arena_free(a);
    journal_reader_close(r);
    return 0;
}
