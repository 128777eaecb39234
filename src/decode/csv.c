/*
 * csv.c - tables as text, with the columns' names in the first record: comma, semicolon, tab or bar separated.
 *
 * Fields have the columns' names without spaces. Windows events in tables get the names of EVTX, and Microsoft 365's
 * audit log (AuditData) the fields of the JSON in it. A table without names in its first record is no table here.
 */
#include "base/error.h"
#include "base/mem.h"
#include "decode/csv_priv.h"
#include "decode/json_record.h"
#include "decode/web.h"

struct state {
    struct csv_layout layout;
    struct sw_buf header; /* the header record that `layout` was made of */
    struct sw_json_state *json;
    const struct sw_classes *classes;
    sw_class_id plain;
    struct csv_learnt learnt; /* of the slice at hand */
};

/* What a slice's context says: what was learnt from the first records (the order of day and month, the time's column),
 * and that the slice has the header record. */
enum { CONTEXT_ORDER = 3, CONTEXT_FIRST = 4, CONTEXT_COLUMN_SHIFT = 8 };

static uint64_t context_of(const struct csv_learnt *learnt)
{
    return (uint64_t)learnt->order | (uint64_t)learnt->time_column << CONTEXT_COLUMN_SHIFT;
}

static struct csv_learnt learnt_of(uint64_t context)
{
    return (struct csv_learnt){.order = (enum csv_order)(context & CONTEXT_ORDER),
                               .time_column = (unsigned)(context >> CONTEXT_COLUMN_SHIFT)};
}

struct split_state {
    struct sw_split_head head;
    char delimiter; /* '\0': the source's first bytes were not looked at yet */
};
_Static_assert(sizeof(struct split_state) <= SW_SPLIT_STATE, "it has to fit");

struct record {
    struct csv_value values[CSV_COLUMNS + 1];
    unsigned count;
    struct sw_str raw; /* without the line end */
    uint64_t feeds;    /* line feeds in it and behind it */
    bool surplus;      /* more values than fit into `values`, one of them not empty */
};

/* --- values --------------------------------------------------------------------------------------------- */

/* A quoted value with "" turned into "; text itself when there is none, or no room. */
static struct sw_str unquoted(struct sw_arena *arena, const struct csv_value *value)
{
    struct sw_str text = value->text;
    if (!value->quoted || text.len == 0 || memchr(text.ptr, '"', text.len) == NULL)
        return text;
    char *copy = sw_arena_bytes(arena, text.len);
    if (copy == NULL)
        return text;
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        copy[len++] = text.ptr[i];
        if (text.ptr[i] == '"' && i + 1 < text.len && text.ptr[i + 1] == '"')
            i++;
    }
    return sw_strn(copy, len);
}

/* Sysmon's rendered text has a line "Image: C:\..." for each of the event's fields, under their names. */
static void add_message_fields(struct sw_event *event, struct sw_str message)
{
    size_t at = 0;
    struct sw_str line;
    while (sw_next_line(message, &at, &line)) {
        size_t colon = sw_str_find(line, SW_STR(": "));
        if (colon == SW_NPOS || colon == 0 || colon > 40)
            continue;
        bool word = true;
        for (size_t i = 0; i < colon; i++)
            word = word && (sw_is_alpha(line.ptr[i]) || sw_is_digit(line.ptr[i]));
        if (word)
            sw_event_add_str(event, sw_field_intern(sw_str_slice(line, 0, colon)),
                             sw_str_trim(sw_str_from(line, colon + 2)));
    }
}

