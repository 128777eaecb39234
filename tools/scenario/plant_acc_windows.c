/*
 * plant_acc_windows.c - hostile logons at the domain, at servers and at the VPN.
 */
#include "accounts.h"
#include "plant.h"
#include "plant_acc.h"

#include <stdio.h>

static struct truth_item *open_truth(struct scenario *s, struct stream *stream, const char *name, const char *kind,
                                     const char *expect, const char *account, uint32_t source)
{
    char text[16];
    struct truth_item *item = truth_open(s, name, kind, expect);
    if (account != NULL)
        truth_entity(item, "account", "%s", account);
    if (source != 0)
        truth_entity(item, "source", "%s", address_text(source, text));
    stream->truth = item;
    return item;
}

/* The n-th of those whom this plant does something to: employed all the time, of the headquarters. */
static const struct person *somebody(struct scenario *s, struct stream *stream, unsigned n)
{
    const struct world *w = s->world;
    unsigned start = (unsigned)(trait(stream, 0x50b) % w->person_count);
    const struct person *any = &w->people[start];
    for (unsigned i = 0; i < w->person_count; i++) {
        const struct person *p = &w->people[(start + i) % w->person_count];
        if (p->admin || is_dormant(p) || p->zone != ZONE_HEADQUARTERS || p->from > s->start || p->until < s->end)
            continue;
        any = p;
        if (n-- == 0)
            return p;
    }
    return any;
}

/* Inside: every account once each round, three rounds, half an hour apart, by Kerberos. */
static void spray_inside(struct scenario *s, struct stream *stream)
{
    struct chance *c = &stream->chance;
    const struct host *from = plant_victim(s, stream, 0, true);
    struct truth_item *item =
        open_truth(s, stream, "spray", "password-spraying", "password-spraying", NULL, from->address);
    unsigned accounts = s->world->person_count < 150 ? s->world->person_count : 150;
    truth_number(item, "accounts", accounts);
    int64_t when = plant_moment(s, 0.5);
    for (unsigned round = 0; round < 3; round++, when += 30 * MINUTE)
        for (unsigned i = 0; i < accounts; i++, when += chance_from(c, 200, 3000) * 1000000ll)
            kerberos_ticket(s, stream, when, s->world->people[i].login, from->address, "0x12", true, "0x18");
}

/* Outside: from a home address, slowly, at the cloud; two give way. */
static void spray_outside(struct scenario *s, struct stream *stream)
{
    struct chance *c = &stream->chance;
    uint32_t from = residential_address(trait(stream, 2));
    struct truth_item *item = open_truth(s, stream, "spray", "password-spraying", "password-spraying", NULL, from);
    unsigned accounts = s->world->person_count < 180 ? s->world->person_count : 180;
    truth_number(item, "accounts", accounts);
    int64_t when = plant_moment(s, 0.55);
    for (unsigned i = 0; i < accounts; i++, when += chance_from(c, 20, 100) * SW_SECOND) {
        struct sign_in in = {.time = when,
                             .person = &s->world->people[i],
                             .address = from,
                             .place = &places[PLACE_NEW_YORK],
                             .application = "Office 365 Exchange Online",
                             .error = i % 80 == 60  ? 50074
                                      : i % 37 == 9 ? 50053
                                                    : 50126,
                             .agent = "python-requests/2.32.3",
                             .new_device = true};
        entra_sign_in(s, stream, &in);
        if (in.error == 50074)
            truth_entity(item, "password-found", "%s", in.person->login);
    }
}

void plant_spray(struct scenario *s, struct stream *stream)
{
    spray_inside(s, stream);
    spray_outside(s, stream);
}

static void bruteforce_vpn(struct scenario *s, struct stream *stream)
{
    struct chance *c = &stream->chance;
    const struct person *p = somebody(s, stream, 0);
    uint32_t from = hosting_address(trait(stream, 2));
    struct truth_item *item =
        open_truth(s, stream, "bruteforce", "bruteforce-success", "bruteforce-success", p->login, from);
    truth_number(item, "failures", 400);
    int64_t when = plant_moment(s, 0.35);
    for (unsigned n = 0; n < 400; n++, when += chance_from(c, 1, 14) * SW_SECOND)
        vpn_login(s, stream, when, p->login, from, &places[PLACE_FAR + 3], false);
    vpn_login(s, stream, when + 4 * SW_SECOND, p->login, from, &places[PLACE_FAR + 3], true);
}

