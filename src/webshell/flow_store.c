/* flow_store.c - variables, properties and elements: what they hold, and putting something into them. */
#include "webshell/flow_priv.h"

#include "base/hash.h"

/* Of a variable's name; longer ones come of computed names alone. */
enum { VARIABLE_MAX_LEN = 4096 };

static size_t bucket_of(struct sw_str name)
{
    return (size_t)(sw_hash(name) % SW_SCOPE_BUCKETS);
}

const struct sw_slot *sw_scope_find(const struct sw_scope *scope, struct sw_str name)
{
    for (const struct sw_slot *slot = scope->buckets[bucket_of(name)]; slot != NULL; slot = slot->next)
        if (sw_str_eq(slot->name, name))
            return slot;
    return NULL;
}

struct sw_slot *sw_scope_slot(struct sw_flow *f, struct sw_scope *scope, struct sw_str name)
{
    size_t bucket = bucket_of(name);
    for (struct sw_slot *slot = scope->buckets[bucket]; slot != NULL; slot = slot->next)
        if (sw_str_eq(slot->name, name))
            return slot->alias != NULL ? slot->alias : slot;
    struct sw_slot *slot = sw_arena_zero(f->arena, 1, sizeof *slot);
    if (slot == NULL)
        return NULL;
    slot->name = name;
    slot->depth = (uint16_t)sw_flow_depth(f);
    slot->next = scope->buckets[bucket];
    scope->buckets[bucket] = slot;
    return slot;
}

struct sw_value sw_flow_either(const struct sw_value *a, const struct sw_value *b)
{
    struct sw_value value = sw_value_content(a->kind != SW_VALUE_UNKNOWN ? *a : *b);
    value.origin = a->origin | b->origin;
    value.at = (a->origin & SW_FROM_OUTSIDE) || b->at == 0 ? a->at : b->at;
    return value;
}

/* --- variables ------------------------------------------------------------------------------------------ */

/* The session and its kind: what the script puts there is there, among what others do. */
static struct sw_value kept(struct sw_flow *f, struct sw_str name, uint32_t at)
{
    struct sw_slot *slot = sw_scope_slot(f, &f->globals, sw_flow_fold_name(f, name));
    struct sw_value value = slot != NULL && slot->set ? sw_value_content(slot->value) : sw_value_unknown(0, at);
    value.origin |= SW_FROM_STORED;
    value.place = SW_PLACE_VARIABLE;
    value.slot = slot;
    return value;
}

/* Variables that the language fills, and words that stand for something. */
static bool given_variable(struct sw_flow *f, struct sw_str name, uint32_t token, struct sw_value *value)
{
    const struct sw_name *known = sw_language_find(f->language, name);
    *value = sw_value_unknown(0, sw_flow_at(f, token));
    if (known == NULL)
        return false;
    switch (known->role) {
    case SW_ROLE_REQUEST:
        value->origin = SW_FROM_REQUEST;
        return true;
    case SW_ROLE_UPLOAD:
        value->origin = SW_FROM_UPLOAD;
        return true;
    case SW_ROLE_SERVER:
        *value = (struct sw_value){.kind = SW_VALUE_OBJECT, .text = SW_STR("_SERVER"), .at = value->at};
        return true;
    case SW_ROLE_STORED:
        *value = kept(f, name, value->at);
        return true;
    default:
        return false;
    }
}