/* The Event Viewer doesn't say which log an event is of, but some providers have one only. */
static void add_channel(struct sw_event *event, struct sw_str provider)
{
    static const struct {
        const char *provider;
        const char *channel;
    } known[] = {
        {"Microsoft-Windows-Security-Auditing", "Security"},
        {"Microsoft Windows security auditing.", "Security"},
        {"Microsoft-Windows-Eventlog", "Security"},
        {"Service Control Manager", "System"},
        {"PowerShell", "Windows PowerShell"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (!sw_str_is(provider, known[i].provider))
            continue;
        sw_event_add_str(event, SW_FIELD_CHANNEL, sw_str(known[i].channel));
        return;
    }
}

static void add_viewer_channel(struct sw_decode *d, struct sw_str provider)
{
    if (sw_str_is(provider, "Sysmon"))
        provider = SW_STR("Microsoft-Windows-Sysmon");
    struct sw_str channel = sw_arena_printf(d->arena, "%.*s/Operational", SW_STR_ARG(provider));
    if (sw_str_starts(provider, SW_STR("Microsoft-Windows-")) &&
        !sw_str_is(provider, "Microsoft-Windows-Security-Auditing") &&
        !sw_str_is(provider, "Microsoft-Windows-Eventlog") && channel.ptr != NULL)
        sw_event_add_str(&d->event, SW_FIELD_CHANNEL, channel);
    else
        add_channel(&d->event, provider);
}

/* --- time ----------------------------------------------------------------------------------------------- */

static bool read_time(const struct state *state, const struct record *record, unsigned column, struct csv_time *time)
{
    const struct csv_layout *layout = &state->layout;
    struct csv_time clock;
    char both[64];
    if (column >= record->count || csv_time_read(record->values[column].text, state->learnt.order, time) != 0)
        return false;
    if (!time->date_only || layout->clock >= record->count || layout->clock == column)
        return true;
    struct sw_str of_day = record->values[layout->clock].text;
    if (of_day.len > 40)
        return true;
    memcpy(both, "1970-01-01 ", 11);
    memcpy(both + 11, of_day.ptr, of_day.len);
    if (csv_time_read(sw_strn(both, 11 + of_day.len), CSV_ORDER_UNKNOWN, &clock) == 0) {
        time->time += clock.time;
        time->zoned = clock.zoned;
    }
    return true;
}

/* The first of the time columns that holds a time, or the column that was found by its values. */
static void set_time(struct sw_decode *d, const struct state *state, const struct record *record)
{
    const struct csv_layout *layout = &state->layout;
    struct csv_time time;
    enum csv_order order = state->learnt.order;
    unsigned i = 0;
    while (i < layout->time_count && !read_time(state, record, layout->times[i], &time))
        i++;
    if (i == layout->time_count) {
        bool found = layout->time_count == 0 && read_time(state, record, state->learnt.time_column, &time);
        sw_decode_note(d, found ? "time's column found by its values" : "record without time");
        if (!found)
            return;
    }
    d->event.time = time.time;
    if (!time.zoned) {
        d->event.time -= d->source->zone_offset * SW_SECOND;
        sw_decode_note(d, "time without zone");
    }
    if (time.either)
        sw_decode_note(d, order == CSV_DAY_FIRST     ? "day before month, as in other dates of the table"
                          : order == CSV_MONTH_FIRST ? "month before day, as in other dates of the table"
                                                     : "month taken to stand before day");
}

/* --- records -------------------------------------------------------------------------------------------- */

/* "name=value", for a column whose name found no room in the table of names; no bytes when there is no memory. */
static struct sw_str named(struct sw_arena *arena, struct sw_str name, struct sw_str value)
{
    size_t len = name.len + 1 + value.len;
    char *text = sw_arena_bytes(arena, len);
    if (text == NULL)
        return (struct sw_str){NULL, 0};
    memcpy(text, name.ptr, name.len);
    text[name.len] = '=';
    if (value.len > 0)
        memcpy(text + name.len + 1, value.ptr, value.len);
    return sw_strn(text, len);
}

static void add_value(struct sw_decode *d, const struct csv_column *column, struct sw_str text)
{
    if (column->id == SW_FIELD_MORE && text.len > 0) {
        struct sw_str both = named(d->arena, column->name, text);
        sw_decode_note(d, "fields kept as name=value");
        d->event.dropped += both.ptr == NULL;
        if (both.ptr != NULL)
            sw_event_add_str(&d->event, SW_FIELD_MORE, both);
        return;
    }
    enum sw_type type = text.len == 0                         ? SW_NULL
                        : text.len == 1 && text.ptr[0] == '-' ? SW_STRING
                                                              : sw_web_number_type(text);
    sw_event_add(&d->event, column->id, type, text.ptr, text.len);
}

/* Adds what a record in JSON holds; false: it is none, and nothing was added. */
static bool add_json(struct sw_decode *d, struct state *state, struct sw_str text)
{
    if (text.len < 2 || text.ptr[0] != '{')
        return false;
    if (state->json == NULL)
        state->json = sw_json_state_new(state->classes);
    if (state->json == NULL)
        return false;
    uint32_t count = d->event.count;
    size_t used;
    if (sw_json_record_read(state->json, d, text, &used) && sw_str_trim(sw_str_from(text, used)).len == 0)
        return true;
    d->event.count = count;
    sw_decode_note(d, "JSON in a column that is none");
    return false;
}

static int emit_record(struct sw_decode *d, struct state *state, const struct record *record)
{
    const struct csv_layout *layout = &state->layout;
    bool json = false;
    struct sw_str provider = {NULL, 0};
    struct sw_str message = {NULL, 0};
    for (unsigned i = 0; i < record->count; i++) {
        struct sw_str text = unquoted(d->arena, &record->values[i]);
        struct csv_column column = {.id = SW_FIELD_MESSAGE, .kind = CSV_MESSAGE};
        if (i < layout->count)
            column = layout->columns[i];
        else if (!layout->viewer || i > layout->count)
            break; /* nothing, or past the limit */
        if ((column.kind == CSV_JSON || column.kind == CSV_PAYLOAD) && !json && add_json(d, state, text)) {
            json = column.kind == CSV_JSON;
            continue;
        }
        if (column.id == SW_FIELD_PROVIDER)
            provider = text;
        if (column.kind == CSV_MESSAGE)
            message = text;
        add_value(d, &column, text);
    }
    if (layout->viewer)
        add_viewer_channel(d, provider);
    if (layout->windows && sw_str_ifind(provider, SW_STR("Sysmon")) != SW_NPOS)
        add_message_fields(&d->event, message);
    set_time(d, state, record);
    if (json)
        return sw_json_record_emit(state->json, d);
    d->event.class_id = state->plain;
    return sw_decode_emit(d);
}

/* The record at *at, which is not past the end. */
static void read_record(struct csv_scan *scan, const char **at, struct record *record)
{
    enum csv_found found = CSV_FIELD;
    const char *start = *at;
    struct csv_value spare;
    record->count = 0;
    record->feeds = 0;
    record->surplus = false;
    scan->record = start;
    while (found == CSV_FIELD) {
        bool room = record->count <= CSV_COLUMNS;
        found = csv_scan_field(scan, at, room ? &record->values[record->count] : &spare);
        record->surplus = record->surplus || (!room && spare.text.len > 0);
        record->count += room;
    }
    const char *end = *at;
    for (const char *feed = start; (feed = memchr(feed, '\n', (size_t)(end - feed))) != NULL; feed++)
        record->feeds++;
    if (end > start && end[-1] == '\n')
        end--;
    if (end > start && end[-1] == '\r')
        end--;
    record->raw = sw_strn(start, (size_t)(end - start));
}

/* Files that were put together have the names in between once more. */
static bool is_header(const struct state *state, struct sw_str raw)
{
    struct sw_str header = sw_buf_str(&state->header);
    if (header.len == 0 || raw.len == 0 || raw.ptr[0] != header.ptr[0])
        return false;
    return sw_str_eq(raw, header);
}

/* Has it values that no column of the header is for? Delimiters alone at its end are fine. */
static bool has_surplus(const struct csv_layout *layout, const struct record *record)
{
    bool surplus = record->surplus;
    for (unsigned i = layout->count + layout->viewer; i < record->count; i++)
        surplus = surplus || record->values[i].text.len > 0;
    return surplus;
}

/* Values of a record with more or fewer columns than the header may stand under a wrong name, so there is no event. */
static int decode_record(struct sw_decode *d, struct state *state, const struct record *record)
{
    const struct csv_layout *layout = &state->layout;
    const char *reason = NULL;
    if (record->raw.len > SW_MAX_RECORD)
        reason = "record longer than the limit";
    else if (record->count < layout->required)
        reason = "fewer columns than the header";
    else if (!layout->wide && has_surplus(layout, record))
        reason = "more columns than the header";
    if (reason != NULL) {
        sw_decode_reject(d, reason);
        return 0;
    }
    if (layout->wide)
        sw_decode_note(d, "columns beyond the limit dropped");
    return emit_record(d, state, record);
}

/* Makes the layout of a header record, unless it is that already. False: no memory. */
static bool use_header(struct state *state, struct sw_str header)
{
    if (sw_str_eq(sw_buf_str(&state->header), header))
        return true;
    sw_buf_clear(&state->header);
    sw_buf_str_add(&state->header, header);
    if (sw_buf_error(&state->header) != 0)
        return false;
    csv_layout_read(&state->layout, sw_buf_str(&state->header));
    return true;
}

/* The header record at the start of the source: its text without the line end, and where it ends. One that is longer
 * than a record may be is cut. */
static struct sw_str first_record(struct sw_str data, size_t *end)
{
    size_t from = csv_preamble(data);
    struct sw_str rest = sw_str_from(data, from);
    size_t len = csv_header_length(rest, true);
    *end = from + len;
    while (len > 0 && (rest.ptr[len - 1] == '\n' || rest.ptr[len - 1] == '\r'))
        len--;
    return sw_str_slice(rest, 0, len < SW_MAX_RECORD ? len : SW_MAX_RECORD);
}

static int decode(struct sw_decode *d, const struct sw_slice *slice)
{
    struct state *state = d->state;
    struct sw_str data = {(const char *)slice->data, slice->len};
    struct sw_str header = slice->header;
    struct record record;
    size_t from = 0;
    if (slice->context & CONTEXT_FIRST)
        header = first_record(data, &from);
    if (!use_header(state, header))
        return SW_E_NOMEM;
    state->learnt = learnt_of(slice->context);
    uint64_t line = slice->line;
    for (size_t i = 0; i < from; i++)
        line += data.ptr[i] == '\n';
    struct csv_scan scan;
    csv_scan_init(&scan, data, state->layout.delimiter, true);
    const char *at = data.ptr + from;
    while (at < scan.end) {
        size_t offset = (size_t)(at - data.ptr);
        read_record(&scan, &at, &record);
        d->record = line;
        if (record.raw.len > 0 && !is_header(state, record.raw)) {
            sw_decode_begin(d, record.raw, slice->offset + offset, line);
            int rc = decode_record(d, state, &record);
            if (rc != 0)
                return rc;
        }
        line += record.feeds;
    }
    return 0;
}

/* --- the decoder ---------------------------------------------------------------------------------------- */

/* Looks at the source's first bytes: how its fields are separated and its dates written. Always at as many, wherever it
 * is cut, so that all slices read dates alike. Returns the length of the header record and what is before it; 0: more
 * bytes are needed. */
static size_t look_at_start(struct split_state *state, struct sw_str data, bool eof)
{
    struct csv_layout layout;
    if (data.len < SW_SNIFF_SIZE && !eof)
        return 0;
    if (csv_header_length(sw_str_from(data, csv_preamble(data)), eof) == 0 && !eof)
        return 0;
    size_t end;
    csv_layout_read(&layout, first_record(data, &end));
    struct sw_str records = sw_str_from(sw_str_slice(data, 0, SW_SNIFF_SIZE), end);
    state->delimiter = layout.delimiter;
    struct csv_learnt learnt;
    csv_layout_learn(&layout, records, data.len < SW_SNIFF_SIZE, &learnt);
    state->head.context = CONTEXT_FIRST | context_of(&learnt);
    return end;
}

static size_t split(void *memory, const uint8_t *bytes, size_t len, uint64_t offset, bool eof)
{
    struct split_state *state = memory;
    struct sw_str data = {(const char *)bytes, len};
    size_t names = 0; /* length of the header record and what is before it */
    (void)offset;
    if (state->delimiter == '\0') {
        names = look_at_start(state, data, eof);
        if (names == 0 && !eof)
            return 0;
    } else {
        state->head.context &= ~(uint64_t)CONTEXT_FIRST;
    }
    if (eof)
        return len;
    struct csv_scan scan;
    struct sw_str records = sw_str_from(data, names);
    csv_scan_init(&scan, records, state->delimiter, false);
    size_t cut = names + csv_scan_records(&scan, records);
    /* A quote that may or may not be closed holds back what follows it. With more bytes that is decided for most of the
     * data at once; small cuts would have it searched anew for each of them. */
    if (names == 0 && cut < len / 4 && len < SW_MAX_RECORD + SW_MAX_RECORD / 2)
        return 0;
    return cut;
}

static void header(struct sw_buf *header, const struct sw_slice *slice)
{
    size_t end;
    if ((slice->context & CONTEXT_FIRST) == 0)
        return;
    sw_buf_str_add(header, first_record(sw_strn((const char *)slice->data, slice->len), &end));
    if (sw_buf_error(header) != 0)
        sw_buf_clear(header);
}

static void *state_new(const struct sw_classes *classes)
{
    struct state *state = sw_alloc(1, sizeof *state);
    if (state == NULL)
        return NULL;
    sw_buf_init(&state->header, SW_MAX_RECORD);
    state->classes = classes;
    state->plain = sw_classes_find(classes, SW_STR("csv"));
    return state;
}

static void state_free(void *memory)
{
    struct state *state = memory;
    if (state->json != NULL)
        sw_json_state_free(state->json);
    sw_buf_fini(&state->header);
    sw_free(state);
}

/* --- sniffing ------------------------------------------------------------------------------------------- */

/* Could this be a column's name? It has letters, few words, and nothing of a value, a sentence or markup. */
static bool is_name(struct sw_str text)
{
    size_t letters = 0;
    size_t spaces = 0;
    if (text.len > 80)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        letters += sw_is_alpha(c) || (unsigned char)c >= 0x80;
        spaces += c == ' ';
        if ((unsigned char)c < 0x20 || memchr("{}<>=;\\!?\"", c, 10) != NULL)
            return false;
    }
    return letters * 2 >= text.len - spaces && letters > 0 && spaces <= 5;
}

