/* flow_call.c - calls: which function is meant, what it gives, and what it does with its arguments. */
#include "webshell/flow_priv.h"

#include "base/error.h"
#include "webshell/fold_priv.h"

#include <stdio.h>

static uint32_t all_origins(const struct sw_value *args, size_t count)
{
    uint32_t origin = 0;
    for (size_t i = 0; i < count; i++)
        origin |= args[i].origin;
    return origin;
}

static uint32_t first_at(const struct sw_value *args, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (args[i].at > 0)
            return args[i].at;
    return 0;
}

static const struct sw_value *arg_at(const struct sw_value *args, size_t count, size_t index)
{
    static const struct sw_value nothing;
    return index < count ? &args[index] : &nothing;
}

static bool text_is(const struct sw_value *value, const char *text)
{
    return value->kind == SW_VALUE_TEXT && sw_str_ieq(value->text, sw_str(text));
}

static bool text_starts(const struct sw_value *value, const char *text)
{
    return value->kind == SW_VALUE_TEXT && sw_str_istarts(value->text, sw_str(text));
}

/* Where a value is put that comes out of an argument. */
static void put_out(struct sw_flow *f, const struct sw_value *args, size_t count, size_t index, struct sw_value value)
{
    if (index < count && args[index].place != SW_PLACE_NONE)
        sw_flow_assign(f, &args[index], value);
}

/* --- what is read --------------------------------------------------------------------------------------- */

static bool is_url(const struct sw_value *value)
{
    struct sw_str text = value->kind == SW_VALUE_TEXT ? value->text : value->key;
    return sw_str_istarts(text, SW_STR("http://")) || sw_str_istarts(text, SW_STR("https://")) ||
           sw_str_istarts(text, SW_STR("ftp://"));
}

/* What the file of a path, or the stream of a handle, holds. */
static uint32_t origin_of_content(const struct sw_value *path)
{
    if (text_starts(path, "php://input") || (path->origin & SW_IS_INPUT_STREAM) ||
        (path->kind == SW_VALUE_TEXT && sw_str_ifind(path->text, SW_STR("resource=php://input")) != SW_NPOS))
        return SW_FROM_REQUEST;
    if (path->origin & SW_FROM_UPLOAD)
        return SW_FROM_UPLOAD;
    if (path->origin & (SW_IS_SELF_PATH | SW_FROM_SELF))
        return SW_FROM_SELF;
    if (is_url(path) || (path->origin & (SW_FROM_REMOTE | SW_IS_SOCKET)))
        return SW_FROM_REMOTE;
    return SW_FROM_STORED;
}

/* data:text/plain;base64,... and data://: what it holds. */
static struct sw_value data_url(struct sw_flow *f, const struct sw_value *path)
{
    size_t comma = sw_str_chr(path->text, ',');
    if (comma == SW_NPOS)
        return sw_value_unknown(SW_WAS_DECODED, path->at);
    struct sw_str content = sw_str_from(path->text, comma + 1);
    if (sw_str_ifind(sw_str_slice(path->text, 0, comma), SW_STR("base64")) != SW_NPOS)
        content = sw_codec_base64(f->arena, content);
    return content.ptr != NULL ? sw_value_text(content, path->origin | SW_WAS_DECODED)
                               : sw_value_unknown(SW_WAS_DECODED, 0);
}

static struct sw_value read_content(struct sw_flow *f, const struct sw_value *path, uint32_t token)
{
    if (text_starts(path, "data:"))
        return data_url(f, path);
    uint32_t at = path->at > 0 ? path->at : sw_flow_at(f, token);
    if (path->origin & SW_FROM_REQUEST)
        sw_sink_files(f, path, 8, token);
    uint32_t origin = origin_of_content(path);
    /* What the client names may be an address, or php://input. */
    if ((path->origin & SW_FROM_REQUEST) && (!(path->origin & SW_WAS_WRAPPED) || sw_str_istarts(path->key, SW_STR("php"))))
        origin |= SW_FROM_REMOTE;
    return sw_value_unknown(origin, at);
}

static struct sw_value apply_stored(struct sw_flow *f, const struct sw_name *name, const struct sw_value *args,
                                    size_t count, uint32_t token)
{
    if (name->arg != 0 || count == 0)
        return sw_value_unknown(SW_FROM_STORED, sw_flow_at(f, token));
    return read_content(f, &args[0], token);
}

/* --- what is opened, written, moved --------------------------------------------------------------------- */

/* `how`: 0 a mode follows as a text, 1 for writing, 2 a writer around another, 3 VBScript's number of a mode follows, 4 that
 * number alone. */
