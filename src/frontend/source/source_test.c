#include "frontend/source/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "frontend/source/folder.h"
#include "frontend/source/mbox.h"

/* ---- a folder for each test ---- */

static char place[] = "/tmp/frank-source-XXXXXX";

static int make_place(void **state)
{
    (void)state;
    memcpy(place + sizeof place - 7, "XXXXXX", 6);
    return mkdtemp(place) && chdir(place) == 0 ? 0 : -1;
}

static int remove_place(void **state)
{
    char *words[] = { (char []){ "/bin/rm" }, (char []){ "-rf" }, place, NULL };
    pid_t child;
    int status;
    (void)state;
    return chdir("/") == 0 && posix_spawn(&child, words[0], NULL, NULL, words, NULL) == 0 && waitpid(child, &status, 0) == child && status == 0 ? 0 : -1;
}

static void put(const char *name, struct slice octets)
{
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(octets.at, 1, octets.len, f), octets.len);
    assert_int_equal(fclose(f), 0);
}

/* ---- what a source hands out, as text: "name 2 <sender> octets|" and "name! why|" ---- */

static void add_octets(void *context, struct slice octets)
{
    text_add(context, octets);
}

static void add_item(struct text *t, const struct source_item *item)
{
    text_add(t, item->file);
    if (item->number)
        text_addf(t, " %u", (unsigned)item->number);
    if (item->has_sender) {
        text_add_str(t, " <");
        text_add(t, item->sender);
        text_add_str(t, ">");
    }
    text_add_octet(t, ' ');
    assert_int_equal(file_part_read(&item->part, add_octets, t), STATUS_OK);
}

static struct slice told(struct arena *a, const char *const *paths, size_t count, enum source_format format)
{
    struct text t = text_in(a, 1u << 20);
    struct source *s = source_new(paths, count, format);
    struct source_item item;
    enum source_step step;
    assert_non_null(s);
    while ((step = source_next(s, &item)) != SOURCE_END) {
        if (step == SOURCE_ITEM) {
            add_item(&t, &item);
        } else {
            text_add(&t, item.file);
            text_add_str(&t, item.status == STATUS_OK ? "? " : "! ");
            text_add(&t, item.text);
        }
        text_add_octet(&t, '|');
    }
    assert_int_equal(source_next(s, &item), SOURCE_END);
    source_free(s);
    assert_false(t.bad);
    return text_slice(&t);
}

static void expect_told(const char *name, const char *const *paths, size_t count, enum source_format format, struct slice expected)
{
    struct arena *a = arena_new(8u << 20);
    struct slice got = told(a, paths, count, format);
    if (!slice_same(got, expected))
        fail_msg("%s:\n  got      %.*s\n  expected %.*s", name, (int)got.len, (const char *)got.at, (int)expected.len, (const char *)expected.at);
    arena_free(a);
}

/* ---- mbox ---- */

#define FROM_A "From a@x.example Tue Nov 14 22:13:20 2023"
#define FROM_B "From b@y.example Tue Nov 14 22:14:20 2023"

