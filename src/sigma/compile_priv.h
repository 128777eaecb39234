/*
 * compile_priv.h - the stages of compiling rules into a program, and what they hand each other.
 *
 *   tests    (compile_tests.c)    predicates to tests, each distinct one once; lists of tests to sets
 *   trees    (compile_tree.c)     a rule's condition, as seen through a view, in negation normal form over sets
 *   rarity   (compile_rarity.c)   how often a test may hold, guessed from the rules themselves
 *   plans    (compile_plan.c)     the rules of a class: groups, witnesses, what is indexed
 *   code     (compile_code.c)     a rule's tree as ops
 *   lookups  (compile_lookup.c)   the index of a field
 *   regexes  (compile_regex.c)    databases of expressions, on several threads
 *
 * Owner: struct sw_build lives as long as sw_program_compile() runs.      Errors: SW_E_NOMEM, SW_E_LIMIT.
 */
#ifndef SW_SIGMA_COMPILE_PRIV_H
#define SW_SIGMA_COMPILE_PRIV_H

#include "base/map.h"
#include "sigma/program_priv.h"

/* A growing array of numbers. */
struct sw_numbers {
    uint32_t *at;
    size_t count;
    size_t cap;
};
int sw_numbers_add(struct sw_numbers *numbers, uint32_t number);

/* --- trees -------------------------------------------------------------------------------------------------- */

enum sw_tree_kind {
    SW_TREE_FALSE,
    SW_TREE_TRUE,
    SW_TREE_AND,
    SW_TREE_OR,
    SW_TREE_AT_LEAST,
    SW_TREE_TEST,    /* leaf: a value of the field passes the test */
    SW_TREE_SET,     /* leaf: ... one of the set's tests */
    SW_TREE_VALUE,   /* leaf: the field has a value */
    SW_TREE_PRESENT  /* leaf: the field is there */
};

/* Children have lower indices than their parents, and may be shared by them. */
struct sw_tree {
    uint8_t kind;
    bool negated;      /* leaves */
    bool listed;       /* scratch of sw_build_list_nodes() */
    uint32_t field;    /* leaves: of the program */
    uint32_t what;     /* TEST: test; SET: set */
    uint32_t need;     /* AT_LEAST */
    struct sw_span children; /* in build->tree_children */
};

/* How rules see a view: fields of the program that stand for others. Views with the same maps share one. */
struct sw_lens {
    struct sw_span pairs; /* in build->lens_pairs: from, to, from, to ... */
    uint32_t *tree_of;    /* for each of the rules' nodes and its negation: its tree + 1, 0 if not made yet */
};

/* What is known of a test when indexing is decided. */
struct sw_test_note {
    double rarity;     /* guessed share of values that pass, 0 to 1 */
    double burden;     /* what having it in the index costs every value, in the same unit */
    uint32_t uses;     /* in how many sets, and alone in how many conditions, it is */
    bool indexable;
    bool has_key;      /* found through literals; else asked of every value, or by the automaton of expressions */
    struct sw_span needs; /* REGEX: in build->needs: literals of which one must stand in the folded value */
};

struct sw_build {
    struct sw_program *program;
    const struct sw_rules *rules;
    const struct sw_classes *classes;
    unsigned threads;
    struct sw_error *err;

    struct sw_arena arena;    /* scratch that lives as long as the build */
    struct sw_arena folds;    /* scratch of one step */
    struct sw_buf key;        /* scratch for keys of maps */
    struct sw_map fields;     /* lower-case name -> field */
    struct sw_map test_ids, set_ids, lens_ids, lookup_ids, plan_ids;

    struct sw_tree *trees;
    size_t tree_count, tree_cap;
    struct sw_numbers tree_children;
    struct sw_numbers lens_pairs;
    struct sw_lens *lenses;
    size_t lens_count, lens_cap;

    struct sw_test_note *notes; /* for each test */
    struct sw_str *needs;
    size_t need_count, need_cap;
    uint32_t *gram_counts;    /* how many tests have a gram, by hash */
    uint32_t *field_values;   /* how many different whole values rules name, by field */
};

/* --- compile_tests.c ---------------------------------------------------------------------------------------- */

