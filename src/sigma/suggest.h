/*
 * suggest.h - the nearest known word to one that isn't known, for messages: "contians" -> "contains".
 */
#ifndef SW_SIGMA_SUGGEST_H
#define SW_SIGMA_SUGGEST_H

#include "base/str.h"

struct sw_suggest {
    struct sw_str word; /* what was written */
    struct sw_str best; /* the nearest so far; ptr NULL: none is near enough */
    unsigned distance;
};

void sw_suggest_init(struct sw_suggest *suggest, struct sw_str word);

/* Takes `candidate` when it is nearer than what came before, and near enough: a third of the word's length, at least
 * one and at most three edits; letter case counts as nothing. Of equals the first stays. */
void sw_suggest_offer(struct sw_suggest *suggest, struct sw_str candidate);

#endif
