/* level.c - names of levels. */
#include "sigma/ir.h"

static const char *const level_names[] = {"", "informational", "low", "medium", "high", "critical"};
enum { LEVELS = sizeof level_names / sizeof level_names[0] };

struct sw_str sw_level_name(enum sw_level level)
{
    return sw_str((size_t)level < LEVELS ? level_names[level] : "");
}

int sw_level_parse(struct sw_str name, enum sw_level *level)
{
    for (unsigned i = 1; i < LEVELS; i++) {
        if (sw_str_ieq(name, sw_str(level_names[i]))) {
            *level = (enum sw_level)i;
            return 0;
        }
    }
    return SW_E_NOTFOUND;
}
