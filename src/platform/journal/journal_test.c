/* journal_test.c: what the lines say, and that a disk which does not take them stops nobody. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto/digest.h"
#include "env/zone_resolver.h"
#include "platform/journal/journal.h"

static const char zone_text[] =
    "sender.example. 300 IN TXT \"v=spf1 ip4:192.0.2.1 -all\"\n_dmarc.sender.example. 300 IN TXT \"v=DMARC1; p=reject\"\n";

/* One message, judged under `standard`. */
struct fixture {
    struct zone *zone;
    struct random random;
    struct env env;
    struct config *config;
    struct engine *engine;
    struct session *session;
    struct txn *txn;
    struct loop *loop;
    char folder[64], path[96];
    struct journal_counts counts;
    unsigned tears;
};

static void fill(struct random *r, void *at, size_t octets)
{
    (void)r;
    memset(at, 1, octets);
}

static void begin(struct fixture *f, const char *ip, const char *sender)
{
    struct zone_error ze;
    struct config_error ce;
    size_t count;
    const struct section *sections = file_sections(&count);
    *f = (struct fixture){ .random = { fill }, .zone = zone_new(), .loop = loop_new(), .folder = "/tmp/frank-journal-XXXXXX" };
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/journal", f->folder);
    assert_int_equal(crypto_start(), STATUS_OK);
    assert_true(zone_read(f->zone, slice_str(zone_text), &ze));
    f->env = (struct env){ .dns = zone_resolver_new(f->zone), .random = &f->random };
    f->config = config_parse("test", SLICE("rules = \"standard\"; authserv_id = \"mx.receiver.example\";"), sections, count, &ce);
    f->engine = engine_new(&f->env, f->config, NULL, &ce);
    assert_non_null(f->engine);
    struct session_facts facts = { .peer_name = SLICE("mail.sender.example") };
    ip_parse(slice_str(ip), &facts.peer);
    f->session = session_begin(f->engine, &facts);
    f->txn = txn_begin(f->session, 1700000000, NULL);
    txn_helo(f->txn, SLICE("mail.sender.example"));
    txn_mail(f->txn, slice_str(sender), false);
    txn_rcpt(f->txn, SLICE("<bob@receiver.example>"));
    txn_set_queue_id(f->txn, SLICE("4XyZ"));
    txn_field(f->txn, SLICE("From: alice@sender.example"));
    txn_field(f->txn, SLICE("Message-ID: <1@sender.example>"));
    txn_end_of_header(f->txn);
    txn_body(f->txn, SLICE("Hello.\r\n"));
    txn_end_of_message(f->txn);
    assert_int_equal(txn_progress(f->txn), PROGRESS_DONE);
}

static void end(struct fixture *f)
{
    txn_end(f->txn);
    session_end(f->session);
    engine_free(f->engine);
    config_free(f->config);
    zone_resolver_free(f->env.dns);
    zone_free(f->zone);
    loop_free(f->loop);
    unlink(f->path);
    rmdir(f->folder);
}

static struct journal_entry entry_of(const struct fixture *f, const char *told)
{
    return (struct journal_entry){ .txn = f->txn, .told = told, .deleted = 2, .inserted = 1, .waited_us = 12345, .peer_name = SLICE("mail.sender.example") };
}

static struct journal_sink *sink_of(struct fixture *f, struct slice file)
{
    return journal_open(f->loop, &(struct journal_settings){ .file = file }, LOG_TO_NOBODY, SLICE("mx.receiver.example"), &f->counts, &f->tears);
}

static const char *read_back(const char *path)
{
    static char text[1 << 16];
    FILE *file = fopen(path, "r");
    size_t n = file ? fread(text, 1, sizeof text - 1, file) : 0;
    text[n] = '\0';
    if (file)
        fclose(file);
    return text;
}

