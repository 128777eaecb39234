/*
 * json_read.h - strict JSON (RFC 8259) straight into the fields of an event: one pass, no tree, no recursion.
 *
 * An object's members become fields named by their path (json_path.h): {"a":{"b":1}} gives a.b. An array's elements repeat
 * the field: {"a":[1,{"b":2},{"b":3}]} gives a, a.b, a.b. A key that comes twice gives two fields. null gives a field of
 * type SW_NULL, and so does an empty object or array, with the text "{}" or "[]": there is a name but no value, so a
 * rule's null test holds and `exists` does not. Numbers keep the text they have in the document, however large.
 * A value is a view into the document, or into the arena when it had escapes.
 *
 * Strict: number grammar, escapes, control characters, nothing after the point where the grammar ends. On purpose more
 * lenient than the letter, since a rejected record is a blind spot that an attacker could ask for:
 *   - bytes that are not UTF-8 become U+FFFD (nginx writes a request's bytes as they come), with a note;
 *   - \xHH is the byte HH (nginx without escape=json), with a note;
 *   - a surrogate without its partner becomes U+FFFD.
 *
 * Owner:   the reader owns its tree of paths. Fields live as long as the document and the arena.
 * Limits:  SW_MAX_JSON_DEPTH, SW_MAX_FIELDS (counted in event->dropped), SW_JSON_PATHS. What the tree of paths has no room
 *          for, and what has the name "", becomes SW_FIELD_MORE with the text "name=value".
 * Threads: one at a time.      Trust: hostile input.
 */
#ifndef SW_DECODE_JSON_READ_H
#define SW_DECODE_JSON_READ_H

#include "base/arena.h"
#include "base/limits.h"
#include "decode/json_path.h"
#include "event/event.h"

#define SW_JSON_NO_SLOT UINT32_MAX

/* What was odd about a document that was read all the same. */
enum sw_json_note {
    SW_JSON_NOTE_UTF8 = 1, /* invalid UTF-8 replaced */
    SW_JSON_NOTE_HEX = 2,  /* escape \xHH */
    SW_JSON_NOTE_MORE = 4  /* fields under SW_FIELD_MORE */
};

struct sw_json_level {
    const char *start; /* the opening bracket */
    uint32_t path;
    uint32_t last;   /* path of the latest key */
    uint32_t fields; /* how many the event had */
    bool object;
};

struct sw_json_reader {
    struct sw_json_paths paths;

    /* Of the record: */
    uint64_t marks[SW_JSON_MARKS / 64]; /* which marked paths were there */
    uint32_t slot[SW_JSON_MARKS];       /* the first field of a mark that is there; SW_JSON_NO_SLOT: an object or array */
    struct sw_str wrapped;              /* text of the first object at a SW_JSON_WRAP path; ptr NULL: none */
    unsigned notes;                     /* enum sw_json_note */

    /* Of the latest sw_json_read(): */
    const char *reason; /* static text: why it failed */
    const char *stop;   /* where */

    /* Scratch. */
    struct sw_event *event;
    struct sw_arena *arena;
    char *room;     /* where unescaped text goes next; NULL: none reserved yet */
    char *room_end; /* where the arena stood after reserving it */
    uint32_t pair_name;
    uint32_t pair_value;
    uint32_t depth;
    struct sw_str lost_key; /* a key that found no room in the tree */
    bool overflow;          /* ... there was one */
    struct sw_json_level levels[SW_MAX_JSON_DEPTH];
};

int sw_json_reader_init(struct sw_json_reader *reader, const struct sw_json_naming *naming); /* SW_E_NOMEM */
void sw_json_reader_fini(struct sw_json_reader *reader);

/* Starts a record: forgets marks, notes and the wrapped text. */
void sw_json_reader_begin(struct sw_json_reader *reader);

/* Reads one document, an object, that begins at `text` (white space may come before it), and adds its fields to the event.
 * They are named as if the document were the value of the key `under`; empty: as the whole document. *used is how many
 * bytes it took: what comes after it is the caller's matter. Returns 0, SW_E_FORMAT (reason, stop), or SW_E_NOMEM. On
 * failure the event keeps the fields read so far. */
int sw_json_read(struct sw_json_reader *reader, struct sw_str text, struct sw_str under, struct sw_event *event,
                 struct sw_arena *arena, size_t *used);

static inline bool sw_json_has(const struct sw_json_reader *reader, unsigned mark)
{
    return reader->marks[mark / 64] >> (mark % 64) & 1;
}

/* The first field of a mark, or NULL. Valid until fields are added. */
static inline struct sw_field *sw_json_marked(const struct sw_json_reader *reader, unsigned mark)
{
    if (!sw_json_has(reader, mark) || reader->slot[mark] == SW_JSON_NO_SLOT)
        return NULL;
    return &reader->event->fields[reader->slot[mark]];
}

#endif