static struct sw_value apply_open(struct sw_flow *f, unsigned how, const struct sw_value *args, size_t count, uint32_t token)
{
    const struct sw_value *path = arg_at(args, count, 0);
    const struct sw_value *mode = arg_at(args, count, 1);
    /* A writer around a stream is the stream; around a file it writes that. */
    if (how == 2 && path->kind != SW_VALUE_TEXT && !(path->kind == SW_VALUE_OBJECT && sw_str_is(path->text, "File")))
        return sw_value_content(*path);
    struct sw_value handle = sw_value_unknown(path->origin & (SW_FROM_OUTSIDE | SW_WAS_WRAPPED | SW_IS_KEYS), path->at);
    if (handle.at == 0)
        handle.at = sw_flow_at(f, token);
    if (text_starts(path, "php://input"))
        handle.origin |= SW_IS_INPUT_STREAM;
    else if (is_url(path))
        handle.origin |= SW_FROM_REMOTE;
    else if (path->origin & SW_IS_SELF_PATH)
        handle.origin |= SW_FROM_SELF;
    bool writes = how == 1 || how == 2 || (how == 3 && mode->kind == SW_VALUE_NUMBER && mode->number > 1);
    if (how == 0)
        writes = mode->kind != SW_VALUE_TEXT || mode->text.len == 0 ||
                 strchr("wax+c", sw_lower(mode->text.ptr[0])) != NULL || sw_str_chr(mode->text, '+') != SW_NPOS;
    if (!writes && (path->origin & SW_FROM_REQUEST))
        sw_sink_files(f, path, 5, token);
    if (writes) {
        handle.origin |= SW_IS_WRITE_HANDLE;
        handle.origin |= path->origin & SW_IS_PLAIN_PATH;
        handle.text = path->kind == SW_VALUE_TEXT ? path->text : (struct sw_str){NULL, 0};
        if (path->kind == SW_VALUE_TEXT ? sw_path_is_script(path->text) : (path->origin & SW_IS_SCRIPT_PATH) != 0)
            handle.origin |= SW_IS_SCRIPT_PATH;
    }
    return handle;
}

/* extract() and its kind: every variable of the scope may come from the argument. */
static void make_variables(struct sw_flow *f, const struct sw_name *name, const struct sw_value *args, size_t count,
                           uint32_t token)
{
    uint32_t origin = name->arg == 2 ? SW_FROM_REQUEST : all_origins(args, count) & SW_FROM_OUTSIDE;
    if (name->arg == 1 && count > 1) {
        put_out(f, args, count, 1, sw_value_unknown(all_origins(args, 1), args[0].at));
        return;
    }
    if (origin == 0)
        return;
    f->scope->all_origin |= origin;
    f->scope->all_at = sw_flow_at(f, token);
}

/* --- calls by value ------------------------------------------------------------------------------------- */

static struct sw_value call_named(struct sw_flow *f, struct sw_str name, struct sw_value *args, size_t count,
                                  struct sw_how how, uint32_t token)
{
    if (name.len > 0 && name.ptr[0] == '\\')
        name = sw_str_from(name, 1);
    struct sw_function *function = sw_flow_function_named(f, name, (struct sw_str){NULL, 0});
    if (function != NULL)
        return sw_flow_enter(f, function, args, count);
    const struct sw_name *known = sw_language_find(f->language, name);
    if (known != NULL)
        return sw_flow_apply(f, known, args, count, how, token);
    if (how.variable)
        sw_sink_strange(f, name, how, all_origins(args, count), token);
    return sw_value_unknown(0, 0);
}

/* A function that is given as a value: its name, a closure, or what is unknown. `data`: what it will be called with. */
static struct sw_value call_value(struct sw_flow *f, const struct sw_value *callee, struct sw_value *args, size_t count,
                                  const char *through, uint32_t token)
{
    struct sw_how how = {.variable = true, .origin = callee->origin, .through = through};
    uint32_t data = all_origins(args, count);
    if (callee->kind == SW_VALUE_FUNCTION && (uint64_t)callee->number < f->function_count)
        return sw_flow_enter(f, &f->functions[callee->number], args, count);
    if (callee->kind == SW_VALUE_TEXT)
        return call_named(f, callee->text, args, count, how, token);
    if (callee->kind == SW_VALUE_ARRAY && callee->array->count == 2 &&
        callee->array->entries[1].value.kind == SW_VALUE_TEXT)
        return call_named(f, callee->array->entries[1].value.text, args, count, how, token);
    if (callee->kind == SW_VALUE_OBJECT) {
        struct sw_function *function = sw_flow_function_named(f, SW_STR("__invoke"), callee->text);
        if (function != NULL)
            return sw_flow_enter(f, function, args, count);
    }
    if (callee->kind != SW_VALUE_ARRAY)
        sw_sink_named(f, callee, data, through, token);
    /* What an unknown function makes of something is made of it. */
    return sw_value_unknown((data & ~(uint32_t)SW_FROM_UNDEFINED) | (callee->origin & SW_WAS_HIDDEN),
                            first_at(args, count));
}

/* A message that is put out may go to a function by ob_start(). */
void sw_flow_echo(struct sw_flow *f, const struct sw_value *value, uint32_t token)
{
    if ((value->origin & SW_FROM_OUTSIDE) && f->output.kind != SW_VALUE_UNKNOWN) {
        struct sw_value callee = f->output;
        struct sw_value args[1] = {*value};
        f->output = sw_value_unknown(0, 0);
        (void)call_value(f, &callee, args, 1, "ob_start", token);
    }
    if (f->echoes_to_code && (value->origin & SW_FROM_OUTSIDE))
        sw_shell_report_add(f->report, SW_SHELL_CODE_FROM_REQUEST, 95, sw_flow_at(f, token),
                            "what a request brings is put out to a function that runs it");
}