int sw_build_field(struct sw_build *b, struct sw_str name, uint32_t *field);
/* The test of a predicate, `other` being FIELDREF's other field of the program. */
int sw_build_test(struct sw_build *b, const struct sw_pred *pred, uint32_t other, uint32_t *test);
/* Whether every test of the set holds for a text as soon as it holds for a part of it. */
bool sw_set_is_anywhere(const struct sw_program *p, uint32_t set);
/* The set of tests given, which must be ascending and distinct. */
int sw_build_set(struct sw_build *b, const uint32_t *tests, size_t count, uint32_t *set);

/* --- compile_tree.c ----------------------------------------------------------------------------------------- */

int sw_build_lens(struct sw_build *b, const struct sw_view *view, uint32_t *lens);
/* The tree of a rule through a lens; made once. *tree is an index into b->trees. */
int sw_build_tree(struct sw_build *b, uint32_t rule, uint32_t lens, uint32_t *tree);

/* --- compile_rarity.c --------------------------------------------------------------------------------------- */

/* Notes on every test; all tests are known. */
int sw_build_notes(struct sw_build *b);
/* Guessed share of a field's values that pass. */
double sw_build_set_rarity(const struct sw_build *b, uint32_t field, uint32_t set);
double sw_build_set_burden(const struct sw_build *b, uint32_t set);
/* Where in the literal `run` neighbouring grams are that the fewest tests share, and with how many. */
uint32_t sw_build_rarest_grams(const struct sw_build *b, struct sw_str literal, uint32_t run, uint32_t *at);
/* Guessed share of values in which the literal stands. */
double sw_build_literal_rarity(const struct sw_build *b, struct sw_str literal);

/* --- compile_plan.c, compile_code.c ------------------------------------------------------------------------- */

/* A rule of a plan: its tree. */
struct sw_planned {
    uint32_t rule;
    uint32_t tree;
};

/* A plan in the making. */
struct sw_group_note {
    uint32_t field;
    uint32_t set;
    uint8_t kind;      /* enum sw_group_kind */
    bool indexable;
    bool indexed;
    double rarity;     /* guessed share of events in which it holds */
    double burden;     /* of being indexed */
    double cost;       /* of asking, in units of one easy comparison */
    uint32_t number;   /* final number in the plan */
    uint32_t turn;     /* scratch: last rule whose witness it was told for */
};

/* Groups of which at least one holds whenever a part of a condition holds. */
struct sw_witness {
    struct sw_span groups; /* in draft->witnesses: indices into draft->groups */
    double rarity;         /* guessed share of events in which one of them holds */
    double burden;         /* of having them in the index */
    double ask;            /* of the part itself, witness or not: the cost of asking all of it */
    bool none;             /* there is no such set */
};

/* What evaluating a part of a condition may cost, and how often it may hold. */
struct sw_guess {
    double cost;
    double holds;
};

struct sw_draft {
    struct sw_build *build;
    const struct sw_planned *rules;
    size_t rule_count;
    struct sw_map group_ids;      /* kind, field, set -> index into groups */
    struct sw_group_note *groups;
    size_t group_count, group_cap;
    struct sw_numbers witnesses;
    uint32_t *leaf_groups;          /* by tree node: the leaf's group */
    struct sw_witness *witness_of;  /* by tree node */
    struct sw_guess *guesses;       /* by tree node */
    struct sw_witness *rule_witness; /* by rule */
};

int sw_build_plan(struct sw_build *b, const struct sw_planned *rules, size_t count, uint32_t *plan);

/* The tree's nodes, each once, parents before children. */
int sw_build_list_nodes(struct sw_build *b, uint32_t root, struct sw_numbers *order);

/* Appends the ops of a tree; *entry as in struct sw_plan_rule. Groups have their final numbers. */
int sw_build_code(struct sw_draft *draft, uint32_t tree, struct sw_span *ops, uint32_t *entry);

/* --- compile_lookup.c, compile_regex.c ---------------------------------------------------------------------- */

/* The lookup over these sets (ascending); made once. */
int sw_build_lookup(struct sw_build *b, const uint32_t *sets, size_t count, uint32_t *lookup);
/* Whether a value may be found by other means than 4-byte grams. */
bool sw_lookup_has_more(const struct sw_lookup *lookup);
/* The grams for whole lines of the plan whose slots these are. */
int sw_build_line(struct sw_build *b, const struct sw_plan_slot *slots, size_t count, struct sw_plan *plan);
/* Databases for expressions and lookups. */
int sw_build_databases(struct sw_build *b);

#endif
