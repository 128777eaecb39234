/*
 * auditd.c - the Linux audit log. The kernel writes an event as several records with one serial number, and records of
 * different events mix. Records are held until their event is complete (its PROCTITLE or EOE, two seconds later, or too
 * many events open), then the event is given out:
 *
 *   - one event for its SYSCALL, which takes in what can be there only once: CWD, PROCTITLE, SOCKADDR, FD_PAIR;
 *   - one for its EXECVE records, joined, with the arguments decoded;
 *   - one for each other record: PATH, AVC, and so on.
 *
 * So a rule about a record (type: PATH, name: ...) sees the fields of that record alone, as its author meant it, and
 * the context of the event comes under names of its own (Image, CommandLine, User, ...). docs/formats/auditd.md.
 */
#include "base/error.h"
#include "base/hash.h"
#include "base/mem.h"
#include "decode/auditd_priv.h"

/* Events open at once, and bytes and records of one. auditd mixes a few events; the bounds are for hostile logs. */
enum { MAX_OPEN = 64 /* bits of state->open */, MAX_RECORDS = 1024 };
#define MAX_EVENT_BYTES ((size_t)2 << 20)
#define MAX_HELD_BYTES ((size_t)16 << 20)
#define MAX_AGE (2 * SW_SECOND)

struct held {
    size_t at, len; /* in the group's text */
    uint64_t offset, line;
};

/* The records of one open event. */
struct group {
    uint64_t key; /* hash of node and id */
    int64_t time;
    uint64_t order; /* of its first record */
    struct sw_buf text;
    struct held *records;
    size_t count, cap;
};

/* The latest program of a process, for naming a child's parent. */
struct process {
    uint64_t key; /* hash of node and pid; 0: none */
    uint16_t image_len, line_len;
    char image[256];
    char line[1024];
};
enum { PROCESSES = 4096 };

struct state {
    struct sw_log_state log;
    struct group groups[MAX_OPEN];
    uint64_t open;     /* a bit for each group in use */
    int64_t open_since; /* before this time plus MAX_AGE nothing has to be ended for its age */
    size_t held_bytes;
    uint64_t order;
    struct sw_audit_argv argv;
    struct process *processes;
};

static void *state_new(const struct sw_classes *classes)
{
    struct state *state = sw_alloc(1, sizeof *state);
    if (state == NULL)
        return NULL;
    state->processes = sw_alloc(PROCESSES, sizeof *state->processes);
    if (state->processes == NULL || sw_log_state_init(&state->log, classes) != 0) {
        sw_free(state->processes);
        sw_free(state);
        return NULL;
    }
    for (size_t i = 0; i < MAX_OPEN; i++)
        sw_buf_init(&state->groups[i].text, MAX_EVENT_BYTES);
    sw_audit_argv_init(&state->argv);
    return state;
}

static void state_free(void *arg)
{
    struct state *state = arg;
    for (size_t i = 0; i < MAX_OPEN; i++) {
        sw_buf_fini(&state->groups[i].text);
        sw_free(state->groups[i].records);
    }
    sw_audit_argv_fini(&state->argv);
    sw_free(state->processes);
    sw_free(state);
}

/* --- processes -------------------------------------------------------------------------------------------------- */

static struct process *process_slot(struct state *state, struct sw_str node, struct sw_str pid, uint64_t *key)
{
    *key = sw_hash_seed(pid, sw_hash(node)) | 1;
    return &state->processes[*key >> 52];
}

static void remember_process(struct state *state, struct sw_str node, const struct sw_audit_context *context)
{
    uint64_t key;
    struct sw_str line = context->command_line;
    struct process *process = process_slot(state, node, context->pid, &key);
    process->key = 0;
    if (context->pid.len == 0 || context->exe.len == 0 || context->exe.len > sizeof process->image)
        return;
    if (line.len > sizeof process->line)
        line = SW_STR(""); /* half a command line would be worse than none */
    process->key = key;
    process->image_len = (uint16_t)context->exe.len;
    process->line_len = (uint16_t)line.len;
    memcpy(process->image, context->exe.ptr, context->exe.len);
    if (line.len > 0)
        memcpy(process->line, line.ptr, line.len);
}

static void find_parent(struct state *state, struct sw_str node, struct sw_audit_context *context)
{
    uint64_t key;
    const struct process *process = process_slot(state, node, context->ppid, &key);
    if (context->ppid.len == 0 || process->key != key)
        return;
    context->parent_image = sw_strn(process->image, process->image_len);
    context->parent_command_line = sw_strn(process->line, process->line_len);
}

/* --- giving an event out ---------------------------------------------------------------------------------------- */

