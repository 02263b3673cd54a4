/* reader_test.c: journal files read back: lines at and over their bounds, compressed, cut off; rotation; who a line is about. */
#include "platform/journal/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "platform/journal/about.h"
#include "platform/journal/files.h"

static char folder[] = "/tmp/journal-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    static const char *const names[] = { "j", "j.gz", "cut.gz", "k", "k.1", "k.2.gz", "k.10", "k-20260131", "k-20260201.gz", "k-2026", "k.txt", "k.1.bak", "kk", "k.0" };
    char path[256];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/k.3", folder);
    rmdir(path);
    return rmdir(folder);
}

static const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const void *at, size_t len)
{
    int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, at, len), (ssize_t)len);
    close(fd);
}

static void write_gz(const char *name, const void *at, size_t len, const char *mode)
{
    gzFile f = gzopen(path_of(name), mode);
    assert_non_null(f);
    assert_int_equal(gzwrite(f, at, (unsigned)len), (int)len);
    assert_int_equal(gzclose(f), Z_OK);
}

/* ---- lines ---- */

#define LINES_MAX 8

static const struct { const char *name, *octets; struct { enum journal_what what; const char *line; } lines[LINES_MAX]; } vectors[] = {
    { "nothing", "", { { JOURNAL_END, "" } } },
    { "one line", "{}\n", { { JOURNAL_LINE, "{}" } } },
    { "empty lines are none", "\n\n{}\n\r\n\n[]\n\n", { { JOURNAL_LINE, "{}" }, { JOURNAL_LINE, "[]" } } },
    { "a last line without its end", "{}\n{\"half", { { JOURNAL_LINE, "{}" }, { JOURNAL_TORN, "{\"half" } } },
    { "only half a line", "x", { { JOURNAL_TORN, "x" } } },
    { "line ends of another system", "a\r\nb\r\n", { { JOURNAL_LINE, "a" }, { JOURNAL_LINE, "b" } } },
    { "blanks belong to the line", " a \n", { { JOURNAL_LINE, " a " } } },
};

static void expect_lines(struct journal_reader *r, size_t i)
{
    struct slice line;
    assert_non_null(r);
    for (size_t n = 0; n < LINES_MAX; n++) {
        assert_int_equal(journal_next(r, &line), vectors[i].lines[n].what);
        if (vectors[i].lines[n].what == JOURNAL_END)
            break;
        assert_true(slice_same(line, slice_str(vectors[i].lines[n].line)));
    }
    assert_int_equal(journal_next(r, &line), JOURNAL_END);
    journal_reader_close(r);
}

static void test_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        print_message("%s\n", vectors[i].name);
        write_file("j", vectors[i].octets, strlen(vectors[i].octets));
        expect_lines(journal_reader_open(path_of("j")), i);
        write_gz("j.gz", vectors[i].octets, strlen(vectors[i].octets), "wb");
        expect_lines(journal_reader_open(path_of("j.gz")), i);
    }
}

/* Through a pipe octets come in any pieces. */
static void test_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        size_t len = strlen(vectors[i].octets);
        for (size_t n = 0; n < len; n++)
            assert_int_equal(write(ends[1], vectors[i].octets + n, 1), 1);
        close(ends[1]);
        expect_lines(journal_reader_open_fd(ends[0]), i);
    }
}

static void test_nul_is_an_octet(void **state)
{
    (void)state;
    struct slice line;
    write_file("j", "a\0b\n", 4);
    struct journal_reader *r = journal_reader_open(path_of("j"));
    assert_int_equal(journal_next(r, &line), JOURNAL_LINE);
    assert_int_equal(line.len, 3);
    journal_reader_close(r);
}