static const struct { const char *name; enum source_format format; struct slice file, expected; } boxes[] = {
    { "one message", SOURCE_AUTO, SLICE_INIT(FROM_A "\nS: 1\n\nx\n\n"), SLICE_INIT("f 1 <a@x.example> S: 1\n\nx\n|") },
    { "two messages", SOURCE_AUTO, SLICE_INIT(FROM_A "\nS: 1\n\nx\n\n" FROM_B "\nS: 2\n\ny\n\n"),
      SLICE_INIT("f 1 <a@x.example> S: 1\n\nx\n|f 2 <b@y.example> S: 2\n\ny\n|") },
    { "CRLF", SOURCE_AUTO, SLICE_INIT(FROM_A "\r\nS: 1\r\n\r\nx\r\n\r\n" FROM_B "\r\nS: 2\r\n\r\ny\r\n\r\n"),
      SLICE_INIT("f 1 <a@x.example> S: 1\r\n\r\nx\r\n|f 2 <b@y.example> S: 2\r\n\r\ny\r\n|") },
    { "no empty line at the end", SOURCE_AUTO, SLICE_INIT(FROM_A "\nS: 1\n\nx"), SLICE_INIT("f 1 <a@x.example> S: 1\n\nx|") },
    { "only a From line", SOURCE_AUTO, SLICE_INIT(FROM_A), SLICE_INIT("f 1 <a@x.example> |") },
    { "two From lines and nothing", SOURCE_AUTO, SLICE_INIT(FROM_A "\n" FROM_B "\n"), SLICE_INIT("f 1 <a@x.example> |f 2 <b@y.example> |") },
    { "an empty message between", SOURCE_AUTO, SLICE_INIT(FROM_A "\n\n" FROM_B "\nS: 2\n"), SLICE_INIT("f 1 <a@x.example> |f 2 <b@y.example> S: 2\n|") },
    { "empty lines of the body stay, but the last", SOURCE_AUTO, SLICE_INIT(FROM_A "\nS: 1\n\nx\n\n\n\n" FROM_B "\n"),
      SLICE_INIT("f 1 <a@x.example> S: 1\n\nx\n\n\n|f 2 <b@y.example> |") },
    { "no empty line before, but a date", SOURCE_AUTO, SLICE_INIT(FROM_A "\nS: 1\n\nx\n" FROM_B "\nS: 2\n"),
      SLICE_INIT("f 1 <a@x.example> S: 1\n\nx\n|f 2 <b@y.example> S: 2\n|") },
    { "prose that begins with From", SOURCE_AUTO, SLICE_INIT(FROM_A "\nS: 1\n\nthis is\nFrom me to you at 10:30 or so\n"),
      SLICE_INIT("f 1 <a@x.example> S: 1\n\nthis is\nFrom me to you at 10:30 or so\n|") },
    { "behind an empty line anything is one", SOURCE_AUTO, SLICE_INIT(FROM_A "\nS: 1\n\nx\n\nFrom nobody\nS: 2\n"),
      SLICE_INIT("f 1 <a@x.example> S: 1\n\nx\n|f 2 S: 2\n|") },
    { "From at the start of the body", SOURCE_AUTO, SLICE_INIT(FROM_A "\nS: 1\n\nFrom nobody\n"), SLICE_INIT("f 1 <a@x.example> S: 1\n|f 2 |") },
    { "From in the middle of a line", SOURCE_AUTO, SLICE_INIT(FROM_A "\nS: 1\n\nx " FROM_B "\n"), SLICE_INIT("f 1 <a@x.example> S: 1\n\nx " FROM_B "\n|") },
    { "From: is a field", SOURCE_AUTO, SLICE_INIT(FROM_A "\n\nFrom: x\nFromage\n"), SLICE_INIT("f 1 <a@x.example> \nFrom: x\nFromage\n|") },
    { "mboxrd: one mark less", SOURCE_AUTO, SLICE_INIT(FROM_A "\nS: 1\n\n>From x\n>>From x\n>>>From\n> From x\n>Frome\n>"),
      SLICE_INIT("f 1 <a@x.example> S: 1\n\nFrom x\n>From x\n>>>From\n> From x\n>Frome\n>|") },
    { "mboxo: only the first mark", SOURCE_MBOXO, SLICE_INIT(FROM_A "\nS: 1\n\n>From x\n>>From x\nx>From x\n"),
      SLICE_INIT("f 1 <a@x.example> S: 1\n\nFrom x\n>>From x\nx>From x\n|") },
    { "quoted in the header", SOURCE_AUTO, SLICE_INIT(FROM_A "\n>From b@y.example Tue\nS: 1\n"), SLICE_INIT("f 1 <a@x.example> From b@y.example Tue\nS: 1\n|") },
    { "what is held back at the end", SOURCE_AUTO, SLICE_INIT(FROM_A "\n\n>>Fro"), SLICE_INIT("f 1 <a@x.example> \n>>Fro|") },
    { "a message, if one says so", SOURCE_MESSAGE, SLICE_INIT(FROM_A "\nS: 1\n\n>From x\n"), SLICE_INIT("f " FROM_A "\nS: 1\n\n>From x\n|") },
    { "no mbox by itself", SOURCE_AUTO, SLICE_INIT("S: 1\n\n" FROM_B "\n"), SLICE_INIT("f S: 1\n\n" FROM_B "\n|") },
    { "an empty line first is no mbox by itself", SOURCE_AUTO, SLICE_INIT("\n" FROM_A "\n"), SLICE_INIT("f \n" FROM_A "\n|") },
    { "an empty line first", SOURCE_MBOXRD, SLICE_INIT("\n\r\n" FROM_A "\nS: 1\n"), SLICE_INIT("f 1 <a@x.example> S: 1\n|") },
    { "no mbox", SOURCE_MBOXRD, SLICE_INIT("S: 1\n\nx\n"), SLICE_INIT("f! no mbox: it does not begin with a line \"From ...\"|") },
    { "an mbox without messages", SOURCE_MBOXRD, SLICE_INIT(""), SLICE_INIT("") },
    { "nothing is a message", SOURCE_AUTO, SLICE_INIT(""), SLICE_INIT("f |") },
    { "a field of the obsolete form", SOURCE_AUTO, SLICE_INIT("From : a@x.example\n\n" FROM_B "\n"), SLICE_INIT("f From : a@x.example\n\n" FROM_B "\n|") },
    { "... with more blanks", SOURCE_AUTO, SLICE_INIT("From \t : a@x.example\n"), SLICE_INIT("f From \t : a@x.example\n|") },
    { "From without a blank", SOURCE_AUTO, SLICE_INIT("From"), SLICE_INIT("f From|") },
    { "NUL", SOURCE_AUTO, SLICE_INIT(FROM_A "\nS: \0\n\n\0\n\n" FROM_B "\n"), SLICE_INIT("f 1 <a@x.example> S: \0\n\n\0\n|f 2 <b@y.example> |") },
};

