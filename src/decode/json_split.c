/* json_split.c - the form of a JSON source, the walk over its records, and cutting between them. */
#include "decode/json_split.h"

#include "decode/json_scan.h"

/* The end of a value at `at`, whatever it is, or NULL. */
static const char *value_end(const char *at, const char *end, bool all, struct sw_json_scan *scan)
{
    *scan = (struct sw_json_scan){0};
    if (*at == '{' || *at == '[')
        return sw_json_scan(scan, at, end);
    const char *from = at;
    bool in_string = false;
    for (; at < end && *at != '\n'; at++) {
        if (*at == '\\' && end - at > 1)
            at++;
        else if (*at == '"')
            in_string = !in_string;
        else if (!in_string && at > from && (*at == ',' || *at == ']' || *at == '}' || *at == '{' || *at == '['))
            return at;
    }
    return at < end || all ? at : NULL;
}

/* --- envelopes ------------------------------------------------------------------------------------------ */

/* Keys whose value, if it is an array of objects, is an array of records. */
static const struct sw_str records_keys[] = {
    SW_STR_INIT("Records"), SW_STR_INIT("records"), SW_STR_INIT("value"),     SW_STR_INIT("items"),   SW_STR_INIT("hits"),
    SW_STR_INIT("events"),  SW_STR_INIT("Events"),  SW_STR_INIT("logs"),      SW_STR_INIT("logEvents"),
    SW_STR_INIT("entries"), SW_STR_INIT("data"),    SW_STR_INIT("resources"), SW_STR_INIT("results"),
};

/* Keys that stand in an envelope before its records. A record has others before it could have such an array. */
static const struct sw_str envelope_keys[] = {
    SW_STR_INIT("took"),          SW_STR_INIT("timed_out"),   SW_STR_INIT("_shards"),    SW_STR_INIT("_scroll_id"),
    SW_STR_INIT("pit_id"),        SW_STR_INIT("total"),       SW_STR_INIT("max_score"),  SW_STR_INIT("kind"),
    SW_STR_INIT("apiVersion"),    SW_STR_INIT("metadata"),    SW_STR_INIT("etag"),       SW_STR_INIT("nextPageToken"),
    SW_STR_INIT("nextLink"),      SW_STR_INIT("next_token"),  SW_STR_INIT("nextToken"),  SW_STR_INIT("NextToken"),
    SW_STR_INIT("count"),         SW_STR_INIT("total_count"), SW_STR_INIT("page"),       SW_STR_INIT("pages"),
    SW_STR_INIT("limit"),         SW_STR_INIT("offset"),      SW_STR_INIT("status"),     SW_STR_INIT("success"),
    SW_STR_INIT("messageType"),   SW_STR_INIT("owner"),       SW_STR_INIT("logGroup"),   SW_STR_INIT("logStream"),
    SW_STR_INIT("object"),        SW_STR_INIT("cursor"),      SW_STR_INIT("links"),      SW_STR_INIT("meta"),
    SW_STR_INIT("has_more"),      SW_STR_INIT("version"),     SW_STR_INIT("preview"),    SW_STR_INIT("init_offset"),
    SW_STR_INIT("messages"),      SW_STR_INIT("fields"),      SW_STR_INIT("searchedLogStreams"),
    SW_STR_INIT("subscriptionFilters"),
};

static bool is_one_of(struct sw_str key, const struct sw_str *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (key.len == keys[i].len && key.ptr[0] == keys[i].ptr[0] && memcmp(key.ptr, keys[i].ptr, key.len) == 0)
            return true;
    return false;
}

static bool is_records_key(struct sw_str key)
{
    return is_one_of(key, records_keys, sizeof records_keys / sizeof records_keys[0]);
}

static bool is_envelope_key(struct sw_str key)
{
    return is_one_of(key, envelope_keys, sizeof envelope_keys / sizeof envelope_keys[0]) ||
           sw_str_starts(key, SW_STR("@odata.")) || sw_str_starts(key, SW_STR("odata."));
}

