/*
 * logsource_decide.c - which class an event has: conditions, and the switch that finds the few worth testing.
 *
 * Runs for every event, so: no allocation, one hash of one field's value a level (logsource_look.c finds the fields).
 * A condition looks at the first field of its name only.
 */
#include "base/error.h"
#include "event/logsource_priv.h"

/* ASCII letters in lower case; a few other characters fall together, which is good enough for a hash. */
static inline uint64_t fold8(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word | 0x2020202020202020u;
}

/* Up to seven bytes: loads of fixed sizes that overlap are faster than one of the exact size. */
static inline uint64_t fold_short(struct sw_str s)
{
    uint32_t head = 0;
    uint32_t tail = 0;
    if (s.len >= 4) {
        memcpy(&head, s.ptr, 4);
        memcpy(&tail, s.ptr + s.len - 4, 4);
    } else if (s.len > 0) {
        head = (uint32_t)(unsigned char)s.ptr[0] | (uint32_t)(unsigned char)s.ptr[s.len / 2] << 8;
        tail = (unsigned char)s.ptr[s.len - 1];
    }
    return ((uint64_t)head << 32 | tail) | 0x2020202020202020u;
}

static uint64_t fold_hash(struct sw_str s)
{
    const uint64_t mul = 0x9e3779b97f4a7c15u;
    uint64_t hash = s.len * mul;
    if (s.len < 8) {
        hash = (hash ^ fold_short(s)) * mul;
    } else {
        for (size_t at = 0; at + 8 < s.len; at += 8) {
            hash = (hash ^ fold8(s.ptr + at)) * mul;
            hash ^= hash >> 32;
        }
        hash = (hash ^ fold8(s.ptr + s.len - 8)) * mul;
    }
    hash ^= hash >> 29;
    return hash ? hash : 1;
}

bool ls_glob(struct sw_str pattern, struct sw_str text)
{
    size_t p = 0;
    size_t t = 0;
    size_t star = SW_NPOS; /* where to go on after a mismatch */
    size_t from = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = ++p;
            from = t;
        } else if (p < pattern.len && (pattern.ptr[p] == '?' || sw_lower(pattern.ptr[p]) == sw_lower(text.ptr[t]))) {
            p++;
            t++;
        } else if (star != SW_NPOS) {
            p = star;
            t = ++from;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

static bool value_passes(enum ls_op op, struct sw_str have, struct sw_str want)
{
    switch (op) {
    case LS_EQUAL:
    case LS_NOT:
        return sw_str_ieq(have, want);
    case LS_STARTS:
        return sw_str_istarts(have, want);
    case LS_ENDS:
        return sw_str_iends(have, want);
    case LS_CONTAINS:
        return sw_str_ifind(have, want) != SW_NPOS;
    default:
        return false;
    }
}

static bool cond_holds(const struct ls_cond *cond, const struct ls_look *look)
{
    if (cond->op == LS_PATH)
        return (look->event->path_bits & cond->path_bits) != 0;
    const struct sw_field *field = ls_look_get(look, cond->field, cond->slot);
    if (cond->op == LS_ABSENT || field == NULL)
        return cond->op == LS_ABSENT && field == NULL;
    if (cond->op == LS_EXISTS)
        return true;
    struct sw_str have = sw_field_value(field);
    for (size_t i = 0; i < cond->value_count; i++)
        if (value_passes(cond->op, have, cond->values[i]))
            return cond->op != LS_NOT;
    return cond->op == LS_NOT;
}

/* Equality tests of the field `skip` are taken to hold. */
static bool conj_holds(const struct ls_conj *conj, const struct ls_look *look, sw_field_id skip)
{
    for (size_t i = 0; i < conj->count; i++) {
        const struct ls_cond *cond = &conj->conds[i];
        bool known = skip != SW_FIELD_NONE && cond->op == LS_EQUAL && cond->field == skip;
        if (!known && !cond_holds(cond, look))
            return false;
    }
    return true;
}

bool ls_when_holds(const struct ls_when *when, const struct ls_look *look)
{
    for (size_t i = 0; i < when->count; i++)
        if (conj_holds(&when->alts[i], look, SW_FIELD_NONE))
            return true;
    return when->count == 0;
}

static const struct ls_slot *find_slot(const struct ls_switch *sw, struct sw_str value)
{
    uint64_t hash = fold_hash(value);
    for (size_t i = (size_t)hash & (sw->slot_count - 1);; i = (i + 1) & (sw->slot_count - 1)) {
        const struct ls_slot *slot = &sw->slots[i];
        if (slot->hash == 0)
            return NULL;
        if (slot->hash == hash && (sw_str_eq(slot->value, value) || sw_str_ieq(slot->value, value)))
            return slot;
    }
}

/* One refinement, or `cls` itself when none fits. */
static sw_class_id refine(const struct sw_classes *t, sw_class_id cls, struct ls_look *look)
{
    const struct ls_switch *sw = &t->classes[cls].sw;
    const struct ls_arm **arms = sw->rest;
    size_t count = sw->rest_count;
    sw_field_id known = SW_FIELD_NONE;
    if (sw->many && !look->taken)
        ls_look_take(look);
    if (sw->slot_count > 0) {
        const struct sw_field *field = ls_look_get(look, sw->field, sw->field_slot);
        const struct ls_slot *slot = field ? find_slot(sw, sw_field_value(field)) : NULL;
        if (slot != NULL) {
            arms = slot->arms;
            count = slot->arm_count;
            known = sw->field;
        }
    }
    for (size_t i = 0; i < count; i++)
        if (conj_holds(&arms[i]->conj, look, known))
            return arms[i]->to;
    return cls;
}

void sw_classify(const struct sw_classes *t, struct sw_event *event, struct sw_arena *arena)
{
    sw_class_id cls = event->class_id < t->count ? event->class_id : SW_CLASS_NONE;
    struct ls_look look; /* not cleared as a whole: most events never need `first` */
    look.event = event;
    look.need = t->classes[cls].need;
    look.taken = false;
    for (unsigned level = 0; level < LS_MAX_LEVELS; level++) {
        const struct ls_switch *sw = &t->classes[cls].sw;
        if (sw->slot_count == 0 && sw->rest_count == 0)
            break;
        sw_class_id next = refine(t, cls, &look);
        if (next == cls)
            break;
        cls = next;
        if (t->classes[cls].need != look.need) { /* a link led to another tree */
            look.need = t->classes[cls].need;
            look.taken = false;
        }
    }
    event->class_id = cls;
    size_t derives = t->classes[cls].derive_count;
    if (derives == 0 || (derives == 1 && event->whole))
        return;
    if (!look.taken && derives > 1) /* a single one finds its fields faster by itself */
        ls_look_take(&look);
    ls_derive_run(t->classes[cls].derives, derives, &look, event, arena);
}

uint64_t sw_classes_path(const struct sw_classes *t, struct sw_str path)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < t->path_count; i++)
        if (ls_glob(t->paths[i], path))
            bits |= 1ull << i;
    return bits;
}

