/*
 * web_access_priv.h - between noting requests (web_notes.c), keeping them (web_store.c, web_evict.c) and showing them
 * (web_finish.c).
 */
#ifndef SW_BEHAVIOUR_WEB_ACCESS_PRIV_H
#define SW_BEHAVIOUR_WEB_ACCESS_PRIV_H

#include "base/hash.h"
#include "behaviour/evict.h"
#include "behaviour/series.h"
#include "behaviour/web_access.h"
#include "web/request.h"

enum sw_access_outcome {
    SW_ACCESS_OK,       /* 2xx, 304, or no status known */
    SW_ACCESS_REDIRECT, /* 3xx */
    SW_ACCESS_REFUSED,  /* 401, 403, 407 */
    SW_ACCESS_MISSING,  /* other 4xx */
    SW_ACCESS_ERROR     /* 5xx */
};

#define SW_ACCESS_HOST_MAX 100u
#define SW_ACCESS_PATH_MAX 400u
#define SW_ACCESS_NAME_MAX 100u

/* As it goes through a batch: this, then the client's name, then host and path, where they are given. */
struct sw_access_note {
    int64_t time_ms;
    uint64_t offset;
    uint64_t path_hash;       /* of host and path */
    struct sw_address client; /* or a hash of its name */
    uint32_t client_hash;
    uint32_t site_hash;
    uint32_t agent; /* hash; 0: none */
    uint32_t bytes;
    uint16_t status;
    uint16_t query;
    uint16_t path_len; /* 0: not given, since no path is kept for its sake */
    uint8_t host_len;
    uint8_t name_len;
    uint8_t kind; /* enum sw_access_kind */
    uint8_t flags;
    uint8_t unused[6];
};

/* Numbers that a series keeps of a sample, and of a probe. */
enum { SW_ACCESS_V_STATUS, SW_ACCESS_V_BYTES, SW_ACCESS_V_WHO, SW_ACCESS_V_QUERY, SW_ACCESS_VALUES };
enum { SW_ACCESS_V_PATH, SW_ACCESS_PROBE_VALUES };

#define SW_ACCESS_PROBER 8u       /* requests that found nothing, from which on a client's are kept */
#define SW_ACCESS_SAMPLES 4096u   /* kept of a path at most */
#define SW_ACCESS_FEW_SAMPLES 64u /* ... at least, unless the path is given up */

struct sw_access_entry {
    uint64_t hash;
    const char *key; /* host and path */
    struct sw_series series;
    int64_t first_ms; /* of the answered requests */
    int64_t last_ms;
    uint32_t site;
    uint32_t ok;
    uint32_t failed;
    uint32_t posts;
    uint32_t cut;
    uint32_t clients[SW_ACCESS_CLIENTS];
    uint32_t agents[SW_ACCESS_AGENTS];
    uint16_t path_len;
    uint8_t host_len;
    uint8_t client_count;
    uint8_t agent_count;
    uint8_t kind;
    bool popular;
    bool incomplete;
    bool more_agents;
};

struct sw_access_visitor {
    struct sw_address id;
    uint32_t hash;
    uint32_t name; /* of names, + 1; 0: an address */
    uint32_t first_s;
    uint32_t last_s;
    uint32_t requests;
    uint32_t assets;
    uint32_t missing;
    uint32_t prober; /* of probers, + 1 */
    bool guesses;    /* has been refused somewhere: its successes are looked at */
    bool incomplete;
};

/* Tries that were answered alike, one after the other. */
struct sw_access_tries {
    int64_t first_ms;
    int64_t last_ms;
    struct sw_place first;
    struct sw_place last;
    uint32_t count;
    uint32_t bytes;
    uint16_t status;
};

enum sw_access_success { SW_ACCESS_NO_SUCCESS, SW_ACCESS_BY_SIZE, SW_ACCESS_BY_STATUS };

/* A client's tries to log in at one place: a path's hash, or a site's for status 401. */
struct sw_access_guess {
    uint64_t place_hash;
    uint32_t client;
    bool whole_site; /* status 401 anywhere on it */
    uint32_t site;
    uint32_t tries;
    struct sw_access_tries run;  /* the current one */
    struct sw_access_tries best; /* the longest, or the longest that success followed */
    struct sw_place success;
    int64_t success_ms;
    uint32_t success_bytes;
    uint16_t success_status;
    uint8_t success_kind; /* after the best run: enum sw_access_success */
};

