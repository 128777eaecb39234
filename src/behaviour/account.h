/*
 * account.h - what account behaviours see: who came in, from where, to what, how, and whether it worked.
 *
 * An account's logins are in order of time. Everything that many accounts share (addresses, hosts, services, places,
 * networks, countries) is a name of the world and is referred to by its number. Sources of records: account_notes.c
 * lists classes of events and their fields, account_forms.c what they mean.
 *
 * Accounts are told apart by sw_account_key(): DOMAIN\user and user@domain.example as Windows writes one account in
 * turns are one; a web service's user@domain stays apart, and sw_account_alike() tells that it may be the same person.
 */
#ifndef SW_BEHAVIOUR_ACCOUNT_H
#define SW_BEHAVIOUR_ACCOUNT_H

#include "behaviour/address.h"
#include "behaviour/behaviour_priv.h"
#include "behaviour/tell.h"

#define SW_LOGIN_KINDS(X) \
    X(OTHER, "login") \
    X(INTERACTIVE, "interactive") \
    X(NETWORK, "network") \
    X(REMOTE, "remote desktop") \
    X(BATCH, "batch") \
    X(SERVICE, "service") \
    X(EXPLICIT, "explicit credentials") \
    X(TGT, "Kerberos login") \
    X(TICKET, "service ticket") \
    X(NTLM, "NTLM") \
    X(SSH, "SSH") \
    X(SUDO, "sudo") X(VPN, "VPN") X(WEB, "web sign-in") X(DEVICE, "device login") X(USE, "use of a session") \
        X(MFA, "MFA") X(MFA_CHANGE, "change of an MFA method") X(PRIVILEGE, "privileges")

enum sw_login_kind {
#define SW_LOGIN_KIND(name, text) SW_LOGIN_##name,
    SW_LOGIN_KINDS(SW_LOGIN_KIND)
#undef SW_LOGIN_KIND
        SW_LOGIN_KIND_COUNT
};

/* Of MFA: a challenge was sent, it was accepted, it was denied or not answered. */
enum sw_login_outcome { SW_LOGIN_UNKNOWN, SW_LOGIN_SUCCESS, SW_LOGIN_FAILURE };

enum sw_login_flag {
    SW_LOGIN_F_NO_USER = 1, /* there is no such account */
    SW_LOGIN_F_EXPIRED = 2, /* refused for another reason than a wrong password: expired, not allowed */
    SW_LOGIN_F_LOCKED = 4,  /* the account is locked */
    SW_LOGIN_F_NTLM = 8,
    SW_LOGIN_F_NO_PREAUTH = 16,  /* a Kerberos login without pre-authentication */
    SW_LOGIN_F_WORKSTATION = 32, /* `service` is the name that the client gave itself */
    SW_LOGIN_F_FRAUD = 64,       /* the user said that it wasn't them */
    SW_LOGIN_F_PRIVILEGED = 128,
    SW_LOGIN_F_MFA = 256 /* a second factor was given */
};

#define SW_LOGIN_NONE UINT32_MAX

struct sw_login {
    int64_t time_ms;
    struct sw_place place;
    uint32_t source; /* names; SW_LOGIN_NONE: not known */
    uint32_t target;
    uint32_t service;
    uint32_t location;
    uint32_t device;  /* a hash: device id, key, or the letters of the agent; 0: not known */
    uint32_t session; /* a hash; 0: not known */
    uint32_t weight;  /* records that it stands for */
    uint16_t flags;
    uint8_t kind;
    uint8_t outcome;
    uint8_t encryption; /* of a ticket, as Kerberos numbers it; 0: not known */
};

enum sw_login_name_kind {
    SW_NAME_ADDRESS = 'a',
    SW_NAME_HOST = 'h', /* in lower case, without domain */
    SW_NAME_SERVICE = 'v',
    SW_NAME_LOCATION = 'l', /* country, and coordinates when known */
    SW_NAME_NETWORK = 'n',  /* /24 of IPv4, /48 of IPv6 */
    SW_NAME_COUNTRY = 'c'
};

struct sw_login_name {
    struct sw_str text; /* empty for addresses and networks */
    struct sw_address address;
    uint8_t kind;
    bool internal;
    bool located;   /* latitude and longitude are known */
    bool computer;  /* a host that logged something itself, or came in by Kerberos, or by an address as well */
    float latitude; /* degrees */
    float longitude;
    uint32_t network;  /* of an address */
    uint32_t country;  /* of a location */
    uint32_t accounts; /* that succeeded from or at it */
    uint32_t tried;    /* accounts that tried, with success or without */
    uint32_t given_up; /* accounts of which notes were given up for the budget; they had tried in vain */
    uint64_t records;
    int64_t first_ms;
    int64_t last_ms;
};

