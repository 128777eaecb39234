/*
 * evtx_priv.h - the parts of the EVTX decoder, for evtx*.c only.
 *
 * The way of a record: evtx.c finds it in its chunk; evtx_run.c reads its template instance, gets the template's
 * program from evtx_cache.c, and runs it over the record's values, each becoming a field through evtx_value.c;
 * evtx_compile.c makes programs of BinXML. docs/formats/evtx.md tells the format and the choices made.
 *
 * Trust:   hostile input. Offsets count from the chunk's start and are checked against its length.
 * Threads: a state belongs to one worker.
 * Errors:  functions that read BinXML return NULL, or a static string that says why the record is rejected. The address
 *          sw_evtx_no_memory stands for SW_E_NOMEM.
 */
#ifndef SW_DECODE_EVTX_PRIV_H
#define SW_DECODE_EVTX_PRIV_H

#include "base/arena.h"
#include "base/limits.h"
#include "base/map.h"
#include "decode/decode.h"

enum {
    SW_EVTX_CHUNK = 65536,
    SW_EVTX_CHUNK_HEADER = 512,
    SW_EVTX_RECORD_HEADER = 24,
    SW_EVTX_RECORD_LEAST = 28, /* the header and the copy of the size at the end */
    SW_EVTX_NAME_HEADER = 8,
    SW_EVTX_TEMPLATE_HEADER = 24
};

extern const char sw_evtx_no_memory[];
extern const char sw_evtx_broken[]; /* "broken BinXML" */

static inline uint16_t sw_evtx_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t sw_evtx_u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t sw_evtx_u64(const uint8_t *p)
{
    return sw_evtx_u32(p) | (uint64_t)sw_evtx_u32(p + 4) << 32;
}

/* CRC-32 as in RFC 1952, continued: crc is 0 at the start. */
uint32_t sw_evtx_crc(uint32_t crc, const uint8_t *data, size_t len);

/* --- values (evtx_value.c) -------------------------------------------------------------------------------- */

enum sw_evtx_type {
    SW_EVTX_NULL = 0x00,
    SW_EVTX_STRING = 0x01,
    SW_EVTX_ANSI = 0x02,
    SW_EVTX_INT8 = 0x03,
    SW_EVTX_UINT8 = 0x04,
    SW_EVTX_INT16 = 0x05,
    SW_EVTX_UINT16 = 0x06,
    SW_EVTX_INT32 = 0x07,
    SW_EVTX_UINT32 = 0x08,
    SW_EVTX_INT64 = 0x09,
    SW_EVTX_UINT64 = 0x0a,
    SW_EVTX_REAL32 = 0x0b,
    SW_EVTX_REAL64 = 0x0c,
    SW_EVTX_BOOL = 0x0d,
    SW_EVTX_BINARY = 0x0e,
    SW_EVTX_GUID = 0x0f,
    SW_EVTX_SIZE = 0x10,
    SW_EVTX_FILETIME = 0x11,
    SW_EVTX_SYSTEMTIME = 0x12,
    SW_EVTX_SID = 0x13,
    SW_EVTX_HEX32 = 0x14,
    SW_EVTX_HEX64 = 0x15,
    SW_EVTX_HANDLE = 0x20,
    SW_EVTX_BINXML = 0x21,
    SW_EVTX_XML = 0x23,
    SW_EVTX_ARRAY = 0x80 /* flag */
};

/* Where a value stands in its chunk, its length and its type, in one word: a record has two dozen of them. */
struct sw_evtx_value {
    uint64_t packed;
};

static inline struct sw_evtx_value sw_evtx_value(uint32_t at, uint16_t len, uint8_t type)
{
    return (struct sw_evtx_value){at | (uint64_t)len << 32 | (uint64_t)type << 48};
}

/* From its descriptor in the record: a size and a type of two bytes each, the upper one of the type being unused. */
static inline struct sw_evtx_value sw_evtx_described(uint32_t at, uint32_t descriptor)
{
    return (struct sw_evtx_value){at | (uint64_t)(descriptor & 0xffffff) << 32};
}

static inline uint32_t sw_evtx_at(struct sw_evtx_value value)
{
    return (uint32_t)value.packed;
}

