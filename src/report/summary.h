/*
 * summary.h - the account of a run: every input and every rule, what was read and what was not.
 *
 * Owner:   the summary copies what it keeps of inputs.
 * Limits:  SW_SUMMARY_ROWS inputs are listed one by one; further ones are summed up, those with trouble listed first.
 */
#ifndef SW_REPORT_SUMMARY_H
#define SW_REPORT_SUMMARY_H

#include "base/buf.h"
#include "behaviour/behaviour.h"
#include "engine/feed.h"
#include "sigma/program.h"
#include "source/walk.h"

#define SW_SUMMARY_ROWS 20000

struct sw_summary_row {
    struct sw_str path;
    const char *format;
    bool script; /* looked at as a whole: it has no records */
    enum sw_input_state state;
    bool named;
    struct sw_str error;
    uint64_t bytes;
    uint64_t read, parsed, rejected;
    int64_t first, last;
    struct sw_reason *reasons;
    size_t reason_count;
    struct sw_reason *notes;
    size_t note_count;
};

/* What was done about scripts of web roots. */
struct sw_script_account {
    uint64_t files;      /* looked at */
    uint64_t bytes;
    uint64_t cut;        /* longer than SW_MAX_SCRIPT: looked at in part */
    uint64_t stopped;    /* YARA scans that took too long */
    uint64_t incomplete; /* the structural analysis reached a limit */
    uint64_t known;      /* as the baseline has them: not looked into */
    size_t yara_rules;
    const struct sw_reject *rejects; /* YARA rules that were left out */
    size_t reject_count;
};

struct sw_summary {
    struct sw_arena arena;
    struct sw_summary_row *rows;
    size_t row_count;
    size_t row_cap;
    uint64_t rows_left_out; /* inputs without trouble beyond SW_SUMMARY_ROWS */
    uint64_t inputs, bytes, read, parsed, rejected;
    uint64_t failed;        /* inputs that could not be read, or only in part */
    uint64_t unrecognised;
    int64_t first, last;
    const struct sw_walk *walk;   /* problems and what was skipped; NULL */
    const struct sw_rules *rules; /* NULL for a run without rules */
    uint64_t findings;
    uint64_t by_level[SW_LEVEL_CRITICAL + 1];
    uint64_t rules_matched;
    uint64_t correlation_evicted;   /* observations that the memory budget pushed out */
    uint64_t correlation_untimed;   /* matches without a time, */
    uint64_t correlation_ungrouped; /* without the fields to group by, */
    uint64_t correlation_valueless; /* or without the field to count: they could not be correlated */
    uint64_t web_looked;       /* web requests that needed a closer look */
    uint64_t web_judged_early; /* web findings judged before the end of the evidence, for want of memory */
    uint64_t web_paths_dropped; /* answers of paths that were too many to remember */
    uint64_t web_texts_cut;    /* request targets longer than what is looked at */
    const struct sw_script_account *scripts; /* NULL: scripts were not looked at */
    struct sw_behaviour_stats behaviours;
    uint64_t field_names_refused;
    struct sw_str *gave_up; /* regular expressions that were given up on some values, in byte order */
    size_t gave_up_count;
    size_t gave_up_cap;
    const struct sw_matcher_stats *matching; /* NULL: not asked for */
    const char *sandbox; /* one sentence; NULL if there was no need */
    double elapsed;      /* seconds */
    double rules_ready;  /* seconds until the rules were compiled or loaded */
    bool rules_cached;
    uint64_t peak_memory; /* bytes */
};

void sw_summary_init(struct sw_summary *summary);
void sw_summary_fini(struct sw_summary *summary);

/* Adds an input whose accounts are complete. SW_E_NOMEM. */
int sw_summary_add(struct sw_summary *summary, const struct sw_input *input);

/* Adds a regular expression that was given up at its step limit; once for each text. SW_E_NOMEM. */
int sw_summary_gave_up(struct sw_summary *summary, struct sw_str expression);

/* Whether something that should have been read was not: the exit status is 3 then. */
bool sw_summary_partial(const struct sw_summary *summary);

/* The object of the command-line contract, without a line feed. */
void sw_summary_json(struct sw_buf *out, const struct sw_summary *summary);

/* For people; `color` allows ANSI colours, `wide` lists every input instead of those with trouble only. */
void sw_summary_text(struct sw_buf *out, const struct sw_summary *summary, bool color, bool wide);

#endif
