/* frank_new: the same frank.conf serves the library and the daemon. What the face does with mail: tests/tools/test_library.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <frank/frank.h>

static const struct { const char *name, *text, *complaint; unsigned line; } vectors[] = {
    { "empty",                     "",                                                         NULL, 0 },
    { "a method's section",        "methods = { spf = { void_max = 1; }; };",                  NULL, 0 },
    { "the daemon's sections",     "milter = { listen = [ \"inet:8891@127.0.0.1\" ]; };\ndns = { resolver = [ \"127.0.0.1\" ]; };\n"
                                   "journal = { file = \"\"; };\nprocess = { workers = 2; };\n", NULL, 0 },
    { "unknown section",           "\nmailer = { };",                                          "mailer", 2 },
    { "unknown name of the daemon", "milter = {\n  lisen = [ ];\n};",                          "lisen", 2 },
    { "the daemon's value out of range", "process = { workers = 100000; };",                   "workers", 1 },
    { "not closed",                "milter = {",                                               "", 1 },
};

static void test_configurations(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct frank_error e = { 0 };
        struct frank *f = frank_new(vectors[i].text, strlen(vectors[i].text), &e);
        if (!!f != !vectors[i].complaint)
            fail_msg("%s: %s", vectors[i].name, f ? "taken" : e.text);
        if (!f && (!strstr(e.text, vectors[i].complaint) || e.line != vectors[i].line))
            fail_msg("%s: line %u: %s", vectors[i].name, e.line, e.text);
        frank_free(f);
    }
}

static void test_an_error_may_be_of_no_interest(void **state)
{
    (void)state;
    assert_null(frank_new("mailer = 1;", 11, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_configurations),
        cmocka_unit_test(test_an_error_may_be_of_no_interest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