/* What is known of each account when the first behaviour is asked. */
struct sw_account_brief {
    struct sw_str name; /* as first written */
    struct sw_str key;
    bool exists;       /* something succeeded */
    bool named;        /* ... for an account that may be the same one, or it exists itself */
    bool privileged;   /* by its logins' privileges on several hosts, or by its name */
    bool service_name; /* called as service accounts are */
    bool service_use;  /* logs on as a service or a batch job */
    bool incomplete;
    int64_t first_ms; /* of its successes */
    int64_t last_ms;
};

struct sw_account_world {
    const struct sw_login_name *names;
    size_t name_count;
    const struct sw_account_brief *accounts;
    size_t account_count;
    size_t existing; /* accounts that exist */
    int64_t first_ms;
    int64_t last_ms;
    uint64_t tickets; /* service tickets, and how many of them with RC4 */
    uint64_t rc4_tickets;
};

struct sw_account {
    const struct sw_account_brief *brief;
    uint32_t number; /* of the world's accounts */
    const struct sw_login *logins;
    size_t count;
    uint64_t cut; /* logins left out for want of memory */
    const struct sw_account_world *world;
};

struct sw_login_attempt {
    int64_t time_ms;
    struct sw_place place;
    uint32_t account;
    uint32_t weight;
    uint16_t flags;
    uint8_t kind;
    uint8_t outcome;
    uint8_t encryption;
    bool known; /* the account had succeeded from this source before */
    bool later; /* ... succeeds from it within a day after */
};

/* A source that several accounts came or tried to come from. */
struct sw_login_source {
    uint32_t name;                           /* of the world's names */
    const struct sw_login_attempt *attempts; /* in order of time */
    size_t count;
    uint64_t cut;
    const struct sw_account_world *world;
};

/* Sources that fewer accounts tried from are not shown. */
#define SW_LOGIN_SOURCE_ACCOUNTS 3u

/* Is it someone coming in, rather than a ticket, a challenge, a change, or the use of what is open? */
bool sw_login_enters(const struct sw_login *login);
const char *sw_login_kind_name(unsigned kind);

/* The key that two spellings of one account share: lower case, "user@domain"; for Windows names with the domain's first
 * label alone. `domain` may be empty. Returns its length, at most `room`. */
size_t sw_account_key(struct sw_str user, struct sw_str domain, bool windows, char *key, size_t room);
/* May two names, in whatever form, be one account? DOMAIN\user, user@domain.example and user are; domains that both
 * have must agree in their first label. */
bool sw_account_alike(struct sw_str a, struct sw_str b);
/* The two parts of a name in either form; the domain may be empty. */
void sw_account_split(struct sw_str name, struct sw_str *user, struct sw_str *domain);
/* Called as service accounts are: svc_backup, sql-svc, sa_web. */
bool sw_account_is_service_name(struct sw_str name);
/* Called as administrators' accounts are: Administrator, root, adm-jo, jo.admin. */
bool sw_account_is_admin_name(struct sw_str name);

/* --- telling ------------------------------------------------------------------------------------------------ */

struct sw_account_finding {
    unsigned rule;
    double value;
    uint64_t count;
    int64_t first_ms;
    int64_t last_ms;
    struct sw_str account;
    uint32_t source; /* names; SW_LOGIN_NONE: none */
    uint32_t target;
    uint32_t service;
    bool incomplete; /* some of what it is about was given up for the budget */
    struct sw_place_at members[256];
    size_t member_count;
    struct sw_buf text;
};

void sw_finding_init(struct sw_account_finding *finding);
/* One more record: the first 255 are kept, and the last. */
void sw_finding_add(struct sw_account_finding *finding, int64_t time_ms, struct sw_place place, uint32_t weight);
void sw_finding_login(struct sw_account_finding *finding, const struct sw_login *login);
/* Reports and frees. */
int sw_finding_tell(struct sw_account_finding *finding, struct sw_behaviour_run *run,
                    const struct sw_account_world *world);

void sw_buf_login_name(struct sw_buf *out, const struct sw_account_world *world, uint32_t name);

static inline const struct sw_login_name *sw_login_name_at(const struct sw_account_world *world, uint32_t name)
{
    return name < world->name_count ? &world->names[name] : NULL;
}

/* The network of a login's source, its country; SW_LOGIN_NONE when not known. */
uint32_t sw_login_network(const struct sw_account_world *world, const struct sw_login *login);
uint32_t sw_login_country(const struct sw_account_world *world, const struct sw_login *login);
/* Between two located names, on a sphere (R. W. Sinnott, Virtues of the Haversine, 1984). */
double sw_login_kilometres(const struct sw_login_name *a, const struct sw_login_name *b);
bool sw_login_is_external(const struct sw_account_world *world, const struct sw_login *login);

#endif
