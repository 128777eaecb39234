/*
 * web_access.h - what behaviours over access logs see: rarely used paths with their requests, clients, and logins.
 *
 * A path is a site's (host's) path without its query; what follows a script's name belongs to the script. Only paths
 * that answered and that few clients used are kept request by request and shown; popular ones are counters. Sources:
 * every class of events with a view of category webserver (web/request.h).
 *
 * Owner: all of it lives while the function that it is shown to runs.      Trust: texts are hostile.
 */
#ifndef SW_BEHAVIOUR_WEB_ACCESS_H
#define SW_BEHAVIOUR_WEB_ACCESS_H

#include "behaviour/address.h"
#include "behaviour/behaviour_priv.h"

/* A path with more clients than this is popular: it is counted only. */
#define SW_ACCESS_CLIENTS 12u
#define SW_ACCESS_AGENTS 8u
/* Probes that are kept of a client. */
#define SW_ACCESS_PROBES 256u

/* What a path's name says. */
enum sw_access_kind {
    SW_ACCESS_ROUTE, /* no extension, or one that nobody knows */
    SW_ACCESS_SCRIPT,
    SW_ACCESS_DOCUMENT, /* pages and downloads: served as they are */
    SW_ACCESS_ASSET     /* what pages are made of: style sheets, images, fonts */
};

enum sw_access_flag {
    SW_ACCESS_POST = 1,     /* a method with a body */
    SW_ACCESS_REFERRED = 2, /* from another page */
    SW_ACCESS_SELF = 4,     /* from this very path */
    SW_ACCESS_LOGIN = 8,    /* POST to a path that is named like a login */
    SW_ACCESS_USER = 16,    /* the server knew the user's name */
    SW_ACCESS_DATA_DIR = 32 /* a script in a folder that is meant for data: uploads, images, temporary files */
};

struct sw_access_sample {
    int64_t time_ms;
    struct sw_place place;
    uint32_t bytes; /* of the response */
    uint16_t status;
    uint16_t query; /* hash; 0: no query */
    uint8_t client; /* of the path's clients */
    uint8_t agent;  /* of the path's agents; SW_ACCESS_AGENTS: one beyond them */
    uint8_t flags;
};

/* A request that found nothing. */
struct sw_access_probe {
    int64_t time_ms;
    struct sw_place place;
    uint32_t path; /* hash of host and path */
};

struct sw_access_client {
    struct sw_address address; /* where name.len is 0 */
    struct sw_str name;
    bool is_local;   /* loopback */
    bool incomplete; /* what it did before was given up for the budget */
    int64_t first_s; /* first and last request of any kind, seconds */
    int64_t last_s;
    uint32_t requests;
    uint32_t assets; /* requests of kind SW_ACCESS_ASSET */
    uint32_t missing;
    const struct sw_access_probe *probes; /* the first ones, in order of time */
    size_t probe_count;
};

struct sw_access_site {
    struct sw_str name; /* "" when the log does not say */
    int64_t first_ms;
    int64_t last_ms;
    uint64_t requests;
    uint64_t referred; /* requests with a referer */
    uint64_t agented;  /* requests with an agent */
    uint64_t sized;    /* requests with bytes */
    uint32_t clients;  /* distinct ones, an estimate up to some thousand */
    uint32_t hours[24];
};

struct sw_access_agent {
    uint32_t hash;     /* 0: none given */
    uint32_t clients;  /* distinct ones of all evidence, an estimate up to a hundred; 0: not known */
    uint64_t requests; /* of all evidence */
};

struct sw_access_path {
    const struct sw_access_site *site;
    struct sw_str path;
    uint32_t hash; /* as probes have it */
    enum sw_access_kind kind;
    bool incomplete; /* something of it was given up for the budget before */
    uint64_t ok;     /* answered with success */
    uint64_t failed; /* 4xx */
    uint64_t posts;  /* of the answered */
    int64_t first_ms;
    int64_t last_ms;
    const struct sw_access_sample *samples; /* answered requests in order of time: success, redirection, server error */
    size_t count;
    uint64_t cut; /* samples beyond what is kept of a path */
    const struct sw_access_client *clients;
    size_t client_count;
    const struct sw_access_agent *agents;
    size_t agent_count;
    bool more_agents;
};

/* Many failed logins of one client at one place, and what came after them. */
struct sw_access_login {
    const struct sw_access_site *site;
    struct sw_str path; /* "" for status 401 anywhere on the site */
    const struct sw_access_client *client;
    uint64_t tries;    /* all of them */
    uint64_t failures; /* in the longest run without success */
    int64_t first_ms;  /* of that run */
    int64_t last_ms;
    struct sw_place first;
    struct sw_place last;
    uint16_t status; /* of a failure */
    uint32_t bytes;
    bool succeeded; /* the answer after the run was another one, and looks like success */
    bool by_size;   /* ... only by its size */
    int64_t success_ms;
    struct sw_place success;
    uint16_t success_status;
    uint32_t success_bytes;
};

/* All of it, at the end. */
struct sw_access_world {
    uint64_t requests;
    size_t sites;
    size_t paths; /* with a key */
    size_t shown; /* of these, rare ones */
    size_t clients;
    int64_t first_ms;
    int64_t last_ms;
};

/* "192.0.2.7" or a name; appends. */
void sw_buf_access_client(struct sw_buf *out, const struct sw_access_client *client);

/* Later than a day and a tenth of the site's log, which must be longer than two days. */
bool sw_access_is_late(const struct sw_access_site *site, int64_t time_ms);

#endif
