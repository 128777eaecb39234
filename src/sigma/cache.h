/*
 * cache.h - rules ready to use, from what an earlier run left in a file.
 *
 * The file is found by a SHA-256 over everything that goes into a program: the bytes and paths of all rule files and
 * placeholder files, the options, the mapping of log sources, this very build of Seawall, Vectorscan's version and the
 * processor's features. So a changed rule, rule set, mapping or program never meets an old file.
 *
 * Threat model: whoever can write to the cache folder could make Seawall miss what it should find, or worse, since a
 * Vectorscan database is taken as it is. Hence only a folder and files that belong to this process's user and that nobody
 * else may write to are used, files are opened without following links, a checksum over the whole file finds
 * accidents, and all else in it is checked before use. What the same user does to his own files is out of reach: he
 * could as well replace the rules. A file that doesn't pass is named in a warning, ignored, and made anew.
 *
 * Limits:  SW_MAX_CACHE_FILE; the folder keeps the SW_CACHE_KEPT entries used last.
 * Threads: any; processes don't disturb each other: a file appears whole, by renaming, or not at all.
 */
#ifndef SW_SIGMA_CACHE_H
#define SW_SIGMA_CACHE_H

#include "sigma/load.h"
#include "sigma/program.h"

enum { SW_CACHE_KEPT = 6 };

/* Loads and compiles the rules, or takes them from the cache. `folder` is made if need be (0700); NULL: no cache. *cached
 * (may be NULL) tells whether the cache was used. A cache that can't be read or written is no failure.
 * The rules must outlive the program. Errors as sw_rules_load() and sw_program_compile(). */
int sw_program_load(struct sw_rules **rules, struct sw_program **program, const struct sw_load_options *options,
                    const struct sw_classes *classes, unsigned threads, const char *folder, bool *cached,
                    struct sw_error *err);

/* The folder to use: $SEAWALL_CACHE (empty: none), else $XDG_CACHE_HOME/seawall, else $HOME/.cache/seawall. Appends a terminated
 * path; false if there is none. */
bool sw_cache_folder(struct sw_buf *path);

#endif
