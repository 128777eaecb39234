/* request.c - roles of fields, from the mapping's views of category webserver. */
#include "web/request.h"

#include "base/mem.h"

static const char *const role_names[] = {
    "",
#define SW_WEB_ROLE_NAME(name, text) text,
    SW_WEB_ROLES(SW_WEB_ROLE_NAME)
#undef SW_WEB_ROLE_NAME
};

/* Names that formats with their own have and no view maps; tried after the view's. */
static const struct {
    enum sw_web_role role;
    const char *name;
} other_names[] = {
    {SW_WEB_ROLE_BYTES, "response_body_len"},  {SW_WEB_ROLE_BYTES, "http.length"}, {SW_WEB_ROLE_COOKIE, "cookie"},
    {SW_WEB_ROLE_FORWARDED, "proxied"},        {SW_WEB_ROLE_FORWARDED, "http.xff"},
    {SW_WEB_ROLE_COOKIE, "captured-request-cookie"}, {SW_WEB_ROLE_EXTRA, "captured-request-headers"},
};

static struct sw_str name_in_view(const struct sw_view *view, struct sw_str name)
{
    for (size_t i = 0; i < view->map_count; i++)
        if (sw_str_ieq(view->maps[i].from, name))
            return view->maps[i].to;
    return name;
}

static void give_role(struct sw_web_layout *layout, struct sw_str name, enum sw_web_role role)
{
    sw_field_id id = sw_field_intern(name);
    if (id < layout->count && layout->role_of[id] == SW_WEB_NO_ROLE)
        layout->role_of[id] = (uint8_t)role;
}

static int make_layout(struct sw_web_layout *layout, const struct sw_view *view)
{
    for (unsigned role = 1; role < SW_WEB_ROLE_COUNT; role++) /* all ids before the table is sized */
        (void)sw_field_intern(name_in_view(view, sw_str(role_names[role])));
    for (size_t i = 0; i < sizeof other_names / sizeof *other_names; i++)
        (void)sw_field_intern(sw_str(other_names[i].name));
    layout->count = sw_field_count();
    layout->role_of = sw_alloc(layout->count, 1);
    if (layout->role_of == NULL)
        return SW_E_NOMEM;
    for (unsigned role = 1; role < SW_WEB_ROLE_COUNT; role++)
        give_role(layout, name_in_view(view, sw_str(role_names[role])), (enum sw_web_role)role);
    for (size_t i = 0; i < sizeof other_names / sizeof *other_names; i++)
        give_role(layout, sw_str(other_names[i].name), other_names[i].role);
    return 0;
}

/* Error logs of web servers quote requests. They are no class of category webserver: rules for access logs don't fit them. */
static bool is_error_log(struct sw_str class_name)
{
    return sw_str_is(class_name, "apache/error") || sw_str_is(class_name, "nginx/error") ||
           sw_str_is(class_name, "litespeed/error");
}

/* Classes with the same maps share a layout: their views point to the same list, or have none. */
static int layout_for(struct sw_web_roles *roles, const struct sw_classes *classes, sw_class_id id,
                      const struct sw_view *view)
{
    const struct sw_logsource web = {.category = SW_STR("webserver")};
    for (sw_class_id before = 0; before < id; before++) {
        if (roles->layout_of[before] == 0 || is_error_log(sw_classes_get(classes, before)->name))
            continue;
        const struct sw_view *other = sw_class_view(sw_classes_get(classes, before), &web);
        if (other->maps == view->maps && other->map_count == view->map_count) {
            roles->layout_of[id] = roles->layout_of[before];
            return 0;
        }
    }
    int rc = make_layout(&roles->layouts[roles->layout_count], view);
    if (rc == 0)
        roles->layout_of[id] = (uint16_t)++roles->layout_count;
    return rc;
}

void sw_web_request_in_message(struct sw_web_request *request)
{
    static const char *const methods[] = {"GET /", "POST /", "PUT /", "HEAD /", "OPTIONS /", "DELETE /"};
    struct sw_str message = request->part[SW_WEB_ROLE_MESSAGE];
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        size_t at = sw_str_find(message, sw_str(methods[i]));
        if (at == SW_NPOS)
            continue;
        size_t method = strlen(methods[i]) - 2;
        request->part[SW_WEB_ROLE_METHOD] = sw_str_slice(message, at, at + method);
        struct sw_str target = sw_str_from(message, at + method + 1);
        size_t end = sw_str_find(target, SW_STR(" HTTP/"));
        request->part[SW_WEB_ROLE_TARGET] = sw_str_slice(target, 0, end != SW_NPOS ? end : sw_str_chr(target, ' '));
        return;
    }
}

static uint8_t role_of(const struct sw_web_layout *layout, const struct sw_field *field)
{
    return field->id < layout->count ? layout->role_of[field->id] : SW_WEB_NO_ROLE;
}

