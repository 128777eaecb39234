/* auditd_record.c - taking an audit record's text apart. What the names mean is not known here, but for encoding. */
#include "base/time.h"
#include "decode/auditd_priv.h"

/* What auditd puts between a record and the names it has looked up (log_format = ENRICHED). */
#define ENRICHED '\x1d'

/* "1684329817.579" or "05/17/2023 13:23:37.579" */
static bool read_time(struct sw_str s, int32_t zone_offset, int64_t *time)
{
    if (sw_str_chr(s, '/') == SW_NPOS)
        return sw_time_epoch(s, time) == 0;
    /* As ISO: "2023/05/17 13:23:37.579". */
    char text[32];
    bool long_year = s.len > 10 && s.ptr[10] == ' ';
    if (s.len < 17 || s.len > 26 || s.ptr[2] != '/' || s.ptr[5] != '/' || (!long_year && s.ptr[8] != ' '))
        return false;
    size_t year = long_year ? 4 : 2;
    memcpy(text, "20", 2);
    memcpy(text + 4 - year, s.ptr + 6, year);
    text[4] = '/';
    memcpy(text + 5, s.ptr, 5);
    size_t rest = s.len - 6 - year;
    memcpy(text + 10, s.ptr + 6 + year, rest);
    bool zoned;
    if (sw_time_iso(sw_strn(text, 10 + rest), time, &zoned) != 0)
        return false;
    *time -= zone_offset * SW_SECOND;
    return true;
}

/* The word behind "name=" at the start of *s, which goes on behind the space. */
static bool take_word(struct sw_str *s, struct sw_str name, struct sw_str *word)
{
    if (!sw_str_starts(*s, name))
        return false;
    *s = sw_str_from(*s, name.len);
    size_t space = sw_str_chr(*s, ' ');
    if (space == SW_NPOS || space == 0)
        return false;
    *word = sw_str_slice(*s, 0, space);
    *s = sw_str_from(*s, space + 1);
    return true;
}

bool sw_audit_head(struct sw_str s, int32_t zone_offset, struct sw_audit_record *record)
{
    *record = (struct sw_audit_record){.time = SW_TIME_NONE};
    (void)take_word(&s, SW_STR("node="), &record->node);
    if (!take_word(&s, SW_STR("type="), &record->type) || record->type.len > 64)
        return false;
    uint64_t number;
    if (sw_str_u64(record->type, &number) == 0 && sw_audit_type(number).len > 0)
        record->type = sw_audit_type(number);
    if (sw_str_starts(s, SW_STR("msg=")))
        s = sw_str_from(s, 4);
    if (!sw_str_starts(s, SW_STR("audit(")))
        return false;
    size_t close = sw_str_chr(s, ')');
    if (close == SW_NPOS || close > 64)
        return false;
    struct sw_str id = sw_str_slice(s, 6, close);
    size_t colon = id.len;
    while (colon > 0 && id.ptr[colon - 1] != ':')
        colon--;
    if (colon < 2)
        return false;
    record->serial = sw_str_from(id, colon);
    if (sw_str_u64(record->serial, &number) != 0)
        return false;
    s = sw_str_from(s, close + 1);
    if (s.len > 0 && s.ptr[0] == ' ')
        s = sw_str_from(s, 1);
    if (s.len == 0 || s.ptr[0] != ':')
        return false;
    s = sw_str_from(s, 1);
    record->text = s.len > 0 && s.ptr[0] == ' ' ? sw_str_from(s, 1) : s;
    return read_time(sw_str_slice(id, 0, colon - 1), zone_offset, &record->time);
}

/* --- pairs ------------------------------------------------------------------------------------------------------ */

/* What names are made of: letters, digits and _-[]. as bits of the byte's value. */
static bool name_char(char c)
{
    static const uint64_t set[4] = {0x03ff600000000000u, 0x07fffffeaffffffeu, 0, 0};
    unsigned char byte = (unsigned char)c;
    return (set[byte >> 6] >> (byte & 63) & 1) != 0;
}

