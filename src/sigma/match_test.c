/* match_test.c - asks one value one question, by the definitions in ir.h. The index only spares asking. */
#include "base/utf.h"
#include "sigma/match_priv.h"

#include <arpa/inet.h>

/* The value in the form that the test's literal has; ptr NULL when memory ended. */
static struct sw_str text_for(struct sw_matcher *m, const struct sw_test *test, struct sw_value *value)
{
    if (test->cased)
        return value->raw;
    return sw_value_fold(m, value) ? value->folded : (struct sw_str){NULL, 0};
}

static bool in_form(enum sw_pattern_form form, struct sw_str text, struct sw_str literal)
{
    switch (form) {
    case SW_FORM_EXACT:
        return sw_str_eq(text, literal);
    case SW_FORM_CONTAINS:
        return literal.len == 0 || sw_find(text, literal) != SW_NPOS;
    case SW_FORM_STARTS:
        return sw_str_starts(text, literal);
    case SW_FORM_ENDS:
        return sw_str_ends(text, literal);
    case SW_FORM_ANY:
    case SW_FORM_WILD:
        break;
    }
    return true;
}

/* The same for a folded ASCII literal and a value as it is. */
static bool ascii_in_form(enum sw_pattern_form form, struct sw_str text, struct sw_str literal)
{
    if (text.len < literal.len || (form == SW_FORM_EXACT && text.len != literal.len))
        return false;
    switch (form) {
    case SW_FORM_EXACT:
    case SW_FORM_STARTS:
        return sw_text_is(text.ptr, literal.ptr, literal.len);
    case SW_FORM_CONTAINS:
        return sw_find_folded(text, literal) != SW_NPOS;
    case SW_FORM_ENDS:
        return sw_text_is(text.ptr + text.len - literal.len, literal.ptr, literal.len);
    case SW_FORM_ANY:
    case SW_FORM_WILD:
        break;
    }
    return true;
}

/* --- wildcards ---------------------------------------------------------------------------------------------- */

struct glob {
    const struct sw_program *program;
    const struct sw_program_token *tokens;
    uint32_t count;
    struct sw_str text;
};

/* Takes tokens from *token on, up to the next MANY or the end, at `at`; false if they don't fit there. */
static bool take_run(const struct glob *g, uint32_t *token, size_t *at)
{
    for (; *token < g->count && g->tokens[*token].kind != SW_TOKEN_MANY; (*token)++) {
        if (g->tokens[*token].kind == SW_TOKEN_ONE) {
            if (*at >= g->text.len)
                return false;
            (void)sw_utf8_next(g->text, at);
            continue;
        }
        struct sw_str literal = sw_program_text(g->program, g->tokens[*token].text);
        if (!sw_str_starts(sw_str_from(g->text, *at), literal))
            return false;
        *at += literal.len;
    }
    return true;
}

/* Where the run of tokens that starts with `token` may begin, from `at` on: a leading literal is searched for. */
static size_t next_place(const struct glob *g, uint32_t token, size_t at)
{
    if (g->tokens[token].kind != SW_TOKEN_LITERAL)
        return at;
    size_t found = sw_find(sw_str_from(g->text, at), sw_program_text(g->program, g->tokens[token].text));
    return found == SW_NPOS ? SW_NPOS : at + found;
}

/* Each run between two MANY is put at the first place where it fits; that never spoils what comes after it. */
static bool glob_holds(const struct glob *g)
{
    uint32_t token = 0;
    size_t at = 0;
    if (!take_run(g, &token, &at))
        return false;
    while (token < g->count) {
        while (token < g->count && g->tokens[token].kind == SW_TOKEN_MANY)
            token++;
        if (token == g->count)
            return true;
        for (size_t place = at;; place++) {
            place = place <= g->text.len ? next_place(g, token, place) : SW_NPOS;
            if (place == SW_NPOS)
                return false;
            uint32_t after = token;
            size_t end = place;
            if (take_run(g, &after, &end) && (after < g->count || end == g->text.len)) {
                token = after;
                at = end;
                break;
            }
        }
    }
    return at == g->text.len;
}