enum { NOT_AN_ENVELOPE = 0, UNDECIDED = -1 };

/* A key without escapes and its colon; *at is then at the value. False: it is none, or (*at == end) it may be cut. */
static bool envelope_key(const char **at, const char *end, struct sw_str *key)
{
    const char *p = *at;
    if (p == end || *p != '"') {
        *at = p == end ? end : p;
        return false;
    }
    const char *stop = p + 1;
    while (stop < end && !sw_json_special(*stop))
        stop++;
    *key = sw_strn(p + 1, (size_t)(stop - p - 1));
    if (stop < end && *stop != '"')
        return false;
    p = stop == end ? end : sw_json_space(stop + 1, end);
    if (p < end && *p != ':')
        return false;
    *at = p == end ? end : sw_json_space(p + 1, end);
    return *at < end;
}

/* Whether the object at `at` is an envelope: UNDECIDED when `end` is reached before that is clear, else how many objects
 * stand around its array of records, with *inside after the array's bracket. */
static int envelope_depth(const char *at, const char *end, const char **inside)
{
    int around = 1;
    at = sw_json_space(at + 1, end);
    struct sw_str key;
    while (envelope_key(&at, end, &key)) {
        bool records = is_records_key(key);
        if (records && *at == '[') {
            const char *first = sw_json_space(at + 1, end);
            *inside = at + 1;
            if (first == end)
                return UNDECIDED;
            return *first == '{' || *first == ']' ? around : NOT_AN_ENVELOPE;
        }
        if (sw_str_eq(key, SW_STR("hits")) && *at == '{' && around == 1) {
            around = 2;
            at = sw_json_space(at + 1, end);
            continue;
        }
        struct sw_json_scan scan;
        if (!is_envelope_key(key))
            return NOT_AN_ENVELOPE;
        const char *after = value_end(at, end, false, &scan);
        at = after != NULL ? sw_json_space(after, end) : end;
        if (at < end && *at != ',')
            return NOT_AN_ENVELOPE;
        at = at < end ? sw_json_space(at + 1, end) : end;
    }
    return at == end ? UNDECIDED : NOT_AN_ENVELOPE;
}

/* The same with a bound: what is undecided after SW_JSON_ENVELOPE_HEAD bytes is no envelope. */
static int envelope(const char *at, const char *end, bool all, const char **inside)
{
    bool bounded = end - at >= (ptrdiff_t)SW_JSON_ENVELOPE_HEAD;
    if (bounded)
        end = at + SW_JSON_ENVELOPE_HEAD;
    int around = envelope_depth(at, end, inside);
    return around == UNDECIDED && (bounded || all) ? NOT_AN_ENVELOPE : around;
}

/* --- walking -------------------------------------------------------------------------------------------- */

void sw_json_walk_init(struct sw_json_walk *walk, struct sw_str text, uint64_t context, bool all)
{
    *walk = (struct sw_json_walk){.here = {.at = text.ptr,
                                           .in_array = (context & SW_JSON_IN_ARRAY) != 0,
                                           .around = (uint8_t)(context / SW_JSON_AROUND)},
                                  .end = text.ptr + text.len,
                                  .all = all};
    walk->cut = walk->here;
}

/* Out of the array that ends here, and of the objects around it. False: their end is not there. */
static bool walk_out(struct sw_json_walk *walk)
{
    const char *after = walk->here.at + 1;
    if (walk->here.around > 0) {
        struct sw_json_scan scan = {.depth = walk->here.around};
        after = sw_json_scan(&scan, after, walk->end);
        if (after == NULL && !walk->all)
            return false;
    }
    walk->here = (struct sw_json_place){.at = after != NULL ? after : walk->end};
    return true;
}

