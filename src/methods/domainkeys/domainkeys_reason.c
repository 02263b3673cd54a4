#include "methods/domainkeys/domainkeys_reason.h"

const struct reason domainkeys_reasons[DOMAINKEYS_REASONS] = {
    [DOMAINKEYS_FINE] = { "", DOMAINKEYS_STORED_BASE, AUTH_NONE, "" },
#define X(id, name, number, word, text) [id] = { name, DOMAINKEYS_STORED_BASE + number, word, text },
    DOMAINKEYS_REASON_TABLE(X)
#undef X
};
