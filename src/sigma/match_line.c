/*
 * match_line.c - turns lines of text away as a whole. A text record's values are pieces of its raw line, so one pass over the line
 * for a gram of every literal of the plan does for all of them, and for the keywords; long values that come again (user agents,
 * referers) are left out of the pass by remembering what they gave. A line that may hold something goes the ordinary way.
 */
#include "decode/scan.h"
#include "sigma/match_priv.h"

/* Values of this length are judged by themselves and remembered. */
enum { LONG_VALUE = 24 };

struct line {
    struct sw_matcher *matcher;
    const struct sw_plan_slot *slots;
    const uint16_t *numbers;
    uint32_t any; /* slot of keywords, or SW_NONE */
};

/* Whether the entry's literal has room in the text when its gram is at `at`. */
static inline bool has_room(const struct sw_entry *entry, struct sw_str text, size_t at)
{
    return at >= entry->at && text.len - (at - entry->at) >= entry->len;
}

/* Whether the literal stands there; it has room. */
static inline bool stands(const struct line *l, const struct sw_entry *entry, struct sw_str text, size_t at)
{
    return sw_text_is(text.ptr + (at - entry->at), l->matcher->program->text.at + entry->text, entry->len);
}

/* Whether one of the event's values of the literal's slot has room for it, around `ptr`. */
static bool is_in_value(const struct line *l, const struct sw_entry *entry, const char *ptr)
{
    const struct sw_event *event = l->matcher->event;
    for (uint32_t i = 0; i < event->count; i++) {
        const struct sw_field *field = &event->fields[i];
        if (sw_slot_in(l->matcher, l->numbers, field->id) == entry->hit && ptr >= field->ptr &&
            ptr < field->ptr + field->len && has_room(entry, sw_field_value(field), (size_t)(ptr - field->ptr)))
            return true;
    }
    return false;
}

/* Whether a literal that the gram at `ptr` belongs to stands there: of keywords anywhere, of a field only inside its value. */
static bool gram_matters(const struct line *l, const struct sw_slot64 *found, const char *ptr)
{
    struct sw_str raw = l->matcher->event->raw;
    size_t at = (size_t)(ptr - raw.ptr);
    const struct sw_entry *entries = l->matcher->program->entries.at + found->entries.first;
    for (uint32_t i = 0; i < found->entries.count; i++)
        if (has_room(&entries[i], raw, at) && stands(l, &entries[i], raw, at) &&
            (entries[i].hit == l->any || is_in_value(l, &entries[i], ptr)))
            return true;
    return false;
}

static bool grams_hold(const struct line *l, struct sw_str text)
{
    const struct sw_program *p = l->matcher->program;
    const struct sw_plan *plan = l->matcher->plan;
    const unsigned char *filter = p->line_filters.at + plan->line_filter;
    uint32_t mask = (1u << plan->line_bits) - 1;
    size_t places = text.len >= SW_GRAM ? text.len - SW_GRAM + 1 : 0;
    for (size_t at = 0; at < places; at++) {
        uint32_t gram = sw_gram_of(text.ptr + at, SW_GRAM);
        uint32_t bit = sw_gram_hash20(gram) & mask;
        if (__builtin_expect((filter[bit / 8] >> bit % 8 & 1) == 0, 1))
            continue;
        const struct sw_slot64 *found = sw_table_find(p, plan->line, gram);
        if (found != NULL && gram_matters(l, found, text.ptr + at))
            return true;
    }
    return false;
}

/* Whether the text may hold something for the slot by other means than the line's grams. */
static bool more_holds(const struct line *l, const struct sw_plan_slot *slot, struct sw_str text)
{
    struct sw_matcher *m = l->matcher;
    if (!slot->more)
        return false;
    if (slot->present != SW_NONE)
        return true;
    struct sw_value value;
    sw_value_set(&value, text.ptr, text.len);
    sw_lookup_more(m, &m->program->lookups.at[slot->lookup], &value);
    return m->local_count > 0 || m->error != 0;
}

/* What a long value may hold, as far as its bytes and its field alone tell. */
enum verdict {
    NOTHING,
    SOMETHING, /* for its field, or for keywords */
    DEPENDS    /* for fields that may lie inside it, or around it: which these are, the bytes don't tell */
};