/* Functions that hand their arguments on as they stand; others call back with elements of them, in an order of their own. */
static bool spreads(const struct sw_name *name)
{
    return strncmp(name->name, "call_user", 9) == 0 || strncmp(name->name, "forward_", 8) == 0 ||
           strncmp(name->name, "register_", 9) == 0 || strcmp(name->name, "array_map") == 0;
}

/* Three arguments, each of which may be any of the data. */
static size_t any_of(struct sw_value *data, size_t count)
{
    struct sw_value any = sw_value_unknown(all_origins(data, count), first_at(data, count));
    for (size_t i = 0; i < count; i++)
        if (data[i].at > 0 && (data[i].origin & SW_FROM_OUTSIDE))
            any.at = data[i].at;
    data[0] = data[1] = data[2] = any;
    return 3;
}

/* array_walk() of a list that is known: element and key, one after the other. */
static void walk(struct sw_flow *f, const struct sw_value *callee, const struct sw_array *array, uint32_t token)
{
    for (uint32_t i = 0; i < array->count && i < 8; i++) {
        struct sw_value args[2] = {array->entries[i].value, sw_value_text(array->entries[i].key, 0)};
        (void)call_value(f, callee, args, 2, "array_walk", token);
    }
}

/* Functions that call back: with the elements of their other arguments. */
static struct sw_value apply_callback(struct sw_flow *f, const struct sw_name *name, struct sw_value *args,
                                      size_t count, uint32_t token)
{
    if (count == 0)
        return sw_value_unknown(0, 0);
    size_t index = name->arg == SW_ARG_LAST ? count - 1 : name->arg;
    if (all_origins(args, count) & SW_WAS_SPREAD) {
        /* usort(...$_GET): the client gives the function, too. */
        struct sw_value list = sw_value_unknown(all_origins(args, count) & ~(uint32_t)SW_WAS_SPREAD, first_at(args, count));
        if (list.origin & SW_FROM_OUTSIDE)
            sw_sink_named(f, &list, list.origin, name->name, token);
    }
    if (index >= count)
        return sw_value_unknown(all_origins(args, count), first_at(args, count));
    struct sw_value callee = args[index];
    /* filter_var($x, FILTER_CALLBACK, ['options' => 'f']) and curl_setopt(..., 'f') */
    if (callee.kind == SW_VALUE_ARRAY && callee.array->count > 0 && strncmp(name->name, "filter", 6) == 0)
        callee = callee.array->entries[callee.array->count - 1].value;
    struct sw_value data[SW_MAX_FLOW_ARGS];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == index)
            continue;
        data[n] = sw_value_content(args[i]);
        /* call_user_func_array() spreads its array; others hand over each element. */
        if (data[n].kind == SW_VALUE_ARRAY && data[n].array->count > 0) {
            uint32_t origin = data[n].origin;
            const struct sw_array *array = data[n].array;
            for (uint32_t k = 0; k < array->count && n < SW_MAX_FLOW_ARGS - 1 && k < 4; k++)
                data[n++] = array->entries[k].value;
            n--;
            data[n].origin |= origin;
        }
        if (++n == SW_MAX_FLOW_ARGS - 1)
            break;
    }
    if (strcmp(name->name, "ob_start") == 0 && callee.kind == SW_VALUE_TEXT) {
        const struct sw_name *known = sw_language_find(f->language, callee.text);
        f->echoes_to_code |= known != NULL && (known->role == SW_ROLE_CODE || known->role == SW_ROLE_COMMAND);
    }
    if (strcmp(name->name, "ob_start") == 0)
        f->output = callee;
    /* Its third argument is a function's name for few options: only a name that is known counts. */
    if (callee.kind == SW_VALUE_UNKNOWN && strcmp(name->name, "curl_setopt") == 0)
        return sw_value_unknown(0, 0);
    if (callee.kind == SW_VALUE_UNKNOWN && (callee.origin & SW_FROM_OUTSIDE) == 0 && n == 0)
        return sw_value_unknown(0, 0);
    if (strcmp(name->name, "array_walk") == 0 && args[0].kind == SW_VALUE_ARRAY)
        walk(f, &callee, args[0].array, token);
    if (!spreads(name))
        n = any_of(data, n);
    struct sw_value result = call_value(f, &callee, data, n, name->name, token);
    result.origin |= all_origins(data, n) & ~(uint32_t)SW_FROM_UNDEFINED;
    return sw_value_unknown(result.origin, result.at > 0 ? result.at : first_at(data, n));
}

