/*
 * program_priv.h - the form of a compiled program: flat arrays that refer to each other by index.
 *
 * Words (docs/matcher.md has the reasons):
 *   test    a question to one value, without a field: "contains mimikatz", "is in 10.0.0.0/8"
 *   set     tests joined by OR; a list of values in a rule becomes one set
 *   group   a set asked of the values of one field in one plan: holds when a value passes a test
 *   lookup  the index over the sets of one field: value in, sets that hold out; shared by plans that need the same
 *   plan    what is compiled for a class of events; classes to which the same rules apply alike share one
 *   witness groups of which at least one holds whenever the rule holds; their hits make a rule a candidate
 *
 * No pointer lies in a section, so that a program can be written to a file and read back as it is (sigma/cache.h).
 * Owner: struct sw_program owns its sections and what is made from them at start (databases, regex code, field ids).
 */
#ifndef SW_SIGMA_PROGRAM_PRIV_H
#define SW_SIGMA_PROGRAM_PRIV_H

#include "sigma/program.h"
#include "sigma/regex.h"

#include <hs/hs.h>

#define SW_NONE UINT32_MAX
#define SW_PROGRAM_VERSION 5u /* part of the cache's key: count up when a section or its meaning changes */

struct sw_span {
    uint32_t first;
    uint32_t count;
};

/* --- tests and sets --------------------------------------------------------------------------------------- */

struct sw_test {
    uint8_t kind;    /* enum sw_pred_kind, except NULL and EXISTS */
    uint8_t form;    /* enum sw_pattern_form */
    uint8_t cased;
    uint8_t is_number;
    uint8_t compare; /* enum sw_compare */
    uint8_t part;    /* enum sw_time_part */
    uint8_t prefix;
    uint8_t ascii;   /* PATTERN with a literal of ASCII only, case doesn't count: no folded value is needed */
    struct sw_span text;   /* PATTERN: literal in `text`, folded unless cased; REGEX: source */
    struct sw_span tokens; /* WILD: in `tokens` */
    uint32_t other;        /* FIELDREF: field of the program */
    uint32_t regex;        /* REGEX: in `regexes` */
    double number;
    uint8_t address[16];
};

struct sw_program_token {
    uint32_t kind; /* enum sw_token_kind */
    struct sw_span text;
};

/* A regular expression. Decided by Vectorscan when it took the pattern and the value is ASCII, else by PCRE2. */
struct sw_program_regex {
    struct sw_span text;
    uint8_t caseless, multiline, dotall;
    uint8_t pcre_only; /* Vectorscan refused the pattern, or would read it in another way */
    uint32_t database; /* of this expression alone; SW_NONE if there is none */
};

/* --- lookups ---------------------------------------------------------------------------------------------- */

/* What an index entry leads to: a test that holds, or (verify) may hold, and the lookup's sets that it is in. */
struct sw_hit {
    uint32_t test;
    uint32_t verify;      /* the entry is only a necessary condition: ask the test itself */
    struct sw_span local; /* in `locals`: numbers of sets within the lookup */
};

/* One key of a hash table and its entries; count 0: free slot. */
struct sw_slot64 {
    uint64_t key;
    struct sw_span entries;
};

/* A literal: `len` bytes at `text` in `text`, whose key lies `at` bytes from its start. */
struct sw_entry {
    uint32_t hit;
    uint32_t text;
    uint32_t len;
    uint32_t at;
};

/* Open addressing in `slots`, 1 << bits of them; bits 0: empty table. */
struct sw_table {
    uint32_t first;
    uint32_t bits;
};

/* Literals looked for anywhere in a value, by grams of n bytes. Every `stride`th place of a value is asked: a literal has
 * so many grams in the table, at neighbouring places, that one of them is met. `filter` is a bitmap over the grams' hashes. */
