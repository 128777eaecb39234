/* flow_member.c - properties, methods and objects of languages other than PHP, by their tables of names. */
#include "webshell/flow_priv.h"

#include <stdio.h>

enum { NAME_MAX_LEN = 64 };

static uint32_t all_origins(const struct sw_value *args, size_t count)
{
    uint32_t origin = 0;
    for (size_t i = 0; i < count; i++)
        origin |= args[i].origin;
    return origin;
}

static const struct sw_name *find_joined(const struct sw_flow *f, struct sw_str first, const char *between, struct sw_str second,
                                         const char *after)
{
    char text[NAME_MAX_LEN];
    if (first.len + second.len + 4 > sizeof text)
        return NULL;
    int n = snprintf(text, sizeof text, "%.*s%s%.*s%s", SW_STR_ARG(first), between, SW_STR_ARG(second), after);
    return sw_language_find(f->language, sw_strn(text, (size_t)n));
}

/* What a value is called in the table: its class, or the name that it was reached by. */
static struct sw_str class_of(const struct sw_value *object)
{
    if (object->kind == SW_VALUE_NAME || object->kind == SW_VALUE_OBJECT)
        return object->text;
    if (object->kind == SW_VALUE_UNKNOWN && object->place == SW_PLACE_MEMBER)
        return object->key;
    return (struct sw_str){NULL, 0};
}

const struct sw_name *sw_flow_find_member(const struct sw_flow *f, const struct sw_value *object, struct sw_str name)
{
    struct sw_str class_name = class_of(object);
    const struct sw_name *found = NULL;
    if (class_name.len > 0)
        found = find_joined(f, class_name, ".", name, "");
    return found != NULL ? found : find_joined(f, (struct sw_str){NULL, 0}, ".", name, "");
}

static struct sw_value request_object(const struct sw_flow *f)
{
    return (struct sw_value){.kind = SW_VALUE_OBJECT, .text = SW_STR("request"), .at = sw_flow_at(f, f->pos)};
}

struct sw_value sw_flow_property(struct sw_flow *f, const struct sw_value *object, struct sw_str name)
{
    struct sw_value value = sw_flow_member(f, object, name);
    const struct sw_name *known = f->language->sigils ? NULL : sw_flow_find_member(f, object, name);
    if (known == NULL)
        return value;
    uint32_t at = sw_flow_at(f, f->pos);
    switch (known->role) {
    case SW_ROLE_REQUEST:
        return sw_value_unknown(SW_FROM_REQUEST, at);
    case SW_ROLE_UPLOAD:
        return sw_value_unknown(SW_FROM_UPLOAD, at);
    case SW_ROLE_REMOTE:
        return sw_value_unknown(SW_FROM_REMOTE, at);
    case SW_ROLE_SERVER:
        return (struct sw_value){.kind = SW_VALUE_OBJECT, .text = SW_STR("_SERVER"), .at = at};
    case SW_ROLE_REQUEST_OBJECT:
        return request_object(f);
    case SW_ROLE_CONTROL:
        /* Of what no code sets: a control of the page. */
        if (object->kind == SW_VALUE_NAME || (object->place == SW_PLACE_MEMBER && object->kind == SW_VALUE_UNKNOWN)) {
            value.origin |= known->arg == 1 ? SW_FROM_UPLOAD : SW_FROM_REQUEST;
            value.at = at;
        }
        return value;
    case SW_ROLE_SPY:
        f->spies |= 1u << known->arg;
        return value;
    case SW_ROLE_CLEAN:
        return sw_value_unknown(0, 0);
    case SW_ROLE_PASS:
        if (known->arg == 3) { /* what was put into .text, decoded */
            const struct sw_slot *text = sw_scope_find(&f->members, SW_STR("text"));
            if (text != NULL && text->set)
                return sw_value_unknown(text->value.origin | SW_WAS_DECODED, text->value.at);
        }
        return value;
    default:
        return value;
    }
}

struct sw_value sw_flow_method(struct sw_flow *f, const struct sw_value *object, struct sw_str name)
{
    struct sw_value value = sw_flow_member(f, object, name);
    if (f->language->sigils)
        return value;
    struct sw_value *copy = sw_arena_zero(f->arena, 1, sizeof *copy);
    if (copy != NULL)
        *copy = *object;
    value.object = copy;
    return value;
}

