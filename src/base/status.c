#include "base/status.h"

const char *status_text(enum status status)
{
    switch (status) {
    case STATUS_OK:          return "ok";
    case STATUS_NO_MEMORY:   return "out of memory";
    case STATUS_LIMIT:       return "a limit was reached";
    case STATUS_BAD_INPUT:   return "bad input";
    case STATUS_NOT_FOUND:   return "not found";
    case STATUS_IO:          return "input or output failed";
    case STATUS_UNAVAILABLE: return "service unavailable";
    case STATUS_BUG:         return "internal error";
    }
    return "unknown status";
}