static size_t end_of(struct sw_str s, size_t at, char c)
{
    size_t len = sw_str_chr(sw_str_from(s, at), c);
    return len == SW_NPOS ? s.len : at + len;
}

/* The value at the start of *rest, by its first character. */
static void take_value(struct sw_str *rest, struct sw_audit_pair *pair)
{
    struct sw_str s = *rest;
    size_t end;
    size_t from = 0;
    pair->quote = '\0';
    if (s.len > 0 && (s.ptr[0] == '"' || s.ptr[0] == '{')) {
        pair->quote = s.ptr[0];
        from = 1;
        end = end_of(s, 1, s.ptr[0] == '{' ? '}' : '"');
    } else if (s.len > 0 && s.ptr[0] == '\'') {
        /* What a program said, quotes and all: up to the last quote before the looked-up names. */
        pair->quote = '\'';
        from = 1;
        size_t limit = end_of(s, 1, ENRICHED);
        for (end = limit; end > 1 && s.ptr[end - 1] != '\'';)
            end--;
        end = end > 1 ? end - 1 : limit;
    } else {
        end = 0;
        while (end < s.len && s.ptr[end] != ' ' && s.ptr[end] != ENRICHED)
            end++;
    }
    pair->value = sw_str_slice(s, from, end);
    *rest = sw_str_from(s, end < s.len && pair->quote != '\0' ? end + 1 : end);
    if (pair->quote == '\0') /* "(hostname=?, addr=?, terminal=cron res=success)" of older programs */
        while (pair->value.len > 1 && memchr(",)", pair->value.ptr[pair->value.len - 1], 2) != NULL &&
               sw_str_chr(pair->value, '(') == SW_NPOS)
            pair->value.len--;
}

bool sw_audit_next(struct sw_str *rest, struct sw_audit_pair *pair)
{
    struct sw_str s = *rest;
    for (size_t at = 0; at < s.len;) {
        size_t from = at;
        while (at < s.len && name_char(s.ptr[at]))
            at++;
        if (at > from && at < s.len && s.ptr[at] == '=') {
            pair->name = sw_str_slice(s, from, at);
            *rest = sw_str_from(s, at + 1);
            take_value(rest, pair);
            return true;
        }
        at += at < s.len;
    }
    *rest = (struct sw_str){NULL, 0};
    return false;
}

/* --- encoded text ----------------------------------------------------------------------------------------------- */

bool sw_audit_unhex(struct sw_arena *arena, struct sw_str hex, struct sw_str *bytes)
{
    if (hex.len < 2 || hex.len % 2 != 0)
        return false;
    for (size_t i = 0; i < hex.len; i++)
        if (!sw_is_digit(hex.ptr[i]) && (hex.ptr[i] < 'A' || hex.ptr[i] > 'F'))
            return false;
    char *out = sw_arena_bytes(arena, hex.len / 2);
    if (out == NULL)
        return false;
    for (size_t i = 0; i < hex.len / 2; i++)
        out[i] = (char)(sw_hex_digit(hex.ptr[2 * i]) << 4 | sw_hex_digit(hex.ptr[2 * i + 1]));
    *bytes = sw_strn(out, hex.len / 2);
    return true;
}

bool sw_audit_encoded(struct sw_str type, struct sw_str name)
{
    static const struct sw_str names[] = {
        SW_STR_INIT("name"),  SW_STR_INIT("exe"),  SW_STR_INIT("comm"),   SW_STR_INIT("proctitle"), SW_STR_INIT("cwd"),
        SW_STR_INIT("cmd"),   SW_STR_INIT("acct"), SW_STR_INIT("key"),    SW_STR_INIT("data"),      SW_STR_INIT("path"),
        SW_STR_INIT("ocomm"), SW_STR_INIT("dir"),  SW_STR_INIT("device"), SW_STR_INIT("vm"),
    };
    if (name.len > 1 && name.ptr[0] == 'a' && sw_is_digit(name.ptr[1]))
        return sw_str_is(type, "EXECVE");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (name.len == names[i].len && name.ptr[0] == names[i].ptr[0] && sw_str_eq(name, names[i]))
            return true;
    return false;
}
