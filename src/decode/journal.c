/*
 * journal.c - the journal's export format (journalctl -o export, systemd-journal-remote): fields "NAME=text" or, for
 * values of any bytes, "NAME" and a 64-bit little-endian length, an entry ending with an empty line. systemd's
 * JOURNAL_EXPORT_FORMATS. Messages are read as those of syslog are.
 *
 * Entries can't be found from the middle of a file, so that slices are decoded in order; an entry that a slice cuts is
 * kept until it is whole. A value beyond MAX_VALUE (a core dump) is passed over and told.
 */
#include "base/error.h"
#include "base/mem.h"
#include "decode/carried.h"
#include "decode/syslog_header.h"

enum { MAX_FIELDS_OF_ENTRY = 1024, MAX_NAME = 64 };
#define MAX_VALUE ((size_t)256 << 10)
#define MAX_ENTRY ((size_t)SW_MAX_RECORD)

struct state {
    struct sw_log_state log;
    sw_class_id journald;
    struct sw_buf kept;  /* the beginning of an entry, from earlier slices */
    uint64_t kept_from;  /* its place in the source */
    uint64_t skip;       /* bytes of an oversized value still to pass over */
    bool resync;         /* the entry is broken: go on behind the next empty line */
    uint64_t record;
};

static void *state_new(const struct sw_classes *classes)
{
    struct state *state = sw_alloc(1, sizeof *state);
    if (state == NULL)
        return NULL;
    state->log.carried = sw_carried_new(classes);
    if (state->log.carried == NULL || sw_log_state_init(&state->log, classes) != 0) {
        sw_carried_free(state->log.carried);
        sw_free(state);
        return NULL;
    }
    state->journald = sw_classes_find(classes, SW_STR("linux/journald"));
    sw_buf_init(&state->kept, 3 * MAX_ENTRY);
    return state;
}

static void state_free(void *arg)
{
    struct state *state = arg;
    sw_carried_free(state->log.carried);
    sw_buf_fini(&state->kept);
    sw_free(state);
}

/* --- taking an entry apart -------------------------------------------------------------------------------------- */

static bool is_name(struct sw_str s)
{
    if (s.len == 0 || s.len > MAX_NAME || sw_is_digit(s.ptr[0]))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if ((s.ptr[i] < 'A' || s.ptr[i] > 'Z') && !sw_is_digit(s.ptr[i]) && s.ptr[i] != '_')
            return false;
    return true;
}

enum step { FIELD, END, MORE, TOO_LARGE, BROKEN };

static uint64_t little64(const char *p)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++)
        value |= (uint64_t)(uint8_t)p[i] << 8 * i;
    return value;
}

/* The field at *at, which moves behind it. END: the empty line that ends an entry. MORE: the bytes end before the field
 * does. TOO_LARGE: *at stands at the value, whose length with its line end is *skip. */
static enum step next_field(struct sw_str s, size_t *at, struct sw_str *name, struct sw_str *value, uint64_t *skip)
{
    size_t line = sw_str_chr(sw_str_slice(s, *at, *at + MAX_VALUE + 1), '\n');
    if (line == SW_NPOS)
        return s.len - *at > MAX_VALUE ? BROKEN : MORE;
    struct sw_str text = sw_str_slice(s, *at, *at + line);
    if (text.len == 0) {
        (*at)++;
        return END;
    }
    size_t equal = sw_str_chr(text, '=');
    if (equal != SW_NPOS) {
        *name = sw_str_slice(text, 0, equal);
        *value = sw_str_from(text, equal + 1);
        *at += line + 1;
        return is_name(*name) ? FIELD : BROKEN;
    }
    *name = text;
    if (!is_name(text))
        return BROKEN;
    size_t from = *at + line + 1;
    if (s.len - from < 8)
        return MORE;
    uint64_t len = little64(s.ptr + from);
    if (len > MAX_VALUE) {
        *at = from + 8;
        *skip = len;
        return TOO_LARGE;
    }
    if (s.len - from - 8 < len + 1)
        return MORE;
    *value = sw_str_slice(s, from + 8, from + 8 + (size_t)len);
    *at = from + 8 + (size_t)len + 1;
    return s.ptr[*at - 1] == '\n' ? FIELD : BROKEN;
}