bool sw_value_number(struct sw_str text, double *number)
{
    if (text.len == 0 || (!sw_is_digit(text.ptr[0]) && memchr("+-.", text.ptr[0], 3) == NULL))
        return false;
    uint64_t plain = 0;
    size_t digits = 0;
    for (; digits < text.len && digits < 16 && sw_is_digit(text.ptr[digits]); digits++)
        plain = plain * 10 + (uint64_t)(text.ptr[digits] - '0');
    if (digits < text.len || digits == 16)
        return sw_str_double(text, number) == 0;
    *number = (double)plain;
    return true;
}

static bool number_holds(const struct sw_test *test, const struct sw_value *value)
{
    double number;
    return sw_value_number(value->raw, &number) && number == test->number;
}

/* False: a literal of the pattern isn't in the value, so there is no need to fold it. */
static bool literals_may_stand(const struct sw_program *p, const struct sw_test *test, struct sw_str value)
{
    const struct sw_program_token *token = p->tokens.at + test->tokens.first;
    for (uint32_t i = 0; i < test->tokens.count; i++, token++) {
        if (token->kind != SW_TOKEN_LITERAL)
            continue;
        struct sw_str literal = sw_program_text(p, token->text);
        bool ascii = true;
        for (size_t j = 0; j < literal.len; j++)
            ascii &= (unsigned char)literal.ptr[j] < 0x80;
        if (ascii && sw_find_folded(value, literal) == SW_NPOS)
            return false;
    }
    return true;
}

static bool pattern_holds(struct sw_matcher *m, const struct sw_test *test, struct sw_value *value)
{
    if (test->form == SW_FORM_ANY)
        return true;
    if (test->ascii) {
        if (ascii_in_form(test->form, value->raw, sw_program_text(m->program, test->text)))
            return true;
        return test->is_number && number_holds(test, value);
    }
    if (test->form == SW_FORM_WILD && !test->cased && !literals_may_stand(m->program, test, value->raw))
        return false;
    struct sw_str text = text_for(m, test, value);
    if (text.ptr == NULL)
        return false;
    if (test->form == SW_FORM_WILD) {
        const struct sw_program *p = m->program;
        struct glob glob = {p, p->tokens.at + test->tokens.first, test->tokens.count, text};
        return glob_holds(&glob);
    }
    return in_form(test->form, text, sw_program_text(m->program, test->text)) || (test->is_number && number_holds(test, value));
}

/* --- numbers, times, addresses ------------------------------------------------------------------------------ */

static bool compares(enum sw_compare op, double a, double b)
{
    switch (op) {
    case SW_LT:
        return a < b;
    case SW_LTE:
        return a <= b;
    case SW_GT:
        return a > b;
    case SW_GTE:
        return a >= b;
    case SW_EQ:
        return a == b;
    case SW_NEQ:
        return a != b;
    }
    return false;
}

/* ISO 8601: the week that holds the year's Thursday; 1970-01-01 was one. */
static unsigned iso_week(int64_t days)
{
    int64_t weekday = ((days + 3) % 7 + 7) % 7; /* Monday is 0 */
    int64_t thursday = days - weekday + 3;
    int64_t year;
    unsigned month, day;
    sw_civil_from_days(thursday, &year, &month, &day);
    return (unsigned)((thursday - sw_days_from_civil(year, 1, 1)) / 7 + 1);
}

static double time_part(int64_t time, enum sw_time_part part)
{
    int64_t days = time / SW_DAY - (time % SW_DAY < 0);
    int64_t second = (time - days * SW_DAY) / SW_SECOND;
    int64_t year, whole;
    unsigned month, day;
    sw_civil_from_days(days, &year, &month, &day);
    switch (part) {
    case SW_PART_MINUTE:
        whole = second / 60 % 60;
        return (double)whole;
    case SW_PART_HOUR:
        whole = second / 3600;
        return (double)whole;
    case SW_PART_DAY:
        return day;
    case SW_PART_WEEK:
        return iso_week(days);
    case SW_PART_MONTH:
        return month;
    case SW_PART_YEAR:
        break;
    }
    return (double)year;
}

