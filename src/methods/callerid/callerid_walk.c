#include "methods/callerid/callerid_walk.h"

#include "methods/callerid/callerid_view.h"

#define NODES_MAX (CALLERID_ASKS + 1)        /* each costs a question */
#define ONCE_VIEW 16                         /* of node n: key ONCE_VIEW + n; the method has smaller ones */
#define ONCE_HINTS (ONCE_VIEW + NODES_MAX)   /* ... and ONCE_HINTS + n */
#define FORESIGHT_MAX (2 * CALLERID_HINTS)   /* hints of one run of the scout: its own, and as many of what others asked */

/* ---- documents ---- */

static const enum callerid_reason reason_of_fault[EP_FAULTS] = {
    [EP_FINE] = CALLERID_NOT_YET, [EP_NOT_EP] = CALLERID_NOT_A_POLICY, [EP_FAULT_XML] = CALLERID_BAD_XML, [EP_FAULT_ELEMENT] = CALLERID_BAD_ELEMENT,
    [EP_FAULT_TWICE] = CALLERID_ELEMENT_TWICE, [EP_FAULT_TEXT] = CALLERID_BAD_TEXT, [EP_FAULT_BOOLEAN] = CALLERID_BAD_BOOLEAN,
    [EP_FAULT_NUMBER] = CALLERID_BAD_NUMBER, [EP_FAULT_ADDRESS] = CALLERID_BAD_A, [EP_FAULT_RANGE] = CALLERID_BAD_RANGE,
    [EP_FAULT_NAME] = CALLERID_BAD_NAME, [EP_FAULT_SCOPE] = CALLERID_BAD_SCOPE, [EP_FAULT_ITEMS] = CALLERID_TOO_MANY_ITEMS,
    [EP_FAULT_RECORD_OCTETS] = CALLERID_RECORD_TOO_LONG, [EP_FAULT_NO_MARK] = CALLERID_NO_MARK, [EP_FAULT_SAME_MARK] = CALLERID_SAME_MARK,
    [EP_FAULT_MEMORY] = CALLERID_OWN_FAILURE,
};

enum callerid_reason callerid_reason_of_fault(enum ep_fault fault)
{
    return reason_of_fault[fault];
}

static bool among(const struct texts *domains, struct slice name)
{
    for (size_t i = 0; i < domains->count; i++)
        if (name_at_or_below(name, domains->at[i]))
            return true;
    return false;
}

/* NOT_YET: it counts for this domain. */
static enum callerid_reason absence_of(const struct ep_set *set, const struct callerid_conf *conf, struct slice domain)
{
    const struct ep_scope *scope = &set->ep.scope;
    if (set->records == 0)
        return CALLERID_NO_RECORD;
    if (set->ep.testing && !among(&conf->testing_domains, domain))
        return CALLERID_TESTING;
    if (set->mistake.fault != EP_FINE)
        return reason_of_fault[set->mistake.fault];
    if (scope->kind != EP_SCOPE_NONE && (scope->kind != EP_SCOPE_DOMAIN || !name_same(scope->text, domain)))
        return CALLERID_OUT_OF_SCOPE;
    return CALLERID_NOT_YET;
}

static struct slice place_name(struct run *run, struct slice domain)
{
    return name_join(run->scratch, SLICE("_ep"), domain);
}

static enum path_outcome place_of(struct run *run, const struct callerid_conf *conf, struct slice domain, const struct answer *a,
                                  struct callerid_place *place)
{
    enum path_outcome o = path_answer(a);
    *place = (struct callerid_place){ .absence = CALLERID_NO_RECORD };
    if (o != PATH_HIT)
        return o;
    const struct ep_set *set = memo(run, a, ep_set_make, ep_set_release);
    place->owner = a->question.name;
    place->absence = set ? absence_of(set, conf, domain) : CALLERID_OWN_FAILURE;
    if (place->absence != CALLERID_NO_RECORD)
        place->set = set;
    if (place->absence == CALLERID_NOT_YET)
        return PATH_HIT;
    return place->absence >= CALLERID_NO_RECORD && place->absence < CALLERID_DNS_FAILED ? PATH_MISS : PATH_BROKEN;
}

enum path_outcome callerid_fetch(struct check *c, const struct callerid_conf *conf, struct slice domain, struct callerid_place *place)
{
    return place_of(&c->run, conf, domain, ask(c, place_name(&c->run, domain), RTYPE_TXT), place);
}

/* ---- the state of one run ---- */

