/* detect_expression.c - Log4j lookups, OGNL, EL and the expressions of template engines. */
#include "web/exploits_priv.h"

enum { BODY_MAX = 400, MOST_BODIES = 64 };

static void add_exploit(struct sw_web_look *look, uint32_t exploit)
{
    for (unsigned i = 0; i < look->exploit_count; i++)
        if (look->exploits[i] == exploit)
            return;
    if (look->exploit_count < SW_WEB_MOST_EXPLOITS)
        look->exploits[look->exploit_count++] = exploit;
}

/* "jndi" and a scheme after lookups were resolved; a word that is only nearly resolved counts when lookups hide it. */
static bool is_jndi(struct sw_str body, uint32_t layers)
{
    static const char *const schemes[] = {"ldap", "rmi", "dns", "nis", "nds", "corba", "iiop", "http", "${"};
    size_t at = sw_str_find(body, SW_STR("jndi"));
    if (at == SW_NPOS)
        return false;
    if (at == 0 && body.len > 4 && body.ptr[4] == ':')
        return true;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (sw_str_find(sw_str_from(body, at + 4), sw_str(schemes[i])) != SW_NPOS)
            return (layers & SW_WEB_LOOKUP) != 0 || at <= 8;
    return false;
}

/* What lies between the brackets that open at `at`, or up to a bound when they don't close. */
static struct sw_str body_of(struct sw_str text, size_t at)
{
    struct sw_str rest = sw_str_slice(text, at, at + BODY_MAX);
    size_t depth = 1;
    for (size_t i = 0; i < rest.len; i++) {
        depth += rest.ptr[i] == '{';
        if (rest.ptr[i] == '}' && --depth == 0)
            return sw_str_slice(rest, 0, i);
    }
    return rest;
}

/* What tells an expression from a placeholder such as ${name}: calls, classes, arithmetic, strings. */
static bool computes(struct sw_str body)
{
    static const char *const words[] = {
        "java", "class", "runtime", "exec", "#_", "@", "new ", "session", "request.", "param.", "process", "system",
        "invoke", "import", "self.", "config", "lipsum", "cycler", "env:", "sys:"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sw_str_find(body, sw_str(words[i])) != SW_NPOS)
            return true;
    bool call = false;
    for (size_t i = 1; i < body.len; i++) {
        char c = body.ptr[i];
        char before = body.ptr[i - 1];
        if ((c == '*' || c == '%' || c == '+') && sw_is_digit(before) && i + 1 < body.len &&
            sw_is_digit(body.ptr[i + 1]))
            return true;
        if (c == '*' && before == '\'')
            return true; /* '7'*7 */
        call |= c == '(' && (sw_web_is_word(before) || before == ']');
    }
    return call && body.len > 3;
}

static bool is_opening(struct sw_str text, size_t at)
{
    char c = text.ptr[at];
    char next = at + 1 < text.len ? text.ptr[at + 1] : 0;
    return (next == '{' && (c == '$' || c == '#' || c == '{' || c == '%' || c == '@' || c == '*' || c == '~')) ||
           (c == '{' && (next == '%' || next == '#')) || (c == '<' && (next == '%' || next == '#')) ||
           (c == '[' && next == '[' && at + 2 < text.len && text.ptr[at + 2] == '$');
}

static void look_at_body(struct sw_web_look *look, const struct sw_web_text *text, size_t at)
{
    struct sw_str body = body_of(text->low, at + 2);
    size_t shown = at;
    if (text->low.ptr[at] == '$' && is_jndi(body, text->layers)) {
        sw_web_report(look, SW_WEB_CLASS_JNDI, SW_WEB_ATTEMPT, text, "jndi lookup", shown, body.len + 3);
        add_exploit(look, SW_WEB_EXPLOIT_CVE_2021_44228);
        return;
    }
    if (text->low.ptr[at] == '$' && (text->layers & SW_WEB_LOOKUP) != 0) {
        sw_web_report(look, SW_WEB_CLASS_JNDI, SW_WEB_ATTEMPT, text, "nested lookups", shown, body.len + 3);
        return;
    }
    if (text->low.ptr[at] == '@') /* a Perl array that is made of a call: detect_script.c */
        return;
    char opening[2] = {text->low.ptr[at], text->low.ptr[at + 1]};
    bool block =
        opening[1] == '%' && sw_str_find(sw_str_slice(text->low, at + 2, at + BODY_MAX), SW_STR("%")) != SW_NPOS;
    if (block) /* {% ... %} and <% ... %> */
        sw_web_report(look, SW_WEB_CLASS_EXPRESSION, SW_WEB_ATTEMPT, text, "a block of a template", shown,
                      body.len + 3);
    else if (computes(body))
        sw_web_report(look, SW_WEB_CLASS_EXPRESSION, SW_WEB_ATTEMPT, text, "an expression", shown, body.len + 3);
    else if (text->low.ptr[at] != '{' && text->low.ptr[at] != '<' && body.len > 0)
        sw_web_report(look, SW_WEB_CLASS_EXPRESSION, SW_WEB_HINT, text, "a placeholder", shown, body.len + 3);
}

void sw_web_detect_expression(struct sw_web_look *look, const struct sw_web_text *text)
{
    unsigned seen = 0;
    for (size_t at = 0; at + 1 < text->low.len && seen < MOST_BODIES; at++) {
        if (!is_opening(text->low, at))
            continue;
        look_at_body(look, text, at);
        seen++;
    }
}
