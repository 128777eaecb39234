/* gen_priv.h - what the generator's two halves share. */
#ifndef SW_TESTS_ORACLE_GEN_PRIV_H
#define SW_TESTS_ORACLE_GEN_PRIV_H

#include "generate.h"

struct sw_gen {
    uint64_t state;
    uint64_t rules_made;
    const struct sw_rules *rules;
    const struct sw_classes *classes;
    struct sw_arena arena; /* the present event's strings */
    uint32_t *preds;       /* heap: predicates below the rule aimed at */
    size_t pred_count, pred_cap;
    uint32_t *todo;        /* heap: nodes to look at */
    size_t todo_count, todo_cap;
};

#define GEN_COUNT(array) (sizeof(array) / sizeof *(array))
#define GEN_PICK(gen, array) ((array)[sw_gen_random((gen), GEN_COUNT(array))])

static inline bool gen_chance(struct sw_gen *gen, unsigned percent)
{
    return sw_gen_random(gen, 100) < percent;
}

/* Words that values are made of, in rules and events. */
extern const char *const gen_words[];
extern const size_t gen_word_count;

/* A regular expression and texts of which some match it. */
struct gen_regex {
    const char *pattern;
    const char *texts[4];
};
extern const struct gen_regex gen_regexes[];
extern const size_t gen_regex_count;

/* Fields that rules are written with. */
extern const char *const gen_fields[];
extern const size_t gen_field_count;

#endif