static void test_line(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, "203.0.113.9", "<alice@sender.example>");
    struct journal_entry e = entry_of(&f, "reject");
    const struct fact *line = journal_line(&e);
    const struct fact *action = fact_find(line, "action");
    assert_true(slice_same(fact_text(action, "told"), SLICE("reject")));
    assert_int_equal(fact_number(action, "deleted", -1), 2);
    assert_int_equal(fact_number(action, "inserted", -1), 1);
    assert_int_equal(fact_number(action, "waited_ms", -1), 12);
    assert_int_equal(fact_number(line, "body_octets", -1), 8);
    assert_true(slice_same(fact_text(line, "queue_id"), SLICE("4XyZ")));
    assert_non_null(fact_find(fact_find(line, "spf"), "terms"));
    for (const struct fact *one = line->first; one; one = one->next)
        assert_null(fact_find(one, METHOD_TRACE));
    /* What a row of an aggregate report is made of (RFC 9990). */
    const struct fact *dmarc = fact_find(line, "dmarc");
    assert_true(slice_same(fact_text(fact_find(line, "session"), "ip"), SLICE("203.0.113.9")));
    assert_true(slice_same(fact_text(dmarc, "from"), SLICE("sender.example")));
    assert_true(slice_same(fact_text(dmarc, "disposition"), SLICE("reject")));
    assert_true(slice_same(fact_text(fact_find(dmarc, "published"), "p"), SLICE("reject")));
    assert_non_null(fact_find(fact_find(dmarc, "aligned"), "spf"));
    /* And back: the same verdict can be judged from it. */
    struct arena *a = arena_new(1u << 20);
    struct text t = text_in(a, 1u << 18);
    const struct fact *again;
    const char *error;
    struct case_facts facts;
    struct verdict v;
    bool final;
    assert_true(fact_to_json(line, false, &t));
    assert_true(fact_from_json(a, text_slice(&t), &again, &error));
    assert_true(case_from_record(a, again, &facts));
    verdict_judge(engine_rules(f.engine), a, &facts, &v, &final);
    assert_int_equal(v.disposition, DISPOSITION_REJECT);
    arena_free(a);
    end(&f);
}

static void test_decision(void **state)
{
    (void)state;
    struct fixture f;
    char room[4096];
    struct text t = text_fixed(room, sizeof room - 1);
    begin(&f, "203.0.113.9", "<alice@sender.example>");
    struct journal_entry e = entry_of(&f, "reject");
    journal_decision(&e, &t);
    room[t.len] = '\0';
    assert_memory_equal(room, "id=111111111111 queue=4XyZ ip=203.0.113.9 from=<alice@sender.example> author=sender.example ", 88);
    assert_non_null(strstr(room, " spf=fail"));
    assert_non_null(strstr(room, " dmarc=fail action=reject rule=standard/dmarc-evidence reply=\"550 5.7.26\" reason=\""));
    end(&f);
    begin(&f, "192.0.2.1", "<>");
    e = entry_of(&f, "accept");
    text_reset(&t);
    journal_decision(&e, &t);
    room[t.len] = '\0';
    assert_non_null(strstr(room, " from=<> "));
    assert_null(strstr(room, "reply="));
    end(&f);
}

static void test_pairs(void **state)
{
    (void)state;
    static const struct { struct slice value; const char *expected; } vectors[] = {
        { SLICE_INIT("plain"), "k=plain" }, { SLICE_INIT(""), "k=\"\"" }, { SLICE_INIT("two words"), "k=\"two words\"" },
        { SLICE_INIT("a=b"), "k=\"a=b\"" }, { SLICE_INIT("say \"x\""), "k=\"say \\x22x\\x22\"" },
        { SLICE_INIT("line\r\nid=forged"), "k=\"line\\x0d\\x0aid=forged\"" }, { SLICE_INIT("\0\x1b[31m\xc3\xa9"), "k=\\x00\\x1b[31m\\xc3\\xa9" },
    };
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        char room[256];
        struct text t = text_fixed(room, sizeof room - 1);
        journal_add_pair(&t, "k", vectors[i].value);
        room[t.len] = '\0';
        assert_string_equal(room, vectors[i].expected);
    }
}