/* preg_replace() and its kind, whose replacement may be code: by the e modifier of old PHP. */
static struct sw_value apply_replace(struct sw_flow *f, const struct sw_name *name, const struct sw_value *args,
                                     size_t count, struct sw_how how, uint32_t token)
{
    const struct sw_value *pattern = arg_at(args, count, name->arg == 1 ? 3 : 0);
    bool evaluates = false;
    struct sw_value first = *pattern;
    if (first.kind == SW_VALUE_ARRAY && first.array->count > 0)
        first = first.array->entries[0].value;
    if (first.kind == SW_VALUE_TEXT && first.text.len > 0) {
        struct sw_str text = sw_str_trim(first.text);
        char open = text.len > 0 ? text.ptr[0] : '/';
        char close = open == '(' ? ')' : open == '{' ? '}' : open == '[' ? ']' : open == '<' ? '>' : open;
        size_t end = text.len;
        while (name->arg == 0 && end > 1 && text.ptr[end - 1] != close)
            end--;
        struct sw_str modifiers = name->arg == 1 ? text : sw_str_from(text, end);
        evaluates = sw_str_chr(modifiers, 'e') != SW_NPOS && modifiers.len <= 8;
    } else if ((first.origin & (SW_FROM_REQUEST | SW_FROM_UPLOAD)) && !(first.origin & SW_WAS_WRAPPED)) {
        sw_sink_code(f, &first, name->name, how, token);
    }
    if (evaluates) {
        struct sw_value code = *arg_at(args, count, 1);
        /* The subject gets into the code by \1. */
        if (code.kind == SW_VALUE_ARRAY && code.array->count > 0)
            code = code.array->entries[0].value;
        bool takes_subject = code.kind == SW_VALUE_TEXT && (sw_str_find(code.text, SW_STR("\\")) != SW_NPOS ||
                                                            sw_str_find(code.text, SW_STR("$")) != SW_NPOS);
        const struct sw_value *subject = arg_at(args, count, 2);
        if (takes_subject && (subject->origin & SW_FROM_OUTSIDE))
            sw_sink_code(f, subject, name->name, how, token);
        else
            sw_sink_code(f, &code, name->name, how, token);
    }
    struct sw_value result = sw_value_unknown(all_origins(args, count), first_at(args, count));
    if (arg_at(args, count, 2)->kind == SW_VALUE_TEXT)
        result.origin |= SW_WAS_TRICKED;
    return result;
}

/* create_function(): its code is held against the arguments of the calls that follow. */
static struct sw_value create_function(struct sw_flow *f, const struct sw_value *args, size_t count, struct sw_how how,
                                       uint32_t token)
{
    const struct sw_value *params = arg_at(args, count, 0);
    const struct sw_value *code = arg_at(args, count, 1);
    if (params->origin & SW_FROM_OUTSIDE)
        sw_sink_code(f, params, "create_function", how, token);
    if (params->kind != SW_VALUE_TEXT || code->kind != SW_VALUE_TEXT || (code->origin & SW_FROM_OUTSIDE)) {
        sw_sink_code(f, code, "create_function", how, token);
        return sw_value_unknown(0, 0);
    }
    if ((code->origin & SW_WAS_HIDDEN) || how.variable)
        sw_sink_code(f, code, "create_function", how, token);
    return sw_flow_make_function(f, params->text, code->text, token);
}

/* Of a method without its point. */
static const char *plain_name(const struct sw_name *name)
{
    return name->name[0] == '.' ? name->name + 1 : name->name;
}

static struct sw_value apply_command(struct sw_flow *f, const struct sw_name *name, const struct sw_value *args, size_t count,
                                     struct sw_how how, uint32_t token)
{
    uint32_t at = sw_flow_at(f, token);
    /* Run and Exec of other objects than a shell are none of the kind in ASP. */
    bool net = f->language == &sw_language_net && (strcmp(name->name, ".Exec") == 0 || strcmp(name->name, ".Run") == 0);
    if (f->object != NULL && (net || f->language == &sw_language_asp) && !(f->object->origin & SW_IS_COMMAND_OBJECT))
        return sw_value_unknown(0, 0);
    sw_sink_command(f, arg_at(args, count, name->arg), plain_name(name), how, token);
    if (!f->language->sigils)
        return sw_value_unknown(SW_IS_COMMAND_OBJECT, at);
    put_out(f, args, count, 1, sw_value_unknown(SW_FROM_STORED, at));
    return sw_value_unknown(SW_FROM_STORED, at);
}

/* CreateObject(): objects whose methods run commands, and others whose methods are known by name. */
static struct sw_value apply_create(struct sw_flow *f, const struct sw_name *create, const struct sw_value *args,
                                    size_t count, uint32_t token)
{
    static const char *const runners[] = {"wscript.shell", "shell.application", "wscript.shell.1", "shell.application.1",
                                          "72c24dd5-d70a", "f935dc22-1cf0", "13709620-c279"};
    const struct sw_value *name = arg_at(args, count, create->arg);
    uint32_t at = sw_flow_at(f, token);
    if (name->origin & (SW_WAS_HIDDEN | SW_WAS_JOINED))
        f->hidden_names++;
    if (name->kind != SW_VALUE_TEXT)
        return sw_value_unknown(name->origin & SW_FROM_REQUEST ? SW_IS_COMMAND_OBJECT | SW_FROM_REQUEST : 0, at);
    sw_powers_of_text(&f->powers, f->language, name->text, at);
    for (size_t i = 0; i < sizeof runners / sizeof runners[0]; i++) {
        if (sw_str_ifind(name->text, sw_str(runners[i])) != SW_NPOS) {
            if (name->origin & (SW_WAS_HIDDEN | SW_WAS_JOINED))
                sw_sink_hidden(f, "CreateObject", (struct sw_how){.variable = true, .origin = name->origin}, token);
            return sw_value_unknown(SW_IS_COMMAND_OBJECT, at);
        }
    }
    return (struct sw_value){.kind = SW_VALUE_OBJECT, .text = name->text, .at = at};
}

/* --- functions of the language -------------------------------------------------------------------------- */