static bool time_holds(const struct sw_test *test, struct sw_str text)
{
    int64_t time;
    bool zoned;
    if (sw_time_iso(text, &time, &zoned) != 0 && sw_time_clf(text, &time, &zoned) != 0 && sw_time_epoch(text, &time) != 0)
        return false;
    return time != SW_TIME_NONE && compares(test->compare, time_part(time, test->part), test->number);
}

static bool cidr_holds(const struct sw_test *test, struct sw_str text)
{
    char terminated[INET6_ADDRSTRLEN + 1];
    if (text.len == 0 || text.len >= sizeof terminated || memchr(text.ptr, '\0', text.len) != NULL)
        return false;
    memcpy(terminated, text.ptr, text.len);
    terminated[text.len] = '\0';
    uint8_t address[16] = {[10] = 0xff, [11] = 0xff};
    if (inet_pton(AF_INET, terminated, address + 12) == 1) {
        if (test->prefix < 96)
            return false;
    } else if (inet_pton(AF_INET6, terminated, address) != 1) {
        return false;
    }
    unsigned whole = test->prefix / 8;
    unsigned rest = test->prefix % 8;
    if (memcmp(address, test->address, whole) != 0)
        return false;
    return rest == 0 || ((address[whole] ^ test->address[whole]) >> (8 - rest)) == 0;
}

/* --- regular expressions ------------------------------------------------------------------------------------ */

static int stop_at_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *arg)
{
    (void)id;
    (void)from;
    (void)to;
    (void)flags;
    *(bool *)arg = true;
    return 1;
}

static bool regex_holds(struct sw_matcher *m, uint32_t index, struct sw_value *value)
{
    const struct sw_program_regex *regex = &m->program->regexes.at[index];
    if (regex->database != SW_NONE && sw_value_is_ascii(value)) {
        bool found = false;
        hs_error_t rc = hs_scan(m->program->live[regex->database], value->raw.len ? value->raw.ptr : "",
                                (unsigned)value->raw.len, 0, m->scratch, stop_at_match, &found);
        if (rc == HS_SUCCESS || rc == HS_SCAN_TERMINATED)
            return found;
    }
    int rc = sw_regex_match(m->program->codes[index], value->raw, m->match_data, m->match_context);
    if (rc < 0) {
        m->stats.regex_limit++;
        m->gave_up[index] = true;
    }
    return rc == 1;
}

/* --- the question ------------------------------------------------------------------------------------------- */

/* One of the values of field `other` stands in the test's relation to the value. */
static bool fieldref_holds(struct sw_matcher *m, const struct sw_test *test, struct sw_value *value)
{
    const struct sw_plan *plan = m->plan;
    uint16_t slot = m->program->slot_numbers.at[plan->slot_of + test->other];
    if (slot == UINT16_MAX || m->slots[slot].generation != m->generation)
        return false;
    for (uint32_t i = m->slots[slot].first; i != SW_NONE; i = m->values[i].next) {
        struct sw_str text = text_for(m, test, value);
        struct sw_str other = text_for(m, test, &m->values[i]);
        if (m->error != 0)
            return false;
        if (in_form(test->form, text, other))
            return true;
    }
    return false;
}

bool sw_test_holds(struct sw_matcher *m, const struct sw_test *test, struct sw_value *value)
{
    double number;
    switch ((enum sw_pred_kind)test->kind) {
    case SW_PRED_PATTERN:
        return pattern_holds(m, test, value);
    case SW_PRED_REGEX:
        return regex_holds(m, test->regex, value);
    case SW_PRED_CIDR:
        return cidr_holds(test, value->raw);
    case SW_PRED_COMPARE:
        return sw_value_number(value->raw, &number) && compares(test->compare, number, test->number);
    case SW_PRED_TIMEPART:
        return time_holds(test, value->raw);
    case SW_PRED_FIELDREF:
        return fieldref_holds(m, test, value);
    case SW_PRED_NULL:
    case SW_PRED_EXISTS:
        break;
    }
    return false;
}