struct sw_grams {
    struct sw_table table;
    uint32_t filter;      /* in `words` */
    uint32_t filter_bits; /* the bitmap has 1 << filter_bits bits */
    uint32_t stride;      /* 1, 2, 4 or 8; always 1 for grams of less than four bytes */
};

enum { SW_GRAM = 4, SW_EDGE_SIZES = 6 };

/* Literals by where they may stand. Keys are made of bytes with bit 0x20 set, so that ASCII letters of both cases have the
 * same; what a key leads to is compared in full. */
struct sw_index {
    uint64_t exact_lengths;      /* bit n: some exact literal has n bytes; bit 63: or 63 and more */
    struct sw_table exact;       /* whole values */
    struct sw_table starts;      /* literals by their first bytes: as many as sw_edge_size() says */
    struct sw_table ends;
    uint32_t starts_sizes;       /* bit n: the table holds literals of edge size sw_edge_sizes[n] */
    uint32_t ends_sizes;
    struct sw_grams grams[SW_GRAM]; /* [n - 1]: literals keyed by n bytes */
    uint32_t used;               /* there are literals in it */
};

struct sw_number_entry {
    double number;
    uint32_t hit;
    uint32_t spare;
};

struct sw_lookup {
    struct sw_span hits;
    struct sw_span sets;         /* in `lookup_sets`: local number -> set */
    struct sw_index plain;       /* ASCII literals: looked for in the value as it is */
    struct sw_index wide;        /* others: looked for in the folded value, if that isn't ASCII */
    struct sw_span numbers;      /* in `numbers`, ascending */
    struct sw_span each;         /* in `locals`: hits whose test is asked of every value */
    uint32_t database;           /* expressions looked for in every value; SW_NONE if there are none */
    struct sw_span expressions;  /* in `locals`: their hits, by expression id */
    uint32_t memo;               /* results are worth remembering */
    uint32_t shortest;           /* values of fewer bytes hold nothing */
    uint32_t only_grams;         /* nothing but 4-byte grams in `plain`: their filter decides most values */
    uint32_t anywhere;           /* every test holds for a text if it holds for a part of it */
};

/* A Vectorscan database; the bytes are there only while it comes from or goes to a file. */
struct sw_database {
    struct sw_span bytes;    /* in `blobs` */
};

/* --- plans ------------------------------------------------------------------------------------------------ */

/* A field that rules of the plan name. */
struct sw_plan_slot {
    uint32_t field;      /* of the program */
    uint32_t lookup;     /* SW_NONE: nothing is indexed */
    uint32_t first_group; /* local set n of the lookup is group first_group + n */
    uint32_t present;    /* group that holds as soon as the field has a value, or SW_NONE */
    uint32_t more;       /* a value may bring a rule up by other means than the 4-byte grams in `plain` */
};

enum sw_group_kind { SW_GROUP_SET, SW_GROUP_VALUE /* has a value that is not null */, SW_GROUP_PRESENT /* is there at all */ };

struct sw_group {
    uint32_t slot;
    uint32_t set;  /* GROUP_SET */
    uint8_t kind;
    uint8_t indexed;
    uint8_t anywhere; /* GROUP_SET: every test holds for a text if it holds for a part of it */
    uint8_t spare;
    struct sw_span rules; /* in `candidates`: rules of the plan for which the group is a witness */
};

enum sw_op_kind {
    SW_OP_TEST,  /* group holds ? yes : no */
    SW_OP_CLEAR, /* counter = 0, then yes */
    SW_OP_COUNT  /* ++counter == need ? yes : no */
};
#define SW_OP_ACCEPT UINT32_MAX
#define SW_OP_REJECT (UINT32_MAX - 1)

/* One step of a rule's condition; yes and no are ops of the same rule, counted from its first, or ACCEPT or REJECT. */
struct sw_op {
    uint8_t kind;
    uint8_t negated; /* the rule wants the group not to hold here: for explanations only */
    uint16_t counter;
    uint32_t need;
    uint32_t group;
    uint32_t yes;
    uint32_t no;
};