/* A name that is no variable's: a constant, or in old PHP a text. */
static struct sw_value constant(struct sw_flow *f, struct sw_str name, uint32_t token)
{
    static const struct {
        const char *name;
        const char *text;
    } texts[] = {{"DIRECTORY_SEPARATOR", "/"}, {"PHP_EOL", "\n"}, {"NAN", "NAN"}, {"INF", "INF"}, {"M_PI", "3"}};
    const struct sw_slot *slot = sw_scope_find(&f->constants, name);
    if (slot != NULL)
        return sw_value_content(slot->value);
    if (sw_str_is(name, "__FILE__") || sw_str_is(name, "__DIR__"))
        return sw_value_unknown(sw_str_is(name, "__FILE__") ? SW_IS_SELF_PATH : 0, sw_flow_at(f, token));
    if (sw_str_is(name, "__FUNCTION__") || sw_str_is(name, "__METHOD__"))
        return sw_value_text(f->function != NULL ? f->function->name : SW_STR(""), 0);
    if (sw_str_is(name, "__CLASS__"))
        return sw_value_text(f->function != NULL ? f->function->class_name : SW_STR(""), 0);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (sw_str_is(name, texts[i].name))
            return sw_value_text(sw_str(texts[i].text), 0);
    /* Capitals are a constant of elsewhere; other bare words old PHP takes for texts. */
    bool capitals = name.len > 2;
    for (size_t i = 0; i < name.len; i++)
        capitals &= name.ptr[i] == '_' || sw_is_digit(name.ptr[i]) || (name.ptr[i] >= 'A' && name.ptr[i] <= 'Z');
    return capitals ? sw_value_unknown(0, 0) : sw_value_text(name, 0);
}

struct sw_str sw_flow_fold_name(struct sw_flow *f, struct sw_str name)
{
    if (!f->language->folds_variables)
        return name;
    size_t i = 0;
    while (i < name.len && sw_lower(name.ptr[i]) == name.ptr[i])
        i++;
    char *folded = i < name.len ? sw_arena_bytes(f->arena, name.len) : NULL;
    if (folded == NULL)
        return name;
    for (i = 0; i < name.len; i++)
        folded[i] = sw_lower(name.ptr[i]);
    return sw_strn(folded, name.len);
}

/* Where a variable's value is: in its scope, or in the scopes around a closure. */
static const struct sw_slot *look_up(const struct sw_flow *f, const struct sw_slot *slot)
{
    const struct sw_slot *from = slot;
    for (const struct sw_scope *outer = f->scope->outer; !from->set && outer != NULL; outer = outer->outer) {
        const struct sw_slot *found = sw_scope_find(outer, slot->name);
        from = found != NULL ? found : from;
    }
    if (from->set || f->language->sigils)
        return from;
    /* Without sigils a name may be a page's variable or a field. */
    const struct sw_slot *found = sw_scope_find(&f->globals, slot->name);
    if (found == NULL || !found->set)
        found = sw_scope_find(&f->members, slot->name);
    return found != NULL && found->set ? found : from;
}

/* A name that nothing sets, in a language without sigils: an object of the page, or a class. */
static struct sw_value named_object(struct sw_flow *f, struct sw_str name, uint32_t token)
{
    const struct sw_name *known = sw_language_find(f->language, name);
    if (known != NULL && known->role == SW_ROLE_REQUEST_OBJECT)
        return (struct sw_value){.kind = SW_VALUE_OBJECT, .text = SW_STR("request"), .at = sw_flow_at(f, token)};
    if (known != NULL && known->role == SW_ROLE_REQUEST)
        return sw_value_unknown(SW_FROM_REQUEST, sw_flow_at(f, token));
    if (known != NULL && known->role == SW_ROLE_STORED)
        return kept(f, name, sw_flow_at(f, token));
    return (struct sw_value){.kind = SW_VALUE_NAME, .text = name};
}

