/* json_record.c - from one JSON document to one event. */
#include "decode/json_record.h"

#include "base/error.h"
#include "base/mem.h"

struct sw_json_state *sw_json_state_new(const struct sw_classes *classes)
{
    struct sw_json_state *state = sw_alloc(1, sizeof *state);
    if (state == NULL)
        return NULL;
    sw_json_shapes_init(&state->shapes, classes);
    state->inner = sw_json_inner_new(classes);
    if (state->inner == NULL || sw_json_reader_init(&state->reader, &sw_json_names) != 0) {
        sw_json_inner_free(state->inner);
        sw_free(state);
        return NULL;
    }
    return state;
}

void sw_json_state_free(void *memory)
{
    struct sw_json_state *state = memory;
    sw_json_reader_fini(&state->reader);
    sw_json_shapes_fini(&state->shapes);
    sw_json_inner_free(state->inner);
    sw_free(state);
}

bool sw_json_record_read(struct sw_json_state *state, struct sw_decode *d, struct sw_str text, size_t *used)
{
    sw_json_reader_begin(&state->reader);
    return sw_json_read(&state->reader, text, SW_STR(""), &d->event, d->arena, used) == 0;
}

static void tell_notes(const struct sw_json_reader *reader, struct sw_decode *d)
{
    if (reader->notes & SW_JSON_NOTE_UTF8)
        sw_decode_note(d, "invalid UTF-8 replaced");
    if (reader->notes & SW_JSON_NOTE_HEX)
        sw_decode_note(d, "escape \\xHH");
    if (reader->notes & SW_JSON_NOTE_MORE)
        sw_decode_note(d, "fields kept as name=value");
}

int sw_json_record_emit(struct sw_json_state *state, struct sw_decode *d)
{
    int rc = sw_json_inner_open(state->inner, &state->reader, d);
    if (rc != 0)
        return rc;
    if (state->reader.notes != 0)
        tell_notes(&state->reader, d);
    if (!sw_json_shape_apply(&state->shapes, &state->reader, d)) {
        bool taken;
        rc = sw_json_inner_line(state->inner, &state->reader, d, &taken);
        if (rc != 0 || taken)
            return rc;
        /* A container's line of no known format: plain text, which rules for applications look into. */
        if (sw_json_has(&state->reader, J_LOG) && sw_json_has(&state->reader, J_STREAM))
            d->event.class_id = state->shapes.class_of[JC_TEXT];
    }
    return sw_decode_emit(d);
}

int sw_json_record_reject(struct sw_json_state *state, struct sw_decode *d, size_t len)
{
    if (len > SW_MAX_RECORD) {
        sw_decode_reject(d, "record longer than the limit");
        return 0;
    }
    if (state->reader.reason == NULL)
        return SW_E_NOMEM;
    sw_decode_reject(d, state->reader.reason);
    return 0;
}
