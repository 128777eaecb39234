/*
 * json_read.c - the JSON reader: a loop over tokens with a stack of open brackets.
 *
 * The two things that make it fast: strings are looked through 16 bytes at a time and not copied unless they have
 * escapes, and a key is first compared with the one that followed its predecessor last time, quote included, so that
 * known keys are neither scanned nor hashed.
 */
#include "decode/json_read.h"

#include "base/error.h"
#include "base/utf.h"
#include "decode/json_scan.h"

enum { NO_FIELD = UINT32_MAX, ROOM_SLACK = 32 };

static const char *fail(struct sw_json_reader *r, const char *at, const char *reason)
{
    r->reason = reason;
    r->stop = at;
    return NULL;
}

static const char *fail_memory(struct sw_json_reader *r, const char *at)
{
    return fail(r, at, NULL);
}

/* --- strings -------------------------------------------------------------------------------------------- */

/* Four hex digits at p; -1 when they aren't. */
static int hex4(const char *p)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = sw_hex_digit(p[i]);
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* \uXXXX at `at`, with the second half of a surrogate pair if there is one. */
static const char *unicode_escape(struct sw_json_reader *r, const char *at, const char *end, char **to)
{
    int unit = end - at >= 6 ? hex4(at + 2) : -1;
    if (unit < 0)
        return fail(r, at, "bad escape");
    uint32_t code = (uint32_t)unit;
    at += 6;
    if (code >= 0xd800 && code < 0xe000) {
        int low = code < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u' ? hex4(at + 2) : -1;
        if (low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
            at += 6;
        } else {
            code = 0xfffd;
        }
    }
    *to += sw_utf8_put(code, *to);
    return at;
}