struct sw_access_host {
    struct sw_access_site site;
    uint32_t hash;
    uint8_t seen[512]; /* bitmap of clients' hashes (linear counting, Whang et al., 1990) */
};

struct sw_access_agent_slot {
    uint32_t hash;
    uint32_t seen; /* bitmap of clients' hashes */
    uint64_t requests;
};

/* Open addressing: index + 1 of an array's elements. */
struct sw_access_table {
    uint32_t *slots;
    size_t cap;
};

struct sw_access {
    struct sw_web_roles roles;
    uint8_t *is_access; /* by class */
    uint32_t class_count;
    size_t memory;  /* allowed now */
    size_t ceiling; /* ... ever */
    size_t max_guesses;
    size_t max_probers;
    size_t max_flexible; /* bytes for paths and clients together */

    struct sw_access_entry *paths;
    size_t path_count;
    size_t path_cap;
    struct sw_access_table path_table;
    struct sw_arena keys;

    struct sw_access_visitor *visitors;
    size_t visitor_count;
    size_t visitor_cap;
    struct sw_access_table visitor_table;
    struct sw_str *names;
    size_t name_count;
    size_t name_cap;
    struct sw_arena name_texts;

    struct sw_access_guess *guesses;
    size_t guess_count;
    size_t guess_cap;
    struct sw_access_table guess_table;

    struct sw_series *probers;
    size_t prober_count;
    size_t prober_cap;

    struct sw_access_host *hosts;
    size_t host_count;
    size_t host_cap;
    struct sw_access_table host_table;
    uint32_t last_host;
    struct sw_arena host_texts;

    struct sw_access_agent_slot *agents; /* open addressing; hash 0: free */
    size_t agent_count;
    size_t agent_cap;

    struct sw_series_pool pool;
    uint32_t max_samples;        /* kept of a path; less and less when the pool is full */
    struct sw_given_up given_up; /* paths and visitors */
    uint64_t taken;
    uint64_t evicted;
    uint64_t evicted_keys;
    int64_t first_ms;
    int64_t last_ms;
};

enum sw_access_outcome sw_access_outcome_of(unsigned status);

/* web_notes.c */
int sw_access_note_event(const struct sw_access *access, struct sw_buf *notes, const struct sw_event *event);
/* Folds a target into a path as it is kept: at most SW_ACCESS_PATH_MAX bytes to `out`. Tells its kind and, where
 * data_dir is not NULL, whether it is a script among data. */
size_t sw_access_fold_path(struct sw_str target, char *out, enum sw_access_kind *kind, bool *data_dir);
bool sw_access_is_login(struct sw_str path);

int sw_access_notes_open(struct sw_access *access, const struct sw_classes *classes);

/* web_guess.c: what a request tells of a login. */
int sw_access_note_guess(struct sw_access *access, const struct sw_access_note *note, uint32_t host, uint32_t visitor,
                         uint32_t input);
/* At the end: the current run may be the best. */
void sw_access_close_guess(struct sw_access_guess *guess);

/* web_store.c */
int sw_access_take(struct sw_access *access, struct sw_str notes, uint32_t input);

/* web_evict.c: room for one more of what is full. */
int sw_access_evict_paths(struct sw_access *access);
/* Room for requests: first of paths with many, then of half of the paths. */
int sw_access_evict_samples(struct sw_access *access);
int sw_access_evict_visitors(struct sw_access *access);
/* Gives up what is held beyond the bounds, which have become narrower. */
int sw_access_shrink(struct sw_access *access);
int sw_access_evict_guesses(struct sw_access *access);
bool sw_access_was_given_up(const struct sw_access *access, uint64_t hash);
size_t sw_access_held(const struct sw_access *access);
/* Makes room for one more element, in the array and its table. SW_E_LIMIT: not within the budget. */
int sw_access_grow_paths(struct sw_access *access);
int sw_access_grow_visitors(struct sw_access *access);
/* Puts element `index` with this hash into a table with room. */
void sw_access_table_put(struct sw_access_table *table, uint64_t hash, size_t index);
int sw_access_table_make(struct sw_access_table *table, size_t cap);
int sw_access_rebuild_guesses(struct sw_access *access);
uint64_t sw_access_guess_hash(uint64_t place_hash, uint32_t client);

/* web_finish.c */
int sw_access_show(struct sw_access *access, struct sw_behaviours *all);

#endif
