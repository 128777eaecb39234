/*
 * evtx_fixture.h - writes EVTX chunks token by token, and decodes bytes into lines of text, for the tests of the EVTX
 * decoder.
 *
 * A file is a header and chunks: evtx_chunk() begins one, evtx_record() ... evtx_record_end() write its records,
 * evtx_seal() ends it. Names are written out at their first use in a chunk and referred to afterwards, as Windows does.
 */
#ifndef SW_TESTS_EVTX_FIXTURE_H
#define SW_TESTS_EVTX_FIXTURE_H

#include "base/error.h"
#include "base/mem.h"
#include "decode/evtx_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

extern const struct sw_decoder sw_decoder_evtx;

enum { CHUNK = 65536, HEADER = 4096, CHUNKS = 8 };

struct evtx {
    uint8_t bytes[HEADER + CHUNKS * CHUNK];
    size_t len;    /* of the file */
    size_t chunk;  /* where the chunk in progress begins */
    size_t record; /* where the record in progress begins */
    uint64_t id;
    struct {
        char text[64];
        uint32_t offset;
    } names[64];
    size_t name_count;
};

/* --- bytes ------------------------------------------------------------------------------------------------ */

static inline void put(struct evtx *e, const void *bytes, size_t len)
{
    assert_true(e->len + len <= sizeof e->bytes);
    memcpy(e->bytes + e->len, bytes, len);
    e->len += len;
}

static inline void put8(struct evtx *e, unsigned v)
{
    put(e, &(uint8_t){(uint8_t)v}, 1);
}

static inline void put16(struct evtx *e, unsigned v)
{
    put8(e, v & 0xff);
    put8(e, v >> 8 & 0xff);
}

static inline void put32(struct evtx *e, uint32_t v)
{
    put16(e, v & 0xffff);
    put16(e, v >> 16);
}

static inline void put64(struct evtx *e, uint64_t v)
{
    put32(e, (uint32_t)v);
    put32(e, (uint32_t)(v >> 32));
}

static inline void put_at32(struct evtx *e, size_t at, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++)
        e->bytes[at + i] = (uint8_t)(v >> 8 * i);
}

static inline void put_utf16(struct evtx *e, const char *ascii)
{
    for (; *ascii != '\0'; ascii++)
        put16(e, (unsigned char)*ascii);
}

/* Where the next byte goes, counted from the chunk's start. */
static inline uint32_t here(const struct evtx *e)
{
    return (uint32_t)(e->len - e->chunk);
}

/* --- file, chunks, records -------------------------------------------------------------------------------- */

static inline void evtx_file(struct evtx *e)
{
    memset(e, 0, sizeof *e);
    put(e, "ElfFile", 8);
    e->len = 32;
    put32(e, 128);
    put16(e, 1);
    put16(e, 3);
    put16(e, HEADER);
    e->len = HEADER;
    e->id = 1;
}

static inline void evtx_chunk(struct evtx *e)
{
    e->chunk = e->len;
    e->name_count = 0;
    put(e, "ElfChnk", 8);
    e->len = e->chunk + 512;
}

/* Ends a chunk: free-space offset and checksums, then zeros to its end. */
static inline void evtx_seal(struct evtx *e)
{
    uint8_t *c = e->bytes + e->chunk;
    put_at32(e, e->chunk + 48, here(e));
    put_at32(e, e->chunk + 52, sw_evtx_crc(0, c + 512, here(e) - 512));
    put_at32(e, e->chunk + 124, sw_evtx_crc(sw_evtx_crc(0, c, 120), c + 128, 384));
    assert_true(here(e) <= CHUNK);
    e->len = e->chunk + CHUNK;
}

static inline void evtx_record(struct evtx *e)
{
    e->record = e->len;
    put(e, "**\0", 4);
    put32(e, 0);
    put64(e, e->id++);
    put64(e, 133000000000000000ull); /* 2022-06-18T04:26:40Z */
}

static inline void evtx_record_end(struct evtx *e)
{
    uint32_t size = (uint32_t)(e->len - e->record) + 4;
    put32(e, size);
    put_at32(e, e->record + 4, size);
}

/* --- BinXML ----------------------------------------------------------------------------------------------- */

static inline void x_fragment(struct evtx *e)
{
    put(e, "\x0f\x01\x01\x00", 4);
}

