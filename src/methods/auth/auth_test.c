/* auth_test: RFC 8601 2.7.4: what the MTA said of the session, and nothing else. */
#include "methods/auth/auth.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "fakes/method_vectors.h"
#include "methods/list.h"

static void reports_the_user(void **state)
{
    static const struct { struct slice user; const char *result, *reason, *field; } cases[] = {
        { SLICE_INIT(""), "none", "not-authenticated", PLAYER_RECEIVER "; none" },
        { SLICE_INIT("claire"), "pass", "authenticated", PLAYER_RECEIVER "; auth=pass smtp.auth=claire" },
        { SLICE_INIT("claire@company.example"), "pass", "authenticated", PLAYER_RECEIVER "; auth=pass smtp.auth=claire@company.example" },
        { SLICE_INIT("a b\"; spf=pass"), "pass", "authenticated", PLAYER_RECEIVER "; auth=pass smtp.auth=\"a b\\\"; spf=pass\"" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct player *p = player_new(&auth_method, SLICE(""));
        struct played r = player_play(p, &(struct play){
            .ip = SLICE("192.0.2.1"), .helo = SLICE("h"), .from = SLICE("a@b.example"), .auth_user = cases[i].user,
        });
        assert_true(slice_same(fact_text(r.facts, "result"), slice_str(cases[i].result)));
        assert_true(slice_same(fact_text(r.facts, "reason"), slice_str(cases[i].reason)));
        assert_true(slice_same(fact_text(r.facts, "user"), cases[i].user));
        if (!slice_same(r.authentication_results, slice_str(cases[i].field)))
            fail_msg("%.*s", (int)r.authentication_results.len, (const char *)r.authentication_results.at);
        assert_int_equal(r.asked, 0);
        player_free(p);
    }
}

/* A line end in a name must not become one in the field, whatever else becomes of it (threats.md T30). */
static void never_starts_a_field(void **state)
{
    (void)state;
    struct player *p = player_new(&auth_method, SLICE(""));
    struct played r = player_play(p, &(struct play){
        .ip = SLICE("192.0.2.1"), .helo = SLICE("h"), .from = SLICE("a@b.example"), .auth_user = SLICE("x\r\nFrom: y\0z"),
    });
    assert_false(slice_has(r.authentication_results, '\r') || slice_has(r.authentication_results, '\n') || slice_has(r.authentication_results, '\0'));
    assert_true(slice_same(fact_text(r.facts, "result"), SLICE("pass")));
    player_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_the_user),
        cmocka_unit_test(never_starts_a_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
