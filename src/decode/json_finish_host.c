/* json_finish_host.c - what the shapes of network sensors and of Linux hosts need beyond their line in the table. */
#include "base/mem.h"
#include "decode/json_shape_priv.h"
#include "decode/programs.h"

#include <pthread.h>

enum host_id {
    ID_ORIG_H, ID_ORIG_P, ID_RESP_H, ID_RESP_P, ID_TYPE, ID_IMAGE, ID_COMMAND_LINE, ID_PARENT_IMAGE, ID_DIRECTORY, ID_USER,
    ID_PROCESS_ID, ID_PARENT_PROCESS_ID, ID_COUNT
};

enum { ARGUMENTS = 64 };

static sw_field_id ids[ID_COUNT];
static sw_field_id argument_ids[ARGUMENTS]; /* a0, a1, ... */
static pthread_once_t ids_once = PTHREAD_ONCE_INIT;

static void make_ids(void)
{
    static const char *const names[ID_COUNT] = {
        "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "type", "Image", "CommandLine", "ParentImage", "CurrentDirectory",
        "User", "ProcessId", "ParentProcessId"};
    for (size_t i = 0; i < ID_COUNT; i++)
        ids[i] = sw_field_intern(sw_str(names[i]));
    for (size_t i = 0; i < ARGUMENTS; i++) {
        char name[4] = {'a'};
        size_t len = 1;
        if (i >= 10)
            name[len++] = (char)('0' + i / 10);
        name[len++] = (char)('0' + i % 10);
        argument_ids[i] = sw_field_intern(sw_strn(name, len));
    }
}

/* --- sensors -------------------------------------------------------------------------------------------- */

void sw_json_finish_suricata(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    d->event.class_id = sw_json_class_named(s, "suricata", sw_json_value(reader, J_EVENT_TYPE), d->event.class_id);
}

/* Which log a record without _path is of: the first whose field is there. */
static const char *zeek_log(const struct sw_json_reader *reader)
{
    static const struct {
        uint16_t mark, also;
        const char *log;
    } tells[] = {
        {J_ZEEK_CONN_STATE, 0, "conn"}, {J_ZEEK_QTYPE, 0, "dns"}, {J_ZEEK_QUERY, J_ZEEK_TRANS_ID, "dns"},
        {J_ZEEK_HELO, 0, "smtp"}, {J_ZEEK_TRANS_DEPTH, 0, "http"}, {J_ZEEK_SSH, 0, "ssh"}, {J_ZEEK_SSH_AUTH, 0, "ssh"},
        {J_ZEEK_CERT, 0, "x509"}, {J_ZEEK_RDP, 0, "rdp"}, {J_ZEEK_REQUEST_TYPE, 0, "kerberos"}, {J_ZEEK_CURVE, 0, "ssl"},
        {J_ZEEK_ESTABLISHED, J_ZEEK_CIPHER, "ssl"}, {J_ZEEK_ESTABLISHED, 0, "ssl"}, {J_ZEEK_SHARE, 0, "smb_mapping"},
        {J_ZEEK_ENDPOINT, J_ZEEK_OPERATION, "dce_rpc"}, {J_ZEEK_NTLM, 0, "ntlm"}, {J_ZEEK_NTLM_SERVER, 0, "ntlm"},
        {J_ZEEK_SMB_TIMES, 0, "smb_files"}, {J_ACTION, J_PATH, "smb_files"}, {J_ZEEK_TUNNEL, 0, "tunnel"},
        {J_ZEEK_ANALYZER, J_ZEEK_FAILURE, "dpd"}, {J_ZEEK_NOTE, 0, "notice"}, {J_ZEEK_NOTICE, 0, "weird"},
        {J_FUID, 0, "files"},
    };
    for (size_t i = 0; i < sizeof tells / sizeof tells[0]; i++)
        if (sw_json_has(reader, tells[i].mark) && (tells[i].also == 0 || sw_json_has(reader, tells[i].also)))
            return tells[i].log;
    return "";
}

void sw_json_finish_zeek(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    (void)pthread_once(&ids_once, make_ids);
    struct sw_str log = sw_json_value(reader, J_ZEEK_PATH);
    if (log.ptr == NULL)
        log = sw_json_value(reader, J_ZEEK_STREAM);
    if (log.ptr == NULL)
        log = sw_str(zeek_log(reader));
    d->event.class_id = sw_json_class_named(s, "zeek", log, d->event.class_id);
    if (!sw_json_has(reader, J_ORIG_H_FLAT) || sw_json_has(reader, J_ORIG_H))
        return;
    /* Shippers that can't have a dot in a name write id_orig_h. */
    sw_json_copy(reader, d, J_ORIG_H_FLAT, ids[ID_ORIG_H]);
    sw_json_copy(reader, d, J_ORIG_P_FLAT, ids[ID_ORIG_P]);
    sw_json_copy(reader, d, J_RESP_H_FLAT, ids[ID_RESP_H]);
    sw_json_copy(reader, d, J_RESP_P_FLAT, ids[ID_RESP_P]);
}

/* --- journald and syslog -------------------------------------------------------------------------------- */

/* What the program's own messages say, by the parsers that syslog has for them; false: the program is unknown. */
static bool parse_message(struct sw_json_shapes *s, struct sw_decode *d, struct sw_str program, struct sw_str message)
{
    if (s->log == NULL) {
        struct sw_log_state *log = sw_log_prepare() == 0 ? sw_alloc(1, sizeof *log) : NULL;
        if (log == NULL || sw_log_state_init(log, s->classes) != 0) {
            sw_free(log);
            return false;
        }
        s->log = log;
    }
    const struct sw_program *known = sw_program_find(program);
    if (known == NULL)
        return false;
    sw_message_parse(d, s->log, known, program, message);
    return true;
}