static void test_bound(void **state)
{
    (void)state;
    for (int more = -1; more <= 1; more++) {
        size_t len = (size_t)((int)FACT_JSON_MAX + more);
        for (int copies = 1; copies <= 3; copies++) {
            char *text = mem_alloc(len * (size_t)copies + 8);
            memset(text, 'x', len * (size_t)copies);
            memcpy(text + len * (size_t)copies, "\nlast\n", 6);
            write_file("j", text, len * (size_t)copies + 6);
            mem_free(text);
            struct journal_reader *r = journal_reader_open(path_of("j"));
            struct slice line;
            enum journal_what what = journal_next(r, &line);
            assert_int_equal(what, copies == 1 && more <= 0 ? JOURNAL_LINE : JOURNAL_OVERLONG);
            assert_int_equal(line.len, what == JOURNAL_LINE ? len : 0);
            assert_int_equal(journal_next(r, &line), JOURNAL_LINE);
            assert_true(slice_same(line, SLICE("last")));
            assert_int_equal(journal_next(r, &line), JOURNAL_END);
            assert_true(journal_position(r) > len);
            journal_reader_close(r);
        }
    }
    /* too long, and its end missing */
    char *text = mem_alloc(3 * FACT_JSON_MAX);
    memset(text, 'x', 3 * FACT_JSON_MAX);
    write_file("j", text, 3 * FACT_JSON_MAX);
    mem_free(text);
    struct journal_reader *r = journal_reader_open(path_of("j"));
    struct slice line;
    assert_int_equal(journal_next(r, &line), JOURNAL_OVERLONG);
    assert_int_equal(journal_next(r, &line), JOURNAL_END);
    journal_reader_close(r);
}

/* logrotate's delaycompress and a crash: gzip files may be members in a row, or cut off. */
static void test_compressed(void **state)
{
    (void)state;
    struct slice line;
    write_gz("j.gz", "one\n", 4, "wb");
    write_gz("j.gz", "two\n", 4, "ab");
    struct journal_reader *r = journal_reader_open(path_of("j.gz"));
    assert_int_equal(journal_next(r, &line), JOURNAL_LINE);
    assert_int_equal(journal_next(r, &line), JOURNAL_LINE);
    assert_true(slice_same(line, SLICE("two")));
    assert_int_equal(journal_next(r, &line), JOURNAL_END);
    journal_reader_close(r);

    char text[4000];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 40 == 39 ? '\n' : (char)('a' + (i * 7919 + i / 13) % 26);
    write_gz("j.gz", text, sizeof text, "wb");
    struct stat st;
    assert_int_equal(stat(path_of("j.gz"), &st), 0);
    for (off_t keep = 12; keep < st.st_size; keep += 97) {
        assert_int_equal(truncate(path_of("j.gz"), keep), 0);
        unsigned lines = 0;
        enum journal_what what;
        r = journal_reader_open(path_of("j.gz"));
        while ((what = journal_next(r, &line)) == JOURNAL_LINE || what == JOURNAL_TORN)
            lines++;
        assert_int_equal(what, JOURNAL_BROKEN);
        assert_true(strlen(journal_error(r)) > 0);
        assert_int_equal(journal_next(r, &line), JOURNAL_END);
        assert_true(lines <= sizeof text / 40);
        journal_reader_close(r);
        write_gz("j.gz", text, sizeof text, "wb");
    }
}

static void test_cannot_be_opened(void **state)
{
    (void)state;
    assert_null(journal_reader_open(path_of("missing")));
    assert_int_equal(errno, ENOENT);
    assert_null(journal_reader_open(folder));
    assert_int_equal(errno, EISDIR);
    assert_null(journal_reader_open_fd(-1));
}

static void test_without_memory(void **state)
{
    (void)state;
    struct slice line;
    write_file("j", "x\n", 2);
    for (uint64_t n = 1; n <= 2; n++) {
        mem_fail_at(n, false);
        assert_null(journal_reader_open(path_of("j")));
        assert_int_equal(errno, ENOMEM);
    }
    mem_fail_at(0, false);
    char *text = mem_alloc(FACT_JSON_MAX);
    memset(text, 'x', FACT_JSON_MAX);
    write_file("j", text, FACT_JSON_MAX);
    mem_free(text);
    struct journal_reader *r = journal_reader_open(path_of("j"));
    mem_fail_at(1, false);
    assert_int_equal(journal_next(r, &line), JOURNAL_TORN);
    assert_int_equal(journal_next(r, &line), JOURNAL_BROKEN);
    mem_fail_at(0, false);
    journal_reader_close(r);
}

/* ---- rotation ---- */

