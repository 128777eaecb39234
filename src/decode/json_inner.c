/* json_inner.c - opens texts inside JSON records, and hands lines to the decoders they belong to. */
#include "decode/json_inner.h"

#include "base/error.h"
#include "base/mem.h"

enum { MAX_ROUNDS = 4, MAX_DECODERS = 64 };

struct sw_json_inner {
    const struct sw_classes *classes;
    uint64_t documents[SW_JSON_MARKS / 64]; /* marks of fields whose text may be a document */
    struct sw_winxml xml;
    void *states[MAX_DECODERS]; /* of the other decoders, in the order of sw_decoders[]; made when first needed */
    bool made[MAX_DECODERS];
    struct sw_event event;      /* what another decoder makes of a line */
    struct sw_read_stats stats; /* its accounts of the line */
    struct sw_decode *outer;
    bool emitted;
};

/* Fields whose text may be a document, and the key that its fields are named under (empty: as if at the top). */
static const struct {
    uint16_t mark;
    struct sw_str under;
} documents[] = {
    {J_EVENT_DATA, SW_STR_INIT("EventData")},
    {J_AUDIT_DATA, {"", 0}},
    {J_CLOUDTRAIL_EVENT, {"", 0}},
    {J_RAW_EVENT_DATA, {"", 0}},
    {J_PROPERTIES, SW_STR_INIT("properties")},
    {J_PROPERTIES_UPPER, SW_STR_INIT("properties")},
    {J_RAW, {"", 0}},
    {J_MESSAGE, {"", 0}},
    {J_MESSAGE_WINDOWS, {"", 0}},
    {J_JOURNAL_MESSAGE, {"", 0}},
    {J_MSG, {"", 0}},
    {J_LOG, {"", 0}},
    {J_LINE, {"", 0}},
    {J_SYSLOG_MESSAGE, {"", 0}},
    {J_TEXT_PAYLOAD, {"", 0}},
    {J_EVENT_ORIGINAL, {"", 0}},
};

enum { DOCUMENTS = sizeof documents / sizeof documents[0] };

struct sw_json_inner *sw_json_inner_new(const struct sw_classes *classes)
{
    struct sw_json_inner *inner = sw_alloc(1, sizeof *inner);
    if (inner == NULL)
        return NULL;
    inner->classes = classes;
    for (size_t i = 0; i < DOCUMENTS; i++)
        inner->documents[documents[i].mark / 64] |= 1ull << (documents[i].mark % 64);
    sw_event_init(&inner->event);
    return inner;
}

void sw_json_inner_free(struct sw_json_inner *inner)
{
    if (inner == NULL)
        return;
    for (size_t i = 0; i < MAX_DECODERS && i < sw_decoder_count; i++)
        if (inner->states[i] != NULL && sw_decoders[i]->state_free != NULL)
            sw_decoders[i]->state_free(inner->states[i]);
    sw_event_fini(&inner->event);
    sw_free(inner);
}

/* --- JSON and XML --------------------------------------------------------------------------------------- */

/* Adds the fields of a JSON text, or leaves the event as it was. */
static int open_json(struct sw_json_reader *reader, struct sw_decode *d, struct sw_str text, struct sw_str under)
{
    uint64_t marks[SW_JSON_MARKS / 64];
    memcpy(marks, reader->marks, sizeof marks);
    uint32_t count = d->event.count;
    uint32_t dropped = d->event.dropped;
    size_t used;
    int rc = sw_json_read(reader, text, under, &d->event, d->arena, &used);
    if (rc == 0 && sw_str_trim(sw_str_from(text, used)).len == 0)
        return 0;
    memcpy(reader->marks, marks, sizeof marks);
    d->event.count = count;
    d->event.dropped = dropped;
    if (rc == SW_E_NOMEM)
        return rc;
    sw_decode_note(d, "text that begins like JSON but is none");
    return 0;
}

