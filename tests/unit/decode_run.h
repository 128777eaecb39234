/*
 * decode_run.h - runs a decoder over bytes in memory, for unit tests: events come out as lines of text
 * `name=value|name=value`, behind time and class, line ends and zeros as ~. Pieces of any size can be asked for, to
 * show that cuts don't matter.
 */
#ifndef SW_TESTS_DECODE_RUN_H
#define SW_TESTS_DECODE_RUN_H

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "decode/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

struct run {
    struct sw_buf out;   /* the events */
    struct sw_read_stats stats;
    size_t events;
};

/* 2024-07-01T00:00:00Z: the file time that tests assume. */
#define RUN_MODIFIED (1719792000ll * SW_SECOND)

static struct sw_classes *run_classes(void)
{
    static struct sw_classes *classes;
    struct sw_error err;
    if (classes == NULL)
        assert_int_equal(sw_classes_load(&classes, NULL, 0, &err), 0);
    return classes;
}

static int run_emit(void *arg, struct sw_event *event)
{
    struct run *run = arg;
    run->events++;
    sw_buf_time(&run->out, event->time);
    sw_buf_char(&run->out, ' ');
    sw_buf_str_add(&run->out, sw_classes_get(run_classes(), event->class_id)->name);
    for (uint32_t i = 0; i < event->count; i++) {
        sw_buf_char(&run->out, '|');
        sw_buf_str_add(&run->out, sw_field_name(event->fields[i].id));
        sw_buf_char(&run->out, '=');
        struct sw_str value = sw_field_value(&event->fields[i]);
        for (size_t k = 0; k < value.len; k++)
            sw_buf_char(&run->out, value.ptr[k] == '\n' || value.ptr[k] == '\0' ? '~' : value.ptr[k]);
    }
    sw_buf_char(&run->out, '\n');
    return 0;
}

/* Cuts the bytes with the decoder's own split (or at line ends) into slices of about `piece` bytes and decodes them;
 * each slice is a copy of its own, so that a view kept too long shows under ASan. */
static void run_pieces(struct run *run, const struct sw_decoder *decoder, const char *data, size_t len, size_t piece,
                       int32_t zone)
{
    *run = (struct run){0};
    sw_buf_init(&run->out, (size_t)1 << 30);
    sw_read_stats_init(&run->stats);
    struct sw_source_info source = {.path = SW_STR("test"), .modified = RUN_MODIFIED, .zone_offset = zone};
    struct sw_arena arena;
    sw_arena_init(&arena, SW_MAX_ARENA);
    struct sw_decode d;
    assert_int_equal(sw_decode_init(&d, decoder, &source, run_classes(), &run->stats, &arena, run_emit, run), 0);
    uint64_t split_state[SW_SPLIT_STATE / 8] = {0};
    size_t at = 0;
    uint64_t line = 1;
    for (size_t want = piece; at < len;) {
        size_t have = want < len - at ? want : len - at;
        bool eof = at + have == len;
        size_t take = have;
        if (decoder->split != NULL) {
            take = decoder->split(split_state, (const uint8_t *)data + at, have, at, eof);
        } else if (!eof) {
            while (take > 0 && data[at + take - 1] != '\n')
                take--;
        }
        if (eof && take == 0)
            take = have;
        if (take == 0) {
            want += piece;
            continue;
        }
        uint8_t *copy = sw_alloc(1, take);
        assert_non_null(copy);
        memcpy(copy, data + at, take);
        struct sw_slice slice = {.data = copy, .len = take, .offset = at, .line = line};
        assert_int_equal(sw_decode_slice(&d, &slice), 0);
        for (size_t i = 0; i < take; i++)
            line += copy[i] == '\n';
        sw_free(copy);
        at += take;
        want = piece;
    }
    if (decoder->flush != NULL)
        assert_int_equal(decoder->flush(&d), 0);
    sw_decode_fini(&d);
    sw_arena_fini(&arena);
    sw_buf_char(&run->out, '\0');
}

__attribute__((unused)) static void run_text(struct run *run, const struct sw_decoder *decoder, const char *text)
{
    run_pieces(run, decoder, text, strlen(text), 1u << 20, 0);
}

__attribute__((unused)) static void run_free(struct run *run)
{
    sw_buf_fini(&run->out);
}

/* Value of a field of the n-th event, as a terminated string that the caller frees; NULL when it has none. Repeated
 * fields are joined by a comma. */