struct sw_value sw_flow_variable(struct sw_flow *f, struct sw_str name, uint32_t token)
{
    const struct sw_tok *tok = &f->unit->tokens[token < f->unit->count ? token : f->unit->count - 1];
    bool sigils = f->language->sigils;
    if (name.len > VARIABLE_MAX_LEN)
        return sw_value_unknown(0, 0);
    if (sigils && tok->kind == SW_TOK_NAME)
        return constant(f, name, token);
    struct sw_value value;
    if (sigils && name.len > 1 && (name.ptr[0] == '_' || name.ptr[0] == 'H') && given_variable(f, name, token, &value))
        return value;
    if (sw_str_is(name, "this") || (!sigils && sw_str_ieq(name, SW_STR("me"))))
        return (struct sw_value){.kind = SW_VALUE_OBJECT,
                                 .text = f->function != NULL ? f->function->class_name : SW_STR("")};
    struct sw_str written = name;
    name = sw_flow_fold_name(f, name);
    if (f->frame_count > 0 && sw_flow_frame(f)->class_body)
        return sw_flow_member(f, &(struct sw_value){0}, name);
    struct sw_slot *slot = sw_scope_slot(f, f->scope, name);
    if (slot == NULL)
        return sw_value_unknown(0, 0);
    if (sigils && sw_str_is(name, "GLOBALS") && !slot->set)
        return (struct sw_value){
            .kind = SW_VALUE_OBJECT, .text = SW_STR("GLOBALS"), .place = SW_PLACE_VARIABLE, .slot = slot};
    const struct sw_slot *from = look_up(f, slot);
    value = sw_value_content(from->value);
    if (!from->set && f->scope->all_origin != 0)
        value = sw_value_unknown(f->scope->all_origin, f->scope->all_at);
    else if (!from->set && f->globals.all_origin != 0 && (from != slot || sw_scope_find(&f->globals, name) == from))
        value = sw_value_unknown(f->globals.all_origin, f->globals.all_at);
    else if (!from->set)
        value = sigils ? sw_value_unknown(SW_FROM_UNDEFINED, sw_flow_at(f, token)) : named_object(f, written, token);
    slot->asked |= !from->set && f->function == NULL && !sw_tok_is(sw_flow_token(f, 1), SW_OP_ASSIGN);
    if (value.place == SW_PLACE_VARIABLE)
        return value;
    value.place = SW_PLACE_VARIABLE;
    value.slot = slot;
    value.key = name;
    return value;
}

static bool is_call_of_object(struct sw_str name)
{
    return sw_str_ieq(name, SW_STR("invoke")) || sw_str_ieq(name, SW_STR("invokeArgs")) ||
           sw_str_ieq(name, SW_STR("__invoke")) || sw_str_ieq(name, SW_STR("getClosure"));
}

/* --- members -------------------------------------------------------------------------------------------- */

struct sw_value sw_flow_member(struct sw_flow *f, const struct sw_value *object, struct sw_str name)
{
    struct sw_slot *slot = sw_scope_slot(f, &f->members, sw_flow_fold_name(f, name));
    struct sw_value value = sw_value_unknown(object->origin, object->at);
    if (slot != NULL && slot->set) {
        value = sw_value_content(slot->value);
        value.origin |= object->origin;
        if (value.at == 0)
            value.at = object->at;
    }
    if (f->members.all_origin != 0) {
        value = sw_value_unknown(value.origin | f->members.all_origin, f->members.all_at);
    } else if (is_call_of_object(name) && object->kind != SW_VALUE_UNKNOWN && object->kind != SW_VALUE_OBJECT) {
        value = sw_value_content(*object); /* a reflected function: what is called is the object */
    }
    value.place = SW_PLACE_MEMBER;
    value.slot = object->slot;
    value.key = name;
    if (value.kind == SW_VALUE_UNKNOWN && (object->kind == SW_VALUE_OBJECT || object->kind == SW_VALUE_NAME))
        value.text = object->text; /* the class, for the method's name */
    else if (value.kind == SW_VALUE_UNKNOWN && !f->language->sigils && object->place == SW_PLACE_MEMBER)
        value.text = object->key; /* System.IO.File: the class is what stands last */
    return value;
}

/* --- elements ------------------------------------------------------------------------------------------- */

/* $_SERVER[key]: some of it is what the client sent. */
static struct sw_value server_variable(struct sw_flow *f, const struct sw_value *index, uint32_t at)
{
    static const char *const sent[] = {"QUERY_STRING",    "REQUEST_URI",  "PATH_INFO",      "ORIG_PATH_INFO",
                                       "PHP_AUTH_USER",   "PHP_AUTH_PW",           "HTTP_COOKIE",
                                       "HTTP_USER_AGENT", "HTTP_REFERER", "REQUEST_METHOD", "CONTENT_TYPE"};
    static const char *const self[] = {"SCRIPT_FILENAME", "PATH_TRANSLATED", "SCRIPT_NAME", "PHP_SELF"};
    struct sw_str key;
    if (!sw_value_as_text(f->arena, index, &key))
        return sw_value_unknown(index->kind == SW_VALUE_UNKNOWN ? SW_FROM_REQUEST : 0, at);
    for (size_t i = 0; i < sizeof self / sizeof self[0]; i++)
        if (sw_str_is(key, self[i]))
            return sw_value_unknown(SW_IS_SELF_PATH, at);
    for (size_t i = 0; i < sizeof sent / sizeof sent[0]; i++)
        if (sw_str_is(key, sent[i]))
            return sw_value_unknown(SW_FROM_REQUEST, at);
    /* The host name is as good as configured; other headers are the client's. */
    bool header = sw_str_starts(key, SW_STR("HTTP_")) && !sw_str_is(key, "HTTP_HOST");
    return sw_value_unknown(header ? SW_FROM_REQUEST : 0, at);
}

