/*
 * accounts.h - what is logged when people, services and intruders log on: Windows, SSH, VPN, Entra ID, Okta.
 *
 * Owner:   accounts_open(), accounts_close().      Threads: one.
 */
#ifndef SW_SCENARIO_ACCOUNTS_H
#define SW_SCENARIO_ACCOUNTS_H

#include "world.h"

struct directory {
    struct log *windows, *syslog, *entra, *okta, *vpn;
    bool nxlog;
};

struct place {
    const char *city, *region, *country, *code;
    double latitude, longitude;
};

enum place_index {
    PLACE_HOME = 0,
    PLACE_NEW_YORK = 5,
    PLACE_SINGAPORE = 7,
    PLACE_TRAVEL = 8,
    PLACE_FAR = 15,
    PLACE_COUNT = 20
};
extern const struct place places[PLACE_COUNT];

/* --- Windows (acc_windows.c) --- */

enum logon {
    LOGON_INTERACTIVE = 2,
    LOGON_NETWORK = 3,
    LOGON_BATCH = 4,
    LOGON_SERVICE = 5,
    LOGON_UNLOCK = 7,
    LOGON_REMOTE = 10
};

/* One event of the Security log: names and values in turns, then NULL. */
bool windows_event(struct scenario *s, struct stream *stream, int64_t when, const char *computer, unsigned id,
                   const char *pairs[]);
/* 4624; status NULL. Or 4625 with its sub status. `workstation` and `address` may be NULL or 0. */
bool windows_logon(struct scenario *s, struct stream *stream, int64_t when, const char *computer, const char *user,
                   enum logon type, const char *workstation, uint32_t address, const char *failure);
/* Of the domain, numbered by the name. */
const char *account_sid(const char *user, char text[64]);
void windows_logoff(struct scenario *s, struct stream *stream, int64_t when, const char *computer, const char *user,
                    enum logon type);
void windows_privileges(struct scenario *s, struct stream *stream, int64_t when, const char *computer,
                        const char *user);
void windows_explicit(struct scenario *s, struct stream *stream, int64_t when, const char *computer, const char *user,
                      const char *other, const char *target);
/* 4768, or 4771 when there is a status. */
bool kerberos_ticket(struct scenario *s, struct stream *stream, int64_t when, const char *user, uint32_t address,
                     const char *encryption, bool preauthentication, const char *failure);
bool kerberos_service(struct scenario *s, struct stream *stream, int64_t when, const char *user, uint32_t address,
                      const char *service, const char *encryption);
bool ntlm_check(struct scenario *s, struct stream *stream, int64_t when, const char *user, const char *workstation,
                const char *status);

/* --- Unix and VPN (acc_unix.c) --- */

bool syslog_line(struct scenario *s, struct stream *stream, int64_t when, const char *host, const char *program,
                 unsigned pid, const char *format, ...) __attribute__((format(printf, 7, 8)));
bool ssh_login(struct scenario *s, struct stream *stream, int64_t when, const char *host, const char *user,
               uint32_t from, const char *method, bool success);
bool vpn_login(struct scenario *s, struct stream *stream, int64_t when, const char *user, uint32_t from,
               const struct place *place, bool success);
void vpn_down(struct scenario *s, struct stream *stream, int64_t when, const char *user, uint32_t from, int64_t lasted,
              uint64_t sent, uint64_t received);

/* --- clouds (acc_cloud.c) --- */

struct sign_in {
    int64_t time;
    const struct person *person;
    const char *unknown; /* an account that isn't there, instead of person */
    uint32_t address;
    const struct place *place;
    const char *application;
    unsigned error;    /* of Entra; Okta: 0 is success */
    const char *mfa;   /* method that was used; NULL: the token's claim */
    const char *agent; /* NULL: the person's browser */
    uint64_t session;  /* 0: one of the day and place */
    bool new_device;
};
bool entra_sign_in(struct scenario *s, struct stream *stream, const struct sign_in *in);
bool entra_audit(struct scenario *s, struct stream *stream, int64_t when, const struct person *actor,
                 const struct person *target, uint32_t address, const char *activity, const char *reason);
bool okta_event(struct scenario *s, struct stream *stream, const char *type, const char *message,
                const struct sign_in *in, const char *reason);

/* --- people --- */

/* Nobody uses the account at all, after the first morning. */
bool is_dormant(const struct person *person);
const struct place *home_of(const struct person *person);
/* Where the person is that day and with which address: office, home, hotel, abroad. */
enum where { WHERE_OFFICE, WHERE_HOME, WHERE_TRAVEL };
enum where where_is(const struct person *person, int64_t time, uint32_t *address, const struct place **place);
/* The day on which they go or come back, until two in the afternoon: nothing is heard of them. */
bool is_under_way(const struct person *person, int64_t time);
uint32_t mobile_address(const struct person *person, int64_t time);
bool is_away(const struct person *person, int64_t time); /* vacation, illness, not employed */

void acc_computers(struct scenario *s, struct stream *stream, int64_t hour);
void acc_passwords(struct scenario *s, struct stream *stream, int64_t hour);
void acc_shop_floor(struct scenario *s, struct stream *stream, int64_t hour);
void acc_services(struct scenario *s, struct stream *stream, int64_t hour);
void acc_administrators(struct scenario *s, struct stream *stream, int64_t hour);
void acc_clouds(struct scenario *s, struct stream *stream, int64_t hour);
void acc_helpdesk(struct scenario *s, struct stream *stream, int64_t hour);
void acc_vpn(struct scenario *s, struct stream *stream, int64_t hour);
void acc_internet(struct scenario *s, struct stream *stream, int64_t hour);

#endif
