/*
 * windows.h - what Windows events are made of: programs, files, registry keys, libraries. Tables only; windows.c has
 * the letters of their templates.
 */
#ifndef SW_BENCH_WINDOWS_H
#define SW_BENCH_WINDOWS_H

#include "generator.h"

enum parent {
    BY_SERVICES, /* services.exe */
    BY_DCOM,     /* svchost.exe -k DcomLaunch */
    BY_NETSVCS,  /* svchost.exe -k netsvcs -s Schedule */
    BY_EXPLORER,
    BY_BROWSER,
    BY_EDITOR,
    BY_SHELL,
    BY_AGENT, /* the management agent */
    BY_SEARCH,
    BY_USERINIT,
};

struct program {
    unsigned share;
    enum parent parent;
    char account; /* S: SYSTEM, N: NETWORK SERVICE, L: LOCAL SERVICE, U: the user, E: the user, elevated */
    const char *image, *command, *original, *description, *company;
};

struct parent_program {
    const char *image, *command;
    char account;
};

extern const struct program programs[];
extern const size_t program_count;
extern const struct program hostile_programs[]; /* shares of 1 */
extern const size_t hostile_program_count;
extern const struct parent_program parents[];

/* Who does what, in the order of how often. */
extern const struct share registry_keys[], files_made[], talkers[], accessors[], dns_askers[], scripts[];
extern const size_t registry_key_count, file_made_count, talker_count, accessor_count, dns_asker_count, script_count;
extern const char *const libraries[];
extern const size_t library_count;

#endif