/* Record types that the SYSCALL's event takes in. */
static bool is_taken_in(struct sw_str type)
{
    static const char *const types[] = {"CWD", "PROCTITLE", "SOCKADDR", "FD_PAIR"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (sw_str_is(type, types[i]))
            return true;
    return false;
}

static struct sw_audit_record *read_records(struct sw_decode *d, const struct group *group)
{
    struct sw_audit_record *records = sw_arena_zero(d->arena, group->count, sizeof *records);
    for (size_t i = 0; records != NULL && i < group->count; i++) {
        struct sw_str line = {group->text.data + group->records[i].at, group->records[i].len};
        (void)sw_audit_head(line, d->source->zone_offset, &records[i]); /* it was read once already */
    }
    return records;
}

static void gather(struct sw_decode *d, struct state *state, const struct sw_audit_record *records, size_t count,
                   struct sw_audit_context *context, struct sw_audit_address *address)
{
    sw_audit_argv_clear(&state->argv);
    for (size_t i = 0; i < count; i++) {
        sw_audit_context_add(context, d->arena, &records[i]);
        if (sw_str_is(records[i].type, "EXECVE"))
            sw_audit_argv_add(&state->argv, d->arena, records[i].text);
        else if (address->family.len == 0)
            (void)sw_audit_find_address(d->arena, &records[i], address);
    }
    context->command_line = sw_audit_argv_line(&state->argv, d->arena);
    find_parent(state, records[0].node, context);
    bool exec = sw_str_is(context->syscall, "execve") || sw_str_is(context->syscall, "execveat");
    if (exec && context->success)
        remember_process(state, records[0].node, context);
}

/* One event of the group: that of record `main`, which takes others in. */
static int give_out(struct sw_decode *d, struct state *state, const struct group *group, size_t main,
                    const struct sw_audit_record *records, const struct sw_audit_context *context,
                    const struct sw_audit_address *address)
{
    const struct held *held = &group->records[main];
    const struct sw_audit_record *record = &records[main];
    bool syscall = sw_str_is(record->type, "SYSCALL");
    d->record = held->line;
    sw_decode_begin(d, sw_strn(group->text.data + held->at, held->len), held->offset, held->line);
    d->event.raw_is_value = true;
    sw_audit_add_head(d, &state->log, record);
    if (sw_str_is(record->type, "EXECVE"))
        sw_audit_add_argv(d, &state->log, record, &state->argv);
    else
        sw_audit_add_pairs(d, &state->log, record);
    for (size_t i = 0; syscall && i < group->count; i++) {
        if (!is_taken_in(records[i].type))
            continue;
        sw_log_add_named(d, &state->log, SW_STR("type"), records[i].type);
        sw_audit_add_pairs(d, &state->log, &records[i]);
    }
    if (address->family.len > 0 && (syscall || sw_str_is(record->type, "SOCKADDR")))
        sw_audit_add_address(d, &state->log, address);
    sw_audit_derive(d, &state->log, record, context, address);
    return sw_decode_emit(d);
}

static int give_out_all(struct sw_decode *d, struct state *state, const struct group *group)
{
    struct sw_audit_record *records = read_records(d, group);
    if (records == NULL)
        return SW_E_NOMEM;
    struct sw_audit_context context = {0};
    struct sw_audit_address address = {0};
    gather(d, state, records, group->count, &context, &address);
    bool argv_given = false;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < group->count; i++) {
        bool execve = sw_str_is(records[i].type, "EXECVE");
        if ((context.has_syscall && is_taken_in(records[i].type)) || (execve && argv_given))
            continue;
        argv_given |= execve;
        rc = give_out(d, state, group, i, records, &context, &address);
    }
    return rc;
}

/* Ends an open event: gives it out and frees its place. */
static int close_group(struct sw_decode *d, struct state *state, struct group *group)
{
    struct sw_arena_mark mark = sw_arena_mark(d->arena);
    int rc = give_out_all(d, state, group);
    sw_arena_rewind(d->arena, mark);
    state->held_bytes -= group->text.len;
    state->open &= ~(1ull << (group - state->groups));
    group->count = 0;
    sw_buf_clear(&group->text);
    return rc;
}

/* --- holding records -------------------------------------------------------------------------------------------- */

static struct group *oldest(struct state *state)
{
    struct group *found = NULL;
    for (uint64_t open = state->open; open != 0; open &= open - 1) {
        struct group *group = &state->groups[__builtin_ctzll(open)];
        if (found == NULL || group->order < found->order)
            found = group;
    }
    return found;
}

static bool is_old(int64_t time, int64_t now)
{
    int64_t age;
    return __builtin_sub_overflow(now, time, &age) || age > MAX_AGE;
}