static void reads_boxes(void **state)
{
    static const char *const paths[] = { "f" };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(boxes); i++) {
        put("f", boxes[i].file);
        expect_told(boxes[i].name, paths, 1, boxes[i].format, boxes[i].expected);
    }
}

static void knows_senders(void **state)
{
    static const struct { const char *line, *sender; } vectors[] = {
        { "From a@x.example Tue Nov 14 22:13:20 2023", "a@x.example" },
        { "From a@x.example", "a@x.example" },
        { "From  a@x.example  Tue", "a@x.example" },
        { "From <a@x.example> Tue", "a@x.example" },
        { "From \"a b\"@x.example Tue", "\"a b\"@x.example" },
        { "From \"a\\\" b\"@x.example Tue", "\"a\\\" b\"@x.example" },
        { "From \"a b", NULL },
        { "From \"a b\\", NULL },
        { "From MAILER-DAEMON Tue Nov 14 22:13:20 2023", "" },
        { "From mailer-daemon Tue", "" },
        { "From - Tue Nov 14 22:13:20 2023", NULL },          /* Mozilla */
        { "From ???@??? Tue Nov 14", "???@???" },             /* Eudora: no domain, found out later */
        { "From ", NULL },
        { "From", NULL },
        { "From: a@x.example", NULL },
        { ">From a@x.example", NULL },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct slice sender = { NULL, 0 };
        bool has = mbox_sender(slice_str(vectors[i].line), &sender);
        if (has != (vectors[i].sender != NULL) || (has && !slice_same(sender, slice_str(vectors[i].sender))))
            fail_msg("%s: %.*s", vectors[i].line, (int)sender.len, (const char *)sender.at);
    }
}

