/*
 * match_priv.h - a worker's scratch, and the steps of deciding one event.
 *
 * Everything that belongs to one event is marked with the event's generation instead of being cleared after it.
 * Owner: one worker.      Threads: one at a time.      Trust: hostile values; the program is sound.
 */
#ifndef SW_SIGMA_MATCH_PRIV_H
#define SW_SIGMA_MATCH_PRIV_H

#include "base/arena.h"
#include "sigma/program_priv.h"

enum sw_known { SW_UNKNOWN, SW_NO, SW_YES };

/* One value of the event: a field that some rule of the plan names, or the raw record. */
struct sw_value {
    struct sw_str raw;
    struct sw_str folded; /* ptr NULL: not made yet */
    uint32_t next;        /* next value of the same slot, or SW_NONE */
    uint8_t ascii;        /* enum sw_known */
};

/* The values of a slot, valid when `generation` is the event's. */
struct sw_slot_state {
    uint32_t generation;
    uint32_t first; /* values that are not null, linked by next; SW_NONE: only null ones */
    uint32_t last;
};

struct sw_memo;

struct sw_matcher {
    const struct sw_program *program;
    const struct sw_plan *plan;   /* of the event at hand */
    const struct sw_event *event;
    uint32_t generation;          /* of the event; never 0 */
    int error;                    /* SW_E_NOMEM while deciding the event */
    bool ask_all;                 /* nothing was looked up: ask groups of the index too */

    uint16_t *field_of;           /* field id -> field of the program, or their count if none; grows with the field table */
    size_t field_of_cap;
    uint32_t field_of_count;

    struct sw_value *values;      /* one for each field of the event, and one for raw */
    size_t value_cap;
    struct sw_slot_state *slots;  /* of the plan */
    uint64_t *known;              /* group -> generation << 1 | holds */
    uint32_t *rule_seen;          /* rule of the plan -> generation */
    uint32_t *candidates;         /* rules of the plan to evaluate */
    uint32_t candidate_count;
    uint32_t *matches;            /* result */
    uint32_t *counters;           /* of AT_LEAST conditions */
    struct sw_arena folds;        /* folded values */

    /* of one value in one lookup */
    uint32_t value_generation;
    uint32_t *hit_seen;
    uint32_t *local_seen;
    uint32_t *locals;             /* result: sets that hold */
    uint32_t local_count;

    struct sw_memo *memo;
    hs_scratch_t *scratch;
    pcre2_match_data *match_data;
    pcre2_match_context *match_context;
    struct sw_matcher_stats stats;
    bool *gave_up;                /* by regular expression: at its step limit, on some value */
};

/* --- values (match_value.c) --------------------------------------------------------------------------------------- *  */

static inline void sw_value_set(struct sw_value *value, const char *ptr, size_t len)
{
    value->raw = (struct sw_str){len > 0 ? ptr : "", len};
    value->folded.ptr = NULL;
    value->next = SW_NONE;
    value->ascii = SW_UNKNOWN;
}

/* Makes the folded form if it isn't there; false when memory ends (then m->error is set). */
bool sw_value_fold(struct sw_matcher *m, struct sw_value *value);

bool sw_value_is_ascii(struct sw_value *value);

/* Eight bytes with ASCII letters in lower case; bytes from 0x80 stay as they are. */
static inline uint64_t sw_lower8(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101ull;
    uint64_t heptets = word & 0x7f * ones;
    uint64_t above_z = heptets + (0x7f - 'Z') * ones;
    uint64_t from_a = heptets + (0x80 - 'A') * ones;
    uint64_t upper = ~word & (from_a ^ above_z) & 0x80 * ones;
    return word | upper >> 2;
}

/* Whether the text's ASCII letters in lower case give the literal, which is in lower case; both have `len` bytes. */
static inline bool sw_text_is(const char *text, const char *literal, size_t len)
{
    if (len < 8) {
        for (size_t i = 0; i < len; i++)
            if (sw_lower(text[i]) != literal[i])
                return false;
        return true;
    }
    for (size_t at = 0; at + 8 <= len; at += 8)
        if (sw_lower8(sw_load64(text + at)) != sw_load64(literal + at))
            return false;
    return sw_lower8(sw_load64(text + len - 8)) == sw_load64(literal + len - 8);
}

/* First place of needle (not empty) in hay, or SW_NPOS. */
size_t sw_find(struct sw_str hay, struct sw_str needle);
/* The same for a needle of ASCII in lower case and whatever case in the hay. */
size_t sw_find_folded(struct sw_str hay, struct sw_str needle);

/* --- tests (match_test.c) ----------------------------------------------------------------------------------------- *  */

/* Does the value pass? The value is not null. */
bool sw_test_holds(struct sw_matcher *m, const struct sw_test *test, struct sw_value *value);

