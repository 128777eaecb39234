/*
 * load.h - Sigma rules from files, directories and archives into the intermediate form (sigma/ir.h).
 *
 * A rule that can't be loaded is put on the reject list with its reason; the rest goes on. What is rejected and what is
 * accepted never depends on the order of directory entries: files are taken in byte order of their paths.
 */
#ifndef SW_SIGMA_LOAD_H
#define SW_SIGMA_LOAD_H

#include "sigma/ir.h"

struct sw_load_options {
    const char *const *paths; /* files, directories (recursive: .yml, .yaml), archives of such */
    size_t path_count;
    bool builtin; /* also the rules that are part of the program, as "builtin:..."; a rule of the paths with the id of one takes
                     its place */
    const char *const *placeholder_files; /* YAML: name -> list of values; or NAME=VALUE lines */
    size_t placeholder_count;
    bool
        include_deprecated; /* rules of status deprecated or unsupported are loaded too (they are always valid input) */

    /* Told of every file whose bytes were used, in order; `error` is why it couldn't be read. May be NULL. */
    void (*seen)(void *arg, struct sw_str path, struct sw_str bytes, const char *error);
    void *seen_arg;
};

/* Loads. Returns 0 even when rules were rejected; SW_E_* when a path can't be read at all or memory ends. */
int sw_rules_load(struct sw_rules **rules, const struct sw_load_options *options, struct sw_error *err);

/* The same from one text in memory (tests, fuzzing, the library API). */
int sw_rules_parse(struct sw_rules **rules, struct sw_str text, const char *path, const struct sw_load_options *options,
                   struct sw_error *err);
void sw_rules_free(struct sw_rules *rules);

#endif
