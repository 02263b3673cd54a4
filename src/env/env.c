#include "env/env.h"

const char *metric_name(enum metric metric)
{
    switch (metric) {
    case METRIC_SESSIONS: return "sessions";
    case METRIC_MESSAGES: return "messages";
    case METRIC_ACCEPTED: return "accepted";
    case METRIC_REJECTED: return "rejected";
    case METRIC_DEFERRED: return "deferred";
    case METRIC_QUARANTINED: return "quarantined";
    case METRIC_DISCARDED: return "discarded";
    case METRIC_QUESTIONS: return "questions";
    case METRIC_CACHED: return "cached";
    case METRIC_FAILED: return "failed";
    case METRIC_DEADLINES: return "deadlines";
    case METRIC_OWN_FAILURES: return "own_failures";
    case METRIC_FORGED_REMOVED: return "forged_removed";
    case METRIC_COUNT: break;
    }
    return "";
}
