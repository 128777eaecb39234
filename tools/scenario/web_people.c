/*
 * web_people.c - visitors: they come from a search engine or a link, look at pages with all that hangs on these, come
 * back the next day with half of it in their browser's cache, log in, buy, write, upload.
 */
#include "web.h"

#include <stdio.h>

struct visitor {
    uint32_t address;
    const char *agent;
    bool silent; /* sends no referrer */
    bool again;  /* has been here: files are cached */
    uint64_t who;
};

static double curve(int64_t hour)
{
    static const double by_hour[24] = {.28,  .18, .12, .10, .10, .15, .30,  .55,  .80, .92, 1.0, 1.0,
                                       1.05, 1.0, .95, .95, .95, 1.0, 1.05, 1.15, 1.2, 1.1, .85, .5};
    unsigned local = (unsigned)((hour + zone_offset(ZONE_HEADQUARTERS, hour)) / HOUR % 24);
    return by_hour[local] * (is_working_day(ZONE_HEADQUARTERS, hour) ? 1 : 0.8);
}

/* One in twelve visits comes from an office whose people share an address. */
static void draw_visitor(struct scenario *s, struct stream *stream, struct visitor *v)
{
    struct chance *c = &stream->chance;
    v->who = mix2(trait(stream, 1), chance_zipf(c, 3000000));
    v->address = v->who % 12 == 0 ? any_address(mix2(0x0ff1ce, v->who / 12 % 400)) : residential_address(v->who);
    v->agent = browser_agent(s->site, v->who);
    v->silent = v->who % 13 == 5;
    v->again = chance_is(c, 0.4);
}

static void ask(struct scenario *s, struct stream *stream, const struct visitor *v, int64_t when, const char *method,
                const char *uri, const char *referrer, unsigned status, uint64_t bytes)
{
    struct request r = {.time = when,
                        .client = v->address,
                        .method = method,
                        .uri = uri,
                        .referrer = v->silent ? NULL : referrer,
                        .agent = v->agent,
                        .status = status,
                        .bytes = bytes};
    web_emit(s, stream, &r);
}

static void fetch_assets(struct scenario *s, struct stream *stream, const struct visitor *v, int64_t when,
                         const char *page, unsigned index, bool first)
{
    struct chance *c = &stream->chance;
    const struct site *site = s->site;
    unsigned shared = first && !v->again ? 16 : first ? 4 : 0;
    for (unsigned i = 0; i < shared; i++) {
        const struct target *asset = &site->assets[i];
        bool cached = v->again && chance_is(c, 0.7);
        ask(s, stream, v, when + chance_from(c, 20, 900) * 1000000ll, "GET", asset->uri, page, cached ? 304 : 200,
            cached ? 0 : asset->size);
    }
    unsigned own = (unsigned)(mix2(index, 3) % 7);
    for (unsigned i = 0; i < own; i++) {
        const struct target *asset = &site->assets[20 + mix3(index, 4, i) % 2480];
        bool cached = v->again && chance_is(c, 0.3);
        unsigned status = cached ? 304 : chance_is(c, .004) ? 206 : 200;
        ask(s, stream, v, when + chance_from(c, 40, 2500) * 1000000ll, "GET", asset->uri, page, status,
            cached ? 0 : asset->size);
    }
    if (first && chance_is(c, 0.25))
        ask(s, stream, v, when + 700000000, "GET", "/favicon.ico", page, 200, 5430);
    if (chance_is(c, 0.35)) { /* what a page asks for by itself */
        char uri[96];
        (void)snprintf(uri, sizeof uri, "/api/v1/%s?page=%u&_=%llu",
                       chance_is(c, .5) ? "recommendations" : "availability", index,
                       (unsigned long long)(when / 1000000));
        ask(s, stream, v, when + 900000000, "GET", uri, page, 200, page_size(c, 900 + index % 700));
    }
}

