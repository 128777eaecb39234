/* detect_script.c - code of JavaScript on servers and of Perl that is more than a phrase: loops, arrays made of calls. */
#include "web/web_priv.h"

static void report(struct sw_web_look *look, const struct sw_web_text *text, const char *what, size_t at)
{
    sw_web_report(look, SW_WEB_CLASS_CODE, SW_WEB_ATTEMPT, text, what, at, 40);
}

/* while (...) followed by nothing that prose has. */
static bool is_loop(struct sw_str text, size_t at)
{
    size_t open = sw_web_skip_space(text, at + 5);
    if (open >= text.len || text.ptr[open] != '(')
        return false;
    struct sw_str inside = sw_str_from(text, open + 1);
    size_t close = SW_NPOS;
    for (size_t i = 0; i < inside.len && i < 120; i++)
        if (inside.ptr[i] == ')')
            close = i;
    if (close == SW_NPOS || close == 0)
        return false;
    size_t end = sw_web_skip_space(inside, close + 1);
    return end >= inside.len || inside.ptr[end] == ';' || inside.ptr[end] == '{';
}

/* @{[ ... ]}: Perl puts the value of what is inside into a string. */
static bool is_perl_array(struct sw_str text, size_t at)
{
    size_t brace = at + 1;
    if (brace >= text.len || text.ptr[brace] != '{')
        return false;
    size_t bracket = sw_web_skip_space(text, brace + 1);
    if (bracket >= text.len || text.ptr[bracket] != '[')
        return false;
    size_t word = sw_web_skip_space(text, bracket + 1);
    return word < text.len && (sw_is_alpha(text.ptr[word]) || memchr("(&$`'!\"\\[", text.ptr[word], 9) != NULL);
}

void sw_web_detect_script(struct sw_web_look *look, const struct sw_web_text *text)
{
    struct sw_str low = text->low;
    for (size_t at = 0; at < low.len; at++) {
        if (low.ptr[at] == '@' && is_perl_array(low, at))
            report(look, text, "a Perl array of a call", at);
        else if (low.ptr[at] == 'w' && (at == 0 || !sw_web_is_word(low.ptr[at - 1])) &&
                 sw_str_starts(sw_str_from(low, at), SW_STR("while")) && is_loop(low, at))
            report(look, text, "a loop", at);
    }
}
