/*
 * probe.h - for tests of decoders: runs bytes through a decoder as the pipeline does and writes the events as text.
 *
 * One line an event: line number, time, class, then name=value for each field ("~" stands for "=" when the value is null,
 * "#" when it is a number), separated by " | ". Included by each test that needs it.
 */
#ifndef SW_TEST_PROBE_H
#define SW_TEST_PROBE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "decode/decode.h"

#include <stdlib.h>

struct probe {
    const struct sw_decoder *decoder;
    struct sw_source_info source;
    struct sw_read_stats stats;
    struct sw_buf out;
    uint64_t events;
    bool where; /* also record and offset */
};

static struct sw_classes *probe_classes;

static inline void probe_init(struct probe *p, const struct sw_decoder *decoder, const char *path)
{
    struct sw_error err;
    if (probe_classes == NULL)
        assert_int_equal(sw_classes_load(&probe_classes, NULL, 0, &err), 0);
    *p = (struct probe){.decoder = decoder};
    p->source.path = sw_str(path);
    p->source.modified = SW_TIME_NONE;
    sw_buf_init(&p->out, 256u << 20);
}

static inline void probe_fini(struct probe *p)
{
    sw_buf_fini(&p->out);
}

static inline int probe_emit(void *arg, struct sw_event *event)
{
    struct probe *p = arg;
    struct sw_buf *out = &p->out;
    p->events++;
    sw_buf_u64(out, event->line);
    if (p->where)
        sw_buf_printf(out, " %llu@%llu+%llu", (unsigned long long)event->record, (unsigned long long)event->offset,
                      (unsigned long long)event->raw.len);
    sw_buf_char(out, ' ');
    sw_buf_time(out, event->time);
    for (uint32_t i = 0; i < event->count; i++) {
        const struct sw_field *f = &event->fields[i];
        if (sw_str_is(sw_field_name(f->id), "c-uri-extension") || sw_str_is(sw_field_name(f->id), "blocked"))
            continue; /* derived by the class, not by the decoder */
        sw_buf_text(out, i == 0 ? " " : " | ");
        sw_buf_str_add(out, sw_field_name(f->id));
        sw_buf_char(out, f->type == SW_NULL ? '~' : f->type == SW_STRING ? '=' : '#');
        sw_buf_add(out, f->ptr, f->len);
    }
    sw_buf_char(out, '\n');
    return 0;
}

/* Feeds the bytes in slices of at most about `step` bytes; each slice is copied, so that a read past its end shows. */
static inline void probe_run(struct probe *p, struct sw_str bytes, size_t step)
{
    struct sw_arena arena;
    struct sw_decode d;
    struct sw_buf header;
    struct sw_buf in_force;
    uint64_t state[SW_SPLIT_STATE / sizeof(uint64_t)] = {0};
    sw_arena_init(&arena, SW_MAX_ARENA);
    sw_buf_init(&header, SW_MAX_RECORD);
    sw_buf_init(&in_force, SW_MAX_RECORD);
    sw_read_stats_init(&p->stats);
    assert_int_equal(sw_decode_init(&d, p->decoder, &p->source, probe_classes, &p->stats, &arena, probe_emit, p), 0);
    size_t at = 0;
    uint64_t line = 1;
    while (at < bytes.len) {
        struct sw_slice slice;
        uint8_t *copy = NULL;
        for (size_t take = step;; take *= 2) {
            size_t len = take < bytes.len - at ? take : bytes.len - at;
            copy = sw_realloc(copy, len, 1);
            assert_non_null(copy);
            memcpy(copy, bytes.ptr + at, len);
            slice = (struct sw_slice){.data = copy, .len = len, .offset = at, .line = line};
            if (sw_split(p->decoder, state, &slice, at + len == bytes.len))
                break;
        }
        uint8_t *exact = sw_alloc(slice.len, 1);
        assert_non_null(exact);
        memcpy(exact, copy, slice.len);
        slice.data = exact;
        sw_free(copy);
        sw_buf_clear(&in_force);
        sw_buf_str_add(&in_force, sw_buf_str(&header));
        slice.header = sw_buf_str(&in_force);
        if (p->decoder->header != NULL)
            p->decoder->header(&header, &slice);
        assert_int_equal(sw_decode_slice(&d, &slice), 0);
        for (size_t i = 0; i < slice.len; i++)
            line += exact[i] == '\n';
        at += slice.len;
        sw_free(exact);
        sw_arena_reset(&arena);
    }
    if (p->decoder->flush != NULL)
        assert_int_equal(p->decoder->flush(&d), 0);
    assert_int_equal(p->stats.read, p->stats.parsed + p->stats.rejected);
    assert_int_equal(p->stats.parsed, p->events);
    sw_decode_fini(&d);
    sw_buf_fini(&header);
    sw_buf_fini(&in_force);
    sw_arena_fini(&arena);
}