static inline uint16_t sw_evtx_len(struct sw_evtx_value value)
{
    return (uint16_t)(value.packed >> 32);
}

static inline uint8_t sw_evtx_type(struct sw_evtx_value value) /* enum sw_evtx_type */
{
    return (uint8_t)(value.packed >> 48);
}

/* The types that the format defines, arrays included. */
extern const bool sw_evtx_type_known[256];

/* The length that a literal of this type has in a template; 0 when it has no fixed one. */
size_t sw_evtx_type_size(uint8_t type);

/* Bytes that sw_evtx_value_put() may write for the value: no type takes more than three for each of its own. At least
 * SW_FIELD_BLOCK of them stay free behind the text. */
enum { SW_EVTX_VALUE_LEAST = 64 };
static inline size_t sw_evtx_value_room(struct sw_evtx_value value)
{
    return (size_t)sw_evtx_len(value) * 3 + SW_EVTX_VALUE_LEAST;
}

/* A text that was written: its end, and what it is as a field. */
struct sw_evtx_text {
    char *end;
    uint8_t type;  /* enum sw_type */
    uint8_t flags; /* enum sw_field_flags */
};

/* Writes the text of a value that is no array and no BinXML. The value lies within chunk[0..chunk_len). */
struct sw_evtx_text sw_evtx_value_put(char *out, const uint8_t *chunk, size_t chunk_len, struct sw_evtx_value value);

/* Whether a text needs no escaping in JSON; up to 15 bytes behind it are read as well. */
bool sw_evtx_is_plain(const char *text, size_t len);

/* Steps through an array's items: *done is 0 at first. An empty array has one empty item. */
bool sw_evtx_array_next(const uint8_t *chunk, struct sw_evtx_value array, size_t *done, struct sw_evtx_value *item);

/* --- programs (evtx_compile.c) ---------------------------------------------------------------------------- */

/* Where in the event a piece of BinXML stands: it decides the names of fields. */
enum sw_evtx_context {
    SW_EVTX_IN_DOCUMENT,
    SW_EVTX_IN_EVENT,
    SW_EVTX_IN_SYSTEM,
    SW_EVTX_IN_DATA, /* in EventData */
    SW_EVTX_IN_USER, /* in UserData and everything else */
    SW_EVTX_IN_RENDERING
};

enum sw_evtx_code {
    SW_EVTX_OP_TEXT,     /* field = text */
    SW_EVTX_OP_FIELD,    /* field = value number `index`; BinXML is run in `context` instead */
    SW_EVTX_OP_VALUE,    /* the same, with SW_EVTX_SPECIAL flags to heed */
    SW_EVTX_OP_NEST,     /* runs value `index` when it is BinXML; else nothing */
    SW_EVTX_OP_GUARD,    /* skips `count` operations when value `index` is null */
    SW_EVTX_OP_JOIN,     /* field = the `count` pieces that follow, joined; once for each item if one is an array */
    SW_EVTX_OP_NAME,     /* as JOIN, but sets the name register of `depth` */
    SW_EVTX_OP_INSTANCE, /* runs the template instance at chunk[count..end) in `context` */
    SW_EVTX_PIECE_TEXT,
    SW_EVTX_PIECE_VALUE
};

enum sw_evtx_op_flags {
    SW_EVTX_OMIT_NULL = 1,  /* a null value gives no field (else an empty one) */
    SW_EVTX_OMIT_EMPTY = 2, /* an empty text gives no field */
    SW_EVTX_NAMED = 4,      /* the field's id is in the name register of `depth` */
    SW_EVTX_IS_TIME = 8,    /* the value is the event's time */
    SW_EVTX_IS_RECORD = 16, /* the value is the record's number */
    SW_EVTX_IS_MORE = 32,   /* no id was left for the name in `text`: "name=value" goes into SW_FIELD_MORE */
    SW_EVTX_IS_PLAIN = 64,  /* `text` has the property of SW_FIELD_PLAIN */
    SW_EVTX_SPECIAL = SW_EVTX_OMIT_EMPTY | SW_EVTX_NAMED | SW_EVTX_IS_TIME | SW_EVTX_IS_RECORD | SW_EVTX_IS_MORE
};

