#include "methods/imx/imx_lint.h"

#include "methods/imx/imx.h"
#include "methods/imx/imx_words.h"
#include "methods/lint_path.h"

#define ITEM_OCTETS 512

/* The record that receivers read. */
struct place { struct lint *l; const struct answer *answer; const struct imx_record *record; };

static struct slice owner_of(const struct place *p)
{
    return p->answer->question.name;
}

static struct slice item_text(const struct place *p, const struct imx_item *item)
{
    struct text t = text_in(p->l->arena, ITEM_OCTETS);
    text_add_imx_item(&t, item);
    return text_slice(&t);
}

/* ---- finding it ---- */

static bool look_up(struct place *p, struct slice name, uint16_t type)
{
    struct slice first;
    const struct answer *a = lint_ask(p->l, name, type);
    if (!a)
        return false;
    if (lint_unanswered(p->l, name, a) || !answer_has_data(a) || record_count(a, SLICE(IMX_VERSION), &first) == 0)
        return true;
    const struct imx_record *record = answer_memo(a, type == RTYPE_TXT ? imx_record_of_text : imx_record_of_rdata, imx_record_release);
    if (!record) {
        lint_own_failure(p->l, name);
        return true;
    }
    struct text printed = text_in(p->l->arena, LINT_TEXT_MAX);
    if (record->fault == IMX_FINE)
        text_add_imx(&printed, record->items, record->count);
    lint_records_of(p->l, a, SLICE(IMX_VERSION), text_slice(&printed));
    if (!p->record)
        *p = (struct place){ p->l, a, record };
    return true;
}

/* The record type wins where both are there. */
static bool find(struct place *p)
{
    const struct imx_conf *conf = lint_conf(p->l);
    struct slice txt_name = lint_name(p->l, "_imx", p->l->domain);
    lint_prefetch(p->l, txt_name, RTYPE_TXT);
    bool there = conf->rr_type == 0 || look_up(p, p->l->domain, (uint16_t)conf->rr_type);
    return there && look_up(p, txt_name, RTYPE_TXT);
}

/* ---- what is wrong ---- */

static const char *repair_of(enum imx_fault fault)
{
    switch (fault) {
    case IMX_FAULT_ITEM: return "use the items ip4:, ip6:, a:, none and only; anything else as name=value";
    case IMX_FAULT_ADDRESS: return "write an address, IPv4 behind ip4: and IPv6 behind ip6:, with a prefix length if it is a network";
    case IMX_FAULT_LENGTH: return "give a prefix length of at most 32 for ip4: and 128 for ip6:";
    case IMX_FAULT_NAME: return "write the name of a host";
    case IMX_FAULT_ITEMS: return "join addresses to networks";
    case IMX_FAULT_NAMES: return "replace host names by their addresses";
    case IMX_FAULT_NONE: return "take out \"none\", or the hosts";
    case IMX_FAULT_SEVERAL: return "leave one record, with the items of all";
    case IMX_FINE: case IMX_FAULT_DATA: case IMX_FAULT_CUT: break;
    }
    return "make the record anew";
}

static bool is_broken(const struct place *p)
{
    if (p->record->fault == IMX_FINE)
        return false;
    const struct reason *r = &imx_reason_table[imx_reason_of_fault(p->record->fault)];
    struct slice where = p->answer->question.type == RTYPE_TXT ? p->record->where : (struct slice){ 0 };
    lint_say_entry(p->l, LINT_ERROR, r->name, owner_of(p), where, r->text, repair_of(p->record->fault));
    return true;
}

static unsigned questions_of(const struct imx_record *r, size_t mx_hosts)
{
    unsigned n = 2 + (unsigned)(mx_hosts < PATH_MX_MAX ? mx_hosts : PATH_MX_MAX);      /* the MX set and the record itself */
    for (size_t i = 0; i < r->count; i++)
        n += r->items[i].tag == IMX_HOST ? 1 : 0;
    return n;
}

static bool look_at_list(const struct place *p)
{
    const struct rdata *hosts[ANSWER_RECORDS_MAX];
    const struct answer *mx = lint_ask(p->l, p->l->domain, RTYPE_MX);
    if (!mx)
        return false;
    if (imx_is_too_loose(p->record))
        lint_say(p->l, LINT_ERROR, imx_reason_table[IMX_TOO_LOOSE].name, owner_of(p),
                 "lists more than a /16, or a /32 of IPv6, in all: receivers count it for nothing",
                 "list only the hosts that send");
    if (!p->record->only && !p->record->none)
        lint_say(p->l, LINT_NOTE, "open-list", owner_of(p), "hosts that are not listed are doubtful only, as the list may lack some",
                 "add \"only\" when the list is complete");
    if (lint_unanswered(p->l, p->l->domain, mx))
        return true;
    size_t exchanges = path_exchanges(mx, hosts);
    if (questions_of(p->record, exchanges) > IMX_OWN_ASKS)
        lint_say(p->l, LINT_WARNING, imx_reason_table[IMX_OVER_QUOTA].name, owner_of(p), "needs more than the 20 questions that receivers ask",
                 "replace host names by their addresses");
    if (exchanges == 0 && (p->record->none || p->record->count == 0))
        lint_say(p->l, LINT_NOTE, "lists-nobody", owner_of(p), "neither MX hosts nor others: the domain says that it never sends", NULL);
    return true;
}

/* Private addresses are for the domain's own receivers: outside they are passed over, which is as it should be (imx.md). */
static bool look_at_item(const struct place *p, const struct imx_item *item)
{
    if (item->tag == IMX_HOST)
        return lint_host(p->l, owner_of(p), item_text(p, item), item->name);
    if (item->tag != IMX_IP4 && item->tag != IMX_IP6)
        return true;
    if (item->prefix.bits > 0 && ip_is_private(&item->prefix.address))
        lint_say_entry(p->l, LINT_NOTE, "private-network", owner_of(p), item_text(p, item),
                       "is private: only receivers of your own see such addresses", NULL);
    else
        lint_network(p->l, owner_of(p), item_text(p, item), &item->prefix);
    return true;
}

static bool look_at_items(const struct place *p)
{
    for (size_t i = 0; i < p->record->count; i++)
        if (p->record->items[i].tag == IMX_HOST)
            lint_host_hint(p->l, p->record->items[i].name);
    for (size_t i = 0; i < p->record->count; i++)
        if (!look_at_item(p, &p->record->items[i]))
            return false;
    return true;
}

void imx_lint(struct lint *l)
{
    struct place p = { .l = l };
    if (!find(&p) || !p.record || is_broken(&p))
        return;
    if (look_at_list(&p))
        (void)look_at_items(&p);
}