/* Marks that the names of XML fields would have had in JSON. */
static void mark_xml(struct sw_json_reader *reader, const struct sw_event *event, uint32_t from)
{
    for (uint32_t i = from; i < event->count; i++) {
        unsigned mark = event->fields[i].id == SW_FIELD_EVENT_ID   ? J_EVENT_ID
                        : event->fields[i].id == SW_FIELD_CHANNEL  ? J_CHANNEL
                        : event->fields[i].id == SW_FIELD_PROVIDER ? J_PROVIDER_NAME
                        : event->fields[i].id == SW_FIELD_COMPUTER ? J_COMPUTER
                                                                   : SW_JSON_MARK_NONE;
        if (mark == SW_JSON_MARK_NONE || sw_json_has(reader, mark))
            continue;
        reader->marks[mark / 64] |= 1ull << (mark % 64);
        reader->slot[mark] = i;
    }
}

static int open_xml(struct sw_json_inner *inner, struct sw_json_reader *reader, struct sw_decode *d, struct sw_str text)
{
    uint32_t count = d->event.count;
    int64_t time = d->event.time;
    size_t used;
    int rc = sw_winxml_read(&inner->xml, text, &d->event, d->arena, &used);
    if (rc == SW_E_TRUNCATED)
        sw_decode_note(d, "event XML cut short");
    if (rc == 0 || rc == SW_E_TRUNCATED) {
        mark_xml(reader, &d->event, count);
        return 0;
    }
    d->event.count = count;
    d->event.time = time;
    if (rc == SW_E_NOMEM)
        return rc;
    sw_decode_note(d, "text that begins like event XML but is none");
    return 0;
}

/* Splunk's search results: the record is under `result`. Its fields take the place of all others. */
static int open_result(struct sw_json_reader *reader, struct sw_decode *d)
{
    struct sw_str text = reader->wrapped;
    if (text.ptr == NULL || !sw_json_has(reader, J_PREVIEW))
        return 0;
    d->event.count = 0;
    d->event.dropped = 0;
    sw_json_reader_begin(reader);
    size_t used;
    int rc = sw_json_read(reader, text, SW_STR(""), &d->event, d->arena, &used);
    return rc == SW_E_NOMEM ? rc : 0;
}

static bool may_have_documents(const struct sw_json_inner *inner, const struct sw_json_reader *reader)
{
    uint64_t any = 0;
    for (size_t i = 0; i < SW_JSON_MARKS / 64; i++)
        any |= inner->documents[i] & reader->marks[i];
    return any != 0;
}

int sw_json_inner_open(struct sw_json_inner *inner, struct sw_json_reader *reader, struct sw_decode *d)
{
    int rc = open_result(reader, d);
    if (rc == 0 && !may_have_documents(inner, reader))
        return 0;
    uint32_t done = 0; /* bit: of documents[] */
    for (unsigned round = 0; rc == 0 && round < MAX_ROUNDS; round++) {
        bool found = false;
        for (size_t i = 0; rc == 0 && i < DOCUMENTS; i++) {
            if ((done >> i & 1) || !sw_json_has(reader, documents[i].mark))
                continue;
            struct sw_str text = sw_json_value(reader, documents[i].mark);
            size_t at = 0;
            while (at < text.len && sw_is_space(text.ptr[at]))
                at++;
            if (at == text.len || (text.ptr[at] != '{' && text.ptr[at] != '<'))
                continue;
            done |= 1u << i;
            if (text.ptr[at] == '{')
                rc = open_json(reader, d, text, documents[i].under);
            else if (sw_winxml_begins(text))
                rc = open_xml(inner, reader, d, text);
            found = true;
        }
        if (!found)
            break;
    }
    return rc;
}

/* --- lines ---------------------------------------------------------------------------------------------- */