static inline void x_name(struct evtx *e, const char *name)
{
    for (size_t i = 0; i < e->name_count; i++) {
        if (strcmp(e->names[i].text, name) == 0) {
            put32(e, e->names[i].offset);
            return;
        }
    }
    uint32_t offset = here(e) + 4;
    if (e->name_count < 64 && strlen(name) < 64) {
        snprintf(e->names[e->name_count].text, 64, "%s", name);
        e->names[e->name_count++].offset = offset;
    }
    put32(e, offset);
    put32(e, 0);
    put16(e, 0);
    put16(e, (unsigned)strlen(name));
    put_utf16(e, name);
    put16(e, 0);
}

/* The start of an element of a template (they have a dependency), with or without attributes. */
static inline void x_open_after(struct evtx *e, const char *name, bool attributes, unsigned dependency)
{
    put8(e, attributes ? 0x41 : 0x01);
    put16(e, dependency);
    put32(e, 0);
    x_name(e, name);
    if (attributes)
        put32(e, 0);
}

static inline void x_open(struct evtx *e, const char *name, bool attributes)
{
    x_open_after(e, name, attributes, 0xffff);
}

/* The start of an element outside of templates. */
static inline void x_open_plain(struct evtx *e, const char *name, bool attributes)
{
    put8(e, attributes ? 0x41 : 0x01);
    put32(e, 0);
    x_name(e, name);
    if (attributes)
        put32(e, 0);
}

static inline void x_attribute(struct evtx *e, const char *name)
{
    put8(e, 0x06);
    x_name(e, name);
}

static inline void x_text(struct evtx *e, const char *text)
{
    put8(e, 0x05);
    put8(e, 0x01);
    put16(e, (unsigned)strlen(text));
    put_utf16(e, text);
}

static inline void x_value(struct evtx *e, unsigned index, unsigned type)
{
    put8(e, 0x0d);
    put16(e, index);
    put8(e, type);
}

static inline void x_optional(struct evtx *e, unsigned index, unsigned type)
{
    put8(e, 0x0e);
    put16(e, index);
    put8(e, type);
}

static inline void x_content(struct evtx *e)
{
    put8(e, 0x02);
}

static inline void x_close(struct evtx *e)
{
    put8(e, 0x04);
}

static inline void x_close_empty(struct evtx *e)
{
    put8(e, 0x03);
}

static inline void x_end(struct evtx *e)
{
    put8(e, 0x00);
}

/* <name>value</name> */
static inline void x_leaf(struct evtx *e, const char *name, unsigned index, unsigned type)
{
    x_open(e, name, false);
    x_content(e);
    x_value(e, index, type);
    x_close(e);
}

/* <Data Name="name">value</Data> */
static inline void x_data(struct evtx *e, const char *name, unsigned index, unsigned type)
{
    x_open(e, "Data", true);
    x_attribute(e, "Name");
    x_text(e, name);
    x_content(e);
    x_value(e, index, type);
    x_close(e);
}

/* A template instance with its definition right there. Returns where the definition is, for x_instance(). */
static inline uint32_t x_template(struct evtx *e, unsigned identifier)
{
    put8(e, 0x0c);
    put8(e, 1);
    put32(e, identifier);
    put32(e, here(e) + 4);
    uint32_t definition = here(e);
    put32(e, 0);
    for (unsigned i = 0; i < 4; i++)
        put32(e, identifier);
    put32(e, 0); /* size: x_template_end() */
    x_fragment(e);
    return definition;
}

static inline void x_template_end(struct evtx *e, uint32_t definition)
{
    x_end(e);
    put_at32(e, e->chunk + definition + 20, here(e) - definition - 24);
}

/* An instance of a template that stands earlier in the chunk. */
static inline void x_instance(struct evtx *e, unsigned identifier, uint32_t definition)
{
    put8(e, 0x0c);
    put8(e, 1);
    put32(e, identifier);
    put32(e, definition);
}

struct value {
    unsigned type;
    const void *bytes;
    size_t len;
};

static inline void x_values(struct evtx *e, const struct value *values, size_t count)
{
    put32(e, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        put16(e, (unsigned)values[i].len);
        put16(e, values[i].type);
    }
    for (size_t i = 0; i < count; i++)
        if (values[i].len > 0)
            put(e, values[i].bytes, values[i].len);
}

