/*
 * case.h - one file that keeps what was found: sources and their coverage, findings, entities, incidents, and what
 * analysts say.
 *
 * A case is an SQLite database (docs/case.md has its schema). Findings are known by their ids, which are hashes of
 * content, so storing the same evidence again adds nothing. One process writes at a time, others read meanwhile
 * (write-ahead log). What a function acknowledged with 0 after sw_case_commit() survives kill -9 and, on a disk that
 * keeps its word, power loss.
 *
 * Owner:   texts that readers hand out live until their callback returns.   Threads: a handle belongs to one thread.
 * Errors:  SW_E_IO (disk, locked: the error's text tells), SW_E_FORMAT (not a case, or a newer one), SW_E_NOMEM,
 * SW_E_USAGE. Trust:   the file may come from somebody else: its schema is checked, everything in it is hostile text.
 */
#ifndef SW_CASE_CASE_H
#define SW_CASE_CASE_H

#include "base/error.h"
#include "incident/fact.h"

struct sw_case;

enum sw_case_mode {
    SW_CASE_READ,  /* must exist */
    SW_CASE_WRITE, /* made when it isn't there; waits up to 10 s for another writer */
};

/* Opens and, for writing, migrates. Opens and makes all files it will need (also the write-ahead log), so that a
 * sandbox may close the door behind it. */
int sw_case_open(struct sw_case **opened, const char *path, enum sw_case_mode mode, struct sw_error *err);
void sw_case_close(struct sw_case *c); /* NULL is fine; what was not committed is gone */

/* Why the last call on this handle failed: one line, never NULL. */
const char *sw_case_error(const struct sw_case *c);

/* --- runs and the audit trail ----------------------------------------------------------------------------- */

/* Begins a run (a hunt, an audit): all that is put until the end belongs to it. `command` as typed, for the trail. */
int sw_case_begin(struct sw_case *c, struct sw_str command, struct sw_str version, int64_t now);
/* Ends it with a summary (the JSON object of report/summary.h). */
int sw_case_end(struct sw_case *c, struct sw_str summary_json, int64_t now);
/* Makes all that was put so far durable. Called by put every SW_CASE_BATCH findings as well. */
int sw_case_commit(struct sw_case *c);

/* --- sources ------------------------------------------------------------------------------------------------ */

struct sw_case_source {
    struct sw_str path; /* as shown: file, or archive!member */
    struct sw_str format;
    struct sw_str sha256; /* 64 hex digits of the file's bytes; empty: not known (a member, standard input) */
    uint64_t bytes;
    uint64_t read; /* records */
    uint64_t parsed;
    uint64_t rejected;
    struct sw_str reasons; /* JSON object: reason -> count */
    int64_t first;         /* SW_TIME_NONE: no record with a time */
    int64_t last;
};

/* Known by path and sha256: the same again changes nothing; grown (another hash under the path) makes another row. */
int sw_case_put_source(struct sw_case *c, const struct sw_case_source *source);
int sw_case_each_source(struct sw_case *c, int (*each)(void *arg, const struct sw_case_source *source), void *arg);

/* --- findings ----------------------------------------------------------------------------------------------- */

/* Stores a finding with its document (the JSON object of a `finding` line). The same id again changes nothing. */
int sw_case_put(struct sw_case *c, const struct sw_fact *fact, struct sw_str document);

/* Each fact, in order of (time, id). `least`: level at least. */
int sw_case_each_fact(struct sw_case *c, enum sw_level least, int (*each)(void *arg, const struct sw_fact *fact),
                      void *arg);

struct sw_case_counts {
    uint64_t sources;
    uint64_t findings;
    uint64_t by_level[SW_LEVEL_CRITICAL + 1];
    uint64_t entities;
    uint64_t incidents;
};
int sw_case_count(struct sw_case *c, struct sw_case_counts *counts);

/* The document of a finding; SW_E_NOTFOUND. *document is valid until the next call on the handle. */
int sw_case_document(struct sw_case *c, struct sw_hash128 id, struct sw_str *document);

/* --- names seen together (incident/alias.h) ------------------------------------------------------------------- */

struct sw_name_pair; /* incident/alias.h */
int sw_case_put_alias(struct sw_case *c,
                      const struct sw_name_pair *alias); /* known by its two ends and how: first, last, count widen */
int sw_case_each_alias(struct sw_case *c, int (*each)(void *arg, const struct sw_name_pair *alias), void *arg);

/* --- incidents ---------------------------------------------------------------------------------------------- */

struct sw_case_incident {
    struct sw_str id; /* 32 hex digits; stays when evidence is added */
    struct sw_str title;
    enum sw_level level;
    double score;
    int64_t first;
    int64_t last;
    struct sw_str document; /* the JSON object of an `incident` line, with all that reports show */
    const struct sw_hash128 *findings;
    size_t finding_count;
};

/* Replaces the incidents of the case by these, keeping what analysts said about those whose id is still there. */
int sw_case_put_incidents(struct sw_case *c, const struct sw_case_incident *incidents, size_t count);
/* By score, highest first. */
int sw_case_each_incident(struct sw_case *c, int (*each)(void *arg, const struct sw_case_incident *incident),
                          void *arg);
/* The id under which an incident was known that holds one of these findings (the one with the most of them), as 32 hex
 * digits in out; SW_E_NOTFOUND. */
int sw_case_known_incident(struct sw_case *c, const struct sw_hash128 *findings, size_t count, char out[33]);

/* --- what analysts say -------------------------------------------------------------------------------------- */

enum sw_case_object { SW_CASE_FINDING, SW_CASE_INCIDENT, SW_CASE_ENTITY, SW_CASE_CHECKLIST };

/* Status ("new", "open", "confirmed", "benign", "closed"), a note, a tag, or a merge undone, each by somebody at some
 * time; kept in the audit trail for good. `object_id`: 32 hex digits, or of an entity "kind:value". */
int sw_case_set_status(struct sw_case *c, enum sw_case_object object, struct sw_str object_id, struct sw_str status,
                       struct sw_str who, int64_t now);
int sw_case_add_note(struct sw_case *c, enum sw_case_object object, struct sw_str object_id, struct sw_str text,
                     struct sw_str who, int64_t now);
int sw_case_tag(struct sw_case *c, enum sw_case_object object, struct sw_str object_id, struct sw_str tag, bool set,
                struct sw_str who, int64_t now);

/* For reports and the API: what stands about an object now, as JSON
 * {"status":..,"tags":[..],"notes":[{"text","who","time"}]}. */
int sw_case_said(struct sw_case *c, enum sw_case_object object, struct sw_str object_id, struct sw_buf *out);

#endif