__attribute__((unused)) static char *run_field(const struct run *run, size_t n, const char *name)
{
    const char *line = run->out.data;
    while (n-- > 0) {
        line = strchr(line, '\n');
        assert_non_null(line);
        line++;
    }
    const char *end = strchr(line, '\n');
    assert_non_null(end);
    char key[128];
    int key_len = snprintf(key, sizeof key, "|%s=", name);
    char *value = NULL;
    for (const char *at = line; (at = memmem(at, (size_t)(end - at), key, (size_t)key_len)) != NULL;) {
        at += key_len;
        const char *stop = at;
        while (stop < end && *stop != '|')
            stop++;
        size_t old = value ? strlen(value) + 1 : 0;
        char *grown = sw_realloc(value, old + (size_t)(stop - at) + 1, 1);
        assert_non_null(grown);
        if (old > 0)
            grown[old - 1] = ',';
        memcpy(grown + old, at, (size_t)(stop - at));
        grown[old + (size_t)(stop - at)] = '\0';
        value = grown;
    }
    return value;
}

#define assert_field(run, n, name, expected) \
    do { \
        char *value_ = run_field((run), (n), (name)); \
        if (value_ == NULL) \
            print_error("no field %s in event %zu of\n%s", (name), (size_t)(n), (run)->out.data); \
        assert_non_null(value_); \
        if (strcmp(value_, (expected)) != 0) \
            print_error("field %s is \"%s\", not \"%s\"\n", (name), value_, (expected)); \
        assert_string_equal(value_, (expected)); \
        sw_free(value_); \
    } while (0)

#define assert_no_field(run, n, name) \
    do { \
        char *value_ = run_field((run), (n), (name)); \
        if (value_ != NULL) \
            print_error("field %s is there: %s\n", (name), value_); \
        assert_null(value_); \
    } while (0)

/* The time of the n-th event. */
__attribute__((unused)) static void assert_time(const struct run *run, size_t n, const char *expected)
{
    const char *line = run->out.data;
    for (; n > 0; n--) {
        line = strchr(line, '\n');
        assert_non_null(line);
        line++;
    }
    size_t len = strcspn(line, " ");
    if (len != strlen(expected) || memcmp(line, expected, len) != 0)
        print_error("time is %.*s, not %s\n", (int)len, line, expected);
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(line, expected, len);
}

/* The same events whatever the pieces. */
__attribute__((unused)) static void assert_cuts_dont_matter(const struct sw_decoder *decoder, const char *data,
                                                            size_t len)
{
    struct run whole;
    run_pieces(&whole, decoder, data, len, len + 1, 0);
    for (size_t piece = 1; piece <= len; piece = piece < 64 ? piece + 1 : piece * 2) {
        struct run cut;
        run_pieces(&cut, decoder, data, len, piece, 0);
        assert_int_equal(cut.events, whole.events);
        assert_string_equal(cut.out.data, whole.out.data);
        assert_int_equal(cut.stats.read, whole.stats.read);
        assert_int_equal(cut.stats.parsed, whole.stats.parsed);
        assert_int_equal(cut.stats.rejected, whole.stats.rejected);
        run_free(&cut);
    }
    run_free(&whole);
}

/* Truncation at every byte, and flipped bytes: decoding ends, and every record read is parsed or rejected. */
__attribute__((unused)) static void assert_survives(const struct sw_decoder *decoder, const char *data, size_t len)
{
    for (size_t cut = 0; cut < len; cut++) {
        struct run run;
        run_pieces(&run, decoder, data, cut, 4096, 0);
        assert_int_equal(run.stats.read, run.stats.parsed + run.stats.rejected);
        run_free(&run);
    }
    char *copy = sw_alloc(1, len);
    assert_non_null(copy);
    uint32_t random = 12345;
    for (size_t round = 0; round < 2000; round++) {
        memcpy(copy, data, len);
        for (unsigned i = 0; i < 4; i++) {
            random = random * 1664525u + 1013904223u;
            copy[(random >> 8) % len] = (char)(random >> 3);
        }
        struct run run;
        run_pieces(&run, decoder, copy, len, 4096, 0);
        assert_int_equal(run.stats.read, run.stats.parsed + run.stats.rejected);
        run_free(&run);
    }
    sw_free(copy);
}

#endif