struct sw_evtx_op {
    uint8_t code;  /* enum sw_evtx_code */
    uint8_t flags; /* enum sw_evtx_op_flags */
    uint8_t context;
    uint8_t depth; /* of the element within its program */
    uint16_t index;
    uint32_t field;
    uint32_t count;
    uint32_t end;
    struct sw_str text;
};

struct sw_evtx_program {
    const struct sw_evtx_op *ops;
    uint32_t count;
    uint32_t depth;  /* deepest nesting of elements */
    uint32_t values; /* how many values it may ask for: all indexes are below this */
};

/* A name that a template refers to: what a cached program depends on besides the template's own bytes. */
struct sw_evtx_ref {
    uint32_t at;         /* of the name's offset, in the template's BinXML */
    uint16_t units;      /* length of the name in UTF-16 units */
    bool in_place;       /* the name follows its offset */
    const uint8_t *name; /* UTF-16 */
};

struct sw_evtx_compiler; /* its scratch memory, and the field ids that it knows */

struct sw_evtx_source {
    const uint8_t *chunk;
    size_t chunk_len;
    size_t start; /* the BinXML is chunk[start..end) */
    size_t end;
    bool is_template;
    enum sw_evtx_context context;
};

struct sw_evtx_compiler *sw_evtx_compiler_new(void);
void sw_evtx_compiler_free(struct sw_evtx_compiler *compiler);

/* Makes the program of a stretch of BinXML; its operations and texts are taken from `arena`. */
const char *sw_evtx_compile(struct sw_evtx_compiler *compiler, const struct sw_evtx_source *source,
                            struct sw_arena *arena, struct sw_evtx_program *program);

/* The names that the program compiled last refers to. They point into its chunk. */
const struct sw_evtx_ref *sw_evtx_compiler_refs(const struct sw_evtx_compiler *compiler, uint32_t *count);

/* The id of a field's name; asks the program-wide table, which has a lock, only the first time. */
sw_field_id sw_evtx_field_id(struct sw_evtx_compiler *compiler, struct sw_str name);

/* Reads the head of a template instance at chunk[at..end), behind its token: where the definition is, and where the
 * value descriptors begin. */
const char *sw_evtx_instance(const uint8_t *chunk, size_t chunk_len, size_t at, size_t end, uint32_t *definition,
                             size_t *values);

/* The end of the values whose number and descriptors begin at chunk[at..end). */
const char *sw_evtx_values_end(const uint8_t *chunk, size_t at, size_t end, size_t *values_end);

/* --- templates (evtx_cache.c) ----------------------------------------------------------------------------- */

struct sw_evtx_cache;

struct sw_evtx_cache *sw_evtx_cache_new(void);
void sw_evtx_cache_free(struct sw_evtx_cache *cache);

/* To be called between records: drops all programs if the cache ran full. */
void sw_evtx_cache_tidy(struct sw_evtx_cache *cache);

/* To be called before each chunk: offsets mean other templates from here on. */
void sw_evtx_cache_chunk(struct sw_evtx_cache *cache);

/* The program of the template at an offset, valid until sw_evtx_cache_tidy(). `spare` takes what finds no room. */
const char *sw_evtx_cache_get(struct sw_evtx_cache *cache, struct sw_evtx_compiler *compiler, const uint8_t *chunk,
                              size_t chunk_len, uint32_t offset, enum sw_evtx_context context, struct sw_arena *spare,
                              const struct sw_evtx_program **program);

/* --- running (evtx_run.c) --------------------------------------------------------------------------------- */

struct sw_evtx_runner;

struct sw_evtx_runner *sw_evtx_runner_new(void);
void sw_evtx_runner_free(struct sw_evtx_runner *runner);
void sw_evtx_runner_chunk(struct sw_evtx_runner *runner, const uint8_t *chunk, size_t len);

/* Turns the BinXML at chunk[start..end) into the fields, time and record number of d->event. */
const char *sw_evtx_run(struct sw_evtx_runner *runner, struct sw_decode *d, size_t start, size_t end);

#endif