struct sw_plan_rule {
    uint32_t rule;      /* index as the loader gave it */
    uint32_t entry;     /* first op to run, from ops.first; ACCEPT and REJECT are possible */
    struct sw_span ops;
    struct sw_span witness; /* in `witnesses`: groups */
    uint32_t always;    /* has no witness: evaluated for every event */
};

struct sw_plan {
    struct sw_span slots;
    uint32_t slot_of;     /* in `slot_numbers`: one for each field of the program, 0xffff if the plan has none; one more */
    uint32_t any_slot;    /* slot of keywords, or SW_NONE */
    struct sw_span groups;
    struct sw_span rules; /* ascending by rule */
    struct sw_span always; /* in `candidates` */
    /* For text records, whose values are pieces of the raw line: a gram of each literal of all the plan's lookups; an entry's
     * `hit` is the slot. A line without any of them can bring up rules only through slots of which `more` is said. Not made
     * (bits 0) if there are rules that are always evaluated, or keywords that must be asked of each value. */
    struct sw_table line;
    uint32_t line_filter; /* in `line_filters`: a bitmap over the hashes of the table's grams, of 1 << line_bits bits */
    uint32_t line_bits;
    /* What else keywords are asked of needs one of these bytes: a line without them needs no closer look for their sake. None
     * of them: no such thing is known. */
    uint32_t seldom_count;
    char seldom[4];
};

/* --- the program ------------------------------------------------------------------------------------------ */

/* type, name: every section. Adding one here makes it part of the cache file as well. */
#define SW_SECTIONS(X) \
    X(char, text) \
    X(struct sw_test, tests) \
    X(struct sw_program_token, tokens) \
    X(struct sw_program_regex, regexes) \
    X(struct sw_span, sets) \
    X(uint32_t, set_tests) \
    X(struct sw_hit, hits) \
    X(uint32_t, locals) \
    X(uint32_t, lookup_sets) \
    X(struct sw_slot64, slots) \
    X(struct sw_entry, entries) \
    X(uint64_t, words) \
    X(struct sw_number_entry, numbers) \
    X(struct sw_lookup, lookups) \
    X(struct sw_database, databases) \
    X(char, blobs) \
    X(unsigned char, line_filters) \
    X(struct sw_span, fields) \
    X(struct sw_plan_slot, plan_slots) \
    X(uint16_t, slot_numbers) \
    X(struct sw_group, groups) \
    X(uint32_t, candidates) \
    X(uint32_t, witnesses) \
    X(struct sw_op, ops) \
    X(struct sw_plan_rule, plan_rules) \
    X(struct sw_plan, plans) \
    X(uint32_t, class_plans)

/* All sections have this form, with their own type of pointer. */
struct sw_section {
    void *at;
    size_t count;
    size_t cap; /* 0: the memory is not the section's own (it lies in a cache file's image) */
};

/* Field 0 of every program stands for "any field" (keywords). */
#define SW_ANY_FIELD 0u
#define SW_MAX_PROGRAM_FIELDS 65000u
#define SW_MAX_SECTION (UINT32_MAX - 16)
#define SW_MAX_RULE_OPS (1u << 22) /* of one rule; SigmaHQ's largest has some hundreds */

struct sw_program {
#define SW_SECTION_MEMBER(type, name) \
    struct { \
        type *at; \
        size_t count; \
        size_t cap; \
    } name;
    SW_SECTIONS(SW_SECTION_MEMBER)
#undef SW_SECTION_MEMBER

    /* Made from the sections when the program starts. */
    hs_database_t **live;       /* for each of `databases` */
    pcre2_code **codes;         /* for each of `regexes` */
    hs_scratch_t *scratch;      /* prototype that fits every database */
    uint16_t *field_of_key;     /* field key -> field of the program, or their count if none */
    uint32_t field_of_key_count;
    uint32_t most_groups, most_locals, most_hits, most_slots, most_rules, most_counters; /* over all plans and lookups */
    uint32_t rule_count;
};