static void expect_files(const struct journal_files *files, const char *const *names, size_t count)
{
    assert_int_equal(files->count, count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(strrchr(files->at[i].path, '/') + 1, names[i]);
}

static void test_generations(void **state)
{
    (void)state;
    static const char *const made[] = { "k.txt", "k.10", "k-20260201.gz", "k", "k.1", "kk", "k.1.bak", "k-20260131", "k.2.gz", "k-2026", "k.0" };
    static const char *const wanted[] = { "k-20260131", "k-20260201.gz", "k.10", "k.2.gz", "k.1", "k" };
    struct arena *a = arena_new(4u << 20);
    struct journal_files files = { .count = 0 };
    for (size_t i = 0; i < COUNT_OF(made); i++)
        write_file(made[i], "x\n", 2);
    assert_int_equal(mkdir(path_of("k.3"), 0700), 0);
    assert_int_equal(journal_files_add(a, &files, path_of("k")), STATUS_OK);
    expect_files(&files, wanted, COUNT_OF(wanted));
    assert_false(files.at[5].past);
    assert_true(files.at[0].past);
    assert_int_equal(files.at[0].octets, 2);

    /* What a shell makes of journal*: nothing is read twice. */
    assert_int_equal(journal_files_add(a, &files, path_of("k.1")), STATUS_OK);
    assert_int_equal(files.count, COUNT_OF(wanted));

    /* A generation stands alone; any file does that has no past. */
    static const char *const alone[] = { "k.1", "k.txt" };
    files = (struct journal_files){ .count = 0 };
    assert_int_equal(journal_files_add(a, &files, slice_to_string(a, slice_str(path_of("k.1")))), STATUS_OK);
    assert_int_equal(journal_files_add(a, &files, path_of("k.txt")), STATUS_OK);
    expect_files(&files, alone, COUNT_OF(alone));
    arena_free(a);
}

/* Between rename and the first new line there is no NAME. */
static void test_only_the_past_is_there(void **state)
{
    (void)state;
    static const char *const wanted[] = { "k.10", "k.2.gz", "k.1" };
    struct arena *a = arena_new(4u << 20);
    struct journal_files files = { .count = 0 };
    unlink(path_of("k"));
    unlink(path_of("k-20260131"));
    unlink(path_of("k-20260201.gz"));
    assert_int_equal(journal_files_add(a, &files, path_of("k")), STATUS_OK);
    expect_files(&files, wanted, COUNT_OF(wanted));
    arena_free(a);
}

static void test_no_such_journal(void **state)
{
    (void)state;
    static const char *const names[] = { "/nonexistent/journal", "/nonexistent/journal.1", "", "/dev/null/journal" };
    struct arena *a = arena_new(4u << 20);
    struct journal_files files = { .count = 0 };
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_int_not_equal(journal_files_add(a, &files, names[i]), STATUS_OK);
    /* A folder is taken as it is named, and refused when it is opened. */
    assert_int_equal(journal_files_add(a, &files, folder), STATUS_OK);
    assert_int_equal(journal_files_add(a, &files, "-"), STATUS_OK);
    assert_int_equal(journal_files_add(a, &files, "-"), STATUS_OK);
    assert_int_equal(files.count, 2);
    arena_free(a);
}

/* ---- about ---- */

#define RECORD(rest) "{\"version\":1,\"id\":\"7k2mabcdefgh\",\"queue_id\":\"4ZxQ7b1Tz\",\"session\":{\"ip\":\"2001:db8::9\"," \
    "\"mail_from\":\"Nice.Person@yahoo.example\",\"rcpt_to\":[\"<bob@receiver.example>\",\"carol@receiver.example\"]}," \
    "\"message_id\":\"<0001@Dialup.example>\"" rest "}"
#define FROM RECORD(",\"from\":\"A Nice Person <author@yahoo.example>, \\\"x\\\\\\\"y\\\"@quoted.example\"")
#define MALFORMED RECORD(",\"from\":\"author@yahoo.example <\"")

static const struct { const char *name, *key, *record; bool about; } abouts[] = {
    { "id", "7k2mabcdefgh", RECORD(""), true },
    { "id in capitals", " 7K2MABCDEFGH ", RECORD(""), true },
    { "a part of the id", "7k2mabcdefg", RECORD(""), false },
    { "queue id", "4ZxQ7b1Tz", RECORD(""), true },
    { "queue ids differ by case", "4zxq7b1tz", RECORD(""), false },
    { "Message-ID", "<0001@Dialup.example>", RECORD(""), true },
    { "Message-ID without brackets", "0001@dialup.example", RECORD(""), true },
    { "sender", "nice.person@YAHOO.example", RECORD(""), true },
    { "sender in brackets", "<nice.person@yahoo.example>", RECORD(""), true },
    { "a part of the sender", "person@yahoo.example", RECORD(""), false },
    { "first recipient", "bob@receiver.example", RECORD(""), true },
    { "last recipient", "carol@receiver.example", RECORD(""), true },
    { "author", "author@yahoo.example", FROM, true },
    { "author with a quoted local part", "\"x\\\"y\"@quoted.example", FROM, true },
    { "no author", "author@yahoo.example", RECORD(""), false },
    { "an author's display name", "A Nice Person", FROM, false },
    { "in a malformed From", "author@yahoo.example", MALFORMED, true },
    { "client", "2001:db8::9", RECORD(""), true },
    { "client, written at length", "2001:0db8:0:0:0:0:0:9", RECORD(""), true },
    { "another client", "2001:db8::99", RECORD(""), false },
    { "somebody else", "eve@evil.example", FROM, false },
    { "no session", "7k2mabcdefgh", "{\"id\":\"7k2mabcdefgh\"}", true },
    { "no session, by address", "a@b.example", "{\"id\":\"x\",\"mail_from\":\"a@b.example\"}", false },
    { "members of other kinds", "1", "{\"id\":1,\"queue_id\":[\"1\"],\"session\":{\"ip\":1,\"rcpt_to\":[1,null,{}]}}", false },
    { "escaped by another writer", "7k2mabcdefgh", "{\"id\":\"7k2mabcde\\u0066gh\"}", true },
    { "not ASCII", "jos\xc3\xa9@sender.example", "{\"session\":{\"mail_from\":\"jos\xc3\xa9@sender.example\"}}", true },
};

static void test_about(void **state)
{
    (void)state;
    struct arena *a = arena_new(1u << 20);
    for (size_t i = 0; i < COUNT_OF(abouts); i++) {
        struct journal_key key;
        const struct fact *record;
        const char *error;
        struct slice line = slice_str(abouts[i].record);
        print_message("%s\n", abouts[i].name);
        arena_reset(a);
        assert_true(journal_key_of(slice_str(abouts[i].key), &key));
        assert_true(fact_from_json(a, line, &record, &error));
        assert_int_equal(journal_is_about(a, record, &key), abouts[i].about);
        assert_true(!abouts[i].about || journal_may_hold(&key, line));
    }
    arena_free(a);
}

static void test_quick_look(void **state)
{
    (void)state;
    struct journal_key key;
    assert_true(journal_key_of(SLICE("eve@evil.example"), &key));
    assert_false(journal_may_hold(&key, slice_str(RECORD(""))));
    assert_false(journal_may_hold(&key, SLICE("eve@evil.exampl")));
    assert_false(journal_may_hold(&key, (struct slice){ 0 }));
    assert_true(journal_may_hold(&key, SLICE("...EVE@evil.example")));
}

static void test_keys(void **state)
{
    (void)state;
    struct journal_key key;
    char text[JOURNAL_KEY_MAX + 1];
    memset(text, 'x', sizeof text);
    assert_false(journal_key_of((struct slice){ 0 }, &key));
    assert_false(journal_key_of(SLICE(" \t"), &key));
    assert_false(journal_key_of(SLICE("<>"), &key));
    assert_true(journal_key_of(slice_of(text, JOURNAL_KEY_MAX - 1), &key));
    assert_true(journal_key_of(slice_of(text, JOURNAL_KEY_MAX), &key));
    assert_false(journal_key_of(slice_of(text, JOURNAL_KEY_MAX + 1), &key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines), cmocka_unit_test(test_pieces), cmocka_unit_test(test_nul_is_an_octet), cmocka_unit_test(test_bound),
        cmocka_unit_test(test_compressed), cmocka_unit_test(test_cannot_be_opened), cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_generations), cmocka_unit_test(test_only_the_past_is_there), cmocka_unit_test(test_no_such_journal),
        cmocka_unit_test(test_about), cmocka_unit_test(test_quick_look), cmocka_unit_test(test_keys),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