/* A document to look at: the responsible domain's, or one that indirect leads to. */
struct node {
    struct slice domain;
    unsigned parent, depth;                  /* depth of the first: 1 */
    enum ep_flag wants;                      /* eNoop of the m that leads here, or of those above it */
};

struct walk {
    struct check *c;
    const struct callerid_query *q;
    struct callerid_outcome *out;
    struct node nodes[NODES_MAX];
    unsigned count;
    enum path_outcome worst;                 /* MISS, or the weightiest of what kept us from looking */
    enum callerid_reason broken;             /* the first mistake */
    enum callerid_reason absence;            /* why the responsible domain has no document that counts; NOT_YET: it has */
    struct callerid_place first, mistaken, matched, direct;
    bool own_failure, undefined, unproven, never_sends;
};

static void note(struct walk *w, enum path_outcome o)
{
    if ((o == PATH_BROKEN || path_unknown(o)) && o > w->worst)
        w->worst = o;
}

static void note_mistake(struct walk *w, enum callerid_reason reason, const struct callerid_place *place)
{
    note(w, PATH_BROKEN);
    if (w->broken != CALLERID_NOT_YET)
        return;
    w->broken = reason;
    w->mistaken = *place;
}

/* What is being judged: an m of a document, or the MX set that stands for a domain without one. */
struct spot { const struct node *node; const struct callerid_place *place; const struct ep_m *m; };

/*
 * The client is in a set. eNoop: "the hosts always prove themselves": who could be seen not to have is somebody
 * else in their place. What is said nearest to the hosts counts; unless one m that lists the client wants no proof, there is none to be had.
 */
static enum path_outcome admit(struct walk *w, const struct spot *s, const struct ep_entry *entry, struct slice mx_domain)
{
    enum ep_flag wants = s->m && s->m->e_noop != EP_UNSAID ? s->m->e_noop : s->node->wants;
    bool unproven = wants == EP_TRUE && w->q->noop == NOOP_INVALID;
    if (unproven && w->unproven)
        return PATH_MISS;
    w->unproven = unproven;
    w->matched = *s->place;
    w->out->entry = entry;
    w->out->mx_domain = mx_domain;
    w->out->wants_proof = wants == EP_TRUE;
    return unproven ? PATH_MISS : PATH_HIT;
}

/* ---- hosts and MX sets ---- */

uint16_t callerid_address_type(const struct ip *ip)
{
    return ip->family == IP_V6 ? RTYPE_AAAA : RTYPE_A;
}

bool callerid_holds(const struct answer *a, const struct ip *ip)
{
    for (size_t i = 0; i < a->count; i++)
        if (ip_same(&a->records[i].ip, ip))
            return true;
    return false;
}

/* HIT, MISS, WAIT, or OVER_QUOTA: then nothing more can be asked, and the walk is over. */
static enum path_outcome judge_host(struct walk *w, struct slice host)
{
    const struct answer *a = ask(w->c, host, callerid_address_type(&w->q->client));
    enum path_outcome o = path_answer(a);
    note(w, o);
    if (o == PATH_WAIT || o == PATH_OVER_QUOTA)
        return o;
    return o == PATH_HIT && callerid_holds(a, &w->q->client) ? PATH_HIT : PATH_MISS;
}

/* RFC 2821 5: without MX records the domain is its own exchange. */
static enum path_outcome judge_mx(struct walk *w, struct slice domain)
{
    const struct rdata *hosts[ANSWER_RECORDS_MAX];
    const struct answer *mx = ask(w->c, domain, RTYPE_MX);
    enum path_outcome o = path_answer(mx);
    if (o == PATH_MISS)
        return mx->status == ANSWER_NXDOMAIN ? PATH_MISS : judge_host(w, domain);
    if (o != PATH_HIT) {
        note(w, o);
        return o == PATH_WAIT || o == PATH_OVER_QUOTA ? o : PATH_MISS;
    }
    size_t n = path_exchanges(mx, hosts);
    for (size_t i = 0; i < n; i++)
        prefetch(w->c, hosts[i]->mx.host, callerid_address_type(&w->q->client));
    o = PATH_MISS;
    for (size_t i = 0; i < n && o == PATH_MISS; i++)
        o = judge_host(w, hosts[i]->mx.host);
    return o;
}

static enum path_outcome judge_mx_of(struct walk *w, const struct spot *s, const struct ep_entry *entry, struct slice domain)
{
    enum path_outcome o = judge_mx(w, domain);
    return o == PATH_HIT ? admit(w, s, entry, domain) : o;
}

