#include "publish/lint_parts.h"

const struct lint_part lint_parts[] = {
    { .name = NULL },
};
