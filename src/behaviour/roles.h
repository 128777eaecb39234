/*
 * roles.h - which field of which class of events means what to a watch.
 *
 * A table of lines {class, field, role}; a class may be "firewall/" and stand for all that begin so. Of several fields
 * with the same role the first one in an event that has a value counts. Owner:   sw_roles_fini() frees.      Threads:
 * any, after sw_roles_init().      Errors: SW_E_NOMEM.
 */
#ifndef SW_BEHAVIOUR_ROLES_H
#define SW_BEHAVIOUR_ROLES_H

#include "event/event.h"
#include "event/logsource.h"

struct sw_role_line {
    const char *class_name;
    const char *field;
    uint8_t role; /* from 1 */
};

struct sw_role_layout {
    uint8_t *role_of; /* by field id below count */
    uint32_t count;
};

struct sw_roles {
    struct sw_role_layout *layouts;
    size_t layout_count;
    uint16_t *layout_of; /* by class: 0 none, else number + 1 */
    uint32_t class_count;
};

int sw_roles_init(struct sw_roles *roles, const struct sw_classes *classes, const struct sw_role_line *lines,
                  size_t count);
void sw_roles_fini(struct sw_roles *roles);

static inline bool sw_roles_has(const struct sw_roles *roles, sw_class_id id)
{
    return id < roles->class_count && roles->layout_of[id] != 0;
}

/* Fills part[role] for each role below `role_count`; parts that the event lacks are empty. False for classes without
 * lines. */
static inline bool sw_roles_get(const struct sw_roles *roles, const struct sw_event *event, struct sw_str *part,
                                size_t role_count)
{
    if (!sw_roles_has(roles, event->class_id))
        return false;
    const struct sw_role_layout *layout = &roles->layouts[roles->layout_of[event->class_id] - 1];
    memset(part, 0, role_count * sizeof *part);
    for (uint32_t i = 0; i < event->count; i++) {
        const struct sw_field *field = &event->fields[i];
        uint8_t role = field->id < layout->count ? layout->role_of[field->id] : 0;
        if (role != 0 && field->type != SW_NULL && field->len > 0 && part[role].len == 0)
            part[role] = sw_field_value(field);
    }
    return true;
}

#endif