void sw_flow_set_member(struct sw_flow *f, struct sw_str name, const struct sw_value *value)
{
    if (!(value->origin & (SW_FROM_OUTSIDE | SW_WAS_HIDDEN)) && value->kind != SW_VALUE_TEXT)
        return;
    const struct sw_name *known = find_joined(f, (struct sw_str){NULL, 0}, ".", name, "=");
    if (known == NULL)
        return;
    if (known->role == SW_ROLE_COMMAND)
        sw_sink_command(f, value, "a process's start information", (struct sw_how){0}, f->pos);
    else if (known->role == SW_ROLE_SQL)
        sw_sink_sql(f, value, "a database command", f->pos);
}

void sw_flow_mention(struct sw_flow *f, const struct sw_tok *token)
{
    const struct sw_name *known = token->name > 0 ? &f->language->names[token->name - 1] : NULL;
    if (known == NULL || known->role != SW_ROLE_MEMORY)
        return;
    if (f->memory == 0)
        f->memory_at = sw_flow_at(f, f->pos);
    f->memory |= 1u << known->arg;
}

/* --- methods -------------------------------------------------------------------------------------------- */

/* Computing methods take their object as the first argument. */
static struct sw_value fold_method(struct sw_flow *f, const struct sw_name *known, const struct sw_value *object,
                                   const struct sw_value *args, size_t count)
{
    struct sw_value all[SW_MAX_FLOW_ARGS];
    all[0] = sw_value_content(*object);
    if (count > SW_MAX_FLOW_ARGS - 1)
        count = SW_MAX_FLOW_ARGS - 1;
    if (count > 0)
        memcpy(all + 1, args, count * sizeof *all);
    return sw_fold_call(f->arena, known->arg, all, count + 1);
}

/* append(), put(), add(): the object is more than before. */
static struct sw_value grow_object(struct sw_flow *f, const struct sw_value *object, const struct sw_value *args, size_t count)
{
    struct sw_value more = count > 0 ? args[count - 1] : sw_value_unknown(0, 0);
    struct sw_value grown = object->kind == SW_VALUE_TEXT ? sw_fold_join(f->arena, object, &more)
                                                          : sw_value_unknown(object->origin | all_origins(args, count), more.at);
    if (object->place != SW_PLACE_NONE)
        sw_flow_assign(f, object, grown);
    grown.place = object->place; /* what is appended next goes there, too */
    grown.slot = object->slot;
    grown.key = object->key;
    return grown;
}

/* Java's reflection: a method by its name. What it will do is known by the name. */
static struct sw_value reflect_name(struct sw_flow *f, const struct sw_value *object, const struct sw_value *args, size_t count,
                                    uint32_t token)
{
    struct sw_value name = count > 0 ? sw_value_content(args[0]) : sw_value_unknown(0, 0);
    struct sw_value result = sw_value_unknown(object->origin & (SW_FROM_OUTSIDE | SW_WAS_HIDDEN), sw_flow_at(f, token));
    result.origin |= name.origin & (SW_FROM_OUTSIDE | SW_WAS_HIDDEN | SW_WAS_JOINED);
    if (name.kind != SW_VALUE_TEXT)
        return result;
    const struct sw_name *known = find_joined(f, (struct sw_str){NULL, 0}, ".", name.text, "");
    if (known == NULL)
        known = sw_language_find(f->language, name.text);
    if (known != NULL && known->role == SW_ROLE_MEMORY) {
        f->memory |= 1u << known->arg;
        f->memory_at = result.at;
    }
    bool runs = sw_str_ieq(name.text, SW_STR("exec")) || sw_str_ieq(name.text, SW_STR("start")) ||
                sw_str_ieq(name.text, SW_STR("eval")) || sw_str_ieq(name.text, SW_STR("defineClass")) ||
                sw_str_ieq(name.text, SW_STR("getRuntime")) || sw_str_is(name.text, "forkAndExec") ||
                sw_str_is(name.text, "defineClass0") || sw_str_is(name.text, "Load") || sw_str_is(name.text, "Start");
    if (!runs)
        return result;
    result.origin |= SW_IS_COMMAND_OBJECT;
    struct sw_how how = {.variable = true, .origin = name.origin};
    if (name.origin & (SW_WAS_HIDDEN | SW_WAS_JOINED))
        sw_sink_hidden(f, "exec", how, token);
    return result;
}