static struct sw_value apply_constant(struct sw_flow *f, const struct sw_name *name, const struct sw_value *args,
                                      size_t count)
{
    struct sw_str text;
    if (count == 0 || !sw_value_as_text(f->arena, &args[0], &text))
        return sw_value_unknown(0, 0);
    if (name->role == SW_ROLE_CONSTANT) {
        const struct sw_slot *found = sw_scope_find(&f->constants, text);
        return found != NULL ? sw_value_content(found->value) : sw_value_unknown(0, 0);
    }
    struct sw_slot *slot = count > 1 ? sw_scope_slot(f, &f->constants, text) : NULL;
    if (slot != NULL) {
        slot->value = sw_value_content(args[1]);
        slot->set = true;
    }
    return sw_value_unknown(0, 0);
}

static struct sw_value apply_server(const struct sw_flow *f, const struct sw_value *args, size_t count, uint32_t token)
{
    bool sent = count > 0 && (text_starts(&args[0], "HTTP_") || text_is(&args[0], "QUERY_STRING") ||
                              text_is(&args[0], "REQUEST_URI") || text_is(&args[0], "PATH_INFO"));
    return sw_value_unknown(sent ? SW_FROM_REQUEST : 0, sw_flow_at(f, token));
}

static struct sw_value apply_fold(struct sw_flow *f, const struct sw_name *name, const struct sw_value *args,
                                  size_t count, struct sw_how how)
{
    struct sw_value result = sw_fold_call(f->arena, name->arg, args, count);
    if (how.variable && (how.origin & (SW_WAS_HIDDEN | SW_WAS_JOINED)) && name->arg > SW_FOLD_SECOND_LAST) {
        f->hidden_names++;
        result.origin |= SW_WAS_TRICKED;
    }
    if (name->arg == SW_FOLD_PASS && strcmp(name->name, "unserialize") == 0 &&
        (all_origins(args, count) & SW_FROM_OUTSIDE)) {
        /* An object of the client's making: every property may be. */
        f->members.all_origin |= SW_FROM_REQUEST;
        f->members.all_at = result.at;
    }
    return result;
}

/* A callable, or an object with one, by name. */
static struct sw_value apply_reflect(const struct sw_name *name, const struct sw_value *args, size_t count)
{
    struct sw_value value = count > name->arg ? sw_value_content(args[name->arg]) : sw_value_unknown(0, 0);
    if (count > 1 && strcmp(name->name, "ReflectionMethod") == 0)
        value = sw_value_content(args[1]);
    return value;
}

/* What a connection gives, and that there is one. */
static struct sw_value apply_connect(struct sw_flow *f, const struct sw_name *name, const struct sw_value *args,
                                     size_t count, uint32_t token)
{
    const struct sw_value *host = arg_at(args, count, name->arg % 16);
    if (name->arg == 16) { /* a database, by a connection string */
        if (host->origin & SW_FROM_REQUEST)
            sw_shell_report_add(f->report, SW_SHELL_SQL_CONSOLE, f->standalone ? 60 : 25, sw_flow_at(f, token),
                                "a request says which database is opened");
        return sw_value_unknown(0, 0);
    }
    const unsigned alone = f->function == NULL || f->tiny || !f->language->sigils ? 60 : 40;
    if (host->origin & SW_FROM_REQUEST)
        sw_shell_report_add(f->report, SW_SHELL_TUNNEL, f->standalone ? alone : 20, sw_flow_at(f, token),
                            "a connection is opened to where a request says");
    if (!f->connects) {
        f->connects = true;
        f->connects_at = sw_flow_at(f, token);
    }
    return sw_value_unknown(SW_IS_SOCKET | (host->origin & SW_FROM_REQUEST ? SW_FROM_REMOTE : 0), sw_flow_at(f, token));
}

