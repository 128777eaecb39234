/*
 * value.h - what is known of a value while a script is followed: its content, if that can be told, and where it comes
 * from.
 *
 * Owner:   texts and arrays live in the analysis' arena, or in the script's text.
 */
#ifndef SW_WEBSHELL_VALUE_H
#define SW_WEBSHELL_VALUE_H

#include "base/arena.h"
#include "base/str.h"

#include <stdint.h>

/* Entries of one array that are remembered; further ones only leave their origin. */
#define SW_MAX_ARRAY_ENTRIES 4096u

/* Where a value comes from, and what happened to it. Bits; a value made of others has theirs. */
enum sw_origin {
    SW_FROM_REQUEST = 1, /* the client sent it */
    SW_FROM_UPLOAD = 2, /* it is an uploaded file, or its name */
    SW_FROM_REMOTE = 4, /* another machine sent it */
    SW_FROM_STORED = 8, /* it lay in a file, database or session */
    SW_FROM_SELF = 16, /* it was read from the script's own file */
    SW_FROM_PARAM = 32, /* an argument of the function that is looked at by itself */
    SW_FROM_UNDEFINED = 64, /* a variable that nothing in the script sets */
    SW_WAS_DECODED = 128, /* it went through a decoder */
    SW_WAS_JOINED = 256, /* put together from several literals */
    SW_WAS_TRICKED =
        512, /* computed in a way that hides what it is: characters, bitwise operators, replacing, reversing */
    SW_WAS_WRAPPED = 1024, /* literal text stands around what comes from elsewhere */
    SW_IS_KEYS = 2048, /* names of request variables rather than their content */
    SW_IS_SELF_PATH = 4096, /* the path of the script itself */
    SW_IS_INPUT_STREAM = 8192, /* a stream or handle to read what was sent from */
    SW_IS_WRITE_HANDLE = 16384, /* a file open for writing */
    SW_IS_SCRIPT_PATH = 32768, /* of a handle: its path names a script */
    SW_IS_COMMAND_OBJECT = 65536, /* its methods run commands */
    SW_IS_SOCKET = 131072,
    SW_WAS_ESCAPED = 262144, /* made harmless for a command line */
    SW_FROM_NUMBER = 1048576, /* a number computed of what the client sent: harmless until it is a character again */
    SW_WAS_SPREAD = 2097152,  /* ...list as arguments */
    SW_IS_PLAIN_PATH = 4194304, /* a path that ends as files do that no server runs */
    SW_WAS_NOTHING = 524288 /* of an array's key or the like: not a value by itself */
};

/* Origins that another may choose the content of. */
#define SW_FROM_OUTSIDE (SW_FROM_REQUEST | SW_FROM_UPLOAD | SW_FROM_REMOTE)
/* Ways of hiding. */
#define SW_WAS_HIDDEN (SW_WAS_DECODED | SW_WAS_TRICKED)

enum sw_value_kind {
    SW_VALUE_UNKNOWN,
    SW_VALUE_TEXT,
    SW_VALUE_NUMBER,
    SW_VALUE_ARRAY,
    SW_VALUE_FUNCTION, /* a function of the script: `number` is its index */
    SW_VALUE_NAME, /* a bare identifier, or a class: `text` */
    SW_VALUE_OBJECT /* an object of the class `text` */
};

/* What a value can be assigned through. */
enum sw_place {
    SW_PLACE_NONE,
    SW_PLACE_VARIABLE, /* `slot` */
    SW_PLACE_ELEMENT, /* the element `key` of what lies in `slot` (NULL: of something else) */
    SW_PLACE_MEMBER /* property or method `key`; `slot` is the object's or NULL */
};

struct sw_slot;
struct sw_array;

struct sw_value {
    uint32_t origin; /* enum sw_origin */
    uint8_t kind; /* enum sw_value_kind */
    uint8_t place; /* enum sw_place */
    bool deep; /* an element of an element: only its origin can be stored */
    bool somewhere; /* of a place: an element whose key isn't known */
    bool has_key; /* `key` is that of an array entry being made */
    uint32_t at; /* offset in the script where its origin came in; 0 if none */
    struct sw_str text;
    int64_t number;
    struct sw_array *array;
    struct sw_slot *slot;
    const struct sw_value *object; /* of a member that is called: what it is a member of; NULL */
    struct sw_str key;
};

struct sw_entry {
    struct sw_str key;
    struct sw_value value;
};

struct sw_array {
    struct sw_entry *entries;
    uint32_t count;
    uint32_t cap;
    int64_t next; /* the next number for an entry without key */
    uint32_t rest; /* the origin of what it holds besides the entries */
};

static inline struct sw_value sw_value_unknown(uint32_t origin, uint32_t at)
{
    return (struct sw_value){.origin = origin, .at = at};
}

static inline struct sw_value sw_value_text(struct sw_str text, uint32_t origin)
{
    return (struct sw_value){.origin = origin, .kind = SW_VALUE_TEXT, .text = text};
}

static inline struct sw_value sw_value_number(int64_t number)
{
    return (struct sw_value){.kind = SW_VALUE_NUMBER, .number = number};
}

/* A value's content without the place it came from. */
static inline struct sw_value sw_value_content(struct sw_value value)
{
    value.place = SW_PLACE_NONE;
    value.slot = NULL;
    value.object = NULL;
    value.deep = value.has_key = value.somewhere = false;
    value.key = (struct sw_str){NULL, 0};
    return value;
}

/* A new, empty array; NULL when the arena is full. */
struct sw_array *sw_array_new(struct sw_arena *arena);
/* Sets an entry; `key` may be any text. False when it could not be kept. */
bool sw_array_set(struct sw_arena *arena, struct sw_array *array, struct sw_str key, struct sw_value value);
/* Appends under the next number. */
bool sw_array_push(struct sw_arena *arena, struct sw_array *array, struct sw_value value);
const struct sw_entry *sw_array_find(const struct sw_array *array, struct sw_str key);

/* The text that a language like PHP makes of a value ("Array" of an array); false when it isn't known. */
bool sw_value_as_text(struct sw_arena *arena, const struct sw_value *value, struct sw_str *text);
bool sw_value_as_number(const struct sw_value *value, int64_t *number);

#endif
