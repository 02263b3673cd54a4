#include "methods/dmarc/dmarc_record.h"

static const char *const policy_words[] = {
    [DMARC_POLICY_ABSENT] = "", [DMARC_POLICY_INVALID] = "", [DMARC_POLICY_NONE] = "none",
    [DMARC_POLICY_QUARANTINE] = "quarantine", [DMARC_POLICY_REJECT] = "reject",
};

const char *dmarc_policy_word(enum dmarc_policy p)
{
    return policy_words[p];
}

static struct slice trim_wsp(struct slice s)
{
    return slice_trim(s, " \t");
}

/* ---- values ---- */

static enum dmarc_policy policy_of(struct slice v)
{
    for (int p = DMARC_POLICY_NONE; p <= DMARC_POLICY_REJECT; p++)
        if (slice_same_nocase(v, slice_str(policy_words[p])))
            return (enum dmarc_policy)p;
    return DMARC_POLICY_INVALID;
}

static bool letter_is(struct slice v, char letter)
{
    return v.len == 1 && to_lower(v.at[0]) == (uint8_t)letter;
}

static enum dmarc_psd psd_of(struct slice v)
{
    if (letter_is(v, 'y'))
        return DMARC_PSD_YES;
    return letter_is(v, 'n') ? DMARC_PSD_NO : DMARC_PSD_UNKNOWN;
}

static bool is_scheme_octet(uint8_t c)
{
    return is_alnum(c) || c == '+' || c == '-' || c == '.';
}

static bool is_uri_octet(uint8_t c)
{
    return c > 0x20 && c < 0x7f;
}

/* scheme ":" 1*octet, the obsolete "!10m" behind it included; a mailto: needs a mailbox (RFC 3986, RFC 6068) */
static bool uri_is_valid(struct slice uri)
{
    struct cursor c = cursor_of(uri);
    struct slice scheme = take_while(&c, is_scheme_octet);
    expect(&c, ':');
    struct slice rest = take_while(&c, is_uri_octet);
    if (c.bad || !at_end(&c) || scheme.len == 0 || !is_alpha(scheme.at[0]) || rest.len == 0)
        return false;
    size_t at = slice_find(rest, '@');
    return !slice_same_nocase(scheme, SLICE("mailto")) || (at > 0 && at + 1 < rest.len);
}

static bool holds_valid_uri(struct slice list)
{
    while (list.len > 0) {
        struct slice uri, rest;
        slice_cut(list, ',', &uri, &rest);
        if (uri_is_valid(trim_wsp(uri)))
            return true;
        list = rest;
    }
    return false;
}

/* ---- tags ---- */

enum tag_id { TAG_V, TAG_P, TAG_SP, TAG_NP, TAG_ADKIM, TAG_ASPF, TAG_FO, TAG_PSD, TAG_T, TAG_RUA, TAG_RUF, TAG_COUNT };

static const char *const tag_names[TAG_COUNT] = {
    [TAG_V] = "v", [TAG_P] = "p", [TAG_SP] = "sp", [TAG_NP] = "np", [TAG_ADKIM] = "adkim", [TAG_ASPF] = "aspf",
    [TAG_FO] = "fo", [TAG_PSD] = "psd", [TAG_T] = "t", [TAG_RUA] = "rua", [TAG_RUF] = "ruf",
};

static void take_value(struct dmarc_record *r, enum tag_id id, struct slice v)
{
    switch (id) {
    case TAG_P: r->p = policy_of(v); break;
    case TAG_SP: r->sp = policy_of(v); break;
    case TAG_NP: r->np = policy_of(v); break;
    case TAG_ADKIM: r->strict_dkim = letter_is(v, 's'); break;
    case TAG_ASPF: r->strict_spf = letter_is(v, 's'); break;
    case TAG_FO: r->fo = v; break;
    case TAG_PSD: r->psd = psd_of(v); break;
    case TAG_T: r->testing = letter_is(v, 'y'); break;
    case TAG_RUA: r->rua = v; r->has_report_uri = holds_valid_uri(v); break;
    case TAG_RUF: r->ruf = v; break;
    case TAG_V: case TAG_COUNT: break;
    }
}

