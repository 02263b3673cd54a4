/*
 * fuzz_spf_macro: the first line is the sender's local part, the second where the string stands, the rest the macro string. What the check
 * passes must expand without a bad character of the grammar and never beyond its room.
 */
#include "methods/spf/spf_macro.h"

#include <stdlib.h>

#include "dns/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void check_use(struct slice string, enum spf_macro_use use, const struct spf_macro_values *values)
{
    static uint8_t buffer[SPF_EXPANSION_MAX];
    struct spf_macro_facts facts;
    if (!spf_macro_check(string, use, &facts))
        return;
    must(facts.tail <= string.len);
    struct text whole = text_fixed(buffer, sizeof buffer), cut = text_fixed(buffer, sizeof buffer / 64);
    spf_macro_expand(string, use, values, &whole);
    must(whole.len <= sizeof buffer);
    if (!whole.bad) {
        struct slice name = spf_name_shortened(text_slice(&whole));
        must(name.len <= NAME_TEXT_MAX || name_undotted(name).len <= NAME_TEXT_MAX);
        must(facts.macros || slice_same(text_slice(&whole), string));
    }
    spf_macro_expand(string, use, values, &cut);
    must(cut.len <= sizeof buffer / 64 && cut.bad == (whole.bad || whole.len > sizeof buffer / 64));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct slice local, use, string, rest;
    if (!slice_cut(slice_of(at, len), '\n', &local, &rest) || !slice_cut(rest, '\n', &use, &string))
        return 0;
    struct spf_macro_values values = { .of = { [0] = { 0 } } };
    for (size_t i = 0; i < COUNT_OF(values.of); i++)
        values.of[i] = SLICE("mail.example.org");
    values.of['l' - 'a'] = values.of['s' - 'a'] = local;
    if (slice_same(use, SLICE("domain")))
        check_use(string, SPF_USE_DOMAIN, &values);
    else if (slice_same(use, SLICE("modifier")))
        check_use(string, SPF_USE_MODIFIER, &values);
    else
        check_use(string, SPF_USE_TEXT, &values);
    return 0;
}