/* Adds `count` elements of `size` bytes (zeroed when `from` is NULL); *index is the first one's. SW_E_NOMEM, SW_E_LIMIT. */
int sw_section_add(void *section, const void *from, size_t count, size_t size, uint32_t *index);

#define SW_SECTION_ADD(section, from, n, index) sw_section_add((section), (from), (n), sizeof *(section)->at, (index))

/* Makes what is not in the sections; the program's sections are complete and sound. */
int sw_program_start(struct sw_program *program, struct sw_error *err);

/* A byte of the literal that ordinary text seldom has; 0 if it has none. Such bytes have no case. */
char sw_seldom_byte(struct sw_str literal);

static inline struct sw_str sw_program_text(const struct sw_program *program, struct sw_span span)
{
    return (struct sw_str){program->text.at + span.first, span.count};
}

/* --- keys of tables, the same for compiling and matching ---------------------------------------------------- */

static inline uint32_t sw_table_index(uint64_t key, uint32_t bits)
{
    return (uint32_t)((key * 0x9e3779b97f4a7c15ull) >> (64 - bits));
}

static inline uint64_t sw_load64(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static inline uint32_t sw_load32(const char *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* Key of a string whatever the case of its ASCII letters: its length, its first eight and its last eight bytes. */
static inline uint64_t sw_key_of(const char *at, size_t len)
{
    const uint64_t fold = 0x2020202020202020ull;
    uint64_t head, tail;
    if (len >= 8) {
        head = sw_load64(at);
        tail = sw_load64(at + len - 8);
    } else if (len >= 4) {
        head = sw_load32(at);
        tail = sw_load32(at + len - 4);
    } else {
        head = len > 0 ? (uint64_t)(unsigned char)at[0] << 16 | (uint64_t)(unsigned char)at[len / 2] << 8 |
                         (unsigned char)at[len - 1] : 0;
        tail = 0;
    }
    uint64_t key = ((head | fold) + len) * 0x9e3779b97f4a7c15ull;
    return (key ^ key >> 32) + (tail | fold) * 0xd6e8feb86659fd93ull;
}

/* STARTS and ENDS are keyed by as many of their first or last bytes as the greatest of these that fits. */
static const uint8_t sw_edge_sizes[SW_EDGE_SIZES] = {1, 2, 4, 8, 12, 16};

static inline unsigned sw_edge_size(size_t len) /* index into sw_edge_sizes; len >= 1 */
{
    return len >= 16 ? 5 : len >= 12 ? 4 : len >= 8 ? 3 : len >= 4 ? 2 : len >= 2 ? 1 : 0;
}

/* Key of `size` (1 to SW_GRAM) bytes whatever the case of ASCII letters. */
static inline uint32_t sw_gram_of(const char *at, unsigned size)
{
    switch (size) {
    case 4:
        return sw_load32(at) | 0x20202020u;
    case 3:
        return ((uint32_t)(unsigned char)at[0] | (uint32_t)(unsigned char)at[1] << 8 | (uint32_t)(unsigned char)at[2] << 16) |
               0x202020u;
    case 2:
        return ((uint32_t)(unsigned char)at[0] | (uint32_t)(unsigned char)at[1] << 8) | 0x2020u;
    default:
        return (unsigned char)at[0] | 0x20u;
    }
}

/* For a bitmap of at most 1 << 20 places: the upper bits, which depend on all of the gram. */
static inline uint32_t sw_gram_hash20(uint32_t gram)
{
    return gram * 0x9e3779b1u >> 12;
}

/* Every bit of it depends on all of the gram. */
static inline uint32_t sw_gram_hash(uint32_t gram)
{
    return (uint32_t)((gram * 0x9e3779b97f4a7c15ull) >> 32);
}

#endif