/* tag = 1*ALPHA *WSP "=" *WSP value; what does not look like one is dropped (RFC 9989 4.8) */
static bool take_tag(struct slice spec, struct slice *name, struct slice *value)
{
    struct slice rest;
    if (!slice_cut(spec, '=', name, &rest))
        return false;
    *name = trim_wsp(*name);
    *value = trim_wsp(rest);
    for (size_t i = 0; i < name->len; i++)
        if (!is_alpha(name->at[i]))
            return false;
    for (size_t i = 0; i < value->len; i++)
        if (!is_printable(value->at[i]) && value->at[i] != '\t')
            return false;
    return name->len > 0;
}

/* v first, name and value octet-exact (RFC 9989 4.7) */
static bool starts_as_dmarc(struct slice first)
{
    struct slice name, value;
    return take_tag(first, &name, &value) && slice_same(name, SLICE("v")) && slice_same(value, SLICE("DMARC1"));
}

enum dmarc_parse dmarc_record_parse(struct slice text, struct dmarc_record *out)
{
    struct slice spec, rest;
    unsigned seen = 1u << TAG_V, tags = 0;
    *out = (struct dmarc_record){ .text = text };
    slice_cut(text, ';', &spec, &rest);
    if (!starts_as_dmarc(spec))
        return DMARC_NOT_A_RECORD;
    if (text.len > DMARC_RECORD_OCTETS_MAX)
        return DMARC_MALFORMED;
    while (rest.len > 0) {
        struct slice name, value;
        slice_cut(rest, ';', &spec, &rest);
        if (++tags > DMARC_TAGS_MAX)
            return DMARC_MALFORMED;
        if (!take_tag(spec, &name, &value))
            continue;
        for (unsigned id = 0; id < TAG_COUNT; id++) {
            if (!slice_same(name, slice_str(tag_names[id])))
                continue;
            /* RFC 6376 3.2, whose lists these are: a doubled tag makes the whole list invalid */
            if (seen >> id & 1)
                return DMARC_MALFORMED;
            seen |= 1u << id;
            take_value(out, (enum tag_id)id, value);
        }
    }
    return DMARC_RECORD;
}

/* ---- printing ---- */

static void add_policy(struct text *t, const char *tag, enum dmarc_policy p)
{
    if (p >= DMARC_POLICY_NONE)
        text_addf(t, "; %s=%s", tag, policy_words[p]);
}

static void add_text(struct text *t, const char *tag, struct slice v)
{
    if (v.len == 0)
        return;
    text_addf(t, "; %s=", tag);
    text_add(t, v);
}

void text_add_dmarc_record(struct text *t, const struct dmarc_record *r)
{
    text_add_str(t, "v=DMARC1");
    add_policy(t, "p", r->p);
    add_policy(t, "sp", r->sp);
    add_policy(t, "np", r->np);
    text_add_str(t, r->strict_dkim ? "; adkim=s" : "");
    text_add_str(t, r->strict_spf ? "; aspf=s" : "");
    text_add_str(t, r->psd == DMARC_PSD_YES ? "; psd=y" : r->psd == DMARC_PSD_NO ? "; psd=n" : "");
    text_add_str(t, r->testing ? "; t=y" : "");
    add_text(t, "fo", r->fo);
    add_text(t, "rua", r->rua);
    add_text(t, "ruf", r->ruf);
}

/* ---- a name's record set ---- */

void *dmarc_set_make(const struct answer *a)
{
    struct dmarc_set *set = mem_zalloc(1, sizeof *set);
    if (!set)
        return NULL;
    for (size_t i = 0; i < a->count; i++) {
        struct dmarc_record r;
        enum dmarc_parse how = dmarc_record_parse(a->records[i].text, &r);
        if (how == DMARC_NOT_A_RECORD)
            continue;
        set->kept++;
        set->malformed = set->malformed || how == DMARC_MALFORMED;
        set->record = r;
    }
    return set;
}

void dmarc_set_release(void *set)
{
    mem_free(set);
}