static void bruteforce_rdp(struct scenario *s, struct stream *stream)
{
    struct chance *c = &stream->chance;
    const struct host *from = plant_victim(s, stream, 1, true);
    struct truth_item *item =
        open_truth(s, stream, "bruteforce", "bruteforce-success", "bruteforce-success", "Administrator", from->address);
    truth_number(item, "failures", 260);
    int64_t when = plant_moment(s, 0.65);
    for (unsigned n = 0; n < 260; n++, when += chance_from(c, 400, 2500) * 1000000ll)
        windows_logon(s, stream, when, "app1", "Administrator", LOGON_NETWORK, from->name, from->address, "0xc000006a");
    windows_logon(s, stream, when + 2 * SW_SECOND, "app1", "Administrator", LOGON_REMOTE, from->name, from->address,
                  NULL);
    windows_privileges(s, stream, when + 2 * SW_SECOND, "app1", "Administrator");
}

void plant_bruteforce(struct scenario *s, struct stream *stream)
{
    bruteforce_vpn(s, stream);
    bruteforce_rdp(s, stream);
}

void plant_one_source(struct scenario *s, struct stream *stream)
{
    struct chance *c = &stream->chance;
    const struct host *from = plant_victim(s, stream, 0, true);
    struct truth_item *item = open_truth(s, stream, "one-source", "many-accounts-one-source",
                                         "many-accounts-one-source", NULL, from->address);
    int64_t when = plant_moment(s, 0.6);
    for (unsigned i = 0; i < 15; i++, when += chance_from(c, 120, 700) * SW_SECOND) {
        const struct person *p = somebody(s, stream, i * 3);
        truth_entity(item, "account", "%s", p->login);
        kerberos_ticket(s, stream, when, p->login, from->address, "0x12", true, NULL);
        windows_logon(s, stream, when + SW_SECOND, "files1", p->login, LOGON_NETWORK, NULL, from->address, NULL);
    }
}

static void roast(struct scenario *s, struct stream *stream, unsigned number, double share, const char *encryption,
                  unsigned most_seconds)
{
    static const char *const services[] = {
        "svc-sql",   "svc-web",  "svc-report", "svc-crm", "svc-erp", "svc-print", "svc-scan", "svc-share", "svc-mail",
        "svc-proxy", "svc-wiki", "svc-jira",   "svc-git", "svc-bi",  "svc-dwh",   "svc-hr",   "svc-pay",   "svc-cad",
        "svc-mon",   "svc-vm",   "svc-lab",    "svc-plm", "svc-log", "svc-fax",   "svc-tel"};
    struct chance *c = &stream->chance;
    const struct person *p = somebody(s, stream, number);
    const struct host *from = &s->world->hosts[p->host];
    int64_t when = plant_moment(s, share);
    uint32_t address = address_at(s->world, from, when);
    struct truth_item *item = open_truth(s, stream, "kerberoast", "kerberoasting", "kerberoasting", p->login, address);
    truth_number(item, "services", COUNT(services));
    truth_number(item, "rc4", strcmp(encryption, "0x17") == 0);
    for (unsigned i = 0; i < COUNT(services); i++, when += chance_from(c, 1, most_seconds) * SW_SECOND)
        kerberos_service(s, stream, when, p->login, address, services[i], encryption);
}

void plant_kerberoast(struct scenario *s, struct stream *stream)
{
    roast(s, stream, 4, 0.4, "0x17", 6);
    roast(s, stream, 7, 0.7, "0x12", 260);
}

void plant_asrep(struct scenario *s, struct stream *stream)
{
    struct chance *c = &stream->chance;
    const struct host *from = plant_victim(s, stream, 0, true);
    struct truth_item *item = open_truth(s, stream, "asrep", "asrep-roasting", "asrep-roasting", NULL, from->address);
    int64_t when = plant_moment(s, 0.45);
    for (unsigned i = 0; i < 8; i++, when += chance_from(c, 1, 4) * SW_SECOND) {
        char user[32];
        (void)snprintf(user, sizeof user, "svc-old%02u", i + 1);
        truth_entity(item, "account", "%s", user);
        kerberos_ticket(s, stream, when, user, from->address, "0x17", false, NULL);
    }
}