/* --- building -------------------------------------------------------------------------------------------- */

static const struct ls_cond *equality(const struct ls_conj *conj, sw_field_id field)
{
    for (size_t i = 0; i < conj->count; i++)
        if (conj->conds[i].op == LS_EQUAL && conj->conds[i].field == field)
            return &conj->conds[i];
    return NULL;
}

/* The field that most arms test for equality. */
static sw_field_id choose_field(const struct ls_arm *arms, size_t count)
{
    sw_field_id best = SW_FIELD_NONE;
    size_t most = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < arms[i].conj.count; c++) {
            sw_field_id field = arms[i].conj.conds[c].field;
            if (arms[i].conj.conds[c].op != LS_EQUAL || field == best)
                continue;
            size_t uses = 0;
            for (size_t j = 0; j < count; j++)
                uses += equality(&arms[j].conj, field) != NULL;
            if (uses > most) {
                most = uses;
                best = field;
            }
        }
    }
    return best;
}

/* Do the arms that every event is tested against look at more than a few fields? */
static bool many_fields(const struct ls_arm *arms, size_t count, sw_field_id known)
{
    enum { FEW = 3 };
    sw_field_id seen[FEW];
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (known != SW_FIELD_NONE && equality(&arms[i].conj, known) != NULL)
            continue;
        for (size_t c = 0; c < arms[i].conj.count; c++) {
            size_t j = 0;
            while (j < used && seen[j] != arms[i].conj.conds[c].field)
                j++;
            if (j == FEW)
                return true;
            if (j == used)
                seen[used++] = arms[i].conj.conds[c].field;
        }
    }
    return false;
}

static bool has_value(const struct ls_cond *cond, struct sw_str value)
{
    for (size_t i = 0; i < cond->value_count; i++)
        if (sw_str_ieq(cond->values[i], value))
            return true;
    return false;
}