/* sw_str_double(), quick for what mostly comes: plain decimals, and what is no number at all. */
bool sw_value_number(struct sw_str text, double *number);

/* --- lookups (match_lookup.c) ------------------------------------------------------------------------------------- *  */

/* The lookup's sets that hold for the value: m->locals, m->local_count. 4-byte grams need not be looked for before `from`,
 * which is a place that their stride comes by. */
void sw_lookup_value(struct sw_matcher *m, const struct sw_lookup *lookup, struct sw_value *value, size_t from);

/* The same without what 4-byte grams of `plain` would find. */
void sw_lookup_more(struct sw_matcher *m, const struct sw_lookup *lookup, struct sw_value *value);

/* What the key leads to in a hash table; NULL if nothing. */
const struct sw_slot64 *sw_table_find(const struct sw_program *program, struct sw_table table, uint64_t key);

/* A filter at hand, for loops over it. */
struct sw_gram_filter {
    const uint64_t *words;
    uint32_t mask;
};

static inline struct sw_gram_filter sw_gram_filter(const struct sw_program *program, const struct sw_grams *grams)
{
    return (struct sw_gram_filter){program->words.at + grams->filter, (1u << grams->filter_bits) - 1};
}

static inline bool sw_gram_passes(const struct sw_gram_filter *filter, uint32_t gram)
{
    uint32_t bit = sw_gram_hash(gram) & filter->mask;
    return filter->words[bit / 64] >> bit % 64 & 1;
}

/* For a lookup of which only_grams is said: the first place of the value that needs a closer look; SW_NPOS: none does. */
static inline size_t sw_lookup_first_place(const struct sw_program *program, const struct sw_lookup *lookup, struct sw_str value)
{
    const struct sw_grams *grams = &lookup->plain.grams[SW_GRAM - 1];
    const struct sw_gram_filter filter = sw_gram_filter(program, grams);
    size_t places = value.len >= SW_GRAM ? value.len - SW_GRAM + 1 : 0;
    size_t stride = grams->stride;
#pragma GCC unroll 4
    for (size_t at = 0; at < places; at += stride)
        if (__builtin_expect(sw_gram_passes(&filter, sw_gram_of(value.ptr + at, SW_GRAM)), 0))
            return at;
    return SW_NPOS;
}

/* --- memory of results (match_memo.c) ----------------------------------------------------------------------------- *  */

struct sw_memo *sw_memo_new(void);
void sw_memo_free(struct sw_memo *memo);

/* What a lookup gave for these bytes before: false if it isn't known. Else the sets, valid until the next call. */
bool sw_memo_get(struct sw_memo *memo, uint32_t lookup, struct sw_str value, const uint32_t **locals, uint32_t *count);

/* Keeps the result for the value that sw_memo_get() was last asked for, if there is reason to believe that it comes again. */
void sw_memo_put(struct sw_memo *memo, uint32_t lookup, struct sw_str value, const uint32_t *locals, uint32_t count);

/* --- groups and rules (match_evaluate.c, match.c) ----------------------------------------------------------------- *  */

/* Whether the value is a piece of the raw record, and the record is itself one of the values: what may stand anywhere needs
 * not be looked for in both. */
static inline bool sw_in_raw(const struct sw_event *event, const char *ptr)
{
    return event->raw_is_value && (uintptr_t)ptr - (uintptr_t)event->raw.ptr < event->raw.len;
}

/* One value against a group's tests. */
bool sw_value_passes(struct sw_matcher *m, const struct sw_group *group, struct sw_value *value);
bool sw_group_holds(struct sw_matcher *m, uint32_t group);
bool sw_rule_holds(struct sw_matcher *m, const struct sw_plan_rule *rule);

/* Starts an event: its plan, a new generation. False if no rule applies to its class. */
bool sw_matcher_begin(struct sw_matcher *m, const struct sw_event *event);

/* One slot number for each field of the program, and one for all others, which have none. */
static inline const uint16_t *sw_slot_numbers(const struct sw_matcher *m)
{
    return m->program->slot_numbers.at + m->plan->slot_of;
}

/* The plan's slot of a field, UINT16_MAX if the plan's rules don't name it; `numbers` is sw_slot_numbers(). */
static inline uint32_t sw_slot_in(const struct sw_matcher *m, const uint16_t *numbers, sw_field_id id)
{
    return id < m->field_of_count ? numbers[m->field_of[id]] : UINT16_MAX;
}

static inline uint32_t sw_slot_of(const struct sw_matcher *m, sw_field_id id)
{
    return sw_slot_in(m, sw_slot_numbers(m), id);
}

/* True: no rule can hold for the record, which is a line of text (match_line.c). */
bool sw_line_holds_nothing(struct sw_matcher *m);

/* Sets up m->values and the slots for the event; with `index`, looks values up and collects candidates. */
void sw_match_values(struct sw_matcher *m, bool index);

#endif
