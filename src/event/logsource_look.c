/*
 * logsource_look.c - finding the fields of an event that conditions and derived fields ask for.
 *
 * A few are found one by one, by exact id. Where a class asks for many, one pass over the event finds all that its tree
 * of classes needs. Names that differ in case only are looked for when such names exist at all.
 */
#include "base/error.h"
#include "event/logsource_priv.h"

const struct sw_field *ls_field(const struct sw_event *event, sw_field_id id)
{
    const struct sw_field *field = NULL;
    for (uint32_t i = 0; i < event->count; i++)
        if (event->fields[i].id == id) {
            field = &event->fields[i];
            break;
        }
    if (field == NULL && sw_field_has_twins(id)) {
        sw_field_id key = sw_field_key(id);
        for (uint32_t i = 0; i < event->count && field == NULL; i++)
            if (sw_field_key(event->fields[i].id) == key)
                field = &event->fields[i];
    }
    return field != NULL && field->type != SW_NULL ? field : NULL;
}

void ls_look_take(struct ls_look *look)
{
    const struct ls_need *need = look->need;
    memset(look->first, 0, need->count * sizeof look->first[0]);
    for (uint32_t i = 0; i < look->event->count; i++) {
        sw_field_id id = look->event->fields[i].id;
        unsigned slot = id < need->limit ? need->slot_of[id] : 0;
        if (slot != 0 && look->first[slot - 1] == 0)
            look->first[slot - 1] = (uint16_t)(i + 1);
    }
    look->taken = true;
}

/* --- building -------------------------------------------------------------------------------------------- */

static int number(struct ls_need *need, sw_field_id id, uint8_t *slot)
{
    size_t i = 0;
    while (i < need->count && need->ids[i] != id)
        i++;
    if (i == LS_MAX_SLOTS)
        return SW_E_LIMIT;
    if (i == need->count)
        need->ids[need->count++] = id;
    *slot = (uint8_t)i;
    return 0;
}

static int number_when(struct ls_need *need, const struct ls_when *when)
{
    for (size_t a = 0; a < when->count; a++)
        for (size_t c = 0; c < when->alts[a].count; c++)
            if (number(need, when->alts[a].conds[c].field, &when->alts[a].conds[c].slot) != 0)
                return SW_E_LIMIT;
    return 0;
}

static int number_class(struct ls_need *need, struct ls_class *cls)
{
    int rc = number_when(need, &cls->when);
    for (size_t i = 0; i < cls->derive_count && rc == 0; i++) {
        struct ls_derive *d = &cls->derives[i];
        rc = number(need, d->field, &d->slot);
        if (rc == 0)
            rc = number_when(need, &d->when);
        for (size_t p = 0; p < d->piece_count && rc == 0; p++)
            rc = number(need, d->pieces[p].field, &d->pieces[p].slot);
    }
    return rc;
}

/* The way from ids to slots of a root class. */
static int index_need(struct sw_classes *t, struct ls_need *need)
{
    for (size_t i = 0; i < need->count; i++)
        if (need->ids[i] >= need->limit)
            need->limit = need->ids[i] + 1;
    need->slot_of = sw_arena_zero(&t->arena, need->limit ? need->limit : 1, 1);
    if (need->slot_of == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < need->count; i++)
        if (need->ids[i] != SW_FIELD_NONE)
            need->slot_of[need->ids[i]] = (uint8_t)(i + 1);
    return 0;
}

int ls_look_build(struct sw_classes *t)
{
    int rc = 0;
    for (size_t i = 0; i < t->count && rc == 0; i++) {
        struct ls_class *cls = &t->classes[i];
        cls->need = cls->base != i ? t->classes[cls->base].need : sw_arena_zero(&t->arena, 1, sizeof *cls->need);
        rc = cls->need ? number_class(cls->need, cls) : SW_E_NOMEM;
    }
    for (size_t i = 0; i < t->count && rc == 0; i++)
        if (t->classes[i].base == i)
            rc = index_need(t, t->classes[i].need);
    return rc;
}