/* The arms, in order, that can hold for this value of the switch's field; value NULL: for every other value. */
static int list_arms(struct sw_classes *t, const struct ls_arm *arms, size_t count, sw_field_id field,
                     const struct sw_str *value, const struct ls_arm ***list, size_t *list_count)
{
    const struct ls_arm **out = sw_arena_zero(&t->arena, count ? count : 1, sizeof *out);
    if (out == NULL)
        return SW_E_NOMEM;
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const struct ls_cond *cond = field != SW_FIELD_NONE ? equality(&arms[i].conj, field) : NULL;
        if (cond == NULL || (value != NULL && has_value(cond, *value)))
            out[used++] = &arms[i];
    }
    sw_arena_trim(&t->arena, (char *)(out + used));
    *list = out;
    *list_count = used;
    return 0;
}

static int put_value(struct sw_classes *t, struct ls_switch *sw, const struct ls_arm *arms, size_t count,
                     struct sw_str value)
{
    uint64_t hash = fold_hash(value);
    size_t i = (size_t)hash & (sw->slot_count - 1);
    for (; sw->slots[i].hash != 0; i = (i + 1) & (sw->slot_count - 1))
        if (sw->slots[i].hash == hash && sw_str_ieq(sw->slots[i].value, value))
            return 0;
    sw->slots[i].hash = hash;
    sw->slots[i].value = value;
    return list_arms(t, arms, count, sw->field, &value, &sw->slots[i].arms, &sw->slots[i].arm_count);
}

static int build_slots(struct sw_classes *t, struct ls_switch *sw, const struct ls_arm *arms, size_t count)
{
    size_t values = 0;
    for (size_t i = 0; i < count; i++) {
        const struct ls_cond *cond = equality(&arms[i].conj, sw->field);
        values += cond ? cond->value_count : 0;
    }
    size_t slots = 4;
    while (slots < values * 2 + 2)
        slots *= 2;
    sw->slots = sw_arena_zero(&t->arena, slots, sizeof *sw->slots);
    if (sw->slots == NULL)
        return SW_E_NOMEM;
    sw->slot_count = slots;
    for (size_t i = 0; i < count; i++) {
        const struct ls_cond *cond = equality(&arms[i].conj, sw->field);
        for (size_t v = 0; cond != NULL && v < cond->value_count; v++)
            if (put_value(t, sw, arms, count, cond->values[v]) != 0)
                return SW_E_NOMEM;
    }
    return 0;
}

static int build_switch(struct sw_classes *t, struct ls_switch *sw, const struct ls_arm *arms, size_t count)
{
    *sw = (struct ls_switch){.field = choose_field(arms, count)};
    sw->many = many_fields(arms, count, sw->field);
    for (size_t i = 0; i < count && sw->field != SW_FIELD_NONE; i++) {
        const struct ls_cond *cond = equality(&arms[i].conj, sw->field);
        sw->field_slot = cond ? cond->slot : sw->field_slot;
    }
    if (sw->field != SW_FIELD_NONE && build_slots(t, sw, arms, count) != 0)
        return SW_E_NOMEM;
    return list_arms(t, arms, count, sw->field, NULL, &sw->rest, &sw->rest_count);
}

/* The arms of every class, grouped: those of class c are arms[start[c]] to before arms[start[c + 1]]. */
static int collect_arms(struct sw_classes *t, struct ls_arm **out, size_t **out_start)
{
    size_t *start = sw_arena_zero(&t->arena, t->count + 2, sizeof *start);
    if (start == NULL)
        return SW_E_NOMEM;
    size_t total = 0;
    for (size_t i = 0; i < t->count; i++)
        if (t->classes[i].refines) {
            start[t->classes[i].base + 2] += t->classes[i].when.count;
            total += t->classes[i].when.count;
        }
    for (size_t i = 2; i < t->count + 2; i++)
        start[i] += start[i - 1];
    struct ls_arm *arms = sw_arena_zero(&t->arena, total ? total : 1, sizeof *arms);
    if (arms == NULL)
        return SW_E_NOMEM;
    for (uint32_t rank = t->rank + 1; rank-- > 0;)
        for (size_t i = 0; i < t->count; i++) {
            const struct ls_class *cls = &t->classes[i];
            for (size_t a = 0; cls->refines && cls->rank == rank && a < cls->when.count; a++)
                arms[start[cls->base + 1]++] = (struct ls_arm){cls->when.alts[a], cls->link ? cls->to : (sw_class_id)i};
        }
    *out = arms;
    *out_start = start;
    return 0;
}

int ls_decide_build(struct sw_classes *t)
{
    struct ls_arm *arms;
    size_t *start;
    int rc = collect_arms(t, &arms, &start);
    for (size_t i = 0; i < t->count && rc == 0; i++)
        rc = start[i + 1] > start[i] ? build_switch(t, &t->classes[i].sw, arms + start[i], start[i + 1] - start[i]) : 0;
    return rc;
}
