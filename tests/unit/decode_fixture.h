/*
 * decode_fixture.h - runs a decoder over a text as the pipeline would, with blocks of any size, and shows what comes out.
 *
 * fixture_run() gives the text of all events: number, class and fields a line each, then what was rejected and noted.
 */
#ifndef SW_TEST_DECODE_FIXTURE_H
#define SW_TEST_DECODE_FIXTURE_H

#include "base/error.h"
#include "base/mem.h"
#include "decode/decode.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <cmocka.h>

static struct sw_classes *fixture_classes;
static struct sw_buf fixture_out;
static bool fixture_places; /* show offset and line, too */

static int fixture_setup(void **state)
{
    (void)state;
    struct sw_error err;
    sw_buf_init(&fixture_out, 1u << 28);
    return sw_classes_load(&fixture_classes, NULL, 0, &err);
}

static int fixture_teardown(void **state)
{
    (void)state;
    sw_classes_free(fixture_classes);
    sw_buf_fini(&fixture_out);
    return 0;
}

static int fixture_emit(void *arg, struct sw_event *event)
{
    (void)arg;
    struct sw_str name = sw_classes_get(fixture_classes, event->class_id)->name;
    sw_buf_printf(&fixture_out, "#%llu ", (unsigned long long)event->record);
    if (fixture_places)
        sw_buf_printf(&fixture_out, "@%llu:%llu+%zu ", (unsigned long long)event->offset, (unsigned long long)event->line,
                      event->raw.len);
    sw_buf_str_add(&fixture_out, name);
    sw_buf_char(&fixture_out, ' ');
    sw_buf_time(&fixture_out, event->time);
    for (uint32_t i = 0; i < event->count; i++) {
        const struct sw_field *field = &event->fields[i];
        sw_buf_printf(&fixture_out, " %.*s=", SW_STR_ARG(sw_field_name(field->id)));
        if (field->type == SW_NULL)
            SW_BUF_LIT(&fixture_out, "null:");
        for (uint32_t at = 0; at < field->len; at++) /* an event is one line */
            sw_buf_char(&fixture_out, field->ptr[at] == '\n' ? '|' : field->ptr[at]);
    }
    sw_buf_char(&fixture_out, '\n');
    return 0;
}

static void fixture_account(const struct sw_read_stats *stats)
{
    for (size_t i = 0; i < stats->reason_count; i++)
        sw_buf_printf(&fixture_out, "rejected %llu: %s\n", (unsigned long long)stats->reasons[i].count, stats->reasons[i].text);
    for (size_t i = 0; i < stats->note_count; i++)
        sw_buf_printf(&fixture_out, "note %llu: %s\n", (unsigned long long)stats->notes[i].count, stats->notes[i].text);
    assert_int_equal(stats->read, stats->parsed + stats->rejected);
}

/* Decodes one slice from a copy that ends where the slice ends, so that sanitizers see a byte too far. */
static int fixture_slice(struct sw_decode *d, struct sw_slice *slice)
{
    uint8_t *copy = sw_alloc(slice->len + 1, 1);
    if (copy == NULL)
        return SW_E_NOMEM;
    memcpy(copy + 1, slice->data, slice->len);
    struct sw_slice own = *slice;
    own.data = copy + 1;
    int rc = sw_decode_slice(d, &own);
    sw_free(copy);
    return rc;
}

/* The whole text, read in blocks that grow by `step` bytes until a slice can be cut. Returns what decoding returned. */
static int fixture_decode(const char *decoder_name, struct sw_str text, size_t step)
{
    static const struct sw_source_info source = {.path = SW_STR_INIT("sample"), .modified = SW_TIME_NONE};
    const struct sw_decoder *decoder = sw_decoder_find(sw_str(decoder_name));
    struct sw_read_stats stats;
    struct sw_arena arena;
    struct sw_decode d;
    _Alignas(16) unsigned char state[SW_SPLIT_STATE] = {0};
    sw_read_stats_init(&stats);
    sw_arena_init(&arena, SW_MAX_ARENA);
    sw_buf_clear(&fixture_out);
    int rc = sw_decode_init(&d, decoder, &source, fixture_classes, &stats, &arena, fixture_emit, NULL);
    size_t at = 0;
    uint64_t line = 1;
    while (rc == 0 && at < text.len) {
        struct sw_slice slice = {0};
        bool cut = false;
        for (size_t have = step; !cut; have += step) {
            size_t left = text.len - at;
            slice = (struct sw_slice){.data = (const uint8_t *)text.ptr + at, .len = have < left ? have : left, .offset = at,
                                      .line = line};
            cut = sw_split(decoder, state, &slice, have >= left);
        }
        assert_true(slice.len > 0);
        rc = fixture_slice(&d, &slice);
        for (size_t i = 0; i < slice.len; i++)
            line += slice.data[i] == '\n';
        at += slice.len;
    }
    if (rc == 0)
        fixture_account(&stats);
    sw_decode_fini(&d);
    sw_arena_fini(&arena);
    sw_buf_char(&fixture_out, '\0');
    return rc;
}

static const char *fixture_run(const char *decoder, struct sw_str text, size_t step)
{
    assert_int_equal(fixture_decode(decoder, text, step), 0);
    return fixture_out.data;
}

/* The same for every way to cut the text into blocks of one size. */
__attribute__((unused)) static void fixture_any_step(const char *decoder, struct sw_str text)
{
    char *whole = sw_strdup(fixture_run(decoder, text, text.len));
    for (size_t step = 1; step < text.len; step = step < 64 ? step + 1 : step + step / 5)
        assert_string_equal(fixture_run(decoder, text, step), whole);
    sw_free(whole);
}

#endif
