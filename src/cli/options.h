/*
 * options.h - the command line: one table of commands and one of options, from which parsing, --help and shell completion
 * come. The manual pages are checked against them by a test.
 */
#ifndef SW_CLI_OPTIONS_H
#define SW_CLI_OPTIONS_H

#include "base/error.h"
#include "base/str.h"
#include "sigma/ir.h"

#include <stdio.h>

/* Exit statuses of the program: the contract of docs/man/seawall.1. */
enum sw_exit {
    SW_EXIT_DONE = 0,
    SW_EXIT_FOUND = 1, /* something at or above --fail-on */
    SW_EXIT_USAGE = 2, /* nothing was done */
    SW_EXIT_PARTIAL = 3 /* some input could not be read */
};

enum sw_format { SW_FORMAT_TEXT, SW_FORMAT_JSON, SW_FORMAT_JSONL, SW_FORMAT_CSV, SW_FORMAT_NAVIGATOR };
enum sw_when { SW_AUTO, SW_NEVER, SW_ALWAYS };

/* A list of words that an option was given with, in order. */
struct sw_words {
    const char **items;
    size_t count;
    size_t cap;
};

/* Everything that can be set, with its default where it is not zero in sw_settings_init(). */
struct sw_settings {
    const struct sw_command *command;
    struct sw_words paths; /* arguments that are no options */
    struct sw_words rules;
    struct sw_words mappings;
    struct sw_words placeholders;
    struct sw_words excludes;
    struct sw_words internal; /* networks of the organisation */
    struct sw_words behaviours; /* settings of them */
    bool no_builtin_rules;
    bool include_deprecated;
    int format; /* enum sw_format */
    const char *output;
    unsigned threads;
    int64_t since;
    int64_t until;
    int min_level; /* enum sw_level */
    int fail_on;
    bool no_progress;
    bool stats;
    bool recover;
    bool all;
    bool no_cache;
    bool no_web_analysis;
    bool no_webshell;
    struct sw_words yara;
    bool no_behaviours;
    unsigned behaviour_memory; /* MiB */
    struct sw_words baselines;
    bool tests;
    bool no_sandbox;
    int color; /* enum sw_when */
    int32_t zone_offset;
    const char *decoder;
    const char *actor; /* a group or campaign by any of its names */
    unsigned examples;
    bool help;
    bool version;
    bool verbose;
};

struct sw_command {
    const char *name;
    const char *arguments; /* for usage: "PATH..." */
    const char *summary;
    const char *help;      /* paragraphs after the usage line */
    uint32_t bit;          /* for struct sw_option.commands */
    int (*run)(struct sw_settings *settings);
};

extern const struct sw_command sw_commands[];
extern const size_t sw_command_count;

void sw_settings_init(struct sw_settings *settings);
void sw_settings_fini(struct sw_settings *settings);

/* Adds a word to a list; it is not copied. SW_E_NOMEM. */
int sw_settings_add(struct sw_words *words, const char *word);

/* Reads argv into *settings. SW_E_USAGE with err filled, SW_E_NOMEM. */
int sw_settings_parse(struct sw_settings *settings, int argc, char **argv, struct sw_error *err);

/* What --help prints: of the program (command NULL) or of one command. */
void sw_options_help(FILE *out, const struct sw_command *command);

/* A completion script for "bash", "zsh" or "fish"; SW_E_NOTFOUND for another shell. */
int sw_options_completion(FILE *out, const char *shell);

/* The commands' functions. */
int sw_cmd_hunt(struct sw_settings *settings);
int sw_cmd_events(struct sw_settings *settings);
int sw_cmd_rules(struct sw_settings *settings);
int sw_cmd_coverage(struct sw_settings *settings);
int sw_cmd_baseline(struct sw_settings *settings);
int sw_cmd_formats(struct sw_settings *settings);
int sw_cmd_completion(struct sw_settings *settings);

#endif