/* One escape at `at`. It gives at most as many bytes as it takes. */
static const char *unescape(struct sw_json_reader *r, const char *at, const char *end, char **to, unsigned *high)
{
    static const char simple[256] = {['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
                                     ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};
    if (end - at < 2)
        return fail(r, at, "ends inside a string");
    char c = simple[(unsigned char)at[1]];
    if (c != 0) {
        *(*to)++ = c;
        return at + 2;
    }
    if (at[1] == 'u')
        return unicode_escape(r, at, end, to);
    int high_digit = at[1] == 'x' && end - at >= 4 ? sw_hex_digit(at[2]) : -1;
    int low_digit = high_digit >= 0 ? sw_hex_digit(at[3]) : -1;
    if (low_digit >= 0) {
        unsigned byte = (unsigned)high_digit << 4 | (unsigned)low_digit;
        *(*to)++ = (char)byte;
        *high |= byte & 0x80;
        r->notes |= SW_JSON_NOTE_HEX;
        return at + 4;
    }
    return fail(r, at, "bad escape");
}

/* Text with bytes beyond ASCII: made valid if it isn't. */
static bool make_valid(struct sw_json_reader *r, struct sw_str *text)
{
    if (sw_utf8_valid(*text) == text->len)
        return true;
    r->notes |= SW_JSON_NOTE_UTF8;
    *text = sw_utf8_clean(r->arena, *text);
    return text->ptr != NULL;
}

/* A string that has escapes, or that is broken: `stop` is its first byte that can't stand as it is. */
static __attribute__((noinline)) const char *read_escaped(struct sw_json_reader *r, const char *at, const char *stop,
                                                          const char *end, unsigned high, struct sw_str *text)
{
    /* All that follows, unescaped, needs no more room than it takes now: once is enough for a document. */
    if (r->room == NULL) {
        r->room = sw_arena_bytes(r->arena, (size_t)(end - at) + ROOM_SLACK);
        r->room_end = r->arena->at;
        if (r->room == NULL)
            return fail_memory(r, at);
    }
    char *out = r->room;
    char *to = out;
    if (stop > at)
        memcpy(to, at, (size_t)(stop - at));
    to += stop - at;
    for (;;) {
        if (stop == end)
            return fail(r, stop, "ends inside a string");
        if (*stop == '"')
            break;
        if (*stop != '\\')
            return fail(r, stop, "control character in a string");
        stop = unescape(r, stop, end, &to, &high);
        if (stop == NULL)
            return NULL;
        stop = sw_json_plain_copy(stop, end, &to, &high);
    }
    r->room = to;
    *text = (struct sw_str){out, (size_t)(to - out)};
    if (high != 0 && !make_valid(r, text))
        return fail_memory(r, at);
    return stop + 1;
}

/* A string; `at` is after its opening quote. Returns the place after its closing one. */
static inline const char *read_string(struct sw_json_reader *r, const char *at, const char *end, struct sw_str *text)
{
    unsigned high = 0;
    const char *stop = sw_json_plain(at, end, &high);
    if (stop == end || *stop != '"')
        return read_escaped(r, at, stop, end, high, text);
    *text = (struct sw_str){at, (size_t)(stop - at)};
    if (high != 0 && !make_valid(r, text))
        return fail_memory(r, at);
    return stop + 1;
}

/* --- fields --------------------------------------------------------------------------------------------- */

static void set_mark(struct sw_json_reader *r, unsigned mark, uint32_t slot)
{
    bool there = sw_json_has(r, mark);
    r->marks[mark / 64] |= 1ull << (mark % 64);
    if (!there || r->slot[mark] == SW_JSON_NO_SLOT)
        r->slot[mark] = slot;
}

/* "name=value", for a field that has no id of its own. */
static struct sw_str nameless(struct sw_json_reader *r, uint32_t path, struct sw_str value)
{
    struct sw_str name = r->paths.names[path];
    struct sw_str key = {NULL, 0};
    if (path == SW_JSON_NO_PATH) {
        name = r->paths.names[r->levels[r->depth - 1].path];
        key = sw_str_slice(r->lost_key, 0, SW_MAX_FIELD_NAME);
    }
    const char *dot = name.len > 0 && key.len > 0 ? "." : "";
    r->notes |= SW_JSON_NOTE_MORE;
    size_t len = name.len + strlen(dot) + key.len + 1 + value.len;
    char *text = sw_arena_bytes(r->arena, len);
    if (text == NULL)
        return (struct sw_str){NULL, 0};
    char *to = mempcpy(text, name.len ? name.ptr : "", name.len);
    to = mempcpy(to, dot, strlen(dot));
    to = mempcpy(to, key.len ? key.ptr : "", key.len);
    *to++ = '=';
    memcpy(to, value.len ? value.ptr : "", value.len);
    return (struct sw_str){text, len};
}

/* A field whose path asks for more than being added. */
static __attribute__((noinline)) void add_odd(struct sw_json_reader *r, uint32_t path, enum sw_type type, struct sw_str value)
{
    const struct sw_json_path *node = &r->paths.nodes[path];
    if (node->flags & SW_JSON_SKIP)
        return;
    sw_field_id field = sw_json_path_field(&r->paths, path);
    if (field == SW_FIELD_MORE) {
        value = nameless(r, path, value);
        type = SW_STRING;
        if (value.ptr == NULL) {
            r->event->dropped++;
            return;
        }
    }
    uint32_t slot = r->event->count;
    sw_event_add(r->event, field, type, value.ptr, value.len);
    if (r->event->count == slot)
        return;
    if (node->mark != 0)
        set_mark(r, node->mark, slot);
    if (node->flags & SW_JSON_NAME)
        r->pair_name = slot;
    if (node->flags & SW_JSON_VALUE)
        r->pair_value = slot;
}

static inline void add(struct sw_json_reader *r, uint32_t path, enum sw_type type, const char *ptr, size_t len)
{
    const struct sw_json_path *node = &r->paths.nodes[path];
    if (__builtin_expect(node->flags & SW_JSON_ODD, 0))
        add_odd(r, path, type, sw_strn(ptr, len));
    else
        sw_event_add(r->event, node->field, type, ptr, len);
}

/* The field id that a pair's name stands for: it is named like a key beside the pair's own path. */
static sw_field_id pair_field(struct sw_json_reader *r, uint32_t path, struct sw_str name)
{
    uint32_t parent = r->paths.nodes[path].parent;
    unsigned high = 0;
    bool plain = sw_json_plain(name.ptr, name.ptr + name.len, &high) == name.ptr + name.len;
    uint32_t child = plain ? sw_json_path_find(&r->paths, parent, name) : SW_JSON_NO_PATH;
    if (child == SW_JSON_NO_PATH && plain)
        child = sw_json_path_add(&r->paths, parent, name, name);
    return child != SW_JSON_NO_PATH ? sw_json_path_field(&r->paths, child) : sw_field_intern(name);
}

/* Takes a field out of the event; marks keep pointing at their fields. */
static void remove_field(struct sw_json_reader *r, uint32_t index)
{
    struct sw_event *event = r->event;
    event->count--;
    if (index == event->count)
        return;
    memmove(&event->fields[index], &event->fields[index + 1], (event->count - index) * sizeof *event->fields);
    for (unsigned mark = 0; mark < SW_JSON_MARKS; mark++)
        if (sw_json_has(r, mark) && r->slot[mark] != SW_JSON_NO_SLOT && r->slot[mark] > index)
            r->slot[mark]--;
}

static bool in_level(const struct sw_json_reader *r, const struct sw_json_level *level, uint32_t index)
{
    return index != NO_FIELD && index >= level->fields && index < r->event->count;
}

/* An object that is a pair of name and value ends: the two fields become one. */
static void join_pair(struct sw_json_reader *r, const struct sw_json_level *level)
{
    struct sw_field *fields = r->event->fields;
    if (in_level(r, level, r->pair_name)) {
        struct sw_field name = fields[r->pair_name];
        struct sw_field joined = {.ptr = "", .type = SW_STRING};
        uint32_t at = r->pair_name;
        if (in_level(r, level, r->pair_value)) {
            uint32_t later = r->pair_value > at ? r->pair_value : at;
            at = r->pair_value < at ? r->pair_value : at;
            joined = fields[r->pair_value];
            remove_field(r, later);
        }
        joined.id = name.len > 0 ? pair_field(r, level->path, sw_field_value(&name)) : (sw_field_id)SW_FIELD_DATA;
        if (joined.id == SW_FIELD_MORE)
            joined.id = SW_FIELD_DATA;
        fields[at] = joined;
    }
    r->pair_name = NO_FIELD;
    r->pair_value = NO_FIELD;
}

/* --- brackets ------------------------------------------------------------------------------------------- */

static inline bool enter(struct sw_json_reader *r, uint32_t path, const char *at)
{
    if (r->depth == SW_MAX_JSON_DEPTH) {
        (void)fail(r, at, "nested too deep");
        return false;
    }
    r->levels[r->depth++] = (struct sw_json_level){.start = at, .path = path, .fields = r->event->count, .object = *at == '{'};
    const struct sw_json_path *node = &r->paths.nodes[path];
    if (__builtin_expect(node->mark != 0, 0))
        set_mark(r, node->mark, SW_JSON_NO_SLOT);
    return true;
}

/* What a path asks for when its object or array ends before `after`. */
static void leave_odd(struct sw_json_reader *r, const struct sw_json_level *level, const char *after)
{
    unsigned flags = r->paths.nodes[level->path].flags;
    if ((flags & SW_JSON_PAIR) && level->object)
        join_pair(r, level);
    if (r->depth > 0 && r->levels[r->depth - 1].path == level->path)
        return; /* an element: the array around it has the same path */
    if ((flags & SW_JSON_WRAP) && r->wrapped.ptr == NULL && level->object)
        r->wrapped = sw_strn(level->start, (size_t)(after - level->start));
    if (flags & SW_JSON_RAW)
        add(r, level->path, SW_STRING, level->start, (size_t)(after - level->start));
}

static inline void leave(struct sw_json_reader *r, const char *after)
{
    const struct sw_json_level *level = &r->levels[--r->depth];
    if (__builtin_expect(r->paths.nodes[level->path].flags & (SW_JSON_RAW | SW_JSON_WRAP | SW_JSON_PAIR), 0))
        leave_odd(r, level, after);
}

/* --- keys ----------------------------------------------------------------------------------------------- */

/* Whether the key at `at` (after its opening quote) is this path's. */
static inline bool key_is(const struct sw_json_path *node, const char *at, const char *end)
{
#ifdef __SSE2__
    if (node->len <= SW_JSON_KEY_INLINE && end - at >= SW_JSON_KEY_INLINE) {
        __m128i key = _mm_loadu_si128((const __m128i *)(const void *)node->key);
        __m128i text = _mm_loadu_si128((const __m128i *)(const void *)at);
        unsigned same = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(key, text));
        if (node->len > 16) {
            key = _mm_loadu_si128((const __m128i *)(const void *)(node->key + 16));
            text = _mm_loadu_si128((const __m128i *)(const void *)(at + 16));
            same |= (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(key, text)) << 16;
        }
        unsigned wanted = 0xffffffffu >> (32 - node->len);
        return (same & wanted) == wanted;
    }
#endif
    return (size_t)(end - at) >= node->len && memcmp(at, node->whole, node->len) == 0;
}

