/*
 * winxml.c - the decoder of event logs exported as XML: events one after the other, alone or inside <Events>.
 *
 * A record ends with "</Event>" and begins with the "<Event" before it, whatever stands between: what the event's own text
 * says is escaped. So a damaged record costs itself. Records are counted by their ends.
 */
#include "decode/winxml.h"

#include "base/error.h"
#include "base/mem.h"

static const struct sw_str end_tag = SW_STR_INIT("</Event>");

enum { SKIPPING = 1 }; /* slice->context: more of a record that is too long */

struct split_state {
    struct sw_split_head head;
    uint64_t record; /* number of the next one, from 0 */
    bool skipping;
};

_Static_assert(sizeof(struct split_state) <= SW_SPLIT_STATE, "the splitter's state has 64 bytes");

struct state {
    struct sw_winxml reader;
    sw_class_id windows;
};

static int sniff(const struct sw_sniff *s)
{
    if (!sw_winxml_begins(s->head))
        return SW_SURE_NO;
    struct sw_str start = sw_str_slice(s->head, 0, 4096);
    bool named = sw_str_find(start, SW_STR("schemas.microsoft.com/win/2004/08/events")) != SW_NPOS;
    bool system = sw_str_find(start, SW_STR("<System>")) != SW_NPOS;
    return named || system ? SW_SURE_YES : SW_SURE_MAYBE;
}

static size_t split(void *state, const uint8_t *data, size_t len, uint64_t offset, bool eof)
{
    (void)offset;
    struct split_state *s = state;
    struct sw_str text = {(const char *)data, len};
    s->head = (struct sw_split_head){s->record + 1, s->skipping ? SKIPPING : 0};
    size_t cut = 0;
    size_t at;
    while ((at = sw_str_find(sw_str_from(text, cut), end_tag)) != SW_NPOS) {
        cut += at + end_tag.len;
        s->record += !s->skipping;
        if (s->skipping) {
            s->skipping = false;
            return cut;
        }
    }
    if (cut > 0 || eof)
        return cut > 0 ? cut : len;
    if (s->skipping && len > end_tag.len)
        return len - end_tag.len; /* the tag may lie across the end */
    if (len <= SW_MAX_RECORD + 2 * end_tag.len)
        return 0;
    s->skipping = true;
    s->record++;
    return len - end_tag.len;
}

/* Where the record in `text`, which ends with its end tag, begins: at the last "<Event" that begins an element. */
static size_t record_start(struct sw_str text)
{
    static const struct sw_str tag = SW_STR_INIT("<Event");
    size_t start = SW_NPOS;
    size_t at = 0;
    size_t found;
    while ((found = sw_str_find(sw_str_from(text, at), tag)) != SW_NPOS) {
        at += found;
        char next = at + tag.len < text.len ? text.ptr[at + tag.len] : 0;
        if (next == '>' || sw_is_space(next))
            start = at;
        at += tag.len;
    }
    return start;
}

/* Whether there is anything but the list's own tags, declarations and white space. */
static bool is_filler(struct sw_str text)
{
    for (;;) {
        text = sw_str_trim(text);
        if (text.len == 0 || sw_str_is(text, "-"))
            return true;
        size_t end = text.ptr[0] == '<' ? sw_str_chr(text, '>') : SW_NPOS;
        if (end == SW_NPOS || sw_str_starts(text, SW_STR("<Event>")) || sw_str_starts(text, SW_STR("<Event ")))
            return false;
        text = sw_str_from(text, end + 1);
    }
}

static int decode_record(struct sw_decode *d, struct sw_str text, uint64_t offset, uint64_t line, uint64_t number)
{
    struct state *state = d->state;
    d->record = number;
    sw_decode_begin(d, text, offset, line);
    d->event.raw_is_value = false;
    d->event.class_id = state->windows;
    if (text.len > SW_MAX_RECORD) {
        sw_decode_reject(d, "record longer than the limit");
        return 0;
    }
    size_t used;
    int rc = sw_winxml_read(&state->reader, text, &d->event, d->arena, &used);
    if (rc == SW_E_NOMEM)
        return rc;
    if (rc != 0) {
        sw_decode_reject(d, state->reader.reason);
        return 0;
    }
    return sw_decode_emit(d);
}

static uint64_t count_lines(struct sw_str text)
{
    uint64_t lines = 0;
    size_t at;
    while ((at = sw_str_chr(text, '\n')) != SW_NPOS) {
        lines++;
        text = sw_str_from(text, at + 1);
    }
    return lines;
}

/* Something that is no whole event stands before one: a record, too, with the number of the one that follows. */
static void reject_piece(struct sw_decode *d, struct sw_str text, uint64_t offset, uint64_t line, uint64_t number)
{
    d->record = number;
    sw_decode_begin(d, text, offset, line);
    sw_decode_reject(d, "no whole event");
}

static int decode(struct sw_decode *d, const struct sw_slice *slice)
{
    const char *data = (const char *)slice->data;
    struct sw_str rest = {data, slice->len};
    uint64_t line = slice->line;
    uint64_t number = slice->record; /* of what ends with the next end tag */
    if (slice->context & SKIPPING)
        return 0;
    for (; rest.len > 0; number++) {
        size_t end = sw_str_find(rest, end_tag);
        size_t len = end == SW_NPOS ? rest.len : end + end_tag.len;
        struct sw_str record = sw_str_slice(rest, 0, len);
        size_t start = record_start(record);
        struct sw_str before = sw_str_slice(record, 0, start == SW_NPOS ? len : start);
        if (!is_filler(before))
            reject_piece(d, before, slice->offset + (uint64_t)(before.ptr - data), line, number);
        line += count_lines(before);
        record = sw_str_from(record, before.len);
        uint64_t offset = slice->offset + (uint64_t)(record.ptr - data);
        int rc = record.len > 0 ? decode_record(d, record, offset, line, number) : 0;
        if (rc != 0)
            return rc;
        line += count_lines(record);
        rest = sw_str_from(rest, len);
    }
    return 0;
}

/* One line that is an event: what syslog and others carry. A line that was cut gives what there is of it. */
static int line(struct sw_decode *d, struct sw_str text)
{
    struct state *state = d->state;
    size_t used;
    d->event.class_id = state->windows;
    int rc = sw_winxml_read(&state->reader, text, &d->event, d->arena, &used);
    if (rc == SW_E_NOMEM)
        return rc;
    if (rc == SW_E_FORMAT) {
        sw_decode_reject(d, state->reader.reason);
        return 0;
    }
    if (rc == SW_E_TRUNCATED)
        sw_decode_note(d, "event XML cut short");
    return sw_decode_emit(d);
}

static void *state_new(const struct sw_classes *classes)
{
    struct state *state = sw_alloc(1, sizeof *state);
    if (state != NULL)
        state->windows = sw_classes_find(classes, SW_STR("windows"));
    return state;
}

const struct sw_decoder sw_decoder_winxml = {
    .name = "winxml",
    .title = "Windows event log exported as XML",
    .sniff = sniff,
    .split = split,
    .state_new = state_new,
    .state_free = sw_free,
    .line = line,
    .decode = decode,
};