/* Into the envelope that begins here, if it is one. */
static enum sw_json_item walk_object(struct sw_json_walk *walk)
{
    const char *inside;
    int around = envelope(walk->here.at, walk->end, walk->all, &inside);
    if (around == NOT_AN_ENVELOPE)
        return SW_JSON_RECORD;
    if (around == UNDECIDED)
        return SW_JSON_MORE;
    walk->here = (struct sw_json_place){sw_json_space(inside, walk->end), true, (uint8_t)around};
    if (*walk->here.at == '{')
        return SW_JSON_RECORD;
    return walk_out(walk) ? SW_JSON_END : SW_JSON_MORE;
}

enum sw_json_item sw_json_walk_to(struct sw_json_walk *walk)
{
    struct sw_json_place *here = &walk->here;
    for (;;) {
        while (here->at < walk->end && (sw_json_is_space(*here->at) || *here->at == ','))
            here->at++;
        walk->cut = *here;
        if (here->at == walk->end)
            return SW_JSON_END;
        if (here->in_array && *here->at != ']')
            return *here->at == '{' ? SW_JSON_RECORD : SW_JSON_NOT_RECORD;
        if (here->in_array) {
            if (!walk_out(walk))
                return SW_JSON_MORE;
        } else if (*here->at == '[') {
            here->at++;
            here->in_array = true;
        } else if (*here->at != '{') {
            return SW_JSON_NOT_RECORD;
        } else {
            /* The cut stays before the envelope until a record of it is dealt with: it shows what its array is. */
            enum sw_json_item item = walk_object(walk);
            if (item != SW_JSON_END)
                return item;
        }
    }
}

const char *sw_json_walk_end(const struct sw_json_walk *walk, struct sw_json_scan *scan)
{
    return value_end(walk->here.at, walk->end, walk->all, scan);
}

void sw_json_walk_past(struct sw_json_walk *walk, const char *after)
{
    walk->here.at = after;
    walk->cut = walk->here;
}

const char *sw_json_next_start(const char *at, const char *end)
{
    while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        at++;
        if (at < end && *at == '{')
            return at;
    }
    return NULL;
}

unsigned sw_json_form(struct sw_str head, bool all)
{
    const char *end = head.ptr + head.len;
    const char *at = sw_json_space(head.ptr, end);
    const char *inside;
    if (at < end && *at == SW_JSON_SEPARATOR)
        return SW_JSON_LINES;
    if (at == end)
        return all ? SW_JSON_LINES : 0;
    if (*at == '[')
        return SW_JSON_VALUES;
    if (*at != '{')
        return SW_JSON_LINES;
    int around = envelope(at, end, all, &inside);
    if (around != NOT_AN_ENVELOPE)
        return around == UNDECIDED ? 0 : SW_JSON_VALUES;
    bool bounded = end - at > (ptrdiff_t)SW_MAX_RECORD;
    if (bounded)
        end = at + SW_MAX_RECORD;
    const char *feed = memchr(at, '\n', (size_t)(end - at));
    struct sw_json_scan scan = {0};
    if (sw_json_scan(&scan, at, feed != NULL ? feed : end) != NULL)
        return SW_JSON_LINES;
    if (feed == NULL)
        return bounded || all ? SW_JSON_LINES : 0;
    /* The first line ends inside an object: a document over several lines, or a line that was cut short. */
    if (scan.in_string || (feed + 1 < end && feed[1] == '{'))
        return SW_JSON_LINES;
    return feed + 1 < end || bounded || all ? SW_JSON_VALUES : 0;
}

/* --- cutting -------------------------------------------------------------------------------------------- */

struct split_state {
    struct sw_split_head head; /* of the slice that is being cut */
    uint64_t record;           /* number of the record after it; 0: not counting */
    uint64_t context;          /* of what comes after it */
    struct sw_json_scan scan;  /* of the record that is being skipped */
};

_Static_assert(sizeof(struct split_state) <= SW_SPLIT_STATE, "the splitter's state has 64 bytes");

