#include "methods/dmp/dmp_record.h"

/* ---- reading ---- */

static const struct { const char *name; enum dmp_role role; } role_words[] = {
    { "domain", DMP_ROLE_DOMAIN }, { "host", DMP_ROLE_HOST }, { "forwarder", DMP_ROLE_FORWARDER },
};

static bool role_of(struct slice word, unsigned *roles)
{
    for (size_t i = 0; i < COUNT_OF(role_words); i++) {
        if (!slice_same_nocase(word, slice_str(role_words[i].name)))
            continue;
        *roles |= role_words[i].role;
        return true;
    }
    return false;
}

/* role *( "," role ) */
static bool roles_of(struct slice list, struct dmp_record *out)
{
    for (bool more = true; more;) {
        struct slice word;
        more = slice_cut(list, ',', &word, &list);
        if (!role_of(word, &out->roles))
            return false;
    }
    return true;
}

/* fqdn-dot *( "," fqdn-dot ); the dot is not insisted on */
static bool domains_of(struct slice list, struct dmp_record *out)
{
    for (bool more = true; more;) {
        struct slice word;
        more = slice_cut(list, ',', &word, &list);
        if (!name_is_hostname(word) || out->domain_count == DMP_DOMAINS_MAX)
            return false;
        out->domains[out->domain_count++] = name_undotted(word);
    }
    return true;
}

static enum dmp_kind kind_of(struct slice value, struct dmp_record *out)
{
    struct slice word, list;
    if (value.len == 0)
        return DMP_PARTICIPANT;
    if (slice_same_nocase(value, SLICE("allow")))
        return DMP_ALLOW;
    if (slice_same_nocase(value, SLICE("deny")))
        return DMP_DENY;
    if (slice_cut(value, ':', &word, &list))
        return slice_same_nocase(word, SLICE("altdomain")) && domains_of(list, out) ? DMP_ALTDOMAIN : DMP_OTHER;
    return roles_of(value, out) ? DMP_ROLES : DMP_OTHER;
}

void dmp_parse(struct slice text, struct dmp_record *out)
{
    *out = (struct dmp_record){ .kind = DMP_OTHER };
    if (!slice_starts_nocase(text, SLICE("dmp=")))
        return;
    out->kind = kind_of(slice_from(text, 4), out);
    if (out->kind == DMP_OTHER)
        *out = (struct dmp_record){ .kind = DMP_OTHER };
}

/* ---- printing ---- */

static void add_roles(struct text *t, unsigned roles)
{
    bool first = true;
    for (size_t i = 0; i < COUNT_OF(role_words); i++) {
        if ((roles & role_words[i].role) == 0)
            continue;
        text_addf(t, "%s%s", first ? "" : ",", role_words[i].name);
        first = false;
    }
}

static void add_domains(struct text *t, const struct dmp_record *r)
{
    text_add_str(t, "altdomain:");
    for (unsigned i = 0; i < r->domain_count; i++) {
        text_add_str(t, i > 0 ? "," : "");
        text_add(t, r->domains[i]);
        text_add_octet(t, '.');
    }
}

void text_add_dmp(struct text *t, const struct dmp_record *r)
{
    if (r->kind == DMP_OTHER)
        return;
    text_add_str(t, "dmp=");
    switch (r->kind) {
    case DMP_ALLOW: text_add_str(t, "allow"); break;
    case DMP_DENY: text_add_str(t, "deny"); break;
    case DMP_ROLES: add_roles(t, r->roles); break;
    case DMP_ALTDOMAIN: add_domains(t, r); break;
    case DMP_OTHER: case DMP_PARTICIPANT: break;
    }
}

/* ---- a name's set ---- */

void *dmp_set_make(const struct answer *a)
{
    struct dmp_set *set = mem_zalloc(1, sizeof *set);
    struct slice first = { 0 };
    for (size_t i = 0; set && i < a->count; i++) {
        struct dmp_record r;
        struct slice text = a->records[i].text;
        dmp_parse(text, &r);
        set->allow = set->allow || r.kind == DMP_ALLOW;
        set->deny = set->deny || r.kind == DMP_DENY;
        set->participant = set->participant || r.kind == DMP_PARTICIPANT;
        set->roles = set->roles || r.kind == DMP_ROLES || r.kind == DMP_ALTDOMAIN;
        if (r.kind == DMP_ALTDOMAIN && (set->altdomain.kind == DMP_OTHER || slice_compare(text, first) < 0)) {
            set->altdomain = r;
            first = text;
        }
    }
    return set;
}

void dmp_set_release(void *set)
{
    mem_free(set);
}
