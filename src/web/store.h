/*
 * store.h - what the analysis keeps until the end of the evidence: findings without verdict, and what paths usually answer.
 *
 * Owner:   a struct sw_web_paths, a struct sw_web_answers and the store own all they keep.
 * Limits:  SW_WEB_MAX_PENDING, SW_WEB_MAX_PATHS; what finds no room is counted.
 * Threads: one at a time. Everything is merged in the order of the evidence.      Trust: hostile input.
 */
#ifndef SW_WEB_STORE_H
#define SW_WEB_STORE_H

#include "base/buf.h"
#include "web/web_priv.h"

/* Findings that wait for their verdict, with copies of their events: about 60,000 of them. */
#define SW_WEB_MAX_PENDING ((size_t)64 << 20)
/* Paths of all evidence whose answers are remembered: 64 bytes each. */
#define SW_WEB_MAX_PATHS (1u << 18)

/* One request that showed something. */
struct sw_web_hit {
    struct sw_event event; /* a copy */
    uint64_t matched;
    struct sw_web_origin origin;
    uint64_t client; /* hash of the address; 0: not known */
    uint64_t stem;   /* hash of the path */
    int64_t bytes;   /* sent; -1: not known */
    uint16_t status; /* 0: not known */
    uint16_t place;
    uint16_t class_id;   /* the first at the highest confidence; SW_WEB_CLASS_COUNT: only an exploit */
    uint8_t confidence;
    uint8_t exploit_count;
    uint32_t exploits[SW_WEB_MOST_EXPLOITS];
    uint32_t others; /* bit by class: further classes that were recognised */
    uint32_t layers;
    const char *what;
    struct sw_str shown;
};

/* What a path answered with 2xx. What every answer touches comes first; 64 bytes, since there are many. */
struct sw_web_path {
    uint64_t stem; /* hash; 0: free */
    uint64_t least;
    uint64_t most;
    uint32_t answers; /* 2xx with a size */
    bool posted;      /* one of them to a POST */
    uint16_t name_len;
    const char *name; /* of paths with a script's name, else NULL; of these alone the clients are noted */
    uint64_t first_client;
    uint64_t other_client; /* a second one; 0: none; or: */
#define SW_WEB_MANY_CLIENTS UINT64_MAX
    int64_t first_time;
};

struct sw_web_paths {
    struct sw_web_path *slots; /* open addressing, a power of two */
    size_t cap;
    size_t used;
    size_t max;
    uint64_t dropped; /* answers of paths that found no room */
    struct sw_arena names;
};

int sw_web_paths_init(struct sw_web_paths *paths, size_t max);
void sw_web_paths_fini(struct sw_web_paths *paths);
const struct sw_web_path *sw_web_paths_find(const struct sw_web_paths *paths, uint64_t stem);

/* The answers of a slice in their order, two words each: a table of paths for each slice would push everything else out of
 * the processor's caches. Of scripts there is more. */
struct sw_web_answer {
    uint64_t stem;
    uint64_t bytes; /* at most SW_WEB_MOST_BYTES; with SW_WEB_OF_SCRIPT: the next of the scripts belongs to it */
};
#define SW_WEB_MOST_BYTES ((uint64_t)INT64_MAX)
#define SW_WEB_OF_SCRIPT (1ull << 63)

struct sw_web_script_answer {
    uint64_t client;
    int64_t time;
    struct sw_str name; /* in the names; empty when it was told shortly before */
    bool post;
};

enum { SW_WEB_NAMES_TOLD = 256 };

struct sw_web_answers {
    struct sw_web_answer *list;
    size_t count;
    size_t cap;
    struct sw_web_script_answer *scripts;
    size_t script_count;
    size_t script_cap;
    struct sw_arena names;
    uint64_t told[SW_WEB_NAMES_TOLD]; /* stems whose names are in the list, by their hash */
};

void sw_web_answers_init(struct sw_web_answers *answers);
void sw_web_answers_reset(struct sw_web_answers *answers);
void sw_web_answers_fini(struct sw_web_answers *answers);
size_t sw_web_answers_weight(const struct sw_web_answers *answers);

/* Notes an answer of 2xx to the request for a target; the rest is told of it by the caller. */
int sw_web_answers_note(struct sw_web_answers *answers, uint64_t stem, uint64_t bytes);
/* Says that the last answer noted was that of a script. */
int sw_web_answers_script(struct sw_web_answers *answers, struct sw_str path, struct sw_str client, int64_t time, bool post);

/* Adds answers to what the paths usually give, in their order. */
void sw_web_paths_add(struct sw_web_paths *paths, const struct sw_web_answers *answers);

/* Hash of a client's address, 0 for none; and of a target's path: never 0, with a bit that says whether it has a script's name,
 * and one that is always 0, for the worker's memory. */
#define SW_WEB_STEM_SCRIPT 2u
#define SW_WEB_STEM_LOOKED 4u
uint64_t sw_web_client_hash(struct sw_str client);
uint64_t sw_web_stem_hash(struct sw_str target);

/* Is it the name of something that servers run? */
bool sw_web_is_script(struct sw_str path);

struct sw_web_batch {
    struct sw_arena arena;
    struct sw_web_hit *hits;
    size_t count;
    size_t cap;
    struct sw_web_answers answers;
    uint64_t looked;
    uint64_t cut;
};

/* A deep copy in the arena; false when there is no room. */
bool sw_web_hit_copy(struct sw_arena *arena, const struct sw_web_hit *hit, struct sw_web_hit *copy);

struct sw_web_judge;
int sw_web_judge_new(struct sw_web_judge **judge, const struct sw_web_paths *paths, const struct sw_web_hit *hits,
                     size_t count);
void sw_web_judge_free(struct sw_web_judge *judge);
/* The verdict on a hit, and the sentence that says why, appended to `why`. *vain: the answer says that nothing came of it. */
enum sw_web_verdict sw_web_judge(const struct sw_web_judge *judge, const struct sw_web_hit *hit, struct sw_buf *why,
                                 bool *vain);
/* Says what was found, appended to `out`. */
void sw_web_describe(const struct sw_web_hit *hit, struct sw_buf *out);

#endif