static struct sw_value reflect_call(struct sw_flow *f, const struct sw_name *known, const struct sw_value *object,
                                    const struct sw_value *args, size_t count, uint32_t token)
{
    uint32_t data = all_origins(args, count);
    struct sw_value all = sw_value_unknown(data, count > 0 ? args[count - 1].at : 0);
    for (size_t i = 0; i < count; i++)
        if (args[i].at > 0 && (args[i].origin & SW_FROM_OUTSIDE))
            all.at = args[i].at;
    if ((object->origin | data) & SW_IS_COMMAND_OBJECT)
        sw_sink_command(f, &all, "a method called by reflection",
                        (struct sw_how){.variable = true, .origin = object->origin}, token);
    else if (object->origin & (SW_FROM_OUTSIDE | SW_WAS_HIDDEN))
        sw_sink_named(f, object, data, known->name + 1, token);
    return sw_value_unknown((data | object->origin) & (SW_FROM_OUTSIDE | SW_WAS_HIDDEN | SW_IS_COMMAND_OBJECT), all.at);
}

/* The effect of a method that the language's table has; false: it has none of its own. */
static bool apply_method(struct sw_flow *f, const struct sw_name *known, const struct sw_value *object, struct sw_value *args,
                         size_t count, uint32_t token, struct sw_value *result)
{
    static const struct sw_value nothing;
    const struct sw_value *first = count > 0 ? &args[0] : &nothing;
    *result = sw_value_unknown(0, 0);
    switch (known->role) {
    case SW_ROLE_FOLD:
        if (known->name[0] != '.')
            return false;
        *result = fold_method(f, known, object, args, count);
        return true;
    case SW_ROLE_PASS:
        if (known->arg != 2)
            return false;
        *result = grow_object(f, object, args, count);
        return true;
    case SW_ROLE_WRITE:
        if (known->arg < 2)
            return false;
        if (known->arg == 3)
            sw_sink_write(f, first, object, known->name + 1, token);
        else if (object->origin & SW_IS_COMMAND_OBJECT)
            sw_sink_command(f, first, "the input of a process", (struct sw_how){0}, token);
        else if ((object->origin & SW_FROM_UPLOAD) &&
                 (first->kind != SW_VALUE_OBJECT || sw_str_is(first->text, "File")) && strcmp(known->name, ".write") == 0)
            sw_sink_copy(f, object, first, known->name + 1, false, token);
        else if (object->origin & SW_IS_WRITE_HANDLE)
            sw_sink_write(f, object, first, known->name + 1, token);
        else
            *result = grow_object(f, object, args, count);
        return true;
    case SW_ROLE_COPY:
        if (known->arg < 2)
            return false;
        if (object->kind == SW_VALUE_NAME && f->language == &sw_language_net &&
            strcmp(known->name, ".SaveAs") == 0) {
            /* A control of the page: what it saves was uploaded. */
            const struct sw_value upload = sw_value_unknown(SW_FROM_UPLOAD, sw_flow_at(f, token));
            sw_sink_copy(f, &upload, first, known->name + 1, false, token);
            return true;
        }
        sw_sink_copy(f, object, first, known->name + 1, known->arg == 3, token);
        return true;
    case SW_ROLE_FILES:
        if (known->arg < 16)
            return false;
        sw_sink_files(f, object, known->arg - 16u, token);
        *result = sw_value_unknown(SW_FROM_STORED, 0);
        return true;
    case SW_ROLE_OUT:
        if (count > 0 && args[0].place != SW_PLACE_NONE)
            sw_flow_assign(f, &args[0], sw_value_unknown(object->origin & (SW_FROM_OUTSIDE | SW_WAS_HIDDEN), object->at));
        *result = sw_value_unknown(object->origin & (SW_FROM_OUTSIDE | SW_WAS_HIDDEN), object->at);
        return true;
    case SW_ROLE_REFLECT_NAME:
        *result = reflect_name(f, object, args, count, token);
        return true;
    case SW_ROLE_REFLECT_CALL:
        *result = reflect_call(f, known, object, args, count, token);
        return true;
    case SW_ROLE_DESERIALISE:
        sw_sink_deserialise(f, object->origin & SW_FROM_OUTSIDE ? object : first, known->name + 1, token);
        return true;
    case SW_ROLE_REQUEST:
        *result = sw_value_unknown(known->arg == 5 ? SW_FROM_REQUEST | SW_IS_KEYS : SW_FROM_REQUEST, sw_flow_at(f, token));
        return true;
    default:
        return false;
    }
}