/* The same messages wherever the windows over the file begin: the padding moves them octet by octet. */
static void windows_cut_nothing(void **state)
{
    static const char *const paths[] = { "f" };
    static const char two[] = "x\n\n" FROM_B "\nS: 2\n\n>From z\n";
    (void)state;
    struct arena *a = arena_new(8u << 20);
    for (size_t pad = MBOX_WINDOW_OCTETS - 200; pad < MBOX_WINDOW_OCTETS + 20; pad++) {
        arena_reset(a);
        struct text file = text_in(a, 1u << 20), expected = text_in(a, 1u << 20);
        text_add_str(&file, FROM_A "\nS: 1\n\n");
        text_add_str(&expected, "f 1 <a@x.example> S: 1\n\n");
        for (size_t i = 0; i < pad; i++) {
            text_add(&file, slice_of(&"abcdefg\n"[i % 8], 1));
            text_add(&expected, slice_of(&"abcdefg\n"[i % 8], 1));
        }
        text_add_str(&file, two);
        text_add_str(&expected, "x\n|f 2 <b@y.example> S: 2\n\nFrom z\n|");
        put("f", text_slice(&file));
        struct slice got = told(a, paths, 1, SOURCE_AUTO);
        if (!slice_same(got, text_slice(&expected)))
            fail_msg("%zu octets of padding", pad);
    }
    arena_free(a);
}

/* ---- folders ---- */

static void link_to(const char *target, const char *name)
{
    assert_int_equal(symlink(target, name), 0);
}

static void make_tree(void)
{
    static const char *const folders[] = { "t", "t/b", "t/b/deep", "t/.hidden", "t/M", "t/M/cur", "t/M/new", "t/M/tmp", "t/M/.Sent",
                                           "t/M/.Sent/cur", "t/M/.Sent/new", "t/M/.Sent/tmp", "t/M/.git", "t/M/cur/below", "out" };
    static const char *const files[] = { "t/2", "t/10", "t/b/x", "t/b/deep/y", "t/.hidden/no", "t/.no", "t/M/dovecot.index", "t/M/cur/c:2,S", "t/M/new/n",
                                         "t/M/tmp/no", "t/M/.Sent/cur/s", "t/M/.git/no", "t/M/cur/.no", "t/M/cur/below/no", "out/secret" };
    for (size_t i = 0; i < COUNT_OF(folders); i++)
        assert_int_equal(mkdir(folders[i], 0700), 0);
    for (size_t i = 0; i < COUNT_OF(files); i++)
        put(files[i], SLICE("-"));
}

static void reads_folders_in_order(void **state)
{
    static const char *const tree[] = { "t" }, *const slash[] = { "t/b/", "t/2" }, *const maildir[] = { "t/M" };
    (void)state;
    make_tree();
    expect_told("a tree", tree, 1, SOURCE_AUTO, SLICE("t/10 -|t/2 -|t/M/new/n -|t/M/cur/c:2,S -|t/M/.Sent/cur/s -|t/b/x -|t/b/deep/y -|"));
    expect_told("a slash stays one", slash, 2, SOURCE_AUTO, SLICE("t/b/x -|t/b/deep/y -|t/2 -|"));
    expect_told("a maildir", maildir, 1, SOURCE_MAILDIR, SLICE("t/M/new/n -|t/M/cur/c:2,S -|t/M/.Sent/cur/s -|"));
    expect_told("no maildir", tree, 1, SOURCE_MAILDIR, SLICE("t! no maildir: it has no folders cur, new and tmp|"));
    assert_int_equal(source_octets_all(tree, 1, SOURCE_AUTO), 7);
}

static void links_and_devices_are_told(void **state)
{
    static const char *const tree[] = { "t" }, *const named[] = { "link" };
    (void)state;
    assert_int_equal(mkdir("t", 0700), 0);
    assert_int_equal(mkdir("out", 0700), 0);
    put("out/secret", SLICE("-"));
    link_to("../out/secret", "t/file");
    link_to("../out", "t/folder");
    link_to(".", "t/loop");
    link_to("nowhere", "t/dangling");
    assert_int_equal(mkfifo("t/pipe", 0600), 0);
    link_to("out", "link");
    expect_told("below", tree, 1, SOURCE_AUTO,
        SLICE("t/dangling? a symbolic link, which is not followed|t/file? a symbolic link, which is not followed|"
              "t/folder? a symbolic link, which is not followed|t/loop? a symbolic link, which is not followed|"
              "t/pipe? a device, pipe or socket, which is not opened|"));
    expect_told("named", named, 1, SOURCE_AUTO, SLICE("link/secret -|"));
}