/* Class and fields of a program's message; of an unknown program's at most the class. */
static void set_program(struct sw_json_shapes *s, struct sw_decode *d, struct sw_str program, struct sw_str message)
{
    char lower[32];
    if (program.len == 0 || (message.len > 0 && parse_message(s, d, program, message)) || program.len > sizeof lower)
        return;
    for (size_t i = 0; i < program.len; i++)
        lower[i] = sw_lower(program.ptr[i]);
    d->event.class_id = sw_json_class_named(s, "linux", sw_strn(lower, program.len), d->event.class_id);
}

/* journalctl writes a field that has control characters, such as colours, as an array of byte values. */
static void join_bytes(struct sw_json_reader *reader, struct sw_decode *d)
{
    struct sw_field *first = sw_json_marked(reader, J_JOURNAL_MESSAGE);
    if (first == NULL || first->type != SW_INT)
        return;
    struct sw_event *event = &d->event;
    uint32_t from = (uint32_t)(first - event->fields);
    uint32_t to = from;
    while (to < event->count && event->fields[to].id == first->id && event->fields[to].type == SW_INT)
        to++;
    char *text = to - from > 1 ? sw_arena_bytes(d->arena, to - from) : NULL;
    if (text == NULL)
        return;
    for (uint32_t i = from; i < to; i++) {
        uint64_t byte;
        if (sw_str_u64(sw_field_value(&event->fields[i]), &byte) != 0 || byte > 255)
            return;
        text[i - from] = (char)byte;
    }
    first->ptr = text;
    first->len = to - from;
    first->type = SW_STRING;
    memmove(&event->fields[from + 1], &event->fields[to], (event->count - to) * sizeof *event->fields);
    event->count -= to - from - 1;
    for (unsigned mark = 0; mark < SW_JSON_MARKS; mark++)
        if (sw_json_has(reader, mark) && reader->slot[mark] != SW_JSON_NO_SLOT && reader->slot[mark] > from)
            reader->slot[mark] -= to - from - 1;
}

void sw_json_finish_journal(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    join_bytes(reader, d);
    struct sw_str program = sw_json_value(reader, J_JOURNAL_IDENTIFIER);
    if (program.ptr == NULL)
        program = sw_json_value(reader, J_JOURNAL_COMM);
    set_program(s, d, program, sw_json_value(reader, J_JOURNAL_MESSAGE));
}

void sw_json_finish_syslog_table(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    set_program(s, d, sw_json_value(reader, J_PROCESS_NAME), sw_json_value(reader, J_SYSLOG_MESSAGE));
}

/* --- auditd by LAUREL ----------------------------------------------------------------------------------- */

static void copy_as(struct sw_json_reader *reader, struct sw_decode *d, unsigned mark, enum host_id id)
{
    if (sw_json_value(reader, mark).ptr != NULL)
        sw_json_copy(reader, d, mark, ids[id]);
}

/* Arguments as a0, a1, ... and as a command line. */
static void add_arguments(struct sw_json_reader *reader, struct sw_decode *d)
{
    const struct sw_field *first = sw_json_marked(reader, J_LAUREL_ARGV);
    if (first == NULL)
        return;
    struct sw_event *event = &d->event;
    sw_field_id argv = first->id;
    uint32_t count = event->count;
    size_t len = 0;
    for (uint32_t i = 0; i < count; i++)
        len += event->fields[i].id == argv ? (size_t)event->fields[i].len + 1 : 0;
    char *line = sw_arena_bytes(d->arena, len);
    size_t at = 0;
    uint32_t number = 0;
    for (uint32_t i = 0; i < count && line != NULL; i++) {
        struct sw_field field = event->fields[i];
        if (field.id != argv)
            continue;
        if (at > 0)
            line[at++] = ' ';
        memcpy(line + at, field.ptr, field.len);
        at += field.len;
        if (number < ARGUMENTS)
            sw_event_add(event, argument_ids[number++], (enum sw_type)field.type, field.ptr, field.len);
    }
    if (line != NULL)
        sw_event_add(event, ids[ID_COMMAND_LINE], SW_STRING, line, at);
}

void sw_json_finish_laurel(struct sw_json_shapes *s, struct sw_json_reader *reader, struct sw_decode *d)
{
    (void)pthread_once(&ids_once, make_ids);
    struct sw_str id = sw_json_value(reader, J_LAUREL_ID); /* seconds.milliseconds:serial */
    (void)sw_time_epoch(sw_str_slice(id, 0, sw_str_chr(id, ':')), &d->event.time);
    static const struct {
        uint16_t mark;
        const char *type;
    } records[] = {{J_LAUREL_SYSCALL, "SYSCALL"}, {J_LAUREL_EXECVE, "EXECVE"}, {J_LAUREL_PATH, "PATH"}, {J_LAUREL_CWD, "CWD"}};
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++)
        if (sw_json_has(reader, records[i].mark))
            sw_event_add_str(&d->event, ids[ID_TYPE], sw_str(records[i].type));
    if (!sw_json_has(reader, J_LAUREL_EXECVE))
        return;
    d->event.class_id = s->class_of[JC_AUDITD_EXECVE];
    add_arguments(reader, d);
    copy_as(reader, d, J_LAUREL_EXE, ID_IMAGE);
    copy_as(reader, d, J_LAUREL_PARENT, ID_PARENT_IMAGE);
    copy_as(reader, d, J_LAUREL_CWD, ID_DIRECTORY);
    copy_as(reader, d, J_LAUREL_UID, ID_USER);
    copy_as(reader, d, J_LAUREL_PID, ID_PROCESS_ID);
    copy_as(reader, d, J_LAUREL_PPID, ID_PARENT_PROCESS_ID);
}
