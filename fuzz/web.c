/*
 * web.c - libFuzzer target of the web analysis: the bytes are a request's target, user agent, referer and cookie, parted by line
 * ends of zero. Each normaliser and detector runs; the first look must not keep back what they find in the target.
 */
#include "base/mem.h"
#include "web/filter.h"
#include "web/web_priv.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum sw_web_role roles[] = {SW_WEB_ROLE_TARGET, SW_WEB_ROLE_AGENT, SW_WEB_ROLE_REFERER, SW_WEB_ROLE_COOKIE,
                                             SW_WEB_ROLE_METHOD, SW_WEB_ROLE_HOST};
    if (sw_web_phrases_init() != 0)
        abort();
    char *copy = sw_alloc(size + 1, 1); /* of its own, so that a read past the end is seen */
    memcpy(copy, data, size);
    struct sw_web_request request = {0};
    struct sw_str rest = {copy, size};
    struct sw_str part;
    for (size_t i = 0; i < sizeof roles / sizeof *roles && sw_str_next(&rest, '\0', &part); i++)
        request.part[roles[i]] = part;
    if (request.part[SW_WEB_ROLE_TARGET].len > 0) {
        struct sw_arena arena;
        sw_arena_init(&arena, 64u << 20);
        struct sw_web_look look = {.arena = &arena, .request = &request};
        sw_web_request_detect(&look, ~0u);
        for (unsigned i = 0; i < SW_WEB_CLASS_COUNT; i++)
            for (size_t at = 0; at < look.reports[i].shown.len; at++)
                if (look.reports[i].shown.ptr[at] == '\0' && look.reports[i].what == NULL)
                    abort();
        (void)sw_web_target_stands_out(request.part[SW_WEB_ROLE_TARGET]);
        (void)sw_web_referer_stands_out(request.part[SW_WEB_ROLE_TARGET]);
        (void)sw_web_agent_stands_out(request.part[SW_WEB_ROLE_TARGET]);
        sw_arena_fini(&arena);
    }
    sw_free(copy);
    return 0;
}