static void act(struct scenario *s, struct stream *stream, const struct visitor *v, int64_t when)
{
    struct chance *c = &stream->chance;
    char uri[96];
    switch (chance_below(c, 13)) {
    case 0:
    case 1:
    case 2:
    case 3:
        for (unsigned wrong = chance_is(c, 0.15) ? chance_from(c, 1, 3) : 0; wrong > 0;
             wrong--, when += chance_from(c, 4, 20) * SW_SECOND)
            ask(s, stream, v, when, "POST", "/account/login.php", SITE_ORIGIN "/account/login.php", 200,
                6120 + chance_below(c, 3));
        ask(s, stream, v, when, "POST", "/account/login.php", SITE_ORIGIN "/account/login.php", 302, 0);
        ask(s, stream, v, when + 200000000, "GET", "/account/", SITE_ORIGIN "/account/login.php", 200,
            page_size(c, 14000));
        if (chance_is(c, 0.15))
            ask(s, stream, v, when + 50 * SW_SECOND, "POST", "/account/upload.php",
                SITE_ORIGIN "/account/documents.php", 201, 88);
        break;
    case 4:
    case 5:
    case 6:
    case 7:
        (void)snprintf(uri, sizeof uri, "/shop/item.php?id=%u", 1000 + chance_zipf(c, 9000));
        for (unsigned n = chance_from(c, 1, 4); n > 0; n--, when += chance_from(c, 5, 60) * SW_SECOND)
            ask(s, stream, v, when, "POST", "/shop/cart.php", SITE_ORIGIN "/shop/", 200, page_size(c, 1800));
        if (chance_is(c, 0.4))
            ask(s, stream, v, when, "POST", "/shop/checkout.php", SITE_ORIGIN "/shop/cart.php", 302, 0);
        (void)snprintf(uri, sizeof uri, "/shop/order/%08x.html", (unsigned)chance_next(c));
        if (chance_is(c, 0.4))
            ask(s, stream, v, when + SW_SECOND, "GET", uri, SITE_ORIGIN "/shop/checkout.php", 200, page_size(c, 9000));
        break;
    case 8: /* a link that only its receiver has */
        (void)snprintf(uri, sizeof uri, "/account/reset.php/%016llx%08x", (unsigned long long)c->state,
                       (unsigned)mix1(c->state));
        ask(s, stream, v, when, "GET", uri, NULL, 200, 4420 + chance_below(c, 40));
        ask(s, stream, v, when + 30 * SW_SECOND, "POST", uri, SITE_ORIGIN "/account/reset.php", 302, 0);
        break;
    case 9: ask(s, stream, v, when, "POST", "/contact.php", SITE_ORIGIN "/contact.php", 200, 7811); break;
    case 10: ask(s, stream, v, when, "POST", "/newsletter.php", SITE_ORIGIN "/", 302, 0); break;
    default: /* the tide tables are an application of one page */
        ask(s, stream, v, when, "GET", "/tides/", SITE_ORIGIN "/", 200, 3911);
        for (unsigned n = chance_from(c, 3, 15); n > 0; n--, when += chance_from(c, 1, 20) * SW_SECOND) {
            const char *method = chance_is(c, .2) ? "POST" : "GET";
            ask(s, stream, v, when, method, "/api/v1/tides/query", SITE_ORIGIN "/tides/", 200, page_size(c, 2400));
        }
    }
}

