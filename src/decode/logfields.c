/* logfields.c - resolving names once, and the small rules by which text becomes a field's value. */
#include "decode/logfields.h"

#include "base/error.h"
#include "base/mem.h"
#include "decode/forms.h"

#include <pthread.h>

sw_field_id sw_log_ids[SW_LOG_FIELD_COUNT];

int sw_log_prepare(void)
{
    static const char *const names[] = {
#define SW_LOG_FIELD_TEXT(id, name) name,
        SW_LOG_FIELDS(SW_LOG_FIELD_TEXT)
#undef SW_LOG_FIELD_TEXT
    };
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static bool done;
    pthread_mutex_lock(&lock);
    int rc = 0;
    if (!done) {
        for (size_t i = 0; i < SW_LOG_FIELD_COUNT; i++)
            sw_log_ids[i] = sw_field_intern(sw_str(names[i]));
        rc = sw_forms_compile_all();
        done = rc == 0;
    }
    pthread_mutex_unlock(&lock);
    return rc;
}

int sw_log_state_init(struct sw_log_state *state, const struct sw_classes *classes)
{
    static const struct {
        const char *name;
        enum sw_log_class otherwise;
    } table[] = {
#define SW_LOG_CLASS_ROW(id, name, otherwise) {name, otherwise},
        SW_LOG_CLASSES(SW_LOG_CLASS_ROW)
#undef SW_LOG_CLASS_ROW
    };
    int rc = sw_log_prepare();
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < SW_LOG_CLASS_COUNT; i++) {
        size_t at = i;
        sw_class_id id = SW_CLASS_NONE;
        for (size_t hops = 0; hops < SW_LOG_CLASS_COUNT; hops++) {
            id = sw_classes_find(classes, sw_str(table[at].name));
            if (id != SW_CLASS_NONE || table[at].otherwise == at)
                break;
            at = table[at].otherwise;
        }
        state->class_of[i] = id;
    }
    return 0;
}

void *sw_log_state_new(const struct sw_classes *classes)
{
    struct sw_log_state *state = sw_alloc(1, sizeof *state);
    if (state != NULL && sw_log_state_init(state, classes) != 0) {
        sw_free(state);
        state = NULL;
    }
    return state;
}

/* Cheap and good enough for a cache: length and the ends of the name. */
static size_t slot_of(struct sw_str name)
{
    uint64_t head = 0;
    uint64_t tail = 0;
    size_t part = name.len < 8 ? name.len : 8;
    memcpy(&head, name.ptr, part);
    memcpy(&tail, name.ptr + name.len - part, part);
    uint64_t hash = (head ^ tail * 0x9e3779b97f4a7c15ull ^ name.len) * 0xff51afd7ed558ccdull;
    return (size_t)(hash >> 54);
}

sw_field_id sw_names_id(struct sw_names *names, struct sw_str name)
{
    if (name.len == 0)
        return SW_FIELD_MORE;
    size_t slot = slot_of(name);
    if (names->slots[slot].id != SW_FIELD_NONE && sw_str_eq(names->slots[slot].name, name))
        return names->slots[slot].id;
    sw_field_id id = sw_field_intern(name);
    if (id != SW_FIELD_MORE) {
        names->slots[slot].id = id;
        names->slots[slot].name = sw_field_name(id);
    }
    return id;
}

/* --- values ----------------------------------------------------------------------------------------------- */

void sw_add_number(struct sw_decode *d, sw_field_id id, struct sw_str value)
{
    bool number = value.len > 0 && value.len < 19 && (value.ptr[0] != '0' || value.len == 1);
    for (size_t i = 0; number && i < value.len; i++)
        number = sw_is_digit(value.ptr[i]);
    sw_event_add(&d->event, id, number ? SW_INT : SW_STRING, value.ptr, value.len);
}

static bool is_ipv4(struct sw_str s)
{
    unsigned octets = 0;
    size_t at = 0;
    while (octets < 4) {
        unsigned value = 0;
        size_t from = at;
        while (at < s.len && at - from < 3 && sw_is_digit(s.ptr[at]))
            value = value * 10 + (unsigned)(s.ptr[at++] - '0');
        if (at == from || value > 255)
            return false;
        octets++;
        if (octets < 4 && (at == s.len || s.ptr[at++] != '.'))
            return false;
    }
    return at == s.len;
}