/* Whether a method is called of an object of the script's own class. */
static bool is_own(const struct sw_flow *f, const struct sw_value *object, const struct sw_function *function)
{
    struct sw_str class_name = class_of(object);
    if (class_name.len == 0)
        return object->kind == SW_VALUE_OBJECT; /* this, in no class */
    return sw_str_ieq(class_name, function->class_name) ||
           (f->function != NULL && sw_str_ieq(class_name, f->function->class_name));
}

struct sw_value sw_flow_call_method(struct sw_flow *f, const struct sw_value *callee, struct sw_value *args, size_t count,
                                    uint32_t token)
{
    static const struct sw_value nothing;
    const struct sw_value *object = callee->object != NULL ? callee->object : &nothing;
    struct sw_function *function = sw_flow_function_named(f, callee->key, (struct sw_str){NULL, 0});
    const struct sw_name *known = sw_flow_find_member(f, object, callee->key);
    struct sw_value result;
    if (function != NULL && (known == NULL || is_own(f, object, function)))
        return sw_flow_enter(f, function, args, count);
    if (function != NULL) /* a method of the script's has the name of one of the language's: either may be meant */
        (void)sw_flow_enter(f, function, args, count);
    if (known != NULL && apply_method(f, known, object, args, count, token, &result))
        return result;
    if (known != NULL) {
        f->object = object;
        result = sw_flow_apply(f, known, args, count, (struct sw_how){0}, token);
        f->object = NULL;
        if (known->role != SW_ROLE_NONE && known->role != SW_ROLE_WORD)
            return result;
    }
    /* What an unknown method gives is made of its object and its arguments. */
    const uint32_t passed = SW_FROM_OUTSIDE | SW_WAS_HIDDEN | SW_FROM_STORED | SW_IS_COMMAND_OBJECT | SW_IS_SOCKET |
                            SW_WAS_WRAPPED;
    uint32_t origin = (object->origin & passed) |
                      (all_origins(args, count) & (SW_FROM_OUTSIDE | SW_WAS_HIDDEN | SW_WAS_WRAPPED));
    result = sw_value_unknown(origin, object->at);
    for (size_t i = 0; i < count && result.at == 0; i++)
        result.at = args[i].at;
    if (object->kind == SW_VALUE_OBJECT)
        result.text = object->text;
    return result;
}

struct sw_value sw_flow_make_object(struct sw_flow *f, struct sw_str name, struct sw_value *args, size_t count, uint32_t token)
{
    struct sw_function *function = sw_flow_function_named(f, name, (struct sw_str){NULL, 0});
    if (function != NULL)
        (void)sw_flow_enter(f, function, args, count);
    const struct sw_name *known = sw_language_find(f->language, name);
    if (known != NULL && known->role != SW_ROLE_NONE && known->role != SW_ROLE_REQUEST_OBJECT)
        return sw_flow_apply(f, known, args, count, (struct sw_how){0}, token);
    /* An object is what it is made of: readers, wrappers, files. */
    struct sw_value result = {.kind = SW_VALUE_OBJECT, .text = name};
    for (size_t i = 0; i < count; i++) {
        if (i == 0 && args[0].kind == SW_VALUE_TEXT && count == 1)
            result = sw_value_content(args[0]);
        result.origin |= args[i].origin & ~(uint32_t)(SW_WAS_WRAPPED | SW_WAS_JOINED);
        if (result.at == 0)
            result.at = args[i].at;
    }
    return result;
}
