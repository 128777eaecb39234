/*
 * auditd_event.c - audit records as events: the records' own fields, names for the numbers, and the fields by which
 * rules for process creation, files and connections know them (Sysmon's names).
 */
#include "base/error.h"
#include "base/mem.h"
#include "decode/auditd_priv.h"
#include "decode/carried.h"

/* --- arguments -------------------------------------------------------------------------------------------------- */

enum { MAX_ARGV_BYTES = 4u << 20, MAX_ARGS = 4000 };

void sw_audit_argv_init(struct sw_audit_argv *argv)
{
    *argv = (struct sw_audit_argv){0};
    sw_buf_init(&argv->bytes, MAX_ARGV_BYTES);
}

void sw_audit_argv_fini(struct sw_audit_argv *argv)
{
    sw_buf_fini(&argv->bytes);
    sw_free(argv->args);
}

void sw_audit_argv_clear(struct sw_audit_argv *argv)
{
    sw_buf_clear(&argv->bytes);
    argv->count = 0;
    argv->cut = false;
}

/* "a12", "a1[3]" and "a1_len": the argument's number, and whether it is a piece or only a length. */
static bool arg_name(struct sw_str name, uint32_t *number, bool *piece)
{
    uint64_t value;
    size_t digits = 1;
    while (digits < name.len && sw_is_digit(name.ptr[digits]))
        digits++;
    if (name.len < 2 || name.ptr[0] != 'a')
        return false;
    if (sw_str_u64(sw_str_slice(name, 1, digits), &value) != 0 || value > UINT32_MAX)
        return false;
    *number = (uint32_t)value;
    *piece = digits < name.len && name.ptr[digits] == '[';
    return digits == name.len || *piece;
}

static void add_arg(struct sw_audit_argv *argv, uint32_t number, bool piece, struct sw_str value)
{
    if (sw_grow(&argv->args, &argv->cap, argv->count, sizeof *argv->args, MAX_ARGS) != 0) {
        argv->cut = true;
        return;
    }
    struct sw_audit_arg *last = argv->count > 0 ? &argv->args[argv->count - 1] : NULL;
    size_t at = argv->bytes.len;
    sw_buf_str_add(&argv->bytes, value);
    if (sw_buf_error(&argv->bytes) != 0) {
        sw_buf_clear(&argv->bytes);
        argv->bytes.len = at;
        argv->cut = true;
        return;
    }
    if (piece && last != NULL && last->number == number)
        last->len += value.len;
    else
        argv->args[argv->count++] = (struct sw_audit_arg){number, at, value.len};
}

void sw_audit_argv_add(struct sw_audit_argv *argv, struct sw_arena *arena, struct sw_str text)
{
    struct sw_audit_pair pair;
    while (sw_audit_next(&text, &pair)) {
        uint32_t number;
        bool piece;
        if (!arg_name(pair.name, &number, &piece))
            continue;
        struct sw_arena_mark mark = sw_arena_mark(arena);
        struct sw_str value = pair.value;
        if (pair.quote == '\0')
            (void)sw_audit_unhex(arena, pair.value, &value);
        add_arg(argv, number, piece, value);
        sw_arena_rewind(arena, mark);
    }
}

struct sw_str sw_audit_argv_line(const struct sw_audit_argv *argv, struct sw_arena *arena)
{
    char *out = argv->count > 0 ? sw_arena_bytes(arena, argv->bytes.len + argv->count) : NULL;
    if (out == NULL)
        return (struct sw_str){NULL, 0};
    size_t len = 0;
    for (size_t i = 0; i < argv->count; i++) {
        if (i > 0)
            out[len++] = ' ';
        if (argv->args[i].len > 0)
            memcpy(out + len, argv->bytes.data + argv->args[i].at, argv->args[i].len);
        len += argv->args[i].len;
    }
    return sw_strn(out, len);
}

void sw_audit_add_argv(struct sw_decode *d, struct sw_log_state *state, const struct sw_audit_record *record,
                       const struct sw_audit_argv *argv)
{
    struct sw_str rest = record->text;
    struct sw_audit_pair pair;
    if (sw_audit_next(&rest, &pair) && sw_str_is(pair.name, "argc"))
        sw_log_add_named(d, state, pair.name, pair.value);
    for (size_t i = 0; i < argv->count; i++) {
        char name[16] = "a";
        size_t len = 1;
        char digits[12];
        size_t count = 0;
        uint32_t number = argv->args[i].number;
        do {
            digits[count++] = (char)('0' + number % 10);
            number /= 10;
        } while (number > 0);
        while (count > 0)
            name[len++] = digits[--count];
        /* bytes.data is NULL when every argument is empty. */
        struct sw_str value = argv->args[i].len > 0
                                  ? sw_strn(argv->bytes.data + argv->args[i].at, argv->args[i].len)
                                  : SW_STR("");
        sw_log_add_named(d, state, sw_strn(name, len), value);
    }
    if (argv->cut)
        sw_decode_note(d, "arguments beyond the limit dropped");
}