static struct sw_value apply_more(struct sw_flow *f, const struct sw_name *name, struct sw_value *args, size_t count,
                                  uint32_t token)
{
    uint32_t at = sw_flow_at(f, token);
    switch (name->role) {
    case SW_ROLE_WRITE:
        sw_sink_write(f, arg_at(args, count, 0), arg_at(args, count, 1), name->name, token);
        return sw_value_unknown(0, 0);
    case SW_ROLE_OPEN:
        return apply_open(f, name->arg, args, count, token);
    case SW_ROLE_COPY:
        if (name->arg == 16) { /* what it stores is always an upload */
            const struct sw_value upload = sw_value_unknown(SW_FROM_UPLOAD, at);
            const struct sw_value named = sw_value_unknown(SW_FROM_UPLOAD, at);
            bool script = arg_at(args, count, 1)->kind == SW_VALUE_TEXT;
            sw_sink_copy(f, &upload, script ? &named : arg_at(args, count, 1), name->name, false, token);
            return sw_value_unknown(0, 0);
        }
        if (name->arg == 17) { /* a class that stores uploads under their names as it is made */
            const struct sw_value upload = sw_value_unknown(SW_FROM_UPLOAD, at);
            sw_sink_copy(f, &upload, &upload, name->name, false, token);
            return upload;
        }
        sw_sink_copy(f, arg_at(args, count, 0), arg_at(args, count, 1), name->name, name->arg == 1, token);
        return sw_value_unknown(0, 0);
    case SW_ROLE_FILES:
        sw_sink_files(f, arg_at(args, count, 0), name->arg, token);
        return sw_value_unknown(SW_FROM_STORED, at);
    case SW_ROLE_SQL:
        sw_sink_sql(f, arg_at(args, count, name->arg), name->name, token);
        return sw_value_unknown(SW_FROM_STORED, at);
    case SW_ROLE_CREATE_OBJECT:
        return apply_create(f, name, args, count, token);
    case SW_ROLE_ECHO:
        sw_flow_echo(f, arg_at(args, count, 0), token);
        return sw_value_unknown(0, 0);
    case SW_ROLE_LOAD:
        sw_sink_load(f, arg_at(args, count, name->arg), plain_name(name), token);
        return sw_value_unknown(all_origins(args, count) & (SW_FROM_OUTSIDE | SW_WAS_HIDDEN), at);
    case SW_ROLE_DESERIALISE:
        sw_sink_deserialise(f, arg_at(args, count, 0), plain_name(name), token);
        return sw_value_unknown(all_origins(args, count) & SW_FROM_OUTSIDE, at);
    case SW_ROLE_CODE_OF_BYTES:
        if (all_origins(args, count) & (SW_FROM_REQUEST | SW_FROM_UPLOAD))
            sw_sink_code(f, arg_at(args, count, 0), plain_name(name), (struct sw_how){0}, token);
        return sw_value_unknown(all_origins(args, count), at);
    case SW_ROLE_REMOTE_OBJECT:
        return sw_value_unknown(SW_FROM_REMOTE | (all_origins(args, count) & SW_FROM_OUTSIDE), at);
    case SW_ROLE_MEMORY:
        if (f->memory == 0)
            f->memory_at = at;
        f->memory |= 1u << name->arg;
        return sw_value_unknown(all_origins(args, count) & SW_FROM_OUTSIDE, at);
    case SW_ROLE_SHELLCODE:
        f->shellcode |= 1u << (strlen(name->name) % 32);
        return sw_value_unknown(0, 0);
    case SW_ROLE_SELF_TEXT:
        return sw_value_unknown(SW_FROM_SELF, at);
    case SW_ROLE_MAIL:
        sw_sink_mail(f, args, count, token);
        return sw_value_unknown(0, 0);
    case SW_ROLE_CONNECT:
        return apply_connect(f, name, args, count, token);
    case SW_ROLE_SPY:
        if (name->arg != 5 || text_is(arg_at(args, count, 0), "safe_mode") ||
            text_is(arg_at(args, count, 0), "disable_functions") || text_is(arg_at(args, count, 0), "open_basedir"))
            f->spies |= 1u << name->arg;
        return sw_value_unknown(0, 0);
    case SW_ROLE_QUIET:
        if (strcmp(name->name, "ini_restore") == 0 && !f->restores &&
            (text_starts(arg_at(args, count, 0), "safe_mode") || text_is(arg_at(args, count, 0), "open_basedir") ||
             text_is(arg_at(args, count, 0), "disable_functions"))) {
            f->restores = true;
            f->restores_at = at;
        }
        if (name->arg != 0 || arg_at(args, count, 0)->kind != SW_VALUE_NUMBER || arg_at(args, count, 0)->number == 0)
            f->quiet |= 1u << name->arg;
        return sw_value_unknown(0, 0);
    default:
        return sw_value_unknown(0, 0);
    }
}