static void what_cannot_be_read_is_told_and_passed_over(void **state)
{
    static const char *const paths[] = { "missing", "t", "b" };
    (void)state;
    assert_int_equal(mkdir("t", 0700), 0);
    put("t/1", SLICE("1"));
    put("t/2", SLICE("2"));
    put("b", SLICE("b"));
    expect_told("missing", paths, 3, SOURCE_AUTO, SLICE("missing! No such file or directory|t/1 1|t/2 2|b b|"));
    if (geteuid() == 0)
        return;                                  /* root may read everything */
    assert_int_equal(chmod("t/1", 0), 0);
    expect_told("unreadable", paths + 1, 2, SOURCE_AUTO, SLICE("t/1! Permission denied|t/2 2|b b|"));
}

static void depth_is_bounded(void **state)
{
    static const char *const paths[] = { "d" };
    (void)state;
    struct arena *a = arena_new(8u << 20);
    for (unsigned i = 0; i < SOURCE_DEPTH_MAX + 3; i++) {
        assert_int_equal(mkdir("d", 0700), 0);
        assert_int_equal(chdir("d"), 0);
        put("f", SLICE("-"));
    }
    assert_int_equal(chdir(place), 0);
    struct slice got = told(a, paths, 1, SOURCE_AUTO);
    unsigned messages = 0;
    for (size_t i = 0; i + 1 < got.len; i++)
        messages += got.at[i] == '-' && got.at[i + 1] == '|';
    assert_int_equal(messages, SOURCE_DEPTH_MAX + 1);
    assert_true(slice_ends_nocase(got, SLICE("! folders this deep are not read|")));
    arena_free(a);
}

/* More names than are kept: several passes, each name once, in order. */
static void many_names_take_several_passes(void **state)
{
    enum { COUNT = FOLDER_FILES_KEPT * 2 + 100 };
    static const char *const paths[] = { "m" };
    struct source_item item;
    char name[64];
    unsigned count = 0;
    (void)state;
    assert_int_equal(mkdir("m", 0700), 0);
    for (unsigned i = 0; i < COUNT; i++) {
        struct text t = text_fixed(name, sizeof name - 1);
        text_addf(&t, "m/%06u", (i * 7919u) % COUNT);           /* a prime that does not divide it: each once, in no order */
        name[t.len] = '\0';
        put(name, SLICE(""));
    }
    struct source *s = source_new(paths, 1, SOURCE_AUTO);
    for (; source_next(s, &item) == SOURCE_ITEM; count++) {
        struct text t = text_fixed(name, sizeof name);
        text_addf(&t, "m/%06u", count);
        assert_true(slice_same(item.file, text_slice(&t)));
    }
    assert_int_equal(count, COUNT);
    source_free(s);
}

static void knows_formats(void **state)
{
    enum source_format f;
    (void)state;
    assert_true(source_format_named(SLICE("mbox"), &f) && f == SOURCE_MBOXRD);
    assert_true(source_format_named(SLICE("maildir"), &f) && f == SOURCE_MAILDIR);
    assert_false(source_format_named(SLICE("mbx"), &f));
    assert_false(source_format_named(SLICE(""), &f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_boxes, make_place, remove_place),
        cmocka_unit_test(knows_senders),
        cmocka_unit_test_setup_teardown(windows_cut_nothing, make_place, remove_place),
        cmocka_unit_test_setup_teardown(reads_folders_in_order, make_place, remove_place),
        cmocka_unit_test_setup_teardown(links_and_devices_are_told, make_place, remove_place),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_told_and_passed_over, make_place, remove_place),
        cmocka_unit_test_setup_teardown(depth_is_bounded, make_place, remove_place),
        cmocka_unit_test_setup_teardown(many_names_take_several_passes, make_place, remove_place),
        cmocka_unit_test(knows_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