/* --- a record's own fields -------------------------------------------------------------------------------------- */

/* Zero bytes between the words of a process title become spaces; one at the end goes. */
static struct sw_str title_text(struct sw_arena *arena, struct sw_str title)
{
    char *out = sw_str_chr(title, '\0') == SW_NPOS ? NULL : sw_arena_bytes(arena, title.len);
    if (out == NULL)
        return title;
    for (size_t i = 0; i < title.len; i++)
        out[i] = title.ptr[i] == '\0' ? ' ' : title.ptr[i];
    return sw_str_trim(sw_strn(out, title.len));
}

/* A pair's value with the kernel's encoding undone. */
static struct sw_str decoded(struct sw_arena *arena, struct sw_str type, const struct sw_audit_pair *pair)
{
    struct sw_str value = pair->value;
    if (pair->quote == '\0' && value.len >= 2 && value.len % 2 == 0 && sw_audit_encoded(type, pair->name))
        (void)sw_audit_unhex(arena, pair->value, &value);
    return sw_str_is(pair->name, "proctitle") ? title_text(arena, value) : value;
}

void sw_audit_add_head(struct sw_decode *d, struct sw_log_state *state, const struct sw_audit_record *record)
{
    d->event.time = record->time;
    sw_log_add_named(d, state, SW_STR("type"), record->type);
    if (record->node.len > 0)
        sw_log_add_named(d, state, SW_STR("node"), record->node);
    if (record->serial.len > 0)
        sw_add_number(d, sw_names_id(&state->names, SW_STR("serial")), record->serial);
}

/* A rule's keys come with \1 between them when there are several. */
static void add_keys(struct sw_decode *d, struct sw_log_state *state, struct sw_str name, struct sw_str value)
{
    struct sw_str key;
    while (sw_str_next(&value, '\1', &key))
        sw_log_add_named(d, state, name, key);
}

static void add_pair(struct sw_decode *d, struct sw_log_state *state, struct sw_str type,
                     const struct sw_audit_pair *pair)
{
    struct sw_str value = decoded(d->arena, type, pair);
    if (value.len == 0)
        return;
    if (sw_str_is(pair->name, "key"))
        add_keys(d, state, pair->name, value);
    else
        sw_log_add_named(d, state, pair->name, value);
}

/* "avc:  denied  { read write } for ...": the decision and what was asked. */
static void add_avc(struct sw_decode *d, struct sw_log_state *state, struct sw_str text)
{
    if (!sw_str_starts(text, SW_STR("avc:")))
        return;
    size_t open = sw_str_chr(text, '{');
    size_t close = sw_str_chr(text, '}');
    if (open == SW_NPOS || close == SW_NPOS || close < open)
        return;
    sw_log_add_named(d, state, SW_STR("seresult"), sw_str_trim(sw_str_slice(text, 4, open)));
    sw_log_add_named(d, state, SW_STR("seperms"), sw_str_trim(sw_str_slice(text, open + 1, close)));
}

/* Names for arch= and syscall=, under the names that auditd itself gives them in its enriched form. */
static void add_syscall_names(struct sw_decode *d, struct sw_log_state *state, struct sw_str arch_text,
                              struct sw_str number_text, bool enriched)
{
    uint64_t arch;
    uint64_t number;
    if (enriched || sw_str_hex64(arch_text, &arch) != 0 || sw_str_u64(number_text, &number) != 0)
        return;
    struct sw_str arch_name = sw_audit_arch((uint32_t)arch);
    struct sw_str name = sw_audit_syscall((uint32_t)arch, number);
    if (arch_name.len > 0)
        sw_log_add_named(d, state, SW_STR("ARCH"), arch_name);
    if (name.len > 0)
        sw_log_add_named(d, state, SW_STR("SYSCALL"), name);
}

