#include "mail/domain.h"

#include <idn2.h>

#include "base/text.h"

/* UTF-8 octets of a name that may still have 253 octets as A-labels; longer input is never handed to libidn2. */
#define UNICODE_NAME_MAX 1024

static bool is_plain_octet(uint8_t octet)
{
    return is_alnum(octet) || octet == '-' || octet == '_' || octet == '.';
}

static bool is_plain(struct slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!is_plain_octet(name.at[i]))
            return false;
    return true;
}

/* Letters, digits, hyphens, underscores and dots only: nothing to convert. */
static bool normal_ascii(struct arena *arena, struct slice name, struct slice *out)
{
    name = name_undotted(name);
    if (!name_is_hostname(name) || name.at[name.len - 1] == '.')
        return false;
    uint8_t *lower = arena_alloc(arena, name.len);
    if (lower == NULL)
        return false;
    for (size_t i = 0; i < name.len; i++)
        lower[i] = to_lower(name.at[i]);
    *out = slice_of(lower, name.len);
    return true;
}

static bool normal_unicode(struct arena *arena, struct slice name, struct slice *out)
{
    char *text, *ascii = NULL;
    bool ok = false;

    if (name.len > UNICODE_NAME_MAX || ascii_only(name) || !utf8_valid(name))
        return false;
    text = slice_to_string(arena, name);
    if (text == NULL)
        return false;
    if (idn2_to_ascii_8z(text, &ascii, IDN2_NONTRANSITIONAL) == IDN2_OK) {
        struct slice converted = slice_str(ascii);

        /* The mapping may have made dots, blanks and brackets out of other code points. */
        ok = is_plain(converted) && normal_ascii(arena, converted, out);
    }
    idn2_free(ascii);
    return ok;
}

bool domain_normal(struct arena *arena, struct slice domain, struct slice *out)
{
    *out = (struct slice){ .at = NULL, .len = 0 };
    if (domain.len == 0)
        return false;
    return is_plain(domain) ? normal_ascii(arena, domain, out) : normal_unicode(arena, domain, out);
}
