/* auth.h: SMTP authentication as a result (RFC 8601 2.7.4; RFC 4954). */
#ifndef FRANK_METHODS_AUTH_AUTH_H
#define FRANK_METHODS_AUTH_AUTH_H
#include "methods/method.h"
extern const struct method auth_method;
enum auth_reason { AUTH_R_NONE = 1, AUTH_R_FAILED, AUTH_R_USER, AUTH_REASON_COUNT };
#endif