/* The text of what `bytes` gives; the caller frees p. */
static inline struct sw_str probe_text(struct probe *p, const struct sw_decoder *decoder, const char *path, struct sw_str bytes,
                                       size_t step)
{
    probe_init(p, decoder, path);
    p->where = true;
    probe_run(p, bytes, step);
    return sw_buf_str(&p->out);
}

/* Splitting the bytes anywhere gives the same events. */
static inline void probe_assert_splits(const struct sw_decoder *decoder, const char *path, struct sw_str bytes)
{
    struct probe whole;
    struct sw_str expected = probe_text(&whole, decoder, path, bytes, bytes.len);
    for (size_t step = 1; step < bytes.len; step += step < 80 ? 1 : step / 3) {
        struct probe cut;
        struct sw_str got = probe_text(&cut, decoder, path, bytes, step);
        if (!sw_str_eq(got, expected))
            fail_msg("slices of %zu bytes differ:\n%.*s\nnot\n%.*s", step, SW_STR_ARG(got), SW_STR_ARG(expected));
        assert_int_equal(cut.stats.rejected, whole.stats.rejected);
        probe_fini(&cut);
    }
    probe_fini(&whole);
}

/* Cut short at every byte, and with bytes turned over: ends, and accounts for every record. Not random: repeatable. */
static inline void probe_assert_survives(const struct sw_decoder *decoder, const char *path, struct sw_str bytes)
{
    uint32_t seed = 1;
    char *copy = sw_strndup(bytes.ptr, bytes.len);
    assert_non_null(copy);
    for (size_t round = 0; round < 2000; round++) {
        struct probe p;
        size_t len = round < bytes.len ? round + 1 : bytes.len;
        memcpy(copy, bytes.ptr, bytes.len);
        for (size_t flips = round < bytes.len ? 0 : 1 + round % 7; flips > 0; flips--) {
            seed = seed * 1664525u + 1013904223u;
            copy[(seed >> 8) % len] = (char)(seed >> 24);
        }
        probe_init(&p, decoder, path);
        probe_run(&p, sw_strn(copy, len), round % 3 == 0 ? 64 : len);
        probe_fini(&p);
    }
    sw_free(copy);
}

/* Each input line gives the expected event, whose line number and blanks at the ends are left out. */
static inline void probe_assert_line(const struct sw_decoder *decoder, const char *path, const char *input, const char *expected)
{
    struct probe p;
    probe_init(&p, decoder, path);
    probe_run(&p, sw_str(input), strlen(input));
    struct sw_str got = sw_str_trim(sw_str_from(sw_buf_str(&p.out), 2));
    if (!sw_str_is(got, expected))
        fail_msg("%s\n gives %.*s\n  not  %s\n(%s)", input, SW_STR_ARG(got), expected,
                 p.stats.reason_count > 0 ? p.stats.reasons[0].text : "not rejected");
    probe_fini(&p);
}

static inline void probe_assert_rejected(const struct sw_decoder *decoder, const char *input, const char *reason)
{
    struct probe p;
    probe_init(&p, decoder, "");
    probe_run(&p, sw_str(input), strlen(input));
    assert_int_equal(p.events, 0);
    assert_int_equal(p.stats.rejected, 1);
    assert_string_equal(p.stats.reasons[0].text, reason);
    probe_fini(&p);
}

static inline int probe_sniff(const struct sw_decoder *decoder, const char *head)
{
    struct sw_sniff sniff = {sw_str(head), true, SW_STR("")};
    return decoder->sniff(&sniff);
}

#endif