static enum verdict judge_grams(const struct line *l, uint32_t number, struct sw_str value)
{
    const struct sw_program *p = l->matcher->program;
    const unsigned char *filter = p->line_filters.at + l->matcher->plan->line_filter;
    uint32_t mask = (1u << l->matcher->plan->line_bits) - 1;
    enum verdict verdict = NOTHING;
    for (size_t at = 0; at + SW_GRAM <= value.len; at++) {
        uint32_t gram = sw_gram_of(value.ptr + at, SW_GRAM);
        uint32_t bit = sw_gram_hash20(gram) & mask;
        if (__builtin_expect((filter[bit / 8] >> bit % 8 & 1) == 0, 1))
            continue;
        const struct sw_slot64 *found = sw_table_find(p, l->matcher->plan->line, gram);
        for (uint32_t i = 0; found != NULL && i < found->entries.count; i++) {
            const struct sw_entry *entry = &p->entries.at[found->entries.first + i];
            bool inside = has_room(entry, value, at);
            if (inside && !stands(l, entry, value, at))
                continue;
            if (inside && (entry->hit == l->any || entry->hit == number))
                return SOMETHING;
            verdict = DEPENDS;
        }
    }
    return verdict;
}

/* The verdict is remembered by the value's bytes, so nothing else may go into it: the same text may be parsed in one record and
 * not in another, and whoever writes records could have one remembered for the sake of the other. */
static enum verdict judge_long_value(const struct line *l, uint32_t number, struct sw_str value)
{
    struct sw_matcher *m = l->matcher;
    /* Numbers of lookups are below this bit; those of plans and slots below 1 << 15 and 1 << 16. */
    uint32_t key = 1u << 31 | (uint32_t)(m->plan - m->program->plans.at) << 16 | number;
    const uint32_t *known;
    uint32_t count;
    if (sw_memo_get(m->memo, key, value, &known, &count))
        return count > 0 ? known[0] : NOTHING;
    enum verdict verdict = judge_grams(l, number, value);
    if (verdict != SOMETHING && number != UINT16_MAX && more_holds(l, &l->slots[number], value))
        verdict = SOMETHING;
    const uint32_t kept = verdict;
    if (m->error == 0)
        sw_memo_put(m->memo, key, value, &kept, verdict != NOTHING);
    return verdict;
}

static bool long_value_holds(const struct line *l, uint32_t number, struct sw_str value)
{
    enum verdict verdict = judge_long_value(l, number, value);
    return verdict == SOMETHING || (verdict == DEPENDS && grams_hold(l, value));
}

/* The pass over the line, from field to field; what is between two long values is looked at with three bytes of each. */
static bool pieces_hold(const struct line *l)
{
    const struct sw_event *event = l->matcher->event;
    const char *begin = event->raw.ptr;
    const char *end = begin + event->raw.len;
    const char *from = begin; /* what is before it has been looked at */
    for (uint32_t i = 0; i <= event->count; i++) {
        struct sw_str value = {end, 0};
        uint32_t number = UINT16_MAX;
        if (i < event->count) {
            const struct sw_field *field = &event->fields[i];
            if (field->type == SW_NULL)
                continue;
            if (field->len > 0 && !sw_in_raw(event, field->ptr))
                return true; /* no piece of the line: the ordinary way deals with it */
            value = (struct sw_str){field->ptr, field->len};
            number = sw_slot_in(l->matcher, l->numbers, field->id);
            bool is_long = value.len >= LONG_VALUE && value.ptr >= from;
            if (!is_long) {
                if (number != UINT16_MAX && more_holds(l, &l->slots[number], value))
                    return true;
                continue;
            }
            if (long_value_holds(l, number, value))
                return true;
        }
        const char *left = from - begin >= SW_GRAM - 1 ? from - (SW_GRAM - 1) : begin;
        const char *right = end - value.ptr >= SW_GRAM - 1 ? value.ptr + (SW_GRAM - 1) : end;
        if (grams_hold(l, sw_strn(left, (size_t)(right - left))))
            return true;
        from = value.ptr + value.len;
    }
    return false;
}

static bool has_seldom(const struct sw_plan *plan, struct sw_str line)
{
    const char *end = line.ptr + line.len;
    return plan->seldom_count == 0 || sw_scan_any(line.ptr, end, plan->seldom[0], plan->seldom[1], plan->seldom[2]) != end;
}

bool sw_line_holds_nothing(struct sw_matcher *m)
{
    const struct sw_event *event = m->event;
    if (!event->raw_is_value || m->plan->line.bits == 0)
        return false;
    const struct line l = {
        .matcher = m,
        .slots = m->program->plan_slots.at + m->plan->slots.first,
        .numbers = sw_slot_numbers(m),
        .any = m->plan->any_slot,
    };
    if (l.any != SW_NONE && has_seldom(m->plan, event->raw) && more_holds(&l, &l.slots[l.any], event->raw))
        return false;
    return !pieces_hold(&l);
}