/* One account at many hosts within the hour, by each protocol, each from a computer of its own. */
void plant_fanout(struct scenario *s, struct stream *stream)
{
    static const char *const ways[] = {"smb", "rdp", "winrm", "ssh"};
    struct chance *c = &stream->chance;
    const struct world *w = s->world;
    for (unsigned way = 0; way < COUNT(ways); way++) {
        const struct host *from = plant_victim(s, stream, way, true);
        const struct person *p = somebody(s, stream, 20 + way);
        const char *user = way == 3 ? "deploy" : p->login;
        struct truth_item *item = open_truth(s, stream, "fanout", "fan-out", "fan-out", user, from->address);
        truth_entity(item, "protocol", "%s", ways[way]);
        int64_t when = plant_moment(s, 0.3 + 0.15 * way) + 20 * MINUTE;
        unsigned clients = w->clients_to - w->clients_from;
        unsigned hosts = way == 0 ? 30 : way == 3 ? w->servers - ROLE_WEB1 : 12;
        for (unsigned i = 0; i < hosts; i++, when += chance_from(c, 8, 90) * SW_SECOND) {
            const struct host *to = way == 3 || clients == 0
                                        ? &w->hosts[(ROLE_WEB1 + i) % w->servers]
                                        : &w->hosts[w->clients_from + (way * 37 + i * 5) % clients];
            if (way == 3) {
                ssh_login(s, stream, when, to->name, user, from->address, "publickey", true);
                continue;
            }
            if (way == 2)
                windows_explicit(s, stream, when - 200000000, from->name, p->login, user, to->name);
            kerberos_service(s, stream, when, user, from->address, way == 2 ? "HTTP" : to->name, "0x12");
            windows_logon(s, stream, when, to->name, user, way == 1 ? LOGON_REMOTE : LOGON_NETWORK, from->name,
                          from->address, NULL);
        }
    }
}

void plant_dormant(struct scenario *s, struct stream *stream)
{
    const struct world *w = s->world;
    const struct person *p = &w->people[w->person_count - 1];
    for (unsigned i = 0; i < w->person_count; i++)
        if (is_dormant(&w->people[i]))
            p = &w->people[i];
    const struct host *from = plant_victim(s, stream, 0, true);
    struct truth_item *item =
        open_truth(s, stream, "dormant", "dormant-account", "dormant-account", p->login, from->address);
    truth_number(item, "silent_days", 0.8 * s->options.days);
    int64_t when = plant_moment(s, 0.8);
    kerberos_ticket(s, stream, when, p->login, from->address, "0x12", true, NULL);
    for (unsigned i = 0; i < 6; i++)
        windows_logon(s, stream, when + i * 7 * MINUTE, i % 2 == 0 ? "files1" : from->name, p->login,
                      i % 2 == 0 ? LOGON_NETWORK : LOGON_INTERACTIVE, NULL, i % 2 == 0 ? from->address : 0, NULL);
}

void plant_service_interactive(struct scenario *s, struct stream *stream)
{
    const struct host *from = plant_victim(s, stream, 0, true);
    (void)open_truth(s, stream, "service-interactive", "service-account-interactive", "service-account-interactive",
                     "svc-backup", from->address);
    int64_t when = plant_moment(s, 0.62);
    windows_logon(s, stream, when, from->name, "svc-backup", LOGON_INTERACTIVE, from->name, 0, NULL);
    windows_logon(s, stream, when + 11 * MINUTE, "files1", "svc-backup", LOGON_REMOTE, from->name, from->address, NULL);
    windows_logon(s, stream, when + 31 * MINUTE, "db1", "svc-backup", LOGON_REMOTE, from->name, from->address, NULL);
}

void plant_unknown_workstation(struct scenario *s, struct stream *stream)
{
    static const char *const names[] = {"DESKTOP-7K2J1QX", "kali"};
    struct chance *c = &stream->chance;
    for (unsigned i = 0; i < COUNT(names); i++) {
        const struct person *p = somebody(s, stream, 30 + i);
        uint32_t from = ADDRESS(10, 20, 60, 0) + 20 + (uint32_t)(trait(stream, i) % 200);
        struct truth_item *item =
            open_truth(s, stream, "unknown-workstation", "unknown-workstation", "unknown-workstation", p->login, from);
        truth_entity(item, "workstation", "%s", names[i]);
        int64_t when = plant_moment(s, 0.5 + 0.2 * i);
        for (unsigned n = 0; n < 4; n++, when += chance_from(c, 60, 900) * SW_SECOND) {
            ntlm_check(s, stream, when, p->login, names[i], "0x0");
            windows_logon(s, stream, when + 30000000, n % 2 == 0 ? "files1" : "app1", p->login, LOGON_NETWORK, names[i],
                          from, NULL);
        }
    }
}
