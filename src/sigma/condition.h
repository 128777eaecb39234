/*
 * condition.h - boolean expressions over names: a rule's `condition`, and the extended condition of a temporal
 * correlation.
 *
 *     or     := and { "or" and }            not binds tightest, then and, then or; words in any case
 *     and    := not { "and" not }
 *     not    := "not" not | "(" or ")" | selector | name
 *     selector := ("1" | "any" | "all" | N) "of" (pattern | "them")
 *
 * Limits: SW_MAX_CONDITION_DEPTH brackets.      Trust: hostile input.
 */
#ifndef SW_SIGMA_CONDITION_H
#define SW_SIGMA_CONDITION_H

#include "sigma/loader_priv.h"

/* What the names mean. Both give a node, or fail with sw_loader_fail_at(). */
struct sw_condition_names {
    void *context;
    int (*name)(void *context, struct sw_str name, uint32_t column, uint32_t *node);
    /* `need` is 0 for "all"; NULL when there are no selectors in this kind of condition. */
    int (*select)(void *context, struct sw_str pattern, uint32_t need, uint32_t column, uint32_t *node);
};

/* Parses `text`, which begins `offset` characters into the scalar `at`, into nodes. */
int sw_condition_parse(struct sw_loader *loader, const struct sw_yaml *at, struct sw_str text, size_t offset,
                       const struct sw_condition_names *names, uint32_t *root);

#endif