/* A key that is not the expected one: looked up, or added to the tree. *path is what it is. */
static __attribute__((noinline)) const char *find_key(struct sw_json_reader *r, const struct sw_json_level *level,
                                                      const char *at, const char *end, uint32_t *path)
{
    unsigned high = 0;
    const char *stop = sw_json_plain(at, end, &high);
    if (stop < end && *stop == '"') {
        *path = sw_json_path_find(&r->paths, level->path, sw_strn(at, (size_t)(stop - at)));
        if (*path != SW_JSON_NO_PATH)
            return stop + 1;
    }
    struct sw_str key;
    const char *after = read_string(r, at, end, &key);
    if (after == NULL)
        return NULL;
    struct sw_str raw = {at, (size_t)(after - 1 - at)};
    *path = sw_json_path_find(&r->paths, level->path, raw);
    if (*path == SW_JSON_NO_PATH)
        *path = sw_json_path_add(&r->paths, level->path, raw, key);
    if (*path == SW_JSON_NO_PATH) {
        r->lost_key = key;
        r->overflow |= r->paths.count == SW_JSON_PATHS;
    }
    return after;
}

/* A key and its colon. Leaves the key's path in level->last. */
static inline const char *read_key(struct sw_json_reader *r, struct sw_json_level *level, const char *at, const char *end)
{
    if (at == end || *at != '"')
        return fail(r, at, at == end ? "ends too early" : "key expected");
    at++;
    struct sw_json_path *nodes = r->paths.nodes;
    uint32_t *hint = level->last != SW_JSON_NO_PATH ? &nodes[level->last].next : &nodes[level->path].first;
    uint32_t path = *hint;
    if (__builtin_expect(path != SW_JSON_NO_PATH && key_is(&nodes[path], at, end), 1)) {
        at += nodes[path].len;
    } else {
        at = find_key(r, level, at, end, &path);
        if (at == NULL)
            return NULL;
        nodes = r->paths.nodes; /* may have moved */
        if (level->last != SW_JSON_NO_PATH)
            nodes[level->last].next = path;
        else if (level->path != SW_JSON_NO_PATH)
            nodes[level->path].first = path;
    }
    level->last = path;
    if (at == end || *at != ':') {
        at = sw_json_space(at, end);
        if (at == end || *at != ':')
            return fail(r, at, at == end ? "ends too early" : "colon expected");
    }
    return sw_json_space(at + 1, end);
}