void sw_audit_add_pairs(struct sw_decode *d, struct sw_log_state *state, const struct sw_audit_record *record)
{
    struct sw_str outer = record->text;
    struct sw_audit_pair pair;
    struct sw_str arch = {NULL, 0};
    struct sw_str number = {NULL, 0};
    bool enriched = false;
    add_avc(d, state, outer);
    while (sw_audit_next(&outer, &pair)) {
        if (pair.quote == '\'') {
            struct sw_str inner = pair.value;
            while (sw_audit_next(&inner, &pair))
                add_pair(d, state, record->type, &pair);
            continue;
        }
        if (sw_str_is(pair.name, "arch"))
            arch = pair.value;
        else if (sw_str_is(pair.name, "syscall"))
            number = pair.value;
        else if (sw_str_is(pair.name, "SYSCALL"))
            enriched = true;
        add_pair(d, state, record->type, &pair);
    }
    if (arch.len > 0 && number.len > 0)
        add_syscall_names(d, state, arch, number, enriched);
}

/* --- what the records say together ------------------------------------------------------------------------------ */

static void context_syscall(struct sw_audit_context *context, struct sw_arena *arena,
                            const struct sw_audit_record *record)
{
    struct sw_str rest = record->text;
    struct sw_audit_pair pair;
    struct sw_str uid = {NULL, 0};
    struct sw_str arch_text = {NULL, 0};
    struct sw_str number_text = {NULL, 0};
    context->has_syscall = true;
    while (sw_audit_next(&rest, &pair)) {
        if (sw_str_is(pair.name, "exe"))
            context->exe = decoded(arena, record->type, &pair);
        else if (sw_str_is(pair.name, "pid"))
            context->pid = pair.value;
        else if (sw_str_is(pair.name, "ppid"))
            context->ppid = pair.value;
        else if (sw_str_is(pair.name, "uid"))
            uid = pair.value;
        else if (sw_str_is(pair.name, "UID"))
            context->user = pair.value;
        else if (sw_str_is(pair.name, "success"))
            context->success = sw_str_is(pair.value, "yes");
        else if (sw_str_is(pair.name, "exit"))
            context->in_progress = sw_str_is(pair.value, "-115");
        else if (sw_str_is(pair.name, "arch"))
            arch_text = pair.value;
        else if (sw_str_is(pair.name, "syscall"))
            number_text = pair.value;
    }
    uint64_t arch;
    uint64_t number;
    if (context->user.len == 0)
        context->user = sw_str_is(uid, "0") ? SW_STR("root") : uid;
    if (sw_str_hex64(arch_text, &arch) == 0 && sw_str_u64(number_text, &number) == 0)
        context->syscall = sw_audit_syscall((uint32_t)arch, number);
    else
        context->syscall = number_text; /* ausearch -i gives the name */
}

void sw_audit_context_add(struct sw_audit_context *context, struct sw_arena *arena,
                          const struct sw_audit_record *record)
{
    struct sw_str rest = record->text;
    struct sw_audit_pair pair;
    if (sw_str_is(record->type, "SYSCALL")) {
        context_syscall(context, arena, record);
    } else if (sw_str_is(record->type, "EXECVE")) {
        context->has_argv = true;
    } else if (sw_str_is(record->type, "CWD")) {
        if (sw_audit_next(&rest, &pair))
            context->cwd = decoded(arena, record->type, &pair);
    } else if (sw_str_is(record->type, "PROCTITLE")) {
        if (sw_audit_next(&rest, &pair))
            context->title = decoded(arena, record->type, &pair);
    }
}

/* --- socket addresses ------------------------------------------------------------------------------------------- */

bool sw_audit_find_address(struct sw_arena *arena, const struct sw_audit_record *record,
                           struct sw_audit_address *address)
{
    struct sw_str rest = record->text;
    struct sw_audit_pair pair;
    if (!sw_str_is(record->type, "SOCKADDR"))
        return false;
    while (sw_audit_next(&rest, &pair))
        if (sw_str_is(pair.name, "saddr") && pair.quote == '\0')
            return sw_audit_address(arena, pair.value, address);
    return false;
}

/* Under the names that ausearch -i shows. */
void sw_audit_add_address(struct sw_decode *d, struct sw_log_state *state, const struct sw_audit_address *address)
{
    sw_log_add_named(d, state, SW_STR("saddr_fam"), address->family);
    if (address->ip.len > 0) {
        sw_log_add_named(d, state, SW_STR("laddr"), address->ip);
        sw_add_number(d, sw_names_id(&state->names, SW_STR("lport")), address->port);
    }
    if (address->path.len > 0)
        sw_log_add_named(d, state, SW_STR("path"), address->path);
}

/* --- derived fields --------------------------------------------------------------------------------------------- */

