/*
 * web.h - the public site (nginx, PHP) and the customers' portal (IIS, ASP.NET): what there is, and one request of it.
 *
 * Owner:   web_open(), web_close().      Threads: one.
 */
#ifndef SW_SCENARIO_WEB_H
#define SW_SCENARIO_WEB_H

#include "world.h"

enum server { SERVER_NGINX, SERVER_IIS };

#define SITE_PAGES 9000
#define SITE_ASSETS 2600
#define SITE_AGENTS 420
#define PORTAL_PAGES 120

struct target {
    const char *uri;
    unsigned size; /* of a static file: always this; of a page: about this */
};

struct site {
    char *text; /* of all strings below */
    size_t used;
    struct target pages[SITE_PAGES], assets[SITE_ASSETS], portal[PORTAL_PAGES];
    const char *agents[SITE_AGENTS];
    struct log *nginx, *iis;
    int64_t second; /* whose date is in clf and w3c */
    char clf[40], w3c[24];
};

struct request {
    int64_t time;
    uint32_t client;
    enum server server;
    const char *method, *uri, *referrer, *agent, *user; /* NULL: none */
    unsigned status;
    uint64_t bytes; /* of the answer */
    unsigned taken; /* ms, 0: some */
};

/* True when the server's log took it. */
bool web_emit(struct scenario *s, struct stream *stream, const struct request *request);

#define SITE_ORIGIN "https://www.example.org"
#define PORTAL_ORIGIN "https://portal.example.org"

/* A dynamic page's size varies with who looks and what is new. */
uint64_t page_size(struct chance *c, unsigned about);
const char *browser_agent(const struct site *site, uint64_t who);

void web_people(struct scenario *s, struct stream *stream, int64_t hour);
void web_portal(struct scenario *s, struct stream *stream, int64_t hour);
void web_crawlers(struct scenario *s, struct stream *stream, int64_t hour);
void web_feeds(struct scenario *s, struct stream *stream, int64_t hour);
void web_health(struct scenario *s, struct stream *stream, int64_t hour);
void web_application(struct scenario *s, struct stream *stream, int64_t hour);
void web_partners(struct scenario *s, struct stream *stream, int64_t hour);
void web_administrators(struct scenario *s, struct stream *stream, int64_t hour);
void web_scanners(struct scenario *s, struct stream *stream, int64_t hour);

void plant_webshell(struct scenario *s, struct stream *stream);
void plant_webshell_iis(struct scenario *s, struct stream *stream);
void plant_web_enumeration(struct scenario *s, struct stream *stream);
void plant_web_shared_path(struct scenario *s, struct stream *stream);
void plant_web_bruteforce(struct scenario *s, struct stream *stream);
void plant_heavy_client(struct scenario *s, struct stream *stream);
void plant_heavy_client_hour(struct scenario *s, struct stream *stream, int64_t hour);

#endif
