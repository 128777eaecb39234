/*
 * weblog_confluence.c - Confluence's access log, whose request, referer and user agent stand without quotes.
 *
 * Pattern since 7.11: %t %{X-AUSERNAME}o %I %h %r %s %Dms %b %{Referer}i %{User-Agent}i; behind a proxy administrators
 * are told to put %{X-Forwarded-For}i after the time (confluence.atlassian.com, "Configure access logs" and "Audit
 * Confluence using the Tomcat valve component").
 */
#include "decode/weblog_priv.h"

#include "decode/scan.h"

/* The space before the version of a request that begins at `at`: " HTTP/1.1 200 ", or NULL. A target may hold spaces.
 */
static const char *version_at(const char *at, const char *end)
{
    while (at < end) {
        struct sw_str rest = {at, (size_t)(end - at)};
        size_t found = sw_str_find(rest, SW_STR(" HTTP/"));
        if (found == SW_NPOS)
            return NULL;
        const char *space = at + found;
        const char *stop = sw_scan_chr(space + 1, end, ' ');
        if (end - stop > 4 && sw_is_digit(stop[1]) && sw_is_digit(stop[2]) && sw_is_digit(stop[3]) && stop[4] == ' ')
            return space;
        at = space + 6;
    }
    return NULL;
}

static struct sw_str next_word(const char **at, const char *end)
{
    const char *start = *at;
    const char *stop = sw_scan_chr(start, end, ' ');
    *at = stop < end ? stop + 1 : end;
    return sw_strn(start, (size_t)(stop - start));
}

bool weblog_confluence(struct sw_event *event, const struct weblog_line *line)
{
    static const struct sw_str thread_name = SW_STR_INIT("thread");
    unsigned method = line->count > 3 && sw_web_is_address(line->tokens[2]) ? 3 : 4;
    if (line->count < method + 3 || line->count <= method || !sw_web_is_method(line->tokens[method]) ||
        !sw_web_is_address(line->tokens[method - 1]))
        return false;
    const char *request = line->tokens[method].ptr;
    const char *space = version_at(request, line->end);
    if (space == NULL)
        return false;
    const struct sw_web_ids *ids = sw_web_ids();
    const char *at = space + 1;
    (void)next_word(&at, line->end);
    if (method == 4)
        sw_web_add(event, ids->forwarded, line->tokens[0]);
    sw_web_add_address(event, ids->c_ip, ids->c_port, line->tokens[method - 1]);
    sw_web_add(event, ids->username, line->tokens[method - 3]);
    sw_web_add(event, sw_field_intern(thread_name), line->tokens[method - 2]);
    (void)sw_web_add_request(event, sw_strn(request, (size_t)(at - request - (at > request && at[-1] == ' '))), true);
    sw_web_add_number(event, ids->status, next_word(&at, line->end));
    sw_web_add(event, ids->time_taken, next_word(&at, line->end));
    sw_web_add_number(event, ids->bytes, next_word(&at, line->end));
    sw_web_add(event, ids->referer, next_word(&at, line->end));
    sw_web_add(event, ids->agent, sw_strn(at, (size_t)(line->end - at)));
    return true;
}