static size_t split_lines(struct split_state *s, struct sw_str data, bool eof)
{
    if (s->context & SW_JSON_REST) {
        const char *feed = memchr(data.ptr, '\n', data.len);
        if (feed == NULL)
            return data.len;
        s->context = SW_JSON_LINES;
        return (size_t)(feed - data.ptr) + 1;
    }
    const char *feed = memrchr(data.ptr, '\n', data.len);
    if (feed != NULL)
        return (size_t)(feed - data.ptr) + 1;
    if (!eof && data.len <= SW_MAX_RECORD + 1)
        return 0;
    s->context |= SW_JSON_REST;
    return data.len;
}

/* Ends a piece of a record that is too long; what comes after a line feed at its very end decides whether it ends there. */
static size_t hold_line_feed(struct sw_str data, bool eof)
{
    return data.len - (!eof && data.ptr[data.len - 1] == '\n');
}

/* More of a record that is too long: up to its end, or up to a line that looks like the start of another. */
static size_t split_rest(struct split_state *s, struct sw_str data, bool eof)
{
    const char *end = data.ptr + data.len;
    struct sw_json_scan scan = s->scan;
    const char *after = scan.depth > 0 ? sw_json_scan(&scan, data.ptr, end) : NULL;
    const char *start = sw_json_next_start(data.ptr, after != NULL ? after : end);
    if (start != NULL)
        after = start;
    if (after != NULL) {
        s->context &= ~(uint64_t)SW_JSON_REST;
        return (size_t)(after - data.ptr);
    }
    s->scan = scan; /* a line feed that is held back changes nothing the second time */
    return hold_line_feed(data, eof);
}

static uint64_t context_of(const struct sw_json_place *place)
{
    return SW_JSON_VALUES | (place->in_array ? SW_JSON_IN_ARRAY : 0) | (uint64_t)place->around * SW_JSON_AROUND;
}

/* The data begins with a record that is too long: it is given out up to where another one seems to begin, else whole. */
static size_t split_long(struct split_state *s, const struct sw_json_walk *walk, struct sw_str data,
                         const struct sw_json_scan *scan)
{
    const char *cut = NULL;
    const char *start = walk->here.at;
    while ((start = sw_json_next_start(start, walk->end)) != NULL)
        cut = start;
    s->record++;
    s->context = context_of(&walk->here);
    if (cut != NULL)
        return (size_t)(cut - data.ptr);
    s->context |= SW_JSON_REST;
    s->scan = *scan;
    return hold_line_feed(data, false);
}

static size_t split_values(struct split_state *s, struct sw_str data)
{
    struct sw_json_walk walk;
    sw_json_walk_init(&walk, data, s->context, false);
    uint64_t records = 0;
    for (;;) {
        enum sw_json_item item = sw_json_walk_to(&walk);
        if (item == SW_JSON_END || item == SW_JSON_MORE)
            break;
        struct sw_json_scan scan;
        const char *after = sw_json_walk_end(&walk, &scan);
        if (after == NULL) {
            if (records == 0 && walk.end - walk.here.at > (ptrdiff_t)SW_MAX_RECORD)
                return split_long(s, &walk, data, &scan);
            break;
        }
        sw_json_walk_past(&walk, after);
        records++;
    }
    if (walk.cut.at > data.ptr) {
        s->record += records;
        s->context = context_of(&walk.cut);
    }
    return (size_t)(walk.cut.at - data.ptr);
}

size_t sw_json_split(void *state, const uint8_t *data, size_t len, uint64_t offset, bool eof)
{
    (void)offset;
    struct split_state *s = state;
    struct sw_str text = {(const char *)data, len};
    if (len == 0)
        return 0;
    if (s->context == 0) {
        s->context = sw_json_form(text, eof);
        s->record = s->context == SW_JSON_VALUES;
    }
    s->head = (struct sw_split_head){s->record, s->context};
    if (s->context == 0)
        return 0;
    if (s->context & SW_JSON_LINES)
        return split_lines(s, text, eof);
    if (s->context & SW_JSON_REST)
        return split_rest(s, text, eof);
    return eof ? len : split_values(s, text);
}