static void add_if(struct sw_decode *d, sw_field_id id, struct sw_str value)
{
    if (value.len > 0)
        sw_event_add_str(&d->event, id, value);
}

static void add_process(struct sw_decode *d, const struct sw_audit_context *context)
{
    add_if(d, SW_FIELD_IMAGE, context->exe);
    if (context->pid.len > 0)
        sw_log_add_number(d, SW_LF_PROCESS_ID, context->pid);
    add_if(d, SW_FIELD_USER, context->user);
}

static void derive_exec(struct sw_decode *d, struct sw_log_state *state, const struct sw_audit_context *context)
{
    sw_log_class(d, state, SW_LC_AUDITD_EXECVE);
    add_if(d, SW_FIELD_COMMAND_LINE, context->command_line.len > 0 ? context->command_line : context->title);
    add_process(d, context);
    add_if(d, sw_log_ids[SW_LF_CURRENT_DIRECTORY], context->cwd);
    if (context->ppid.len > 0)
        sw_log_add_number(d, SW_LF_PARENT_PROCESS_ID, context->ppid);
    add_if(d, SW_FIELD_PARENT_IMAGE, context->parent_image);
    add_if(d, sw_log_ids[SW_LF_PARENT_COMMAND_LINE], context->parent_command_line);
}

/* PATH's name, made absolute by the working directory. */
static struct sw_str absolute(struct sw_arena *arena, struct sw_str name, struct sw_str cwd)
{
    if (sw_str_starts(name, SW_STR("./")))
        name = sw_str_from(name, 2);
    if (name.len == 0 || name.ptr[0] == '/' || cwd.len == 0)
        return name;
    const char *slash = cwd.ptr[cwd.len - 1] == '/' ? "" : "/";
    struct sw_str path = sw_arena_printf(arena, "%.*s%s%.*s", SW_STR_ARG(cwd), slash, SW_STR_ARG(name));
    return path.ptr != NULL ? path : name;
}

static void derive_path(struct sw_decode *d, struct sw_log_state *state, const struct sw_audit_context *context)
{
    struct sw_str name = sw_event_get(&d->event, sw_names_id(&state->names, SW_STR("name")));
    struct sw_str kind = sw_event_get(&d->event, sw_names_id(&state->names, SW_STR("nametype")));
    bool create = sw_str_is(kind, "CREATE");
    if (name.len == 0 || sw_str_is(name, "(null)") || (!create && !sw_str_is(kind, "DELETE")))
        return;
    if (context->has_syscall && !context->success)
        return;
    sw_log_class(d, state, create ? SW_LC_AUDITD_FILE : SW_LC_AUDITD_FILE_DELETE);
    sw_log_add(d, SW_LF_TARGET_FILENAME, absolute(d->arena, name, context->cwd));
    add_process(d, context);
}

static void derive_socket(struct sw_decode *d, struct sw_log_state *state, const struct sw_audit_context *context,
                          const struct sw_audit_address *address)
{
    if (!sw_str_is(context->syscall, "connect") || address->ip.len == 0 || !(context->success || context->in_progress))
        return;
    sw_log_class(d, state, SW_LC_AUDITD_NETWORK);
    sw_log_add(d, SW_LF_DESTINATION_IP, address->ip);
    sw_log_add_number(d, SW_LF_DESTINATION_PORT, address->port);
    sw_log_add(d, SW_LF_INITIATED, SW_STR("true"));
    add_process(d, context);
}

static const struct {
    const char *type;
    const char *event;
} happenings[] = {
    {"USER_LOGIN", "login"},        {"USER_LOGOUT", "logout"},       {"USER_AUTH", "authenticate"},
    {"USER_START", "session-open"}, {"USER_END", "session-close"},   {"USER_CHAUTHTOK", "password-change"},
    {"ADD_USER", "user-add"},       {"DEL_USER", "user-delete"},     {"ADD_GROUP", "group-add"},
    {"DEL_GROUP", "group-delete"},  {"USER_CMD", "sudo"},            {"SERVICE_START", "service-start"},
    {"SERVICE_STOP", "service-stop"},
};

