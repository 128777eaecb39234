/*
 * rules.h - the rules that a command line asks for, loaded and compiled.
 */
#ifndef SW_CLI_RULES_H
#define SW_CLI_RULES_H

#include "cli/options.h"
#include "sigma/load.h"
#include "sigma/program.h"

struct sw_loaded_rules {
    struct sw_rules *rules;
    struct sw_program *program; /* NULL when only the rules were asked for */
    bool cached;                /* both come from the cache of compiled rules */
};

/* Loads the rules, and with classes compiles them, or takes both from the cache. SW_E_USAGE when no rules are given at all. */
int sw_load_rules(struct sw_loaded_rules *loaded, const struct sw_settings *settings, const struct sw_classes *classes,
                  struct sw_error *err);
void sw_loaded_rules_free(struct sw_loaded_rules *loaded);

#endif