/* --- values --------------------------------------------------------------------------------------------- */

static const char *digits(const char *at, const char *end)
{
    while (at < end && sw_is_digit(*at))
        at++;
    return at;
}

static const char *read_number(struct sw_json_reader *r, uint32_t path, const char *start, const char *end)
{
    enum sw_type type = SW_INT;
    const char *at = start + (*start == '-');
    const char *from = at;
    at = digits(at, end);
    if (at == from || (*from == '0' && at - from > 1))
        return fail(r, start, "bad number");
    if (at < end && *at == '.') {
        type = SW_FLOAT;
        from = ++at;
        at = digits(at, end);
        if (at == from)
            return fail(r, start, "bad number");
    }
    if (at < end && (*at | 32) == 'e') {
        type = SW_FLOAT;
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            at++;
        from = at;
        at = digits(at, end);
        if (at == from)
            return fail(r, start, "bad number");
    }
    add(r, path, type, start, (size_t)(at - start));
    return at;
}

static const char *read_word(struct sw_json_reader *r, uint32_t path, const char *at, const char *end)
{
    static const struct {
        struct sw_str text;
        enum sw_type type;
    } words[] = {{SW_STR_INIT("true"), SW_BOOL}, {SW_STR_INIT("false"), SW_BOOL}, {SW_STR_INIT("null"), SW_NULL}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t len = words[i].text.len;
        if ((size_t)(end - at) >= len && memcmp(at, words[i].text.ptr, len) == 0) {
            add(r, path, words[i].type, at, len);
            return at + len;
        }
    }
    return fail(r, at, "value expected");
}

/* A string, number, true, false or null. */
static inline const char *read_scalar(struct sw_json_reader *r, uint32_t path, const char *at, const char *end)
{
    if (*at == '"') {
        struct sw_str text;
        at = read_string(r, at + 1, end, &text);
        if (at != NULL)
            add(r, path, SW_STRING, text.ptr, text.len);
        return at;
    }
    if (*at == '-' || sw_is_digit(*at))
        return read_number(r, path, at, end);
    return read_word(r, path, at, end);
}

/* Opens the object or array at `at`. Returns the place of its first key or value, or, for an empty one, after its end;
 * then it is closed again. */
static const char *open_bracket(struct sw_json_reader *r, uint32_t path, const char *at, const char *end)
{
    const char *start = at;
    if (!enter(r, path, at))
        return NULL;
    at = sw_json_space(at + 1, end);
    if (at == end || *at != (*start == '{' ? '}' : ']'))
        return at;
    r->depth--;
    at++;
    /* The document itself has no name under which to say that it is empty. */
    if (r->depth > 0)
        add(r, path, SW_NULL, *start == '{' ? "{}" : "[]", 2);
    return at;
}

