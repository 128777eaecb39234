/*
 * regex_need.h - literals of which at least one stands in every text that an expression finds.
 *
 * Sound, not complete: where the syntax is beyond it, it finds nothing. Syntax and case rules are PCRE2's in UTF mode.
 * Trust: hostile patterns.
 */
#ifndef SW_SIGMA_REGEX_NEED_H
#define SW_SIGMA_REGEX_NEED_H

#include "base/arena.h"
#include "base/str.h"

enum { SW_MOST_NEEDED = 16, SW_LEAST_NEEDED = 4 /* shorter literals are no help */ };

struct sw_regex_need {
    struct sw_str literals[SW_MOST_NEEDED]; /* ASCII, lower case: to be looked for in the folded text */
    uint32_t count;                         /* 0: nothing is known */
};

/* How common a literal is (the smaller the rarer), to choose between literals of one expression. */
typedef double (*sw_literal_cost)(void *arg, struct sw_str literal);

/* Finds them; the texts are taken from the arena. */
void sw_regex_needs(struct sw_arena *arena, struct sw_str pattern, bool caseless, sw_literal_cost cost, void *arg,
                    struct sw_regex_need *need);

/* Whether Vectorscan, reading bytes, gives this pattern the meaning that PCRE2 gives it, for ASCII values: no construct that
 * it reads in another way. It may still refuse the pattern. */
bool sw_regex_is_plain(struct sw_str pattern, bool caseless);

#endif
