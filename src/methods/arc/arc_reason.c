#include "methods/arc/arc_reason.h"

const struct reason arc_reasons[ARC_REASON_COUNT] = {
    [ARC_FINE] = { "", ARC_STORED_BASE, AUTH_NONE, "" },
#define X(id, name, number, word, text) [id] = { name, ARC_STORED_BASE + number, word, text },
    ARC_REASONS(X)
#undef X
};