static struct slice subject_of(const struct ep_entry *e, struct slice domain)
{
    return e->name.len > 0 ? e->name : domain;
}

/* ---- indirect ---- */

static bool leads_back(const struct walk *w, unsigned from, struct slice domain)
{
    for (unsigned i = from;; i = w->nodes[i].parent) {
        if (name_same(w->nodes[i].domain, domain))
            return true;
        if (i == 0)
            return false;
    }
}

static void follow(struct walk *w, const struct spot *s, struct slice domain)
{
    unsigned parent = (unsigned)(s->node - w->nodes);
    if (leads_back(w, parent, domain)) {
        w->undefined = true;
        w->out->loop = domain;
    } else if (s->node->depth == CALLERID_DEPTH_MAX) {
        note_mistake(w, CALLERID_TOO_DEEP, s->place);
    } else if (w->count == NODES_MAX) {
        note(w, PATH_OVER_QUOTA);
    } else {
        w->nodes[w->count++] = (struct node){
            .domain = domain, .parent = parent, .depth = s->node->depth + 1, .wants = s->m->e_noop != EP_UNSAID ? s->m->e_noop : s->node->wants,
        };
    }
}

/* ---- one document ---- */

static void hint_entry(struct check *c, const struct ep_entry *e, struct slice domain, const struct ip *client)
{
    struct slice subject = subject_of(e, domain);
    if (e->kind == EP_INDIRECT)
        prefetch(c, place_name(&c->run, subject), RTYPE_TXT);
    else if (e->kind == EP_MX)
        prefetch(c, subject, RTYPE_MX);
    else
        prefetch(c, subject, callerid_address_type(client));
}

struct viewing { const struct walk *w; const struct node *node; const struct ep *ep; const struct ep_view *view; };

static void *make_view(struct check *c, void *arg)
{
    const struct viewing *v = arg;
    return ep_view_make(c->run.txn->arena, v->ep, &v->w->q->client);
}

static const struct ep_view *view_of(struct walk *w, const struct node *node, const struct ep *ep)
{
    struct viewing v = { w, node, ep, NULL };
    const struct ep_view *view = once(w->c, ONCE_VIEW + (unsigned)(node - w->nodes), make_view, &v);
    w->own_failure = w->own_failure || !view;
    return view;
}

static void *hint_view(struct check *c, void *arg)
{
    const struct viewing *v = arg;
    for (size_t i = 0; i < v->view->asking_count; i++)
        if (v->view->asking[i].entry == EP_NO_ENTRY)
            prefetch(c, v->node->domain, RTYPE_MX);
        else
            hint_entry(c, &v->ep->entries[v->view->asking[i].entry], v->node->domain, &v->w->q->client);
    return NULL;
}

/* What stands in one document is asked at once, and only if no address there admits the client. */
static void hint_document(struct walk *w, const struct node *node, const struct ep *ep, const struct ep_view *view)
{
    struct viewing v = { w, node, ep, view };
    (void)once(w->c, ONCE_HINTS + (unsigned)(node - w->nodes), hint_view, &v);
}

static enum path_outcome judge_step(struct walk *w, const struct spot *s, const struct ep_entry *e)
{
    if (!e)
        return judge_mx_of(w, s, NULL, s->node->domain);
    struct slice subject = subject_of(e, s->node->domain);
    if (e->kind == EP_INDIRECT) {
        follow(w, s, subject);
        return PATH_MISS;
    }
    if (e->kind == EP_MX)
        return judge_mx_of(w, s, e, subject);
    enum path_outcome o = judge_host(w, subject);
    return o == PATH_HIT ? admit(w, s, e, (struct slice){ 0 }) : o;
}

static enum path_outcome judge_document(struct walk *w, const struct node *node, const struct callerid_place *place)
{
    const struct ep *ep = &place->set->ep;
    struct spot s = { node, place, NULL };
    enum path_outcome o = PATH_MISS;
    if (ep->no_mail_servers || ep->m_count == 0) {
        w->undefined = w->undefined || !ep->no_mail_servers;
        return PATH_MISS;
    }
    const struct ep_view *view = view_of(w, node, ep);
    /* What needs no question first: a match is a match wherever it stands. */
    for (size_t i = 0; view && i < view->listed_count && o == PATH_MISS; i++) {
        s.m = &ep->ms[view->listed[i].m];
        o = admit(w, &s, &ep->entries[view->listed[i].entry], (struct slice){ 0 });
    }
    if (view && o == PATH_MISS)
        hint_document(w, node, ep, view);
    for (size_t i = 0; view && i < view->asking_count && o == PATH_MISS; i++) {
        s.m = &ep->ms[view->asking[i].m];
        o = judge_step(w, &s, view->asking[i].entry == EP_NO_ENTRY ? NULL : &ep->entries[view->asking[i].entry]);
    }
    return o;
}

