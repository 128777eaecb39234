/* event.c - the growing array of an event's fields, and looking one up. */
#include "event/event.h"

#include "base/mem.h"

void sw_event_init(struct sw_event *event)
{
    *event = (struct sw_event){.time = SW_TIME_NONE};
}

void sw_event_fini(struct sw_event *event)
{
    sw_free(event->fields);
    sw_event_init(event);
}

bool sw_event_grow(struct sw_event *event)
{
    size_t cap = event->cap;
    if (sw_grow(&event->fields, &cap, event->count, sizeof *event->fields, SW_MAX_FIELDS) != 0) {
        event->dropped++;
        return false;
    }
    event->cap = (uint32_t)cap;
    return true;
}

const struct sw_field *sw_event_find(const struct sw_event *event, sw_field_id id)
{
    for (uint32_t i = 0; i < event->count; i++)
        if (event->fields[i].id == id)
            return &event->fields[i];
    return NULL;
}

struct sw_str sw_event_get(const struct sw_event *event, sw_field_id id)
{
    const struct sw_field *field = sw_event_find(event, id);
    if (field == NULL || field->type == SW_NULL)
        return (struct sw_str){NULL, 0};
    return sw_field_value(field);
}
