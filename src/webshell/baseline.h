/*
 * baseline.h - known-good copies of scripts: by a manifest, by checksums of packages, or by a clean copy of the web root.
 *
 * What has the content of a known-good file is left alone, wherever it lies; what lies where a known-good file should and differs
 * is told, and so is a script that a manifest of the whole root doesn't have. Read are:
 *     manifests of `seawall baseline` and of sha256sum: "<64 hex digits>  <path>", relative to the root;
 *     md5sums of Debian packages and of md5sum: "<32 hex digits>  <path>" (say nothing of scripts that they don't list);
 *     directories: a clean copy, whose files are hashed now.
 *
 * Owner:   sw_baseline_free() frees all.      Limits: SW_MAX_FILES entries; 512 MiB of paths.
 * Threads: one adds; then any number ask.     Errors: SW_E_NOMEM, SW_E_NOTFOUND, SW_E_IO, SW_E_FORMAT with err filled.
 * Trust:   the baseline is the user's own; MD5 withstands no forger, and is for packages that have nothing else.
 */
#ifndef SW_WEBSHELL_BASELINE_H
#define SW_WEBSHELL_BASELINE_H

#include "base/error.h"
#include "base/str.h"

#include <stdio.h>

struct sw_baseline;

enum sw_baseline_answer {
    SW_BASELINE_SILENT,  /* it says nothing of this file */
    SW_BASELINE_SAME,    /* the content is known good */
    SW_BASELINE_CHANGED, /* a known-good file of this path has other content */
    SW_BASELINE_NEW      /* the root's manifest has no such file */
};

int sw_baseline_new(struct sw_baseline **baseline);
void sw_baseline_free(struct sw_baseline *baseline);

/* Adds what a path holds: a directory, a manifest or md5sums. */
int sw_baseline_add(struct sw_baseline *baseline, const char *path, struct sw_error *err);

/* `inside`: the path relative to the root that is being looked at; `path`: the whole one. */
enum sw_baseline_answer sw_baseline_ask(const struct sw_baseline *baseline, struct sw_str inside, struct sw_str path,
                                        struct sw_str bytes);

/* Writes the manifest of a directory. Files that can't be read are told on standard error, and counted in *unread. */
int sw_baseline_write(const char *folder, FILE *out, size_t *unread, struct sw_error *err);

#endif
