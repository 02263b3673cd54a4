#include "zone.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CNAME_STEPS = 8, STRING_MAX = 255 };

static uint64_t hash_name(const char *name)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (; *name; name++) {
        uint8_t c = (uint8_t)*name;
        h = (h ^ (c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c)) * 0x100000001b3u;
    }
    return h ^ h >> 29;
}

const struct name *zone_find(const struct zone *z, const char *name)
{
    if (!z->slot_count)
        return NULL;
    for (struct name *n = z->slots[hash_name(name) % z->slot_count]; n; n = n->next)
        if (same_nocase(text(n->text), text(name)))
            return n;
    return NULL;
}

static void grow(struct zone *z)
{
    size_t count = z->slot_count ? z->slot_count * 2 : 1024;
    struct name **slots = zalloc(count, sizeof *slots);
    for (size_t i = 0; i < z->slot_count; i++)
        for (struct name *n = z->slots[i], *next; n; n = next) {
            next = n->next;
            struct name **slot = &slots[hash_name(n->text) % count];
            n->next = *slot;
            *slot = n;
        }
    free(z->slots);
    z->slots = slots;
    z->slot_count = count;
}

static struct name *make_name(struct zone *z, const char *name)
{
    struct name *found = (struct name *)(uintptr_t)zone_find(z, name);
    if (found)
        return found;
    if (z->name_count >= z->slot_count)
        grow(z);
    struct name *n = zalloc(1, sizeof *n);
    n->text = copy_text(text(name));
    for (char *c = n->text; *c; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
    struct name **slot = &z->slots[hash_name(name) % z->slot_count];
    n->next = *slot;
    *slot = n;
    z->name_count++;
    return n;
}

static void remember_order(struct zone *z, struct name *n)
{
    if (z->ordered == z->ordered_cap) {
        z->ordered_cap = z->ordered_cap ? z->ordered_cap * 2 : 256;
        z->in_order = need(realloc(z->in_order, z->ordered_cap * sizeof *z->in_order));
    }
    z->in_order[z->ordered++] = n;
}

void zone_add(struct zone *z, const char *name, uint16_t type, struct bytes data)
{
    struct name *n = make_name(z, name);
    /* Names above it exist, too: NOERROR without an answer, not NXDOMAIN. */
    for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.'))
        make_name(z, dot + 1);
    struct record *r = zalloc(1, sizeof *r);
    uint8_t *copy = zalloc(data.len, 1);
    if (data.len)
        memcpy(copy, data.at, data.len);
    *r = (struct record){ .type = type, .data = { copy, data.len } };
    if (n->last)
        n->last->next = r;
    else {
        n->first = r;
        remember_order(z, n);
    }
    n->last = r;
}

void zone_add_txt(struct zone *z, const char *name, const char *value)
{
    struct buf wire = { 0 };
    struct bytes rest = text(value);
    do {
        size_t len = rest.len < STRING_MAX ? rest.len : STRING_MAX;
        buf_byte(&wire, (uint8_t)len);
        buf_add(&wire, rest.at, len);
        rest = part(rest, len, rest.len);
    } while (rest.len);
    zone_add(z, name, RR_TXT, buf_view(&wire));
    buf_free(&wire);
}

void zone_add_ip(struct zone *z, const char *name, const char *ip)
{
    uint8_t octets[16];
    bool six = strchr(ip, ':') != NULL;
    if (inet_pton(six ? AF_INET6 : AF_INET, ip, octets) != 1)
        die("%s: no address", ip);
    zone_add(z, name, six ? RR_AAAA : RR_A, (struct bytes){ octets, six ? 16 : 4 });
}

struct buf name_to_wire(const char *name)
{
    struct buf wire = { 0 };
    struct bytes rest = text(name);
    while (rest.len) {
        struct bytes label = cut(&rest, '.');
        if (!label.len || label.len > 63)
            die("%s: no domain name", name);
        buf_byte(&wire, (uint8_t)label.len);
        buf_bytes(&wire, label);
    }
    buf_byte(&wire, 0);
    return wire;
}

char *name_from_wire(struct bytes wire)
{
    struct buf name = { 0 };
    while (wire.len && wire.at[0] && wire.at[0] < wire.len) {
        if (name.len)
            buf_byte(&name, '.');
        buf_add(&name, wire.at + 1, wire.at[0]);
        wire = part(wire, wire.at[0] + 1u, wire.len);
    }
    char *made = copy_text(buf_view(&name));
    buf_free(&name);
    return made;
}

void zone_add_name(struct zone *z, const char *name, uint16_t type, const char *target)
{
    struct buf wire = name_to_wire(target);
    zone_add(z, name, type, buf_view(&wire));
    buf_free(&wire);
}

void zone_add_mx(struct zone *z, const char *name, unsigned preference, const char *host)
{
    struct buf wire = { 0 }, target = name_to_wire(host);
    buf_byte(&wire, (uint8_t)(preference >> 8));
    buf_byte(&wire, (uint8_t)preference);
    buf_bytes(&wire, buf_view(&target));
    zone_add(z, name, RR_MX, buf_view(&wire));
    buf_free(&wire);
    buf_free(&target);
}

const struct record *record_of_type(const struct record *r, uint16_t type)
{
    while (r && r->type != type)
        r = r->next;
    return r;
}

const struct record *zone_look(const struct zone *z, const char *name, uint16_t type)
{
    char *at = copy_text(text(name));
    const struct record *found = NULL;
    for (unsigned step = 0; step < CNAME_STEPS; step++) {
        const struct name *n = zone_find(z, at);
        found = n ? record_of_type(n->first, type) : NULL;
        const struct record *alias = n && !found ? record_of_type(n->first, RR_CNAME) : NULL;
        if (!alias)
            break;
        free(at);
        at = name_from_wire(alias->data);
    }
    free(at);
    return found;
}

struct buf txt_of(const struct record *r)
{
    struct buf joined = { 0 };
    struct bytes rest = r->data;
    while (rest.len && rest.at[0] < rest.len) {
        buf_add(&joined, rest.at + 1, rest.at[0]);
        rest = part(rest, rest.at[0] + 1u, rest.len);
    }
    return joined;
}

/* Writing */

static void write_strings(FILE *f, struct bytes rest)
{
    while (rest.len && rest.at[0] < rest.len) {
        fputs(" \"", f);
        for (size_t i = 1; i <= rest.at[0]; i++) {
            uint8_t c = rest.at[i];
            if (c < 32 || c > 126)
                fprintf(f, "\\%03u", c);
            else if (c == '"' || c == '\\')
                fprintf(f, "\\%c", c);
            else
                fputc(c, f);
        }
        fputc('"', f);
        rest = part(rest, rest.at[0] + 1u, rest.len);
    }
}

static void write_record(FILE *f, const char *name, const struct record *r)
{
    char address[INET6_ADDRSTRLEN];
    char *target;
    switch (r->type) {
    case RR_A:
    case RR_AAAA:
        inet_ntop(r->type == RR_A ? AF_INET : AF_INET6, r->data.at, address, sizeof address);
        fprintf(f, "%s. IN %s %s\n", name, r->type == RR_A ? "A" : "AAAA", address);
        return;
    case RR_TXT:
        fprintf(f, "%s. IN TXT", name);
        write_strings(f, r->data);
        fputc('\n', f);
        return;
    case RR_MX:
        target = name_from_wire(part(r->data, 2, r->data.len));
        fprintf(f, "%s. IN MX %u %s.\n", name, (unsigned)r->data.at[0] << 8 | r->data.at[1], target);
        break;
    case RR_CNAME:
    case RR_NS:
    case RR_PTR:
        target = name_from_wire(r->data);
        fprintf(f, "%s. IN %s %s.\n", name, r->type == RR_CNAME ? "CNAME" : r->type == RR_NS ? "NS" : "PTR", target);
        break;
    default:
        die("record type %u is not written", r->type);
    }
    free(target);
}

void zone_write(const struct zone *z, const char *path, const char *comment)
{
    FILE *f = fopen(path, "wb");
    if (!f)
        die("%s cannot be written", path);
    fprintf(f, "; %s\n$TTL 3600\n", comment);
    for (size_t i = 0; i < z->ordered; i++)
        for (const struct record *r = z->in_order[i]->first; r; r = r->next)
            write_record(f, z->in_order[i]->text, r);
    if (fclose(f))
        die("%s cannot be written", path);
}

/* Reading: one record a line, as zone_write prints; TTL and class may be missing. */

static struct bytes word(struct bytes *rest)
{
    *rest = trim(*rest);
    size_t end = 0;
    while (end < rest->len && rest->at[end] != ' ' && rest->at[end] != '\t')
        end++;
    struct bytes w = part(*rest, 0, end);
    *rest = part(*rest, end, rest->len);
    return w;
}

static char *absolute(struct bytes w)
{
    if (w.len && w.at[w.len - 1] == '.')
        w.len--;
    return copy_text(w);
}

static void read_strings(struct zone *z, const char *name, struct bytes rest)
{
    struct buf wire = { 0 };
    while (find(rest, '"') < rest.len) {
        rest = part(rest, find(rest, '"') + 1, rest.len);
        struct buf one = { 0 };
        while (rest.len && rest.at[0] != '"') {
            size_t used = 1;
            uint8_t c = rest.at[0];
            if (c == '\\' && rest.len > 3 && rest.at[1] >= '0' && rest.at[1] <= '9') {
                c = (uint8_t)((rest.at[1] - '0') * 100 + (rest.at[2] - '0') * 10 + (rest.at[3] - '0'));
                used = 4;
            } else if (c == '\\' && rest.len > 1) {
                c = rest.at[1];
                used = 2;
            }
            buf_byte(&one, c);
            rest = part(rest, used, rest.len);
        }
        if (!rest.len || one.len > STRING_MAX)
            die("%s: bad string", name);
        rest = part(rest, 1, rest.len);
        buf_byte(&wire, (uint8_t)one.len);
        buf_bytes(&wire, buf_view(&one));
        buf_free(&one);
    }
    zone_add(z, name, RR_TXT, buf_view(&wire));
    buf_free(&wire);
}

static void read_line(struct zone *z, struct bytes line)
{
    if (!line.len || line.at[0] == ';' || line.at[0] == '$')
        return;
    char *name = absolute(word(&line));
    struct bytes type = word(&line);
    while (same(type, BYTES("IN")) || (type.len && type.at[0] >= '0' && type.at[0] <= '9'))
        type = word(&line);
    if (same(type, BYTES("TXT"))) {
        read_strings(z, name, line);
    } else if (same(type, BYTES("A")) || same(type, BYTES("AAAA"))) {
        char *ip = copy_text(word(&line));
        zone_add_ip(z, name, ip);
        free(ip);
    } else if (same(type, BYTES("MX"))) {
        char *preference = copy_text(word(&line)), *host = absolute(word(&line));
        zone_add_mx(z, name, (unsigned)strtoul(preference, NULL, 10), host);
        free(preference);
        free(host);
    } else {
        char *target = absolute(word(&line));
        uint16_t code = same(type, BYTES("CNAME")) ? RR_CNAME : same(type, BYTES("NS")) ? RR_NS :
                        same(type, BYTES("PTR")) ? RR_PTR : 0;
        if (!code)
            die("zone: %s has a record of a type that is not known here", name);
        zone_add_name(z, name, code, target);
        free(target);
    }
    free(name);
}

void zone_read(struct zone *z, const char *path)
{
    struct buf file = read_file(path);
    struct bytes rest = buf_view(&file);
    while (rest.len)
        read_line(z, trim(cut(&rest, '\n')));
    buf_free(&file);
}