/* Closes what ends at `at` and goes to the next key or value. Returns after the document when depth is 0. */
static inline const char *next_value(struct sw_json_reader *r, const char *at, const char *end)
{
    while (r->depth > 0) {
        at = sw_json_space(at, end);
        if (at == end)
            return fail(r, at, "ends too early");
        if (*at == ',')
            return sw_json_space(at + 1, end);
        if (*at != (r->levels[r->depth - 1].object ? '}' : ']'))
            return fail(r, at, "comma or bracket expected");
        at++;
        leave(r, at);
    }
    return at;
}

static const char *read_document(struct sw_json_reader *r, const char *at, const char *end, uint32_t base)
{
    at = open_bracket(r, base, at, end);
    while (at != NULL && r->depth > 0) {
        struct sw_json_level *level = &r->levels[r->depth - 1];
        uint32_t path = level->path;
        if (level->object) {
            at = read_key(r, level, at, end);
            if (at == NULL)
                return NULL;
            path = level->last;
        }
        if (at == end)
            return fail(r, at, "ends too early");
        if (*at == '{' || *at == '[') {
            uint32_t depth = r->depth;
            at = open_bracket(r, path, at, end);
            if (at == NULL || r->depth > depth)
                continue;
        } else {
            at = read_scalar(r, path, at, end);
            if (at == NULL)
                return NULL;
        }
        at = next_value(r, at, end);
    }
    return at;
}

/* The path of the key `under` at the top; the root when it is empty. */
static uint32_t base_path(struct sw_json_reader *r, struct sw_str under)
{
    if (under.len == 0)
        return SW_JSON_ROOT;
    uint32_t path = sw_json_path_find(&r->paths, SW_JSON_ROOT, under);
    return path != SW_JSON_NO_PATH ? path : sw_json_path_add(&r->paths, SW_JSON_ROOT, under, under);
}

/* One try at a document. Returns after its end, or NULL. */
static const char *try_document(struct sw_json_reader *r, const char *at, const char *end, struct sw_str under)
{
    r->depth = 0;
    r->overflow = false;
    r->reason = NULL;
    r->pair_name = NO_FIELD;
    r->pair_value = NO_FIELD;
    r->room = NULL;
    at = read_document(r, at, end, base_path(r, under));
    /* The room that unescaping did not use goes back, unless something was taken from the arena after it. */
    if (r->room != NULL && r->arena->at == r->room_end)
        sw_arena_trim(r->arena, r->room);
    return at;
}

int sw_json_read(struct sw_json_reader *r, struct sw_str text, struct sw_str under, struct sw_event *event,
                 struct sw_arena *arena, size_t *used)
{
    const char *end = text.ptr + text.len;
    const char *start = sw_json_space(text.ptr, end);
    *used = 0;
    if (start == end || *start != '{') {
        (void)fail(r, start, "not a JSON object");
        return SW_E_FORMAT;
    }
    r->event = event;
    r->arena = arena;
    uint64_t marks[SW_JSON_MARKS / 64];
    memcpy(marks, r->marks, sizeof marks);
    uint32_t count = event->count;
    uint32_t dropped = event->dropped;
    bool fresh = r->paths.count == SW_JSON_ROOT + 1;
    const char *after = try_document(r, start, end, under);
    if (r->overflow && !fresh) {
        /* The tree is full of other records' keys. What becomes of this record must not depend on them. */
        sw_json_paths_reset(&r->paths);
        memcpy(r->marks, marks, sizeof marks);
        event->count = count;
        event->dropped = dropped;
        after = try_document(r, start, end, under);
    }
    if (after == NULL)
        return r->reason == NULL ? SW_E_NOMEM : SW_E_FORMAT;
    *used = (size_t)(after - text.ptr);
    return 0;
}

void sw_json_reader_begin(struct sw_json_reader *r)
{
    memset(r->marks, 0, sizeof r->marks);
    r->wrapped = (struct sw_str){NULL, 0};
    r->notes = 0;
}

int sw_json_reader_init(struct sw_json_reader *r, const struct sw_json_naming *naming)
{
    *r = (struct sw_json_reader){0};
    return sw_json_paths_init(&r->paths, naming);
}

void sw_json_reader_fini(struct sw_json_reader *r)
{
    sw_json_paths_fini(&r->paths);
}