/* Fields that the message's parsers and the canonical names need. */
struct known {
    struct sw_str message, identifier, comm, pid, syslog_pid, hostname, priority, facility, transport;
    struct sw_str time, source_time;
};

static bool take_known(struct known *known, struct sw_str name, struct sw_str value)
{
    static const struct {
        struct sw_str name;
        size_t offset;
        bool keep; /* also under its own name */
    } table[] = {
        {SW_STR_INIT("MESSAGE"), offsetof(struct known, message), false},
        {SW_STR_INIT("SYSLOG_IDENTIFIER"), offsetof(struct known, identifier), false},
        {SW_STR_INIT("_COMM"), offsetof(struct known, comm), true},
        {SW_STR_INIT("_PID"), offsetof(struct known, pid), false},
        {SW_STR_INIT("SYSLOG_PID"), offsetof(struct known, syslog_pid), true},
        {SW_STR_INIT("_HOSTNAME"), offsetof(struct known, hostname), false},
        {SW_STR_INIT("PRIORITY"), offsetof(struct known, priority), false},
        {SW_STR_INIT("SYSLOG_FACILITY"), offsetof(struct known, facility), false},
        {SW_STR_INIT("_TRANSPORT"), offsetof(struct known, transport), true},
        {SW_STR_INIT("__REALTIME_TIMESTAMP"), offsetof(struct known, time), true},
        {SW_STR_INIT("_SOURCE_REALTIME_TIMESTAMP"), offsetof(struct known, source_time), true},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (!sw_str_eq(name, table[i].name))
            continue;
        struct sw_str *slot = (struct sw_str *)((char *)known + table[i].offset);
        if (slot->ptr != NULL)
            return false; /* a second value: kept as it is */
        *slot = value;
        return !table[i].keep;
    }
    return false;
}

/* --- the event -------------------------------------------------------------------------------------------------- */

static void add_priority(struct sw_decode *d, const struct known *known)
{
    uint64_t number;
    if (sw_str_u64(known->facility, &number) == 0 && number < 24)
        sw_log_add(d, SW_LF_FACILITY, sw_syslog_facility((int)number * 8));
    if (sw_str_u64(known->priority, &number) == 0 && number < 8)
        sw_log_add(d, SW_LF_SEVERITY, sw_syslog_severity((int)number));
}

static void add_envelope(struct sw_decode *d, const struct known *known, struct sw_str program)
{
    struct sw_str stamp = known->source_time.len > 0 ? known->source_time : known->time;
    uint64_t micros;
    if (sw_str_u64(stamp, &micros) == 0 && micros < (uint64_t)INT64_MAX / 1000)
        d->event.time = (int64_t)micros * 1000;
    else
        sw_decode_note(d, "entry without a time");
    if (known->hostname.len > 0)
        sw_log_add(d, SW_LF_HOSTNAME, known->hostname);
    if (program.len > 0)
        sw_log_add(d, SW_LF_PROGRAM, program);
    if (known->pid.len > 0)
        sw_log_add_number(d, SW_LF_PID, known->pid);
    else if (known->syslog_pid.len > 0)
        sw_log_add_number(d, SW_LF_PID, known->syslog_pid);
    add_priority(d, known);
    sw_event_add_str(&d->event, SW_FIELD_MESSAGE, known->message);
}

