/*
 * hosts.c - chooses the two services of the DMZ by the seed, opens the logs of the part, and lists its subsystems.
 */
#include "hosts.h"

#include "base/mem.h"

#include <stdio.h>

const struct subsystem host_subsystems[] = {
    {"hosts-people", PART_HOSTS, true, hosts_people},
    {"hosts-services", PART_HOSTS, false, hosts_services},
    {"hosts-updates", PART_HOSTS, false, hosts_updates},
    {"hosts-administrators", PART_HOSTS, false, hosts_administrators},
    {"hosts-shares", PART_HOSTS, true, hosts_shares},
    {"hosts-linux", PART_HOSTS, false, hosts_linux},
    {"hosts-leases", PART_HOSTS, false, hosts_leases},
    {"hosts-application", PART_HOSTS, true, hosts_application},
    {"hosts-clouds", PART_HOSTS, true, hosts_clouds},
    {"hosts-appliances", PART_HOSTS, true, hosts_appliances},
    {0},
};

const struct plant host_plants[] = {{0}}; /* stories are no plants: story.c */

struct estate *estate_of(const struct scenario *s)
{
    return s->estate;
}

static void make_machine(struct machine *m, uint64_t seed, uint32_t address, const char *stem, unsigned number,
                         const char *ending)
{
    (void)snprintf(m->name, sizeof m->name, "%s%u%s", stem, number, ending);
    m->address = address;
    m->key = mix_text(seed, m->name);
}

static void make_application(struct estate *e, struct chance *c)
{
    static const char *const names[] = {"permits", "berths", "claims",  "grants",   "survey",
                                        "tenders", "pilots", "customs", "manifest", "dredging"};
    (void)snprintf(e->app, sizeof e->app, "%s", CHANCE_OF(c, names));
    (void)snprintf(e->app_site, sizeof e->app_site, "%s.example.org", e->app);
    (void)snprintf(e->app_service, sizeof e->app_service, "svc-%s", e->app);
    (void)snprintf(e->app_root, sizeof e->app_root, "C:\\inetpub\\%s", e->app);
    uint32_t at = ADDRESS(10, 20, 5, 40) + chance_below(c, 100);
    make_machine(&e->app1, e->seed, at, e->app, 1, "-ext");
    make_machine(&e->app2, e->seed, at + 1, e->app, 2, "-ext");
    make_machine(&e->files, e->seed, at + 3 + chance_below(c, 5), "dmzfiles", chance_from(c, 1, 4), "");
    make_machine(&e->building, e->seed, at + 9 + chance_below(c, 5), "bms", chance_from(c, 1, 9), "");
}

static void make_appliances(struct estate *e, struct chance *c)
{
    static const char *const stems[] = {"access", "remote", "workspace", "identity", "signon"};
    static const char *const users[] = {"tomcat", "horizon", "tomcat", "apphost"};
    static const char *const applications[] = {"login", "auth", "portal", "sso"};
    const char *stem = CHANCE_OF(c, stems);
    char host[20];
    (void)snprintf(host, sizeof host, "%s-host", stem);
    uint32_t at = ADDRESS(10, 20, 5, 170) + chance_below(c, 60);
    for (unsigned i = 0; i < APPLIANCES; i++)
        make_machine(&e->appliance[i], e->seed, at + i, host, i + 1, "");
    make_machine(&e->gateway, e->seed, at + 6, host, 7, "");
    make_machine(&e->database, e->seed, ADDRESS(10, 20, 1, 62) + chance_below(c, 15), "sql", chance_from(c, 2, 9), "");
    (void)snprintf(e->access_site, sizeof e->access_site, "%s.example.org", stem);
    (void)snprintf(e->access_user, sizeof e->access_user, "%s", CHANCE_OF(c, users));
    (void)snprintf(e->access_app, sizeof e->access_app, "%s", CHANCE_OF(c, applications));
    (void)snprintf(e->access_root, sizeof e->access_root, "/opt/%s/tomcat", stem);
}

static void audit_open(struct scenario *s, const char *name)
{
    struct estate *e = s->estate;
    char path[64];
    if (e->audited_count == AUDITED_MAX)
        return;
    struct audited *a = &e->audited[e->audited_count++];
    (void)snprintf(a->name, sizeof a->name, "%s", name);
    (void)snprintf(path, sizeof path, "auditd/%s.DAY.log", name);
    a->log = log_open(s, path, 0, NULL);
}

static void head_iis(struct sw_buf *out, const char *name, int64_t time)
{
    char date[32];
    (void)name;
    (void)sw_time_format(time, date);
    sw_buf_printf(out,
                  "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: %.10s "
                  "%.8s\r\n#Fields: date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port "
                  "cs-username c-ip cs(User-Agent) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes "
                  "cs-bytes time-taken\r\n",
                  date, date + 11);
}

static void open_logs(struct scenario *s)
{
    struct estate *e = s->estate;
    const struct world *w = s->world;
    char path[64];
    e->events = log_open(s, "winlogbeat/endpoints.DAY.ndjson", 0, NULL);
    e->dhcp = log_open(s, "dhcp/dhcpd.DAY.log", 0, NULL);
    (void)snprintf(path, sizeof path, "iis/%s-u_ex.DAY.log", e->app2.name);
    e->iis = log_open(s, path, 0, head_iis);
    for (unsigned i = 0; i < APPLIANCES; i++) {
        (void)snprintf(path, sizeof path, "tomcat/%s-access.DAY.log", e->appliance[i].name);
        e->access[i] = log_open(s, path, 0, NULL);
        audit_open(s, e->appliance[i].name);
    }
    (void)snprintf(path, sizeof path, "nginx/%s-access.DAY.log", e->gateway.name);
    e->gate = log_open(s, path, 0, NULL);
    audit_open(s, e->gateway.name);
    audit_open(s, the(w, ROLE_WEB1)->name);
    for (unsigned i = ROLE_SINGLE; i < w->servers && i < ROLE_SINGLE + 8; i++)
        audit_open(s, w->hosts[i].name);
}

void hosts_open(struct scenario *s)
{
    struct estate *e = sw_alloc(1, sizeof *e);
    if (e == NULL)
        die("out of memory");
    s->estate = e;
    e->seed = mix2(s->options.seed, 0xe57a7e);
    struct chance c = {e->seed};
    make_application(e, &c);
    make_appliances(e, &c);
    open_logs(s);
    webroot_ordinary(s);
}

void hosts_close(struct scenario *s)
{
    sw_free(s->estate);
    s->estate = NULL;
}
