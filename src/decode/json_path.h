/*
 * json_path.h - the keys of JSON documents as a tree of numbered paths, so that a key met again costs no hashing.
 *
 * A path is an object key under the path of its object; arrays add nothing, so elements share their array's path. Each
 * path knows its field id, and which path followed it last time: in logs the same keys come in the same order, and a
 * key is mostly confirmed by comparing it with that one guess.
 * How a path is named is the caller's matter (struct sw_json_naming): Event.System.EventID can be "EventID".
 * Owner:   the tree owns copies of keys and names; they die at sw_json_paths_reset().
 * Limits:  SW_JSON_PATHS paths, SW_MAX_FIELD_NAME bytes of a name. Hostile logs can mint keys; see sw_json_path_add().
 * Threads: one at a time.      Trust: hostile input.
 */
#ifndef SW_DECODE_JSON_PATH_H
#define SW_DECODE_JSON_PATH_H

#include "base/arena.h"
#include "base/str.h"
#include "event/field.h"

#include <stdint.h>

/* Paths of one tree. One event has at most SW_MAX_FIELDS fields, and real sources have some hundreds of paths. */
#define SW_JSON_PATHS 16384u

enum { SW_JSON_NO_PATH = 0, SW_JSON_ROOT = 1 };

enum sw_json_path_flags {
    SW_JSON_RAW = 1,   /* an object or array here also gives a field with its text as written */
    SW_JSON_WRAP = 2,  /* the reader remembers the text of an object here */
    SW_JSON_SKIP = 4,  /* what is here gives no field (an XML name space) */
    SW_JSON_PAIR = 8,  /* objects here are pairs: one child holds the name, one the value */
    SW_JSON_NAME = 16, /* ... this one the name */
    SW_JSON_VALUE = 32, /* ... this one the value */
    /* Of nodes only: */
    SW_JSON_NAMED = 64, /* its field id is set */
    SW_JSON_ODD = 128   /* adding a field here takes more than adding it */
};

/* What a path is called. */
struct sw_json_name {
    struct sw_str text; /* the field's name; may be empty at the root and in wrappers */
    uint8_t space;      /* the caller's: in which part of which shape we are */
    uint8_t flags;      /* enum sw_json_path_flags */
    uint16_t mark;      /* the caller's number of a path that it wants to find again, 1 to SW_JSON_MARKS - 1; 0: none */
};

#define SW_JSON_MARKS 512u

struct sw_json_naming {
    /* Names the key (unescaped) under a parent. A text that is made up lives in `arena`. */
    struct sw_json_name (*name)(const struct sw_json_name *parent, struct sw_str key, struct sw_arena *arena);
    struct sw_json_name root;
};

enum { SW_JSON_KEY_INLINE = 32 };

struct sw_json_path {
    char key[SW_JSON_KEY_INLINE]; /* how the key begins, with its closing quote: bytes as in the document */
    const char *whole;            /* the whole of it */
    uint32_t len;                 /* with the quote */
    uint32_t next;                /* the path that came after this one last time */
    uint32_t first;               /* the path of the first key in here last time */
    sw_field_id field; /* valid when SW_JSON_NAMED; objects that hold no value themselves never mint a name */
    uint32_t parent;
    uint16_t mark;
    uint8_t flags;
    uint8_t space;
};

_Static_assert(sizeof(struct sw_json_path) == 64, "a node is a cache line");

struct sw_json_paths {
    const struct sw_json_naming *naming;
    struct sw_json_path *nodes;
    struct sw_str *names; /* of the nodes, in step */
    size_t cap;
    size_t name_cap;
    uint32_t count;
    uint32_t *slots; /* hash table of node numbers */
    uint32_t slot_cap;
    struct sw_arena arena;
};

int sw_json_paths_init(struct sw_json_paths *paths, const struct sw_json_naming *naming); /* SW_E_NOMEM */
void sw_json_paths_fini(struct sw_json_paths *paths);
void sw_json_paths_reset(struct sw_json_paths *paths); /* forgets all but the root */

/* The path of a key under a parent, or SW_JSON_NO_PATH. `raw` is the key as in the document, without quotes. */
uint32_t sw_json_path_find(const struct sw_json_paths *paths, uint32_t parent, struct sw_str raw);

/* Adds it; `key` is the same key unescaped. SW_JSON_NO_PATH when the tree is full or memory ends. */
uint32_t sw_json_path_add(struct sw_json_paths *paths, uint32_t parent, struct sw_str raw, struct sw_str key);

/* The field id of a path. */
sw_field_id sw_json_path_field(struct sw_json_paths *paths, uint32_t path);

/* What children of a path get as `parent` when they are named. */
struct sw_json_name sw_json_path_name(const struct sw_json_paths *paths, uint32_t path);

#endif