static inline struct sw_str value_of(const struct sw_field *field)
{
    return field->type != SW_NULL ? sw_field_value(field) : (struct sw_str){NULL, 0};
}

/* The place of events with these fields: a few of the ids tell them apart. */
static struct sw_web_fields *place_of(struct sw_web_shapes *shapes, const struct sw_event *event)
{
    uint32_t count = event->count;
    if (count == 0)
        return &shapes->seen[0];
    const struct sw_field *fields = event->fields;
    uint32_t mix = count + fields[count / 4].id * 3 + fields[count / 2].id * 5 + fields[count - 1 - count / 4].id * 7;
    return &shapes->seen[mix % SW_WEB_SHAPES];
}

/* Learns the fields of an event and takes its request, of several fields of a role the first that is not empty. */
static void learn(struct sw_web_fields *shape, const struct sw_web_layout *layout, const struct sw_event *event)
{
    memset(shape, 0, sizeof *shape);
    shape->count = event->count;
    uint32_t had = 0;
    for (uint32_t i = 0; i < event->count; i++) {
        const struct sw_field *field = &event->fields[i];
        uint8_t role = role_of(layout, field);
        if (i < SW_WEB_SHAPE_FIELDS) {
            shape->ids[i] = field->id;
            shape->roles[i] = role;
            shape->again |= (uint64_t)(had >> role & 1) << i;
        }
        had |= 1u << role;
        if (role != SW_WEB_NO_ROLE && shape->request.part[role].len == 0)
            shape->request.part[role] = value_of(field);
    }
}

/* Takes the request of an event whose fields are those of the shape; false when they are not. */
static bool take_again(struct sw_web_fields *shape, const struct sw_event *event)
{
    for (uint32_t i = 0; i < event->count; i++) {
        const struct sw_field *field = &event->fields[i];
        if (field->id != shape->ids[i])
            return false;
        uint8_t role = shape->roles[i];
        if (role != SW_WEB_NO_ROLE && ((shape->again >> i & 1) == 0 || shape->request.part[role].len == 0))
            shape->request.part[role] = value_of(field);
    }
    return true;
}

const struct sw_web_request *sw_web_request_of(const struct sw_web_roles *roles, struct sw_web_shapes *shapes,
                                               const struct sw_event *event)
{
    uint16_t number = event->class_id < roles->class_count ? roles->layout_of[event->class_id] : 0;
    if (number == 0)
        return NULL;
    struct sw_web_fields *shape = place_of(shapes, event);
    if (shape->layout != number || shape->count != event->count || !take_again(shape, event)) {
        learn(shape, &roles->layouts[number - 1], event);
        /* what is longer than a shape is learnt anew each time, and so is what a message is read for */
        bool lasting = event->count <= SW_WEB_SHAPE_FIELDS && shape->request.part[SW_WEB_ROLE_MESSAGE].len == 0;
        shape->layout = lasting ? number : 0;
    }
    if (shape->request.part[SW_WEB_ROLE_TARGET].len == 0 && shape->request.part[SW_WEB_ROLE_MESSAGE].len > 0) {
        shape->layout = 0;
        sw_web_request_in_message(&shape->request);
    }
    return shape->request.part[SW_WEB_ROLE_TARGET].len > 0 ? &shape->request : NULL;
}

int sw_web_roles_init(struct sw_web_roles *roles, const struct sw_classes *classes)
{
    const struct sw_logsource web = {.category = SW_STR("webserver")};
    *roles = (struct sw_web_roles){.class_count = sw_classes_count(classes)};
    roles->layout_of = sw_alloc((size_t)roles->class_count + 1, sizeof *roles->layout_of);
    roles->layouts = sw_alloc((size_t)roles->class_count + 1, sizeof *roles->layouts);
    if (roles->layout_of == NULL || roles->layouts == NULL)
        return SW_E_NOMEM;
    for (sw_class_id id = 0; id < roles->class_count; id++) {
        const struct sw_class *cls = sw_classes_get(classes, id);
        const struct sw_view *view = sw_class_view(cls, &web);
        bool errors = is_error_log(cls->name);
        if (id == SW_CLASS_NONE || (view == NULL && !errors) || roles->layout_count == UINT16_MAX - 1)
            continue;
        static const struct sw_view plain;
        int rc =
            errors ? make_layout(&roles->layouts[roles->layout_count], &plain) : layout_for(roles, classes, id, view);
        if (rc == 0 && errors)
            roles->layout_of[id] = (uint16_t)++roles->layout_count;
        if (rc != 0)
            return rc;
    }
    return 0;
}

void sw_web_roles_fini(struct sw_web_roles *roles)
{
    for (size_t i = 0; i < roles->layout_count; i++)
        sw_free(roles->layouts[i].role_of);
    sw_free(roles->layouts);
    sw_free(roles->layout_of);
    *roles = (struct sw_web_roles){0};
}
