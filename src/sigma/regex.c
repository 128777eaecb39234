/* regex.c - one place for the PCRE2 options under which every `re` value is compiled and run. */
#include "sigma/regex.h"

int sw_regex_compile(pcre2_code **code, const struct sw_pred *pred, struct sw_error *err)
{
    *code = NULL;
    if (pred->literal.len > SW_MAX_REGEX)
        return sw_error_set(err, SW_E_LIMIT, 0, 0, "the expression is longer than %u bytes", SW_MAX_REGEX);
    uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
    if (pred->regex_i)
        options |= PCRE2_CASELESS;
    if (pred->regex_m)
        options |= PCRE2_MULTILINE;
    if (pred->regex_s)
        options |= PCRE2_DOTALL;
    int number;
    PCRE2_SIZE offset = 0;
    PCRE2_SPTR text = (PCRE2_SPTR)(pred->literal.len > 0 ? pred->literal.ptr : "");
    *code = pcre2_compile(text, pred->literal.len, options, &number, &offset, NULL);
    if (*code != NULL)
        return 0;
    PCRE2_UCHAR message[128];
    if (pcre2_get_error_message(number, message, sizeof message) < 0)
        message[0] = '\0';
    return sw_error_set(err, SW_E_FORMAT, 0, (uint32_t)offset + 1, "%s", (const char *)message);
}

int sw_regex_match(const pcre2_code *code, struct sw_str value, pcre2_match_data *match, pcre2_match_context *context)
{
    PCRE2_SPTR text = (PCRE2_SPTR)(value.len > 0 ? value.ptr : "");
    int rc = pcre2_match(code, text, value.len, 0, PCRE2_NO_JIT, match, context);
    if (rc >= 0)
        return 1;
    return rc == PCRE2_ERROR_NOMATCH ? 0 : SW_E_LIMIT;
}

pcre2_match_context *sw_regex_context(void)
{
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    if (context != NULL)
        pcre2_set_match_limit(context, SW_REGEX_MATCH_LIMIT);
    return context;
}