/* The decoder surest of the line; its place in sw_decoders[], or MAX_DECODERS. */
static size_t decoder_of(struct sw_str line)
{
    struct sw_sniff sniff = {.head = sw_str_slice(line, 0, SW_SNIFF_SIZE), .complete = true, .path = {"", 0}};
    size_t best = MAX_DECODERS;
    int best_sure = SW_SURE_LIKELY - 1;
    for (size_t i = 0; i < sw_decoder_count && i < MAX_DECODERS; i++) {
        const struct sw_decoder *decoder = sw_decoders[i];
        if (decoder->line == NULL || (decoder->flags & (SW_DECODER_SEQUENTIAL | SW_DECODER_HEADER | SW_DECODER_BINARY)) ||
            sw_str_is(sw_str(decoder->name), "json") || sw_str_is(sw_str(decoder->name), "cri"))
            continue;
        int sure = decoder->sniff(&sniff);
        if (sure > best_sure) {
            best = i;
            best_sure = sure;
        }
    }
    return best;
}

/* The other decoder's event: the outer record's fields are added, and it goes on its way. */
static int pass_on(void *arg, struct sw_event *event)
{
    struct sw_json_inner *inner = arg;
    struct sw_decode *d = inner->outer;
    inner->emitted = true;
    if (event->time == SW_TIME_NONE) {
        event->time = d->event.time;
        inner->stats.first = event->time;
        inner->stats.last = event->time;
    }
    for (uint32_t i = 0; i < d->event.count; i++) {
        struct sw_field field = d->event.fields[i];
        sw_event_add(event, field.id, (enum sw_type)field.type, field.ptr, field.len);
    }
    return d->emit(d->emit_arg, event);
}

int sw_json_inner_text(struct sw_json_inner *inner, struct sw_str line, struct sw_decode *d, bool *taken)
{
    *taken = false;
    size_t which = decoder_of(line);
    if (which == MAX_DECODERS)
        return 0;
    const struct sw_decoder *decoder = sw_decoders[which];
    if (!inner->made[which] && decoder->state_new != NULL) {
        inner->states[which] = decoder->state_new(inner->classes);
        if (inner->states[which] == NULL)
            return SW_E_NOMEM;
    }
    inner->made[which] = true;
    inner->outer = d;
    inner->emitted = false;
    sw_read_stats_init(&inner->stats);
    sw_event_clear(&inner->event);
    struct sw_decode other = *d;
    other.decoder = decoder;
    other.state = inner->states[which];
    other.stats = &inner->stats;
    other.record_mark = sw_arena_mark(d->arena);
    other.event = inner->event;
    other.event.raw = d->event.raw;
    other.event.raw_is_value = false;
    other.event.record = d->event.record;
    other.event.offset = d->event.offset;
    other.event.line = d->event.line;
    other.emit = pass_on;
    other.emit_arg = inner;
    int rc = decoder->line(&other, line);
    inner->event = other.event; /* its array may have grown */
    if (!inner->emitted)
        return rc == SW_E_NOMEM ? rc : 0;
    *taken = true;
    inner->stats.rejected = 0;
    inner->stats.reason_count = 0;
    inner->stats.read = 0;
    sw_read_stats_add(d->stats, &inner->stats);
    sw_arena_rewind(d->arena, d->record_mark);
    return rc;
}

int sw_json_inner_line(struct sw_json_inner *inner, struct sw_json_reader *reader, struct sw_decode *d, bool *taken)
{
    static const uint16_t lines[] = {J_LOG, J_MESSAGE, J_LINE, J_RAW, J_TEXT_PAYLOAD, J_EVENT_ORIGINAL};
    *taken = false;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (!sw_json_has(reader, lines[i]))
            continue;
        struct sw_str text = sw_json_value(reader, lines[i]);
        while (text.len > 0 && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
            text.len--;
        if (text.len == 0 || text.ptr[0] == '{')
            continue;
        int rc = sw_json_inner_text(inner, text, d, taken);
        if (rc != 0 || *taken)
            return rc;
    }
    return 0;
}