/* Ends events that no further record can come for, oldest first, until `room` more bytes may be held. */
static int close_old(struct sw_decode *d, struct state *state, int64_t now, size_t room)
{
    struct group *group;
    while ((is_old(state->open_since, now) || state->open == UINT64_MAX || state->held_bytes + room > MAX_HELD_BYTES) &&
           (group = oldest(state)) != NULL) {
        state->open_since = group->time;
        if (!is_old(group->time, now) && state->open != UINT64_MAX && state->held_bytes + room <= MAX_HELD_BYTES)
            break;
        int rc = close_group(d, state, group);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static struct group *find_group(struct state *state, uint64_t key, int64_t time)
{
    for (uint64_t open = state->open; open != 0; open &= open - 1) {
        struct group *group = &state->groups[__builtin_ctzll(open)];
        if (group->key == key && group->time == time)
            return group;
    }
    return NULL;
}

static struct group *open_group(struct state *state, uint64_t key, int64_t time)
{
    unsigned slot = (unsigned)__builtin_ctzll(~state->open); /* close_old() made room */
    struct group *group = &state->groups[slot];
    if (state->open == 0 || time < state->open_since)
        state->open_since = time;
    state->open |= 1ull << slot;
    group->key = key;
    group->time = time;
    group->order = state->order++;
    return group;
}

/* Types that programs send: such a record is an event by itself. All others may be part of one. */
static bool stands_alone(struct sw_str type)
{
    static const struct sw_str starts[] = {
        SW_STR_INIT("USER_"), SW_STR_INIT("CRED_"),   SW_STR_INIT("SERVICE_"), SW_STR_INIT("DAEMON_"),
        SW_STR_INIT("ADD_"),  SW_STR_INIT("DEL_"),    SW_STR_INIT("GRP_"),     SW_STR_INIT("SYSTEM_"),
        SW_STR_INIT("ACCT_"), SW_STR_INIT("CHUSER_"), SW_STR_INIT("CHGRP_"),   SW_STR_INIT("ROLE_"),
        SW_STR_INIT("CRYPTO_"), SW_STR_INIT("VIRT_"), SW_STR_INIT("RESP_"),    SW_STR_INIT("SOFTWARE_"),
    };
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (sw_str_starts(type, starts[i]))
            return true;
    return false;
}

static int hold(struct sw_decode *d, struct state *state, const struct sw_audit_record *record, struct sw_str line,
                uint64_t offset, uint64_t number)
{
    int rc = close_old(d, state, record->time, line.len);
    if (rc != 0)
        return rc;
    uint64_t key = sw_hash_seed(record->serial, sw_hash(record->node));
    struct group *group = find_group(state, key, record->time);
    if (sw_str_is(record->type, "EOE")) /* it says that its event is complete, and nothing else */
        return group != NULL ? close_group(d, state, group) : 0;
    if (group != NULL && (group->count == MAX_RECORDS || group->text.len + line.len > MAX_EVENT_BYTES)) {
        sw_read_stats_note(d->stats, "audit event with too many records given out in parts");
        rc = close_group(d, state, group);
        if (rc != 0)
            return rc;
        group = NULL;
    }
    if (group == NULL)
        group = open_group(state, key, record->time);
    if (sw_grow(&group->records, &group->cap, group->count, sizeof *group->records, MAX_RECORDS) != 0)
        return SW_E_NOMEM;
    group->records[group->count++] = (struct held){group->text.len, line.len, offset, number};
    sw_buf_str_add(&group->text, line);
    if (sw_buf_error(&group->text) != 0)
        return SW_E_NOMEM;
    state->held_bytes += line.len;
    bool last = stands_alone(record->type) || sw_str_is(record->type, "PROCTITLE");
    return last ? close_group(d, state, group) : 0;
}

/* What ausearch prints around records. */
static bool is_frame(struct sw_str line)
{
    return sw_str_is(line, "----") || sw_str_starts(line, SW_STR("time->"));
}

static int decode_line(struct sw_decode *d, struct sw_str line, uint64_t offset, uint64_t number)
{
    struct sw_audit_record record;
    if (line.len == 0 || is_frame(line))
        return 0;
    if (line.len <= SW_MAX_RECORD && sw_audit_head(line, d->source->zone_offset, &record))
        return hold(d, d->state, &record, line, offset, number);
    d->record = number;
    sw_decode_begin(d, line, offset, number);
    sw_decode_reject(d, line.len > SW_MAX_RECORD ? "line longer than the limit" : "not an audit record");
    return 0;
}

static int decode(struct sw_decode *d, const struct sw_slice *slice)
{
    struct sw_str data = {(const char *)slice->data, slice->len};
    size_t at = 0;
    uint64_t number = slice->line;
    struct sw_str line;
    for (size_t from = 0; sw_next_line(data, &at, &line); from = at, number++) {
        int rc = decode_line(d, line, slice->offset + from, number);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int flush(struct sw_decode *d)
{
    struct state *state = d->state;
    struct group *group;
    int rc = 0;
    while (rc == 0 && (group = oldest(state)) != NULL)
        rc = close_group(d, state, group);
    return rc;
}

/* --- sniffing --------------------------------------------------------------------------------------------------- */

static bool looks(struct sw_str line)
{
    struct sw_audit_record record;
    return is_frame(line) || sw_audit_head(line, 0, &record);
}

static int sniff(const struct sw_sniff *s)
{
    unsigned share = sw_sniff_lines(s, 20, looks);
    return share >= 60 ? SW_SURE_YES : share >= 30 ? SW_SURE_LIKELY : SW_SURE_NO;
}

const struct sw_decoder sw_decoder_auditd = {
    .name = "auditd",
    .title = "Linux audit log",
    .flags = SW_DECODER_SEQUENTIAL,
    .sniff = sniff,
    .state_new = state_new,
    .state_free = state_free,
    .decode = decode,
    .flush = flush,
};
