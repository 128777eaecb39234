/* roles.c - builds the tables of roles.h from their lines. */
#include "behaviour/roles.h"

#include "base/mem.h"

static bool line_fits(const struct sw_role_line *line, struct sw_str class_name)
{
    struct sw_str name = sw_str(line->class_name);
    if (name.len > 0 && name.ptr[name.len - 1] == '/')
        return sw_str_starts(class_name, name);
    return sw_str_eq(class_name, name);
}

static int make_layout(struct sw_role_layout *layout, struct sw_str class_name, const struct sw_role_line *lines,
                       size_t count)
{
    layout->count = sw_field_count();
    layout->role_of = sw_alloc(layout->count, 1);
    if (layout->role_of == NULL)
        return SW_E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        if (!line_fits(&lines[i], class_name))
            continue;
        sw_field_id id = sw_field_find(sw_str(lines[i].field));
        if (id != SW_FIELD_NONE && id < layout->count && layout->role_of[id] == 0)
            layout->role_of[id] = lines[i].role;
    }
    return 0;
}

int sw_roles_init(struct sw_roles *roles, const struct sw_classes *classes, const struct sw_role_line *lines,
                  size_t count)
{
    *roles = (struct sw_roles){.class_count = sw_classes_count(classes)};
    for (size_t i = 0; i < count; i++)
        (void)sw_field_intern(sw_str(lines[i].field)); /* all names before tables are sized */
    roles->layout_of = sw_alloc((size_t)roles->class_count + 1, sizeof *roles->layout_of);
    roles->layouts = sw_alloc((size_t)roles->class_count + 1, sizeof *roles->layouts);
    if (roles->layout_of == NULL || roles->layouts == NULL)
        return SW_E_NOMEM;
    for (sw_class_id id = 0; id < roles->class_count && roles->layout_count < UINT16_MAX - 1; id++) {
        struct sw_str name = sw_classes_get(classes, id)->name;
        bool any = false;
        for (size_t i = 0; i < count && !any; i++)
            any = line_fits(&lines[i], name);
        if (!any)
            continue;
        int rc = make_layout(&roles->layouts[roles->layout_count], name, lines, count);
        if (rc != 0)
            return rc;
        roles->layout_of[id] = (uint16_t)++roles->layout_count;
    }
    return 0;
}

void sw_roles_fini(struct sw_roles *roles)
{
    for (size_t i = 0; i < roles->layout_count; i++)
        sw_free(roles->layouts[i].role_of);
    sw_free(roles->layouts);
    sw_free(roles->layout_of);
    *roles = (struct sw_roles){0};
}
