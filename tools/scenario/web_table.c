/*
 * web_table.c - the subsystems of the web part, and its plants.
 */
#include "web.h"

const struct subsystem web_subsystems[] = {
    {"people", PART_WEB, true, web_people},      {"portal", PART_WEB, true, web_portal},
    {"crawlers", PART_WEB, false, web_crawlers}, {"feeds", PART_WEB, false, web_feeds},
    {"health", PART_WEB, false, web_health},     {"application", PART_WEB, false, web_application},
    {"partners", PART_WEB, false, web_partners}, {"administrators", PART_WEB, false, web_administrators},
    {"scanners", PART_WEB, false, web_scanners}, {NULL, PART_WEB, false, NULL},
};

const struct plant web_plants[] = {
    {"webshell", PART_WEB, "a PHP web shell, created late, used 40 times by two clients", plant_webshell, NULL},
    {"webshell-iis", PART_WEB, "an ASP.NET web shell at the portal, used 25 times by two clients", plant_webshell_iis,
     NULL},
    {"web-enumeration", PART_WEB, "a client tries many paths, then one of them, until it works", plant_web_enumeration,
     NULL},
    {"web-shared-path", PART_WEB, "two new clients share a path that nobody else knows", plant_web_shared_path, NULL},
    {"web-bruteforce", PART_WEB, "a login form is tried 3000 times, then a password fits", plant_web_bruteforce, NULL},
    {"heavy-client", PART_WEB, "a client that makes half of all lines; only when named", plant_heavy_client,
     plant_heavy_client_hour},
    {NULL, PART_WEB, NULL, NULL, NULL},
};
