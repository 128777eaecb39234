/*
 * plant_web.c - hostile use of the two sites.
 */
#include "plant.h"
#include "web.h"

#include <stdio.h>

static struct truth_item *open_truth(struct scenario *s, struct stream *stream, const char *name, const char *kind,
                                     const char *expect, const char *path, const uint32_t *clients, unsigned count)
{
    char text[16];
    struct truth_item *item = truth_open(s, name, kind, expect);
    truth_entity(item, "path", "%s", path);
    for (unsigned i = 0; i < count; i++)
        truth_entity(item, "client", "%s", address_text(clients[i], text));
    stream->truth = item;
    return item;
}

/* Uses of a shell: bursts of a few commands, whose output is of any size, on some days after it was put there. */
static void use_shell(struct scenario *s, struct stream *stream, enum server server, const char *path,
                      const uint32_t clients[2], const char *const agents[2], unsigned uses)
{
    struct chance *c = &stream->chance;
    int64_t when = plant_moment(s, 0.45);
    int64_t rest = (s->end - when) / (int64_t)(uses / 6 + 2);
    for (unsigned n = 0; n < uses;) {
        unsigned who = n == 0 ? 0 : chance_below(c, 3) == 0;
        for (int tries = 0; tries < 48 && !is_watched(s, when, when + HOUR / 2) && when + HOUR < s->end; tries++)
            when += HOUR / 2; /* all uses are to be seen */
        unsigned burst = chance_from(c, 3, 9);
        for (; burst > 0 && n < uses; burst--, n++) {
            struct request r = {.time = when,
                                .client = clients[who],
                                .server = server,
                                .method = n == 0 || chance_is(c, 0.08) ? "GET" : "POST",
                                .uri = path,
                                .agent = agents[who],
                                .status = 200,
                                .taken = (unsigned)chance_scaled(c, 300, 1.5)};
            r.bytes = r.method[0] == 'G' ? 0 : (uint64_t)chance_scaled(c, 700, 2.6);
            web_emit(s, stream, &r);
            when += chance_from(c, 4, 90) * SW_SECOND;
        }
        when += (int64_t)(chance_exponential(c) * 0.7 * (double)rest);
        if (when >= s->end - HOUR)
            when = s->end - HOUR - (int64_t)(chance_unit(c) * (double)(s->end - plant_moment(s, 0.45) - HOUR));
    }
}

static void two_clients(struct stream *stream, uint32_t clients[2])
{
    clients[0] = residential_address(trait(stream, 1));
    clients[1] = hosting_address(trait(stream, 2));
}