struct sw_value sw_flow_apply(struct sw_flow *f, const struct sw_name *name, struct sw_value *args, size_t count,
                              struct sw_how how, uint32_t token)
{
    uint32_t at = sw_flow_at(f, token);
    for (size_t i = 0; i < count; i++)
        f->steps += args[i].text.len / 256; /* long texts are searched for what they hold */
    if (how.variable && (how.origin & (SW_WAS_HIDDEN | SW_WAS_JOINED)) && name->role != SW_ROLE_FOLD)
        f->hidden_names++;
    switch (name->role) {
    case SW_ROLE_REQUEST:
        if (name->arg == 1 && count > 2) /* filter_input() with a filter */
            return sw_value_unknown(0, 0);
        return sw_value_unknown(SW_FROM_REQUEST, at);
    case SW_ROLE_UPLOAD:
        return sw_value_unknown(SW_FROM_UPLOAD, at);
    case SW_ROLE_SERVER:
        return apply_server(f, args, count, token);
    case SW_ROLE_REMOTE:
        return sw_value_unknown(SW_FROM_REMOTE, at);
    case SW_ROLE_STORED:
        return apply_stored(f, name, args, count, token);
    case SW_ROLE_REQUEST_OBJECT:
        /* Request("x"): its items. Without arguments the object. */
        if (count == 0)
            return (struct sw_value){.kind = SW_VALUE_OBJECT, .text = SW_STR("request"), .at = at};
        return sw_value_unknown(SW_FROM_REQUEST, at);
    case SW_ROLE_CODE:
    case SW_ROLE_COMMAND:
        if (name->arg == SW_ARG_ANY) {
            struct sw_value all = sw_value_unknown(all_origins(args, count), first_at(args, count));
            if (count == 1)
                all = args[0];
            if (name->role == SW_ROLE_CODE)
                sw_sink_code(f, &all, plain_name(name), how, token);
            else
                sw_sink_command(f, &all, plain_name(name), how, token);
            return sw_value_unknown(SW_IS_COMMAND_OBJECT, at);
        }
        if (f->language == &sw_language_net && text_is(arg_at(args, count, 1), "unsafe"))
            sw_shell_report_add(f->report, SW_SHELL_SIGNS, 60, at, "eval() runs code with all rights (\"unsafe\")");
        if (name->role == SW_ROLE_COMMAND)
            return apply_command(f, name, args, count, how, token);
        if (name->arg == 1 && strcmp(name->name, "create_function") == 0)
            return create_function(f, args, count, how, token);
        sw_sink_code(f, arg_at(args, count, name->arg), name->name, how, token);
        if (text_is(arg_at(args, count, 0), "request") && !f->language->sigils)
            return (struct sw_value){.kind = SW_VALUE_OBJECT, .text = SW_STR("request"), .at = at};
        return sw_value_unknown(0, 0);
    case SW_ROLE_CALLBACK:
        return apply_callback(f, name, args, count, token);
    case SW_ROLE_REPLACE:
        return apply_replace(f, name, args, count, how, token);
    case SW_ROLE_REFLECT:
        return apply_reflect(name, args, count);
    case SW_ROLE_FOLD:
        return apply_fold(f, name, args, count, how);
    case SW_ROLE_PASS:
        if (name->arg == 1) /* func_get_args() */
            return sw_value_unknown(all_origins(f->args, f->args != NULL ? f->arg_count : 0),
                                    first_at(f->args, f->args != NULL ? f->arg_count : 0));
        return sw_value_unknown(all_origins(args, count), first_at(args, count));
    case SW_ROLE_ESCAPE:
        return sw_value_unknown(all_origins(args, count) | SW_WAS_ESCAPED, first_at(args, count));
    case SW_ROLE_OUT:
        put_out(f, args, count, name->arg,
                sw_value_unknown(arg_at(args, count, 1)->origin, arg_at(args, count, 1)->at));
        return sw_value_unknown(0, 0);
    case SW_ROLE_VARIABLES:
        make_variables(f, name, args, count, token);
        return sw_value_unknown(0, 0);
    case SW_ROLE_DEFINE:
    case SW_ROLE_CONSTANT:
        return apply_constant(f, name, args, count);
    case SW_ROLE_COMMAND_OBJECT:
        return sw_value_unknown(SW_IS_COMMAND_OBJECT | (all_origins(args, count) & SW_FROM_OUTSIDE), at);
    default:
        return apply_more(f, name, args, count, token);
    }
}

/* --- which function is meant ---------------------------------------------------------------------------- */

/* object.method(...) */
static struct sw_value call_method(struct sw_flow *f, const struct sw_value *callee, struct sw_value *args,
                                   size_t count, uint32_t token)
{
    char text[64];
    struct sw_str name = callee->key;
    struct sw_function *function = sw_flow_function_named(f, name, (struct sw_str){NULL, 0});
    if (function != NULL)
        return sw_flow_enter(f, function, args, count);
    const struct sw_name *known = NULL;
    if (callee->text.len > 0 && callee->text.len + name.len < sizeof text - 4) {
        (void)snprintf(text, sizeof text, "%.*s::%.*s", SW_STR_ARG(callee->text), SW_STR_ARG(name));
        known = sw_language_find(f->language, sw_str(text));
    }
    if (known == NULL && name.len < sizeof text - 2) {
        (void)snprintf(text, sizeof text, ".%.*s", SW_STR_ARG(name));
        known = sw_language_find(f->language, sw_str(text));
    }
    if (known != NULL)
        return sw_flow_apply(f, known, args, count, (struct sw_how){0}, token);
    uint32_t data = all_origins(args, count);
    if (callee->origin & SW_IS_COMMAND_OBJECT) {
        sw_sink_command(f, arg_at(args, count, 0), "a COM object's method", (struct sw_how){0}, token);
        return sw_value_unknown(SW_IS_COMMAND_OBJECT, 0);
    }
    /* A property or reflected function that is called. */
    if (sw_str_ieq(name, SW_STR("invoke")) || sw_str_ieq(name, SW_STR("invokeArgs")) ||
        sw_str_ieq(name, SW_STR("__invoke"))) {
        struct sw_value inner = *callee;
        return call_value(f, &inner, args, count, "invoke", token);
    }
    return sw_value_unknown((callee->origin & (SW_FROM_OUTSIDE | SW_WAS_HIDDEN)) | (data & SW_WAS_NOTHING), callee->at);
}

/* new Class(...) */
static struct sw_value make_object(struct sw_flow *f, struct sw_str name, struct sw_value *args, size_t count,
                                   uint32_t token)
{
    static const char *const makers[] = {"__construct", "__destruct", "__toString", "__invoke"};
    const struct sw_name *known = sw_language_find(f->language, name);
    struct sw_value result = {.kind = SW_VALUE_OBJECT, .text = name};
    if (known != NULL)
        return sw_flow_apply(f, known, args, count, (struct sw_how){0}, token);
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++) {
        struct sw_function *function = sw_flow_function_named(f, sw_str(makers[i]), name);
        if (function != NULL)
            (void)sw_flow_enter(f, function, args, i == 0 ? count : 0);
        /* The old name of a constructor is the class's. */
        if (i == 0 && function == NULL && (function = sw_flow_function_named(f, name, name)) != NULL)
            (void)sw_flow_enter(f, function, args, count);
    }
    return result;
}

