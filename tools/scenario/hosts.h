/*
 * hosts.h - what computers tell of themselves: processes, files, services, tasks and shares of Windows (Sysmon,
 * Security, System), the audit log of Linux, DHCP leases, and the web logs of two services of their own in the DMZ.
 * This part is made only with --story, whose noise it is.
 *
 * Two services stand in the DMZ beside those of world.h; their names and addresses are chosen by the seed:
 *   a custom web application on two Windows servers (NAME1-ext, NAME2-ext), with a file server and the server of the
 *   building's management beside them;
 *   remote access by three load-balanced Linux appliances and a gateway, with a database server behind them.
 *
 * Owner:   hosts_open(), hosts_close().      Threads: one.
 */
#ifndef SW_SCENARIO_HOSTS_H
#define SW_SCENARIO_HOSTS_H

#include "accounts.h"
#include "flow.h"

#define APPLIANCES 3
#define AUDITED_MAX 24

struct machine {
    char name[24];
    uint32_t address;
    uint64_t key;
};

struct audited {
    char name[24];
    struct log *log;
};

struct estate {
    uint64_t seed;
    char app[16];      /* permits */
    char app_site[48]; /* permits.example.org */
    char app_service[24], app_root[48];
    struct machine app1, app2, files, building, database;
    struct machine appliance[APPLIANCES], gateway;
    char access_site[48], access_user[16], access_root[64],
        access_app[24]; /* remote.example.org, tomcat, /opt/..., ... */
    struct log *events, *iis, *dhcp, *access[APPLIANCES], *gate;
    struct audited audited[AUDITED_MAX];
    unsigned audited_count;
};

static inline struct machine machine_of(const struct scenario *s, const struct host *host, int64_t time)
{
    struct machine m = {.address = address_at(s->world, host, time), .key = host->key};
    (void)memcpy(m.name, host->name, sizeof m.name);
    return m;
}

struct estate *estate_of(const struct scenario *s);

/* --- Windows (hosts_windows.c) --- */

enum channel { CHANNEL_SYSMON, CHANNEL_SECURITY, CHANNEL_SYSTEM, CHANNEL_FIREWALL, CHANNEL_COUNT };

/* One event as Winlogbeat ships it: names and values in turns, then NULL. */
bool host_event(struct scenario *s, struct stream *stream, int64_t when, const char *computer, enum channel channel,
                unsigned id, const char *pairs[]);

struct process {
    char guid[40];
    unsigned pid;
    const char *image, *user;
    char command[512];
};

/* A process that runs all the time: of a service, a web server's pool, a desktop. The same every time in a day. */
struct process process_resident(const struct machine *on, const char *image, const char *command, const char *user,
                                int64_t when);
/* Sysmon 1. */
struct process process_start(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                             const struct process *parent, const char *image, const char *user, const char *format, ...)
    __attribute__((format(printf, 8, 9)));
/* Sysmon 11. */
void process_writes(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                    const struct process *process, const char *format, ...) __attribute__((format(printf, 6, 7)));
/* Sysmon 3; initiated: by this process. */
void process_connects(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                      const struct process *process, bool initiated, uint32_t other, uint16_t port);
/* 5140, and 5145 with a path unless that is NULL. */
void share_access(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on, const char *user,
                  uint32_t from, const char *share, const char *path);
void service_installed(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                       const char *name, const char *path, const char *account); /* 7045 */
void task_registered(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                     const char *user, const char *name, const char *command, const char *arguments); /* 4698 */
/* 4720, 4732. */
void local_account(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on, const char *by,
                   const char *name, const char *group);
/* 4624 of an account of the computer itself. */
void local_logon(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on, const char *user,
                 enum logon type, const char *workstation, const char *from);
void firewall_opened(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                     const char *rule, const char *program, const char *ports, const char *by); /* 2004 */

#define SYSTEM32 "C:\\Windows\\System32\\"
#define LOCAL_SYSTEM "NT AUTHORITY\\SYSTEM"

/* --- Linux (hosts_linux.c) --- */

struct unix_user {
    const char *name;
    unsigned id;
    const char *login; /* who logged in: audit id; NULL: unset, a service */
};

/* An execve with its arguments; the process's number comes back. */
unsigned audit_exec(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                    const struct unix_user *user, unsigned parent, const char *exe, const char *const *arguments,
                    const char *folder);
/* The same with a number that is known before. */
void audit_exec_as(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                   const struct unix_user *user, unsigned parent, unsigned pid, const char *exe,
                   const char *const *arguments, const char *folder);
/* The appliance's Java, which is restarted each night at five past four. */
unsigned appliance_java(const struct machine *on, int64_t when);
/* The same by a shell: sh -c COMMAND. */
unsigned audit_shell(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                     const struct unix_user *user, unsigned parent, const char *command, const char *folder);
/* A file that is made or written: `change` CREATE, NORMAL or DELETE. */
void audit_file(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on,
                const struct unix_user *user, unsigned pid, const char *exe, const char *path, const char *change);
/* A record that a program sends: USER_CHAUTHTOK, ADD_USER, ... */
void audit_user(struct scenario *s, struct stream *stream, int64_t when, const struct machine *on, const char *type,
                const char *operation, const char *account, const char *exe, uint32_t from, bool success);

/* --- web (hosts_web.c) --- */

struct hit {
    int64_t time;
    uint32_t client;
    const char *method, *uri, *referrer, *agent, *user; /* NULL: none */
    unsigned status;
    uint64_t sent, received; /* by the server: sent */
};

bool application_hit(struct scenario *s, struct stream *stream, const struct hit *hit);
/* node below APPLIANCES: an appliance; else the gateway. */
bool appliance_hit(struct scenario *s, struct stream *stream, unsigned node, const struct hit *hit);
/* An ordinary browser's name. */
const char *ordinary_agent(uint64_t who);
/* Writes a file of the copy of a host's files that lies in the evidence. */
void webroot_file(struct scenario *s, const struct machine *on, const char *path, const char *text);
void webroot_bytes(struct scenario *s, const struct machine *on, const char *path, const void *data, size_t len);
void webroot_ordinary(struct scenario *s);

/* --- ordinary activity --- */

void hosts_people(struct scenario *s, struct stream *stream, int64_t hour);
void hosts_services(struct scenario *s, struct stream *stream, int64_t hour);
void hosts_updates(struct scenario *s, struct stream *stream, int64_t hour);
void hosts_administrators(struct scenario *s, struct stream *stream, int64_t hour);
void hosts_shares(struct scenario *s, struct stream *stream, int64_t hour);
void hosts_linux(struct scenario *s, struct stream *stream, int64_t hour);
void hosts_leases(struct scenario *s, struct stream *stream, int64_t hour);
void hosts_application(struct scenario *s, struct stream *stream, int64_t hour);
void hosts_clouds(struct scenario *s, struct stream *stream, int64_t hour);
void hosts_appliances(struct scenario *s, struct stream *stream, int64_t hour);

#endif