/* The first document says whose hosts we look for; without it there is nothing to look for. */
static enum path_outcome judge_first(struct walk *w, const struct node *node, const struct callerid_place *place, enum path_outcome found)
{
    w->first = *place;
    if (found == PATH_MISS) {
        w->absence = place->absence;
        return PATH_MISS;
    }
    const struct ep *ep = &place->set->ep;
    w->never_sends = ep->no_mail_servers;
    if (!ep->no_mail_servers && ep->m_count == 0)
        w->absence = CALLERID_SAYS_NOTHING;
    return judge_document(w, node, place);
}

static enum path_outcome judge_node(struct walk *w, const struct node *node)
{
    struct callerid_place place;
    enum path_outcome found = callerid_fetch(w->c, w->q->conf, node->domain, &place);
    if (found == PATH_WAIT)
        return found;
    w->out->documents += place.set != NULL;
    if (place.absence == CALLERID_OWN_FAILURE)
        w->own_failure = true;
    else if (found == PATH_BROKEN)
        note_mistake(w, place.absence, &place);
    else if (path_unknown(found))
        note(w, found);
    else if (node == &w->nodes[0])
        return judge_first(w, node, &place, found);
    else if (found == PATH_HIT)
        return judge_document(w, node, &place);
    else
        return judge_mx_of(w, &(struct spot){ node, &place, NULL }, NULL, node->domain);     /* "if d' has an EPD, else ..." */
    return found == PATH_OVER_QUOTA ? found : PATH_MISS;
}

/* ---- the whole ---- */

static enum callerid_reason reason_without_match(const struct walk *w)
{
    if (w->own_failure)
        return CALLERID_OWN_FAILURE;
    if (w->worst == PATH_OVER_QUOTA)
        return CALLERID_OVER_QUOTA;
    if (w->worst == PATH_FAILED)
        return CALLERID_DNS_FAILED;
    if (w->worst == PATH_BROKEN)
        return w->broken;
    if (w->absence != CALLERID_NOT_YET)
        return w->absence;
    if (w->undefined)
        return CALLERID_UNDECIDED;
    if (w->unproven)
        return CALLERID_NO_PROOF;
    return w->never_sends ? CALLERID_NEVER_SENDS : CALLERID_NOT_LISTED;
}

/* Run after a match only: the From domain's own word that its mail comes from its hosts alone. */
static enum callerid_reason reason_of_match(struct walk *w)
{
    if (w->q->from_domain.len == 0)
        return CALLERID_LISTED;
    switch (callerid_fetch(w->c, w->q->conf, w->q->from_domain, &w->direct)) {
    case PATH_WAIT: return CALLERID_NOT_YET;
    case PATH_FAILED: return CALLERID_DNS_FAILED;
    case PATH_OVER_QUOTA: return CALLERID_OVER_QUOTA;
    case PATH_BROKEN: return w->direct.absence == CALLERID_OWN_FAILURE ? CALLERID_OWN_FAILURE : CALLERID_LISTED;     /* counts as if it were not there */
    case PATH_MISS: return CALLERID_LISTED;
    case PATH_HIT: break;
    }
    if (w->direct.set->ep.direct_only != EP_TRUE)
        return CALLERID_LISTED;
    return w->q->forwarder_known ? CALLERID_KNOWN_FORWARDER : CALLERID_DIRECT_ONLY;
}

/* The document to show: that which the reason rests on. */
static const struct callerid_place *decisive(const struct walk *w, enum callerid_reason reason)
{
    if (reason == CALLERID_DIRECT_ONLY)
        return &w->direct;
    if (reason == w->broken)
        return &w->mistaken;
    bool matched = reason == CALLERID_LISTED || reason == CALLERID_KNOWN_FORWARDER || reason == CALLERID_NO_PROOF;
    return matched && w->matched.set ? &w->matched : &w->first;
}