/* What a program told the kernel: who, from where, and how it ended. */
static void derive_user(struct sw_decode *d, const struct sw_audit_record *record)
{
    for (size_t i = 0; i < sizeof happenings / sizeof happenings[0]; i++)
        if (sw_str_is(record->type, happenings[i].type))
            sw_log_add(d, SW_LF_EVENT, sw_str(happenings[i].event));
    struct sw_str outer = record->text;
    struct sw_audit_pair pair;
    while (sw_audit_next(&outer, &pair)) {
        if (pair.quote != '\'')
            continue;
        struct sw_str inner = pair.value;
        while (sw_audit_next(&inner, &pair)) {
            if (sw_str_is(pair.value, "?") || pair.value.len == 0)
                continue;
            if (sw_str_is(pair.name, "acct"))
                sw_log_add(d, SW_LF_USER, decoded(d->arena, record->type, &pair));
            else if (sw_str_is(pair.name, "addr"))
                sw_log_add_address(d, SW_LF_SRC_IP, pair.value);
            else if (sw_str_is(pair.name, "res"))
                sw_log_add(d, SW_LF_OUTCOME,
                           sw_str_starts(pair.value, SW_STR("success")) || sw_str_is(pair.value, "1")
                               ? SW_STR("success")
                               : SW_STR("failure"));
        }
    }
}

void sw_audit_derive(struct sw_decode *d, struct sw_log_state *state, const struct sw_audit_record *record,
                     const struct sw_audit_context *context, const struct sw_audit_address *address)
{
    sw_log_class(d, state, SW_LC_AUDITD);
    bool exec = sw_str_is(context->syscall, "execve") || sw_str_is(context->syscall, "execveat");
    if (sw_str_is(record->type, "EXECVE")) {
        /* Without its SYSCALL record an EXECVE can't say that it failed. */
        if (!context->has_syscall || context->success)
            derive_exec(d, state, context);
    } else if (sw_str_is(record->type, "SYSCALL")) {
        if (exec && context->success && !context->has_argv)
            derive_exec(d, state, context);
        else if (address != NULL)
            derive_socket(d, state, context, address);
    } else if (sw_str_is(record->type, "PATH")) {
        derive_path(d, state, context);
    } else {
        derive_user(d, record);
    }
}

/* --- a record by itself ----------------------------------------------------------------------------------------- */

/* The arguments of one EXECVE record with a space between them. */
static struct sw_str line_of(struct sw_arena *arena, struct sw_str text)
{
    char *out = sw_arena_bytes(arena, text.len + 1);
    if (out == NULL)
        return (struct sw_str){NULL, 0};
    size_t len = 0;
    struct sw_audit_pair pair;
    while (sw_audit_next(&text, &pair)) {
        uint32_t number;
        bool piece;
        if (!arg_name(pair.name, &number, &piece))
            continue;
        struct sw_str value = decoded(arena, SW_STR("EXECVE"), &pair);
        if (len > 0)
            out[len++] = ' ';
        if (value.len > 0)
            memcpy(out + len, value.ptr, value.len);
        len += value.len;
    }
    return sw_strn(out, len);
}

void sw_audit_single(struct sw_decode *d, struct sw_log_state *state, const struct sw_audit_record *record)
{
    struct sw_audit_context context = {0};
    struct sw_audit_address address;
    sw_audit_context_add(&context, d->arena, record);
    if (sw_str_is(record->type, "EXECVE"))
        context.command_line = line_of(d->arena, record->text);
    sw_audit_add_head(d, state, record);
    sw_audit_add_pairs(d, state, record);
    if (sw_audit_find_address(d->arena, record, &address))
        sw_audit_add_address(d, state, &address);
    sw_audit_derive(d, state, record, &context, NULL);
}

/* "SYSCALL arch=...", as the journal has it: the type, and no time or number. */
static bool bare_head(struct sw_str message, struct sw_audit_record *record)
{
    size_t space = sw_str_chr(message, ' ');
    *record = (struct sw_audit_record){.time = SW_TIME_NONE};
    if (space == SW_NPOS || space < 3 || space > 32)
        return false;
    record->type = sw_str_slice(message, 0, space);
    record->text = sw_str_from(message, space + 1);
    for (size_t i = 0; i < space; i++)
        if ((message.ptr[i] < 'A' || message.ptr[i] > 'Z') && message.ptr[i] != '_' && !sw_is_digit(message.ptr[i]))
            return false;
    return sw_str_chr(record->text, '=') != SW_NPOS;
}

bool sw_audit_message_parse(struct sw_decode *d, struct sw_log_state *state, struct sw_str message)
{
    struct sw_audit_record record;
    int64_t time = d->event.time;
    if (!sw_audit_head(message, d->source->zone_offset, &record) && !bare_head(message, &record))
        return false;
    sw_audit_single(d, state, &record);
    if (record.time == SW_TIME_NONE)
        d->event.time = time;
    return true;
}