/* A whole entry; its text ends with the empty line. */
static int give_out(struct sw_decode *d, struct state *state, struct sw_str entry, uint64_t offset)
{
    struct known known = {0};
    struct sw_str name;
    struct sw_str value;
    uint64_t skip;
    size_t at = 0;
    size_t fields = 0;
    d->record = ++state->record;
    sw_decode_begin(d, entry, offset, 0);
    /* Twice: what the message says comes behind the fields, and those behind the envelope. */
    while (next_field(entry, &at, &name, &value, &skip) == FIELD && fields++ < MAX_FIELDS_OF_ENTRY)
        (void)take_known(&known, name, value);
    if (fields == 0) {
        sw_decode_reject(d, "entry without fields");
        return 0;
    }
    struct sw_str program = known.identifier.len > 0 ? known.identifier : known.comm;
    add_envelope(d, &known, program);
    struct known again = {0};
    for (at = 0, fields = 0; fields < MAX_FIELDS_OF_ENTRY && next_field(entry, &at, &name, &value, &skip) == FIELD;
         fields++)
        if (!take_known(&again, name, value) && value.len > 0)
            sw_log_add_named(d, &state->log, name, value);
    if (fields == MAX_FIELDS_OF_ENTRY && next_field(entry, &at, &name, &value, &skip) == FIELD)
        sw_decode_note(d, "fields beyond the limit dropped");
    const struct sw_program *row = sw_program_find(program);
    if (sw_str_is(known.transport, "audit"))
        row = sw_program_find(SW_STR("audit"));
    else if (sw_str_is(known.transport, "kernel"))
        row = sw_program_find(SW_STR("kernel"));
    sw_message_parse(d, &state->log, row, program, known.message);
    if (d->event.class_id == state->log.class_of[SW_LC_SYSLOG])
        d->event.class_id = state->journald;
    return sw_decode_emit(d);
}

/* --- entries out of slices -------------------------------------------------------------------------------------- */

/* Behind the next empty line; the text's end when there is none. */
static size_t behind_gap(struct sw_str s, bool *found)
{
    size_t gap = sw_str_find(s, SW_STR("\n\n"));
    *found = gap != SW_NPOS;
    return *found ? gap + 2 : s.len;
}

static void reject(struct sw_decode *d, struct state *state, struct sw_str raw, uint64_t offset, const char *reason)
{
    d->record = ++state->record;
    sw_decode_begin(d, raw, offset, 0);
    sw_decode_reject(d, reason);
}

/* Length of the entry at the start of s: END with *len behind its empty line; otherwise why not, with *len how far
 * it was read and *skip as next_field() says. */
static enum step entry_length(struct sw_str s, size_t *len, uint64_t *skip)
{
    struct sw_str name;
    struct sw_str value;
    *len = 0;
    for (;;) {
        enum step step = next_field(s, len, &name, &value, skip);
        if (step != FIELD)
            return step;
    }
}

/* Gives out what is whole in s and returns how many bytes that was. */
static size_t consume(struct sw_decode *d, struct state *state, struct sw_str s, uint64_t offset, int *rc)
{
    size_t done = 0;
    while (*rc == 0 && done < s.len) {
        struct sw_str rest = sw_str_from(s, done);
        if (state->skip > 0) {
            size_t part = state->skip < rest.len ? (size_t)state->skip : rest.len;
            state->skip -= part;
            done += part;
            continue;
        }
        if (state->resync) {
            bool found;
            size_t gap = behind_gap(rest, &found);
            state->resync = !found;
            /* Half of the gap may be the last byte. */
            done += found || rest.ptr[rest.len - 1] != '\n' ? gap : gap - 1;
            if (!found)
                break;
            continue;
        }
        if (rest.ptr[0] == '\n') { /* more than one empty line */
            done++;
            continue;
        }
        size_t len;
        uint64_t skip = 0;
        enum step step = entry_length(sw_str_slice(rest, 0, MAX_ENTRY), &len, &skip);
        if (step == MORE && rest.len <= MAX_ENTRY)
            break;
        if (step == END) {
            *rc = give_out(d, state, sw_str_slice(rest, 0, len), offset + done);
            done += len;
            continue;
        }
        reject(d, state, sw_str_slice(rest, 0, len), offset + done,
               step == BROKEN ? "not a journal entry" : "journal entry longer than the limit");
        done += len;
        state->skip = step == TOO_LARGE ? skip : 0;
        state->resync = true;
    }
    return done;
}

