/*
 * options.h - the command line of the generator.
 */
#ifndef SW_SCENARIO_OPTIONS_H
#define SW_SCENARIO_OPTIONS_H

#include "scenario.h"

/* Ends the program when the arguments are wrong or ask for help. */
void options_read(struct options *options, int argc, char **argv);
bool plant_is_wanted(const struct options *options, const struct plant *plant);

#endif