/* --- decoding --------------------------------------------------------------------------------------------- */

struct decoded {
    struct sw_buf out; /* a line an event: number, time, then |name=value */
    struct sw_read_stats stats;
    int rc;
};

static inline int decoded_emit(void *arg, struct sw_event *event)
{
    struct decoded *r = arg;
    sw_buf_u64(&r->out, event->record);
    sw_buf_char(&r->out, ' ');
    sw_buf_time(&r->out, event->time);
    for (uint32_t i = 0; i < event->count; i++) {
        sw_buf_char(&r->out, '|');
        sw_buf_str_add(&r->out, sw_field_name(event->fields[i].id));
        sw_buf_char(&r->out, '=');
        sw_buf_str_add(&r->out, sw_field_value(&event->fields[i]));
    }
    sw_buf_char(&r->out, '\n');
    return 0;
}

static inline struct sw_classes *fixture_classes(void)
{
    static struct sw_classes *classes;
    struct sw_error err;
    if (classes == NULL)
        assert_int_equal(sw_classes_load(&classes, NULL, 0, &err), 0);
    return classes;
}

/* Decodes bytes in slices cut by split() out of pieces of `piece` bytes; each slice is a copy of its own, so that
 * reading beyond it shows under ASan. With failures allowed, r->rc tells; else it must be 0. */
static inline void decode_bytes(struct decoded *r, const uint8_t *data, size_t len, size_t piece, bool recover,
                                bool may_fail)
{
    struct sw_source_info source = {.path = SW_STR("test"), .modified = SW_TIME_NONE, .recover = recover};
    const struct sw_classes *classes = fixture_classes();
    uint64_t state[SW_SPLIT_STATE / 8] = {0};
    struct sw_arena arena;
    struct sw_decode d;
    *r = (struct decoded){.rc = 0};
    sw_buf_init(&r->out, (size_t)1 << 30);
    sw_read_stats_init(&r->stats);
    sw_arena_init(&arena, SW_MAX_ARENA);
    r->rc = sw_decode_init(&d, &sw_decoder_evtx, &source, classes, &r->stats, &arena, decoded_emit, r);
    size_t want = piece;
    for (size_t at = 0; at < len && r->rc == 0;) {
        size_t have = want < len - at ? want : len - at;
        struct sw_slice slice = {.data = data + at, .len = have, .offset = at};
        if (!sw_split(&sw_decoder_evtx, state, &slice, at + have == len)) {
            want += piece;
            continue;
        }
        uint8_t *copy = malloc(slice.len);
        assert_non_null(copy);
        memcpy(copy, slice.data, slice.len);
        slice.data = copy;
        r->rc = sw_decode_slice(&d, &slice);
        free(copy);
        at += slice.len;
        want = piece;
    }
    if (!may_fail)
        assert_int_equal(r->rc, 0);
    sw_decode_fini(&d);
    sw_arena_fini(&arena);
    sw_buf_char(&r->out, '\0');
}

static inline void decode_file(struct decoded *r, const struct evtx *e)
{
    decode_bytes(r, e->bytes, e->len, 1u << 20, false, false);
}

static inline void decoded_free(struct decoded *r)
{
    sw_buf_fini(&r->out);
}

static inline uint64_t reason_count(const struct sw_reason *reasons, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(reasons[i].text, text) == 0)
            return reasons[i].count;
    return 0;
}

#define assert_rejected(r, text, times) \
    assert_int_equal(reason_count((r)->stats.reasons, (r)->stats.reason_count, (text)), (times))
#define assert_noted(r, text, times) \
    assert_int_equal(reason_count((r)->stats.notes, (r)->stats.note_count, (text)), (times))

/* Decodes a file of one event and compares what comes behind its number and time. */
#define assert_event(e, expected) \
    do { \
        struct decoded r_; \
        decode_file(&r_, (e)); \
        assert_int_equal(r_.stats.rejected, 0); \
        assert_int_equal(r_.stats.parsed, 1); \
        const char *bar_ = strchr(r_.out.data, '|'); \
        assert_string_equal(bar_ != NULL ? bar_ : "\n", expected "\n"); \
        decoded_free(&r_); \
    } while (0)

#endif
