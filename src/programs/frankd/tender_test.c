/* tender_test: a line in the log when a list breaks and when it is in order again, and no other. */
#include "programs/frankd/tender.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dns/zone.h"
#include "env/zone_resolver.h"
#include "platform/journal/journal.h"

#define CONF "methods = { dnslist = { lists = ( { name = \"bad\"; zone = \"bad.example\"; ipv6 = false; }, { name = \"doms\"; zone = \"doms.example\"; by = \"helo\"; } ); }; };"
#define DOMS "test.doms.example. A 127.0.0.2\n"

static int64_t now(struct clock *c)
{
    (void)c;
    return 1700000000;
}

static void fill(struct random *r, void *at, size_t octets)
{
    (void)r;
    memset(at, 7, octets);
}

struct scene {
    struct env env;
    struct clock clock;
    struct random random;
    struct config *config;
    struct engine *engine;
    struct loop *loop;
    struct tender *tender;
    struct zone *zone;
};

static void begin(struct scene *s)
{
    struct config_error e = { .line = 0 };
    size_t count;
    const struct section *sections = engine_sections(&count);
    *s = (struct scene){ .clock = { now, now }, .random = { fill } };
    s->env = (struct env){ .clock = &s->clock, .random = &s->random };
    s->config = config_parse("frank.conf", SLICE(CONF), sections, count, &e);
    assert_non_null(s->config);
    s->engine = engine_new(&s->env, s->config, NULL, &e);
    s->loop = loop_new();
    s->tender = s->engine && s->loop ? tender_new(s->loop, s->engine, &s->env, LOG_TO_STDERR) : NULL;
    assert_non_null(s->tender);
}

static void end(struct scene *s)
{
    tender_free(s->tender);
    loop_free(s->loop);
    engine_free(s->engine);
    config_free(s->config);
}

/* What one look in this zone says: standard error, for the time of the look. */
static void look(struct scene *s, const char *zone_text, const char *says)
{
    struct zone_error e = { .line = 0 };
    char said[1024] = "";
    FILE *file = tmpfile();
    int before = dup(STDERR_FILENO);
    s->zone = zone_new();
    assert_true(s->zone && zone_read(s->zone, slice_str(zone_text), &e) && file && before >= 0);
    s->env.dns = zone_resolver_new(s->zone);
    fflush(stderr);
    dup2(fileno(file), STDERR_FILENO);
    tender_look(s->tender);
    fflush(stderr);
    dup2(before, STDERR_FILENO);
    close(before);
    rewind(file);
    said[fread(said, 1, sizeof said - 1, file)] = '\0';
    fclose(file);
    zone_resolver_free(s->env.dns);
    zone_free(s->zone);
    if (says[0] ? !strstr(said, says) : said[0] != '\0')
        fail_msg("said \"%s\", not \"%s\"", said, says);
    assert_true(says[0] == '\0' || strchr(said, '\n') == said + strlen(said) - 1);
}

static void test_lines(void **state)
{
    struct scene s;
    (void)state;
    begin(&s);
    look(&s, "2.0.0.127.bad.example. A 127.0.0.2\n" DOMS, "");
    look(&s, "*.bad.example. A 127.0.0.2\n" DOMS, "dnslist.bad: list broken: 127.0.0.1 is listed");
    look(&s, "*.bad.example. A 127.0.0.2\n" DOMS, "");
    look(&s, DOMS "; servfail 2.0.0.127.bad.example.\n", "dnslist.bad: no answer (servfail)");
    look(&s, "2.0.0.127.bad.example. A 127.0.0.2\n" DOMS, "dnslist.bad: the list is in order");
    look(&s, "2.0.0.127.bad.example. A 127.0.0.2\n" DOMS, "");
    look(&s, "2.0.0.127.bad.example. A 127.0.0.2\n", "dnslist.doms: list broken: test is not listed");
    assert_int_equal(engine_live(s.engine), 0);
    end(&s);
}

static void test_broken_from_the_start(void **state)
{
    struct scene s;
    (void)state;
    begin(&s);
    look(&s, "*.bad.example. A 203.0.113.1\n" DOMS, "dnslist.bad: list broken: it answers 203.0.113.1, which is outside 127.0.0.0/8");
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_lines), cmocka_unit_test(test_broken_from_the_start) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