/* More of the entry whose beginning was kept; *at moves behind what was used of the slice. */
static int continue_kept(struct sw_decode *d, struct state *state, struct sw_str data, size_t *at)
{
    int rc = 0;
    while (rc == 0 && state->kept.len > 0 && *at < data.len) {
        /* Twice as much each time: little of what follows the entry is copied, and little is read again and again. */
        size_t before = state->kept.len;
        size_t piece = before < 4096 ? 4096 : before;
        if (piece > data.len - *at)
            piece = data.len - *at;
        sw_buf_add(&state->kept, data.ptr + *at, piece);
        if (sw_buf_error(&state->kept) != 0)
            return SW_E_NOMEM;
        size_t done = consume(d, state, sw_buf_str(&state->kept), state->kept_from, &rc);
        if (done >= before) {
            *at += done - before;
            sw_buf_clear(&state->kept);
            break;
        }
        *at += piece;
        if (done > 0) {
            memmove(state->kept.data, state->kept.data + done, state->kept.len - done);
            state->kept.len -= done;
            state->kept_from += done;
        }
    }
    return rc;
}

static int decode(struct sw_decode *d, const struct sw_slice *slice)
{
    struct state *state = d->state;
    struct sw_str data = {(const char *)slice->data, slice->len};
    size_t at = 0;
    int rc = continue_kept(d, state, data, &at);
    if (rc != 0 || at == data.len)
        return rc;
    at += consume(d, state, sw_str_from(data, at), slice->offset + at, &rc);
    if (rc == 0 && at < data.len) {
        state->kept_from = slice->offset + at;
        sw_buf_add(&state->kept, data.ptr + at, data.len - at);
        if (sw_buf_error(&state->kept) != 0)
            return SW_E_NOMEM;
    }
    return rc;
}

/* What is left at the end: an entry without its empty line, or half of one. */
static int flush(struct sw_decode *d)
{
    struct state *state = d->state;
    if (state->kept.len == 0 || state->resync)
        return 0;
    size_t len;
    uint64_t skip;
    struct sw_str kept = sw_buf_str(&state->kept);
    int rc = 0;
    if (entry_length(kept, &len, &skip) == MORE && len == kept.len)
        rc = give_out(d, state, kept, state->kept_from);
    else
        reject(d, state, kept, state->kept_from, "journal entry cut off");
    sw_buf_clear(&state->kept);
    return rc;
}

/* Any cut will do: the decoder puts together what belongs together. */
static size_t split(void *state, const uint8_t *data, size_t len, uint64_t offset, bool eof)
{
    (void)state;
    (void)data;
    (void)offset;
    (void)eof;
    return len;
}

static int sniff(const struct sw_sniff *s)
{
    static const struct sw_str starts[] = {SW_STR_INIT("__CURSOR="), SW_STR_INIT("__REALTIME_TIMESTAMP="),
                                           SW_STR_INIT("__MONOTONIC_TIMESTAMP="), SW_STR_INIT("_BOOT_ID=")};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (sw_str_starts(s->head, starts[i]) && sw_str_find(s->head, SW_STR("__REALTIME_TIMESTAMP=")) != SW_NPOS)
            return SW_SURE_YES;
    return SW_SURE_NO;
}

const struct sw_decoder sw_decoder_journal = {
    .name = "journal",
    .title = "journal export format (journalctl -o export)",
    .flags = SW_DECODER_BINARY | SW_DECODER_SEQUENTIAL,
    .sniff = sniff,
    .split = split,
    .state_new = state_new,
    .state_free = state_free,
    .decode = decode,
    .flush = flush,
};