bool sw_is_address(struct sw_str s)
{
    size_t zone = sw_str_chr(s, '%');
    if (zone != SW_NPOS)
        s.len = zone;
    if (s.len < 2 || s.len > 45)
        return false;
    if (sw_is_digit(s.ptr[0]) && s.len <= 15 && is_ipv4(s))
        return true;
    unsigned colons = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == ':')
            colons++;
        else if (sw_hex_digit(s.ptr[i]) < 0 && s.ptr[i] != '.')
            return false;
    }
    return colons >= 2 && colons <= 8;
}

void sw_add_address(struct sw_decode *d, sw_field_id id, struct sw_str value)
{
    if (value.len >= 2 && value.ptr[0] == '[' && value.ptr[value.len - 1] == ']')
        value = sw_str_slice(value, 1, value.len - 1);
    if (value.len > 7 && sw_str_istarts(value, SW_STR("::ffff:")) && is_ipv4(sw_str_from(value, 7)))
        value = sw_str_from(value, 7);
    if (value.len == 0 || (value.len == 1 && value.ptr[0] == '-'))
        return;
    if (!sw_is_address(value)) {
        if (id == sw_log_ids[SW_LF_SRC_IP])
            id = sw_log_ids[SW_LF_SRC_HOST];
        else if (id == sw_log_ids[SW_LF_DST_IP])
            id = sw_log_ids[SW_LF_DST_HOST];
    }
    sw_event_add_str(&d->event, id, value);
}

void sw_log_add_action(struct sw_decode *d, struct sw_str action)
{
    static const struct {
        struct sw_str verb; /* how the word begins */
        bool blocked;
    } verbs[] = {
        {SW_STR_INIT("allow"), false},   {SW_STR_INIT("accept"), false}, {SW_STR_INIT("permit"), false},
        {SW_STR_INIT("pass"), false},    {SW_STR_INIT("forward"), false}, {SW_STR_INIT("close"), false},
        {SW_STR_INIT("est-allow"), false},  {SW_STR_INIT("client-rst"), false}, {SW_STR_INIT("server-rst"), false},
        {SW_STR_INIT("timeout"), false}, {SW_STR_INIT("alert"), false},  {SW_STR_INIT("block"), true},
        {SW_STR_INIT("den"), true},      {SW_STR_INIT("drop"), true},    {SW_STR_INIT("reject"), true},
        {SW_STR_INIT("reset"), true},    {SW_STR_INIT("discard"), true}, {SW_STR_INIT("prevent"), true},
        {SW_STR_INIT("sinkhole"), true},
    };
    if (action.len == 0)
        return;
    sw_log_add(d, SW_LF_ACTION, action);
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (sw_str_istarts(action, verbs[i].verb)) {
            sw_log_add_blocked(d, verbs[i].blocked);
            return;
        }
}

void sw_log_add_protocol(struct sw_decode *d, struct sw_str protocol)
{
    static const struct {
        struct sw_str number;
        struct sw_str name;
    } names[] = {
        {SW_STR_INIT("1"), SW_STR_INIT("icmp")},  {SW_STR_INIT("2"), SW_STR_INIT("igmp")},
        {SW_STR_INIT("6"), SW_STR_INIT("tcp")},   {SW_STR_INIT("17"), SW_STR_INIT("udp")},
        {SW_STR_INIT("47"), SW_STR_INIT("gre")},  {SW_STR_INIT("50"), SW_STR_INIT("esp")},
        {SW_STR_INIT("51"), SW_STR_INIT("ah")},   {SW_STR_INIT("58"), SW_STR_INIT("ipv6-icmp")},
        {SW_STR_INIT("89"), SW_STR_INIT("ospf")}, {SW_STR_INIT("132"), SW_STR_INIT("sctp")},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (sw_str_eq(protocol, names[i].number))
            protocol = names[i].name;
    if (protocol.len > 0)
        sw_log_add(d, SW_LF_PROTOCOL, protocol);
}

void sw_log_note_zone(struct sw_decode *d)
{
    sw_decode_note(d, d->source->zone_offset == 0 ? "no zone given, UTC assumed" : "no zone given, --zone taken");
}

void sw_log_add_named(struct sw_decode *d, struct sw_log_state *state, struct sw_str name, struct sw_str value)
{
    sw_field_id id = sw_names_id(&state->names, name);
    if (id == SW_FIELD_MORE) {
        size_t len = name.len + 1 + value.len;
        char *text = sw_arena_bytes(d->arena, len);
        if (text == NULL) {
            sw_decode_note(d, "value without room dropped");
            return;
        }
        memcpy(text, name.ptr, name.len);
        text[name.len] = '=';
        if (value.len > 0)
            memcpy(text + name.len + 1, value.ptr, value.len);
        value = sw_strn(text, len);
    }
    sw_event_add_str(&d->event, id, value);
}