void plant_webshell(struct scenario *s, struct stream *stream)
{
    static const char *const names[] = {"/media/2024/07/thumb_cache.php", "/assets/fonts/loader.php",
                                        "/news/2021/img.php", "/downloads/.cache/s.php", "/guide/inc/class-lang.php"};
    uint32_t clients[2];
    two_clients(stream, clients);
    const char *path = names[trait(stream, 3) % COUNT(names)];
    const char *agents[2] = {browser_agent(s->site, trait(stream, 4)),
                             "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                             "Chrome/87.0.4280.88 Safari/537.36"};
    /* How it came there: by the upload form, which is ordinary and therefore not counted. */
    struct request r = {.time = plant_moment(s, 0.45) - 20 * MINUTE,
                        .client = clients[0],
                        .method = "POST",
                        .uri = "/account/upload.php",
                        .agent = agents[0],
                        .status = 201,
                        .bytes = 88,
                        .referrer = SITE_ORIGIN "/account/documents.php"};
    web_emit(s, stream, &r);
    (void)open_truth(s, stream, "webshell", "webshell", "web-shell", path, clients, 2);
    use_shell(s, stream, SERVER_NGINX, path, clients, agents, 40);
}

void plant_webshell_iis(struct scenario *s, struct stream *stream)
{
    static const char *const names[] = {"/Content/fonts/iisstart.aspx", "/aspnet_client/system_web/logo.aspx",
                                        "/Documents/tmp/View2.ashx"};
    uint32_t clients[2];
    two_clients(stream, clients);
    const char *path = names[trait(stream, 3) % COUNT(names)];
    const char *agents[2] = {browser_agent(s->site, trait(stream, 4)), browser_agent(s->site, trait(stream, 5))};
    (void)open_truth(s, stream, "webshell-iis", "webshell", "web-shell", path, clients, 2);
    use_shell(s, stream, SERVER_IIS, path, clients, agents, 25);
}

/* Fifteen hundred paths that aren't there and a few that are; then one of them with every parameter; then it answers.
 */
void plant_web_enumeration(struct scenario *s, struct stream *stream)
{
    static const char *const found[] = {"/account/export.php", "/admin/index.php", "/status.php"};
    uint32_t client = hosting_address(trait(stream, 1));
    const char *agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
    (void)open_truth(s, stream, "web-enumeration", "web-enumeration", "web-enumeration,web-focus-success", found[0],
                     &client, 1);
    struct chance *c = &stream->chance;
    int64_t when = plant_moment(s, 0.5);
    char uri[96];
    for (unsigned n = 0; n < 1500; n++, when += chance_from(c, 80, 1400) * 1000000ll) {
        bool there = n % 500 == 250;
        (void)snprintf(uri, sizeof uri, "/%s/%s%u.php",
                       n % 4 == 0   ? "account"
                       : n % 4 == 1 ? "inc"
                       : n % 4 == 2 ? "lib"
                                    : "tools",
                       n % 3 == 0   ? "export"
                       : n % 3 == 1 ? "user"
                                    : "conf",
                       n / 12);
        struct request r = {.time = when,
                            .client = client,
                            .method = "GET",
                            .uri = there ? found[n / 500] : uri,
                            .agent = agent,
                            .status = there ? (n < 500 ? 500 : 403) : 404,
                            .bytes = there ? 611 : 2148};
        web_emit(s, stream, &r);
    }
    when += 7 * MINUTE;
    for (unsigned n = 0; n < 38; n++, when += chance_from(c, 3, 40) * SW_SECOND) {
        bool works = n >= 34;
        (void)snprintf(uri, sizeof uri, "/account/export.php?%s=%u",
                       n % 5 == 0   ? "id"
                       : n % 5 == 1 ? "user"
                       : n % 5 == 2 ? "token"
                       : n % 5 == 3 ? "format"
                                    : "all",
                       n);
        struct request r = {.time = when,
                            .client = client,
                            .method = works ? "POST" : "GET",
                            .uri = works ? "/account/export.php" : uri,
                            .agent = agent,
                            .status = works ? 200 : 500,
                            .bytes = works ? 400000 + chance_below(c, 3000000) : 611};
        web_emit(s, stream, &r);
    }
}

void plant_web_shared_path(struct scenario *s, struct stream *stream)
{
    uint32_t clients[2];
    two_clients(stream, clients);
    char path[64];
    (void)snprintf(path, sizeof path, "/media/cache/%08x/", (unsigned)trait(stream, 3));
    (void)open_truth(s, stream, "web-shared-path", "web-shared-path", "web-shared-path", path, clients, 2);
    struct chance *c = &stream->chance;
    for (unsigned n = 0; n < 12; n++) {
        struct request r = {.time = plant_moment(s, 0.5 + 0.04 * n) + chance_below(c, 3600) * SW_SECOND,
                            .client = clients[n % 3 == 2],
                            .method = n % 4 == 3 ? "POST" : "GET",
                            .uri = path,
                            .agent = n % 3 == 2 ? browser_agent(s->site, trait(stream, 5))
                                                : browser_agent(s->site, trait(stream, 6)),
                            .status = 200,
                            .bytes = (uint64_t)chance_scaled(c, 3000, 2)};
        web_emit(s, stream, &r);
    }
}

void plant_web_bruteforce(struct scenario *s, struct stream *stream)
{
    uint32_t client = hosting_address(trait(stream, 1));
    struct truth_item *item =
        open_truth(s, stream, "web-bruteforce", "web-bruteforce", "web-bruteforce", "/account/login.php", &client, 1);
    struct chance *c = &stream->chance;
    truth_number(item, "tries", 3000);
    int64_t when = plant_moment(s, 0.3);
    struct request r = {.client = client,
                        .method = "POST",
                        .uri = "/account/login.php",
                        .agent = browser_agent(s->site, trait(stream, 2))};
    for (unsigned n = 0; n <= 3000; n++, when += chance_from(c, 300, 2600) * 1000000ll) {
        r.time = when;
        r.status = n == 3000 ? 302 : 200;
        r.bytes = n == 3000 ? 0 : 6120 + chance_below(c, 3);
        web_emit(s, stream, &r);
    }
    for (unsigned n = 0; n < 5; n++) {
        r.time = when += chance_from(c, 2, 20) * SW_SECOND;
        r.method = "GET", r.uri = n == 0 ? "/account/" : "/account/documents.php", r.status = 200,
        r.bytes = page_size(c, 14000);
        web_emit(s, stream, &r);
    }
}