/* Calls in languages without sigils: brackets behind a variable may also be an index. */
static struct sw_value call_plain(struct sw_flow *f, struct sw_value *callee, struct sw_value *args, size_t count,
                                  bool makes, uint32_t token)
{
    if (makes)
        return sw_flow_make_object(f, callee->place == SW_PLACE_MEMBER ? callee->key : callee->text, args, count, token);
    if (callee->place == SW_PLACE_MEMBER)
        return sw_flow_call_method(f, callee, args, count, token);
    if (callee->kind == SW_VALUE_FUNCTION)
        return call_value(f, callee, args, count, NULL, token);
    if (callee->place == SW_PLACE_ELEMENT && callee->key.len > 0) { /* this["eval"](...) */
        const struct sw_name *named = sw_language_find(f->language, callee->key);
        if (named != NULL && (named->role == SW_ROLE_CODE || named->role == SW_ROLE_COMMAND))
            return sw_flow_apply(f, named, args, count, (struct sw_how){.variable = true, .origin = SW_WAS_JOINED}, token);
    }
    const struct sw_name *keeper = sw_language_find(f->language, callee->text);
    if (keeper != NULL && keeper->role == SW_ROLE_STORED && keeper->arg == 1 && count > 0) { /* Session("x") */
        struct sw_value object = sw_flow_variable(f, callee->text, token);
        struct sw_value value = sw_flow_index(f, &object, &args[0]);
        value.origin |= SW_FROM_STORED;
        return value;
    }
    if (callee->kind == SW_VALUE_OBJECT && sw_str_is(callee->text, "request") && count > 0)
        return sw_value_unknown(SW_FROM_REQUEST, callee->at);
    if (callee->kind != SW_VALUE_NAME)
        return sw_value_unknown(callee->origin | (all_origins(args, count) & SW_FROM_OUTSIDE), callee->at);
    struct sw_function *function = sw_flow_function_named(f, callee->text, (struct sw_str){NULL, 0});
    if (function != NULL)
        return sw_flow_enter(f, function, args, count);
    const struct sw_name *known = sw_language_find(f->language, callee->text);
    if (known != NULL)
        return sw_flow_apply(f, known, args, count, (struct sw_how){0}, token);
    /* An array of the script, or a function of elsewhere. */
    const struct sw_slot *slot = sw_scope_find(f->scope, sw_flow_fold_name(f, callee->text));
    if (slot == NULL || !slot->set)
        slot = sw_scope_find(&f->globals, sw_flow_fold_name(f, callee->text));
    if (slot != NULL && slot->set && count > 0) {
        struct sw_value object = slot->value;
        object.place = SW_PLACE_VARIABLE;
        object.slot = sw_scope_slot(f, f->scope, slot->name);
        return sw_flow_index(f, &object, &args[0]);
    }
    struct sw_value result = sw_value_unknown(all_origins(args, count) & (SW_FROM_OUTSIDE | SW_WAS_HIDDEN | SW_WAS_WRAPPED),
                                              first_at(args, count));
    if (count > 0 && sw_tok_is(sw_flow_token(f, 1), SW_OP_ASSIGN)) { /* a(0) = x: the first element of an array */
        struct sw_value object = sw_value_unknown(0, 0);
        object.place = SW_PLACE_VARIABLE;
        object.slot = sw_scope_slot(f, f->scope, sw_flow_fold_name(f, callee->text));
        return object.slot != NULL ? sw_flow_index(f, &object, &args[0]) : result;
    }
    return result;
}

struct sw_value sw_flow_call(struct sw_flow *f, struct sw_value callee, struct sw_value *args, size_t count, bool makes,
                             uint32_t token)
{
    if (!f->language->sigils)
        return call_plain(f, &callee, args, count, makes, token);
    if (makes && (callee.kind == SW_VALUE_NAME || callee.kind == SW_VALUE_TEXT))
        return make_object(f, callee.text, args, count, token);
    if (makes) { /* a class that a value names */
        if (callee.origin & SW_FROM_REQUEST)
            sw_shell_report_add(f->report, SW_SHELL_CALL_FROM_REQUEST, 40, sw_flow_at(f, token),
                                "the class of an object is named by a request");
        return sw_value_unknown(all_origins(args, count) & SW_FROM_OUTSIDE, first_at(args, count));
    }
    if (callee.kind == SW_VALUE_NAME)
        return call_named(f, callee.text, args, count, (struct sw_how){0}, token);
    /* A property that holds the name of a function is called as one only in brackets: what looks like a method is one,
     * unless the script has put something there and has no such method. */
    if (callee.place == SW_PLACE_MEMBER && callee.key.len > 0)
        return call_method(f, &callee, args, count, token);
    return call_value(f, &callee, args, count, NULL, token);
}

/* include and require. */
void sw_flow_include(struct sw_flow *f, struct sw_value path, uint32_t token)
{
    if (text_starts(&path, "data:")) {
        struct sw_value code = data_url(f, &path);
        code.origin |= SW_WAS_DECODED;
        sw_sink_code(f, &code, "include", (struct sw_how){0}, token);
        return;
    }
    f->steps += path.text.len / 256;
    sw_sink_include(f, &path, token);
}