struct sw_value sw_flow_index(struct sw_flow *f, const struct sw_value *object, const struct sw_value *index)
{
    struct sw_value value;
    struct sw_str key = {NULL, 0};
    bool known = sw_value_as_text(f->arena, index, &key);
    if (object->kind == SW_VALUE_OBJECT && sw_str_is(object->text, "_SERVER"))
        return server_variable(f, index, object->at);
    if (object->kind == SW_VALUE_OBJECT && sw_str_is(object->text, "GLOBALS")) {
        if (!known)
            return sw_value_unknown(0, 0);
        struct sw_scope *scope = f->scope;
        f->scope = &f->globals;
        value = sw_flow_variable(f, key, f->unit->count - 1);
        f->scope = scope;
        return value;
    }
    if (object->kind == SW_VALUE_OBJECT && !f->language->sigils && sw_str_is(object->text, "request"))
        return sw_value_unknown(SW_FROM_REQUEST, object->at);
    value = sw_fold_index(f->arena, object, index);
    if (object->kind == SW_VALUE_ARRAY)
        f->steps += object->array->count / 16;
    /* Size and error code of an upload are the server's own. */
    if ((object->origin & SW_FROM_UPLOAD) && known && (sw_str_is(key, "error") || sw_str_is(key, "size")))
        value.origin &= ~(uint32_t)SW_FROM_UPLOAD;
    if ((object->origin & SW_FROM_OUTSIDE) == 0 && (index->origin & SW_FROM_OUTSIDE) &&
        object->kind == SW_VALUE_UNKNOWN)
        value.origin |= SW_IS_KEYS & index->origin;
    value.place = SW_PLACE_ELEMENT;
    value.deep = object->place == SW_PLACE_ELEMENT;
    value.slot = object->slot;
    value.key = known ? key : (struct sw_str){NULL, 0};
    value.somewhere = !known && !(index->origin & SW_WAS_NOTHING);
    if (object->place == SW_PLACE_MEMBER && object->key.len > 0)
        value.slot = sw_scope_slot(f, &f->members, object->key);
    return value;
}

/* --- storing -------------------------------------------------------------------------------------------- */

/* What a slot holds afterwards: just the new, where nothing may go around the statement; else either. */
static void store(struct sw_flow *f, struct sw_slot *slot, struct sw_value value, bool always)
{
    unsigned depth = sw_flow_depth(f);
    uint32_t before = slot->value.origin;
    uint32_t before_at = slot->value.at;
    /* Text that grows by a computed part deeper down: a loop, which is gone through once here. What it holds isn't known. */
    if (slot->set && depth > slot->depth && (value.origin & SW_WAS_TRICKED) && value.kind == SW_VALUE_TEXT &&
        slot->value.kind == SW_VALUE_TEXT && value.text.len > slot->value.text.len &&
        sw_str_starts(value.text, slot->value.text))
        value = sw_value_unknown(value.origin, value.at);
    bool over = !always || (slot->set && depth > slot->depth);
    if (slot->set && slot->value.kind == SW_VALUE_OBJECT && value.kind == SW_VALUE_UNKNOWN && over)
        value.text = slot->value.text;
    slot->value = sw_value_content(value);
    /* A page of the time of register_globals asks for a variable before it gives it a value of its own. */
    if (!slot->set && slot->asked && depth > 0)
        slot->value.origin |= SW_FROM_UNDEFINED;
    if (over && slot->set) {
        slot->value.origin |= before & ~(uint32_t)SW_FROM_UNDEFINED;
        if ((before & SW_FROM_OUTSIDE) && !(value.origin & SW_FROM_OUTSIDE))
            slot->value.at = before_at;
    } else {
        slot->depth = (uint16_t)depth;
    }
    slot->set = true;
}

