#include "methods/dkim/dkim_reason.h"

const struct reason dkim_reasons[DKIM_REASON_COUNT] = {
    [DKIM_FINE] = { "", DKIM_STORED_BASE, AUTH_NONE, "" },
#define X(id, name, number, word, text) [id] = { name, DKIM_STORED_BASE + number, word, text },
    DKIM_REASONS(X)
#undef X
};