/* Two workers append to one file; lines are whole; a new sink (a reload) makes a file that was moved away anew. */
static void test_file(void **state)
{
    (void)state;
    struct fixture f;
    char moved[128];
    struct stat st;
    begin(&f, "192.0.2.1", "<alice@sender.example>");
    struct journal_entry e = entry_of(&f, "accept");
    struct journal_sink *one = sink_of(&f, slice_str(f.path));
    struct journal_sink *two = sink_of(&f, slice_str(f.path));
    journal_message(one, &e);
    journal_message(two, &e);
    journal_message(one, &e);
    assert_string_equal(read_back(f.path), "");                   /* until the turn of the loop is over */
    assert_true(loop_turn(f.loop, 10000));
    assert_int_equal(f.counts.lines, 3);
    const char *text = read_back(f.path);
    unsigned lines = 0;
    for (const char *c = text; (c = strchr(c, '\n')); c++)
        lines++;
    assert_int_equal(lines, 3);
    assert_memory_equal(text, "{\"version\":1,\"id\":\"111111111111\"", 32);
    assert_int_equal(stat(f.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    snprintf(moved, sizeof moved, "%s.1", f.path);
    assert_int_equal(rename(f.path, moved), 0);
    journal_close(two);
    two = sink_of(&f, slice_str(f.path));
    journal_message(two, &e);
    journal_close(two);                                           /* writes what is left */
    journal_close(one);
    assert_non_null(strchr(read_back(f.path), '\n'));
    assert_int_equal(f.counts.lines, 4);
    assert_int_equal(f.counts.lost, 0);
    unlink(moved);
    end(&f);
}

/* A message's line of which the file takes the first octets only. */
static void write_half(struct fixture *f, struct journal_sink *j, const struct journal_entry *e)
{
    struct rlimit before, little;
    struct stat st;
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    little = (struct rlimit){ .rlim_cur = (rlim_t)st.st_size + 20, .rlim_max = before.rlim_max };
    signal(SIGXFSZ, SIG_IGN);
    journal_message(j, e);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    journal_flush(j);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
}

/* How many lines of the file are whole ones of these messages. */
static unsigned whole_lines(const char *path)
{
    static char line[1 << 15];
    unsigned whole = 0;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        whole += strncmp(line, "{\"version\"", 10) == 0 && strstr(line, "}\n") && !strstr(line + 1, "{\"version\"");
    fclose(file);
    return whole;
}

/* A disk that was full for a while: nothing is lost but what was half written, whoever writes next. */
static void test_half_a_line(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, "192.0.2.1", "<alice@sender.example>");
    struct journal_entry e = entry_of(&f, "accept");
    struct journal_sink *one = sink_of(&f, slice_str(f.path));
    struct journal_sink *two = sink_of(&f, slice_str(f.path));
    write_half(&f, one, &e);
    assert_int_equal(f.counts.lost, 1);
    journal_message(two, &e);
    journal_flush(two);
    assert_int_equal(whole_lines(f.path), 1);
    journal_message(one, &e);
    journal_message(one, &e);
    journal_flush(one);
    assert_int_equal(whole_lines(f.path), 3);
    /* The one that wrote half is gone before it could end it. */
    write_half(&f, one, &e);
    journal_close(one);
    journal_close(two);
    f.tears = 0;                  /* nobody is left who knows of it */
    one = sink_of(&f, slice_str(f.path));
    journal_message(one, &e);
    journal_close(one);
    assert_int_equal(whole_lines(f.path), 4);
    assert_int_equal(f.counts.lines, 4);
    assert_int_equal(f.counts.lost, 2);
    end(&f);
}

/* No folder, a symbolic link, a full disk: counted, and nothing else happens. */
static void test_file_fails(void **state)
{
    (void)state;
    struct fixture f;
    char elsewhere[128], link[128], pipe[128];
    begin(&f, "192.0.2.1", "<alice@sender.example>");
    struct journal_entry e = entry_of(&f, "accept");
    snprintf(elsewhere, sizeof elsewhere, "%s/no/such/folder", f.folder);
    snprintf(link, sizeof link, "%s/link", f.folder);
    assert_int_equal(symlink("/dev/null", link), 0);
    snprintf(pipe, sizeof pipe, "%s/pipe", f.folder);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    const char *const bad[] = { elsewhere, link, pipe, f.folder };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        f.counts = (struct journal_counts){ 0 };
        struct journal_sink *j = sink_of(&f, slice_str(bad[i]));
        assert_non_null(j);
        assert_int_equal(f.counts.lost, 1);
        journal_message(j, &e);
        journal_close(j);
        assert_int_equal(f.counts.lines, 0);
    }
    f.counts = (struct journal_counts){ 0 };
    struct journal_sink *j = sink_of(&f, SLICE("/dev/full"));
    journal_message(j, &e);
    journal_message(j, &e);
    journal_flush(j);
    assert_int_equal(f.counts.lines, 0);
    assert_int_equal(f.counts.lost, 2);
    journal_close(j);
    unlink(link);
    unlink(pipe);
    end(&f);
}

/* Nothing configured: nothing is made, nothing is lost. */
static void test_none(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, "192.0.2.1", "<alice@sender.example>");
    struct journal_entry e = entry_of(&f, "accept");
    struct journal_sink *j = sink_of(&f, SLICE(""));
    journal_message(j, &e);
    journal_close(j);
    assert_int_equal(f.counts.lines, 0);
    assert_int_equal(f.counts.lost, 0);
    journal_close(NULL);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line), cmocka_unit_test(test_decision), cmocka_unit_test(test_pairs), cmocka_unit_test(test_file),
        cmocka_unit_test(test_half_a_line),
        cmocka_unit_test(test_file_fails), cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
