/*
 * builtin_priv.h - the rules that are part of the program: all of rules/ but its tests, as tools/embed-rules made them.
 *
 * They are loaded after the user's own, so that of two with the same id the user's is the one that counts.
 */
#ifndef SW_SIGMA_BUILTIN_PRIV_H
#define SW_SIGMA_BUILTIN_PRIV_H

#include <stddef.h>

struct sw_builtin_rule {
    const char *path; /* below rules/: "persistence/new_service.yml" */
    const char *text;
    size_t len;
};

extern const struct sw_builtin_rule sw_builtin_rules[]; /* in byte order of their paths */
extern const size_t sw_builtin_rule_count;

#endif