static enum callerid_reason walk_documents(struct walk *w)
{
    for (unsigned i = 0; i < w->count; i++) {
        enum path_outcome o = judge_node(w, &w->nodes[i]);
        if (o == PATH_WAIT)
            return CALLERID_NOT_YET;
        if (o == PATH_HIT)
            return reason_of_match(w);
        if (o == PATH_OVER_QUOTA)
            break;
    }
    return reason_without_match(w);
}

enum callerid_reason callerid_evaluate(struct check *c, const struct callerid_query *q, struct callerid_outcome *out)
{
    struct walk w = { .c = c, .q = q, .out = out, .worst = PATH_MISS };
    *out = (struct callerid_outcome){ .set = NULL };
    w.nodes[w.count++] = (struct node){ .domain = q->domain, .depth = 1 };
    if (q->from_domain.len > 0)
        prefetch(c, place_name(&c->run, q->from_domain), RTYPE_TXT);
    enum callerid_reason reason = walk_documents(&w);
    out->owner = decisive(&w, reason)->owner;
    out->set = decisive(&w, reason)->set;
    return reason;
}

/* ---- the scout ---- */

struct foresight { struct scout *s; const struct callerid_query *q; struct slice domains[CALLERID_HINTS]; unsigned count, hinted; };

/* The answer if it is there; after FORESIGHT_MAX nothing is looked up any more. */
static const struct answer *foresee(struct foresight *f, struct slice name, uint16_t type)
{
    return f->hinted++ < FORESIGHT_MAX ? hint(f->s, name, type) : NULL;
}

static void foresee_mx(struct foresight *f, struct slice domain)
{
    const struct rdata *hosts[ANSWER_RECORDS_MAX];
    const struct answer *mx = foresee(f, domain, RTYPE_MX);
    size_t n = mx && answer_has_data(mx) ? path_exchanges(mx, hosts) : 0;
    if (mx && mx->status == ANSWER_NODATA)
        foresee(f, domain, callerid_address_type(&f->q->client));
    for (size_t i = 0; i < n; i++)
        foresee(f, hosts[i]->mx.host, callerid_address_type(&f->q->client));
}

static void foresee_document_of(struct foresight *f, struct slice domain)
{
    if (f->count == CALLERID_HINTS)
        return;
    for (unsigned i = 0; i < f->count; i++)
        if (name_same(f->domains[i], domain))
            return;
    f->domains[f->count++] = domain;
}

static void foresee_m(struct foresight *f, const struct ep *ep, const struct ep_m *m, struct slice domain)
{
    bool open = ep_is_open(ep, m, &f->q->client);
    if (open && m->count == 0)
        foresee_mx(f, domain);
    for (size_t i = 0; i < m->count && f->hinted < FORESIGHT_MAX; i++) {
        const struct ep_entry *e = &ep->entries[m->first + i];
        if (e->kind == EP_INDIRECT)
            foresee_document_of(f, e->name);
        else if (open && e->kind == EP_MX)
            foresee_mx(f, subject_of(e, domain));
        else if (open && ep_entry_asks(e))
            foresee(f, subject_of(e, domain), callerid_address_type(&f->q->client));
    }
}

/* True: a match without a question; the evaluation looks no further. */
static bool foresee_document(struct foresight *f, const struct ep *ep, struct slice domain)
{
    for (size_t i = 0; i < ep->m_count; i++)
        if (ep_is_open(ep, &ep->ms[i], &f->q->client) && ep_listed(ep, &ep->ms[i], &f->q->client))
            return true;
    for (size_t i = 0; i < ep->m_count; i++)
        foresee_m(f, ep, &ep->ms[i], domain);
    return false;
}

void callerid_foresee(struct scout *s, const struct callerid_query *q)
{
    struct foresight f = { .s = s, .q = q };
    struct callerid_place place;
    f.domains[f.count++] = q->domain;
    if (q->from_domain.len > 0)
        foresee(&f, place_name(&s->run, q->from_domain), RTYPE_TXT);
    for (unsigned i = 0; i < f.count; i++) {
        const struct answer *a = foresee(&f, place_name(&s->run, f.domains[i]), RTYPE_TXT);
        enum path_outcome found = a ? place_of(&s->run, q->conf, f.domains[i], a, &place) : PATH_WAIT;
        if (found == PATH_HIT && !place.set->ep.no_mail_servers && foresee_document(&f, &place.set->ep, f.domains[i]))
            return;
        if (found == PATH_MISS && i > 0)
            foresee_mx(&f, f.domains[i]);
    }
}