static void store_element(struct sw_flow *f, struct sw_slot *slot, const struct sw_value *place, struct sw_value value)
{
    struct sw_value *array = &slot->value;
    if (array->kind == SW_VALUE_TEXT && slot->set && !place->deep && place->key.len > 0 && array->text.len > 0) {
        /* A letter of a text is replaced: the text isn't what it was. */
        slot->value = sw_value_unknown(array->origin | value.origin | SW_WAS_TRICKED, value.at);
        return;
    }
    if (array->kind != SW_VALUE_ARRAY && !place->deep &&
        (!slot->set || array->kind == SW_VALUE_UNKNOWN || array->text.len == 0)) {
        uint32_t origin = slot->set ? array->origin & ~(uint32_t)SW_FROM_UNDEFINED : 0;
        *array = (struct sw_value){
            .kind = SW_VALUE_ARRAY, .array = sw_array_new(f->arena), .origin = origin, .at = array->at};
        if (array->array == NULL)
            array->kind = SW_VALUE_UNKNOWN;
        else
            array->array->rest = origin;
    }
    slot->set = true;
    if ((value.origin & SW_FROM_REQUEST) && sw_str_is(slot->name, "_SESSION"))
        f->kept_sent = true;
    array->origin |= value.origin & ~(uint32_t)(SW_FROM_UNDEFINED | SW_WAS_JOINED);
    if (array->at == 0 || (value.origin & SW_FROM_OUTSIDE))
        array->at = value.at;
    if (array->kind == SW_VALUE_ARRAY && (place->deep || place->somewhere))
        array->array->rest |= value.origin;
    if (array->kind != SW_VALUE_ARRAY || place->deep || place->somewhere)
        return;
    f->steps += array->array->count / 16;
    if (place->key.ptr != NULL)
        (void)sw_array_set(f->arena, array->array, place->key, value);
    else
        (void)sw_array_push(f->arena, array->array, value);
}

/* [$a, $b] = value: element by element. */
static void store_list(struct sw_flow *f, const struct sw_array *places, const struct sw_value *value)
{
    for (uint32_t i = 0; i < places->count; i++) {
        const struct sw_value *place = &places->entries[i].value;
        if (place->place == SW_PLACE_NONE)
            continue;
        struct sw_value index = sw_value_number(i);
        sw_flow_assign(f, place, sw_value_content(sw_fold_index(f->arena, value, &index)));
    }
}

/* What assigning to a name may mean besides: a function's result in VBScript, a property in an object's initialiser. */
static void assign_name(struct sw_flow *f, struct sw_str name, const struct sw_value *value)
{
    if (f->function != NULL && sw_str_ieq(f->function->name, name))
        f->returned = sw_flow_either(&f->returned, value);
    /* new Start { FileName = x }: the block stands in an expression. */
    const struct sw_frame *frame = sw_flow_frame(f);
    if (f->frame_count > 1 && frame->kind == SW_FRAME_BLOCK && frame->token != UINT32_MAX &&
        frame->operands > f->frames[f->frame_count - 2].operands)
        sw_flow_set_member(f, name, value);
}

void sw_flow_assign(struct sw_flow *f, const struct sw_value *place, struct sw_value value)
{
    switch (place->place) {
    case SW_PLACE_VARIABLE:
        if (place->slot != NULL)
            store(f, place->slot, value, true);
        if (!f->language->sigils)
            assign_name(f, place->key, &value);
        break;
    case SW_PLACE_ELEMENT:
        if (place->slot != NULL)
            store_element(f, place->slot, place, value);
        break;
    case SW_PLACE_MEMBER:
        if (place->key.len > 0) {
            struct sw_slot *slot = sw_scope_slot(f, &f->members, sw_flow_fold_name(f, place->key));
            if (slot != NULL)
                store(f, slot, value, false);
            if (!f->language->sigils)
                sw_flow_set_member(f, place->key, &value);
        }
        break;
    default:
        if (place->kind == SW_VALUE_ARRAY && place->array != NULL)
            store_list(f, place->array, &value);
        break;
    }
}