static bool names_columns(struct sw_str header, char delimiter, unsigned *count)
{
    struct csv_scan scan;
    struct csv_value value;
    csv_scan_init(&scan, header, delimiter, true);
    const char *at = header.ptr;
    enum csv_found found = CSV_FIELD;
    unsigned empty = 0;
    *count = 0;
    while (found == CSV_FIELD) {
        found = csv_scan_field(&scan, &at, &value);
        (*count)++;
        if (value.text.len == 0)
            empty++;
        else if (!is_name(sw_str_trim(value.text)))
            return false;
    }
    return *count >= 2 && empty * 4 <= *count;
}

/* The share of the first records that have as many columns as the header (one more: the Event Viewer's message). */
static int sniff(const struct sw_sniff *s)
{
    size_t from;
    struct record record;
    struct sw_str header_text = first_record(s->head, &from);
    char delimiter = csv_delimiter(header_text);
    unsigned columns;
    if (from == 0 || (from == s->head.len && !s->complete) || !names_columns(header_text, delimiter, &columns))
        return SW_SURE_NO;
    struct csv_scan scan;
    csv_scan_init(&scan, s->head, delimiter, true);
    const char *at = s->head.ptr + from;
    unsigned seen = 0;
    unsigned good = 0;
    while (at < scan.end && seen < 30) {
        read_record(&scan, &at, &record);
        if (at == scan.end && !s->complete)
            break;
        if (record.raw.len == 0)
            continue;
        seen++;
        good += record.count == columns || record.count == columns + 1;
    }
    if (seen == 0) /* names alone, or a first record that goes on past what is shown */
        return columns >= 4 ? SW_SURE_MAYBE : SW_SURE_NO;
    unsigned share = good * 100 / seen;
    if (share < 80)
        return share >= 50 && columns >= 5 ? SW_SURE_MAYBE : SW_SURE_NO;
    return seen < 3 && columns < 4 ? SW_SURE_MAYBE : SW_SURE_LIKELY;
}

const struct sw_decoder sw_decoder_csv = {
    .name = "csv",
    .title = "tables with a header record (CSV: comma, semicolon, tab, bar)",
    .flags = SW_DECODER_HEADER,
    .sniff = sniff,
    .split = split,
    .header = header,
    .state_new = state_new,
    .state_free = state_free,
    .decode = decode,
};
