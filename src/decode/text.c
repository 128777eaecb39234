/*
 * text.c - plain text: each line is an event with one field, message.
 *
 * The decoder of last resort. Keyword rules for applications (stack traces of a JVM, Python, Django and so on) work on it.
 */
#include "base/mem.h"
#include "decode/decode.h"

static int sniff(const struct sw_sniff *s)
{
    /* NUL bytes mean binary: still read as text, since nobody else will, but every line then says so. */
    return s->head.len > 0 ? SW_SURE_FALLBACK : SW_SURE_NO;
}

static void *state_new(const struct sw_classes *classes)
{
    sw_class_id *plain = sw_alloc(1, sizeof *plain);
    if (plain != NULL)
        *plain = sw_classes_find(classes, SW_STR("text"));
    return plain;
}

static int line(struct sw_decode *d, struct sw_str text)
{
    if (memchr(text.ptr, '\0', text.len) != NULL) {
        sw_decode_reject(d, "binary data");
        return 0;
    }
    d->event.class_id = *(const sw_class_id *)d->state;
    sw_event_add_str(&d->event, SW_FIELD_MESSAGE, text);
    return sw_decode_emit(d);
}

const struct sw_decoder sw_decoder_text = {
    .name = "text",
    .title = "plain text, a line an event",
    .sniff = sniff,
    .state_new = state_new,
    .state_free = sw_free,
    .line = line,
};