static void visit(struct scenario *s, struct stream *stream, int64_t when)
{
    static const char *const sources[] = {"https://www.google.com/", "https://www.google.com/",
                                          "https://www.google.de/",  "https://www.bing.com/",
                                          "https://duckduckgo.com/", "https://www.facebook.com/",
                                          "https://t.co/",           "https://news.example.net/coast"};
    struct chance *c = &stream->chance;
    struct visitor v;
    char last[256];
    draw_visitor(s, stream, &v);
    const char *referrer = chance_is(c, 0.3) ? NULL : CHANCE_OF(c, sources);
    unsigned pages = 1 + chance_zipf(c, 14);
    for (unsigned i = 0; i < pages; i++) {
        unsigned index = chance_zipf(c, SITE_PAGES);
        const struct target *page = &s->site->pages[index];
        char current[256];
        bool gone = chance_is(c, 0.006);
        (void)snprintf(current, sizeof current, SITE_ORIGIN "%s", page->uri);
        unsigned status = gone ? 404 : chance_is(c, .01) ? 301 : 200;
        ask(s, stream, &v, when, "GET", page->uri, referrer, status,
            status == 404   ? 2148
            : status == 301 ? 162
                            : page_size(c, page->size));
        fetch_assets(s, stream, &v, when, current, index, i == 0);
        when += (int64_t)((3 + chance_exponential(c) * 40) * 1e9);
        (void)memcpy(last, current, sizeof last);
        referrer = last;
        if (chance_is(c, 0.05)) {
            act(s, stream, &v, when);
            when += 60 * SW_SECOND;
        }
        if (chance_is(c, 0.02)) {
            const struct target *paper = &s->site->assets[2500 + chance_zipf(c, 100)];
            ask(s, stream, &v, when, "GET", paper->uri, last, 200, paper->size);
        }
    }
}

void web_people(struct scenario *s, struct stream *stream, int64_t hour)
{
    stream_at(stream, 0, hour);
    /* Some days a newspaper links to the site. */
    double fame = mix3(stream->seed, 8, (uint64_t)(hour / SW_DAY)) % 11 == 0 ? 2.2 : 1;
    unsigned visits = chance_poisson(&stream->chance, 420 * curve(hour) * fame * s->activity[1]);
    for (unsigned i = 0; i < visits; i++) {
        stream_at(stream, 1 + i, hour);
        visit(s, stream, within_hour(stream, hour));
    }
}

/* Customers at the portal: known users, forms that post back to themselves, as ASP.NET's do. */
void web_portal(struct scenario *s, struct stream *stream, int64_t hour)
{
    stream_at(stream, 0, hour);
    unsigned visits = chance_poisson(&stream->chance, 36 * curve(hour) * s->activity[1]);
    for (unsigned i = 0; i < visits; i++) {
        stream_at(stream, 1 + i, hour);
        struct chance *c = &stream->chance;
        uint64_t who = mix2(trait(stream, 1), chance_zipf(c, 4000));
        char user[32];
        char referrer[160] = PORTAL_ORIGIN "/Login.aspx";
        (void)snprintf(user, sizeof user, "customer%04u", (unsigned)(who % 10000));
        struct request r = {.time = within_hour(stream, hour),
                            .client = any_address(who),
                            .server = SERVER_IIS,
                            .method = "GET",
                            .uri = "/Login.aspx",
                            .status = 200,
                            .agent = browser_agent(s->site, who),
                            .bytes = 5200};
        web_emit(s, stream, &r);
        r.method = "POST", r.status = 302, r.bytes = 412, r.referrer = referrer, r.time += 8 * SW_SECOND;
        web_emit(s, stream, &r);
        for (unsigned pages = 2 + chance_zipf(c, 30); pages > 0; pages--) {
            const struct target *page = &s->site->portal[chance_zipf(c, PORTAL_PAGES)];
            r.user = user;
            r.time += (int64_t)((2 + 30 * chance_exponential(c)) * 1e9);
            r.method = chance_is(c, 0.35) ? "POST" : "GET";
            r.uri = page->uri;
            r.status = chance_is(c, .01) ? 500 : 200;
            r.bytes = page_size(c, page->size);
            web_emit(s, stream, &r);
            (void)snprintf(referrer, sizeof referrer, PORTAL_ORIGIN "%s", page->uri);
            if (chance_is(c, 0.4)) {
                r.method = "GET", r.uri = chance_is(c, .5) ? "/WebResource.axd?d=Xk29a" : "/Content/portal.css",
                r.bytes = 21870, r.status = 200;
                web_emit(s, stream, &r);
            }
        }
    }
}
