/* alias.c - from events to names that belong together: which fields of which logs show it, and the store of pairs. What
 * follows from them is decided in resolve.c. */
#include "incident/alias.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/order.h"
#include "behaviour/address.h"
#include "behaviour/roles.h"
#include "incident/name.h"

#include <stdlib.h>

static const char *const how_names[SW_ALIAS_HOWS] = {
    "DHCP lease",          "own address", "logon from it",  "ticket for its account",
    "look-up of its name", "account id",  "principal name", "full name",
};

struct sw_str sw_alias_how_name(enum sw_alias_how how)
{
    return sw_str(how_names[how]);
}

bool sw_alias_how_of(struct sw_str name, enum sw_alias_how *how)
{
    for (unsigned i = 0; i < SW_ALIAS_HOWS; i++) {
        if (!sw_str_is(name, how_names[i]))
            continue;
        *how = (enum sw_alias_how)i;
        return true;
    }
    return false;
}

/* --- fields ------------------------------------------------------------------------------------------------- */

enum part {
    PART_EVENT = 1, /* an event's number or name */
    PART_HOST,      /* the machine that logged */
    PART_ADDRESS,   /* its address */
    PART_NAME,      /* another machine's name */
    PART_PEER,      /* and that one's address */
    PART_USER,
    PART_SID,
    PART_ACTOR,
    PART_ACTOR_SID,
    PART_PRINCIPAL,
    PART_TYPE,
    PART_COUNT
};

#define R(class_name, field, part) {class_name, field, PART_##part},
/* clang-format off */
static const struct sw_role_line lines[] = {
    R("windows/security", "EventID", EVENT)
    R("windows/security", "Computer", HOST)
    R("windows/security", "WorkstationName", NAME)
    R("windows/security", "IpAddress", PEER)
    R("windows/security", "TargetUserName", USER)
    R("windows/security", "TargetUserSid", SID)
    R("windows/security", "TargetSid", SID)
    R("windows/security", "SubjectUserName", ACTOR)
    R("windows/security", "SubjectUserSid", ACTOR_SID)
    R("windows/sysmon/network_connection", "Computer", HOST)
    R("windows/sysmon/network_connection", "SourceIp", ADDRESS)
    R("windows/sysmon/network_connection", "Initiated", TYPE)
    R("zeek/dhcp", "assigned_addr", PEER)
    R("zeek/dhcp", "client_addr", PEER)
    R("zeek/dhcp", "host_name", NAME)
    R("zeek/dhcp", "client_fqdn", NAME)
    R("zeek/dns", "query", NAME)
    R("zeek/dns", "answers", PEER)
    R("windows/dhcp", "IP Address", PEER)
    R("windows/dhcp", "Host Name", NAME)
    R("linux/", "event", EVENT)
    R("linux/", "dst_ip", PEER)
    R("linux/", "dst_host", NAME)
    R("webserver/iis", "s-computername", HOST)
    R("webserver/iis", "s-ip", ADDRESS)
    R("azure/signinlogs", "userPrincipalName", PRINCIPAL)
    R("azure/signinlogs", "userId", SID)
    R("azure/signinlogs", "properties.userPrincipalName", PRINCIPAL)
    R("azure/signinlogs", "properties.userId", SID)
    R("azure/signinlogs/diagnostic", "properties.userPrincipalName", PRINCIPAL)
    R("azure/signinlogs/diagnostic", "properties.userId", SID)
};
/* clang-format on */
#undef R

struct sw_alias_plan {
    struct sw_roles roles;
    uint8_t *form; /* by class */
};

enum form { FORM_NONE, FORM_WINDOWS, FORM_SYSMON, FORM_DHCP, FORM_DNS, FORM_SYSLOG, FORM_IIS, FORM_ENTRA };

static enum form form_of(struct sw_str name)
{
    static const struct {
        const char *class_name;
        enum form form;
    } forms[] = {
        {"windows/security", FORM_WINDOWS},
        {"windows/sysmon/network_connection", FORM_SYSMON},
        {"zeek/dhcp", FORM_DHCP},
        {"windows/dhcp", FORM_DHCP},
        {"zeek/dns", FORM_DNS},
        {"webserver/iis", FORM_IIS},
    };
    for (size_t i = 0; i < SW_COUNT_OF(forms); i++)
        if (sw_str_is(name, forms[i].class_name))
            return forms[i].form;
    if (sw_str_starts(name, SW_STR("azure/signinlogs")))
        return FORM_ENTRA;
    return sw_str_starts(name, SW_STR("linux/")) ? FORM_SYSLOG : FORM_NONE;
}

int sw_alias_plan_new(struct sw_alias_plan **made, const struct sw_classes *classes)
{
    struct sw_alias_plan *plan = sw_alloc(1, sizeof *plan);
    *made = plan;
    if (plan == NULL)
        return SW_E_NOMEM;
    uint32_t count = sw_classes_count(classes);
    plan->form = sw_alloc((size_t)count + 1, 1);
    int rc = plan->form == NULL ? SW_E_NOMEM : sw_roles_init(&plan->roles, classes, lines, SW_COUNT_OF(lines));
    if (rc != 0) {
        sw_alias_plan_free(plan);
        *made = NULL;
        return rc;
    }
    for (sw_class_id id = 0; id < count; id++)
        plan->form[id] = (uint8_t)form_of(sw_classes_get(classes, id)->name);
    return 0;
}

void sw_alias_plan_free(struct sw_alias_plan *plan)
{
    if (plan == NULL)
        return;
    sw_roles_fini(&plan->roles);
    sw_free(plan->form);
    sw_free(plan);
}

/* --- the store ---------------------------------------------------------------------------------------------- */

struct sw_aliases {
    struct sw_map known; /* key -> index */
    struct sw_name_pair *items;
    size_t count;
    size_t cap;
    size_t max;
    uint64_t refused;
};

enum { KEY_MAX = 2 * SW_NAME_MAX + 16 };

int sw_aliases_new(struct sw_aliases **made, size_t max_pairs)
{
    struct sw_aliases *aliases = sw_alloc(1, sizeof *aliases);
    *made = aliases;
    if (aliases == NULL)
        return SW_E_NOMEM;
    aliases->max = max_pairs > 0 ? max_pairs : SW_ALIASES;
    sw_map_init(&aliases->known, aliases->max, (size_t)256 << 20);
    return 0;
}

void sw_aliases_free(struct sw_aliases *aliases)
{
    if (aliases == NULL)
        return;
    sw_map_fini(&aliases->known);
    sw_free(aliases->items);
    sw_free(aliases);
}

/* What a pair is known by: how, kinds, day, and the names, as one text. */
static struct sw_str key_of(const struct sw_name_pair *alias, char key[KEY_MAX])
{
    int32_t day = alias->first == SW_TIME_NONE ? INT32_MIN : (int32_t)(alias->first / (86400 * SW_SECOND));
    size_t len = 0;
    key[len++] = (char)alias->how;
    key[len++] = (char)alias->kind;
    key[len++] = (char)alias->other_kind;
    memcpy(key + len, &day, sizeof day);
    len += sizeof day;
    uint16_t name_len = (uint16_t)alias->name.len;
    memcpy(key + len, &name_len, sizeof name_len);
    len += sizeof name_len;
    memcpy(key + len, alias->name.ptr, alias->name.len);
    len += alias->name.len;
    memcpy(key + len, alias->other.ptr, alias->other.len);
    return (struct sw_str){key, len + alias->other.len};
}

static void widen(struct sw_name_pair *kept, const struct sw_name_pair *alias)
{
    kept->count += alias->count;
    if (alias->first != SW_TIME_NONE && (kept->first == SW_TIME_NONE || alias->first < kept->first))
        kept->first = alias->first;
    if (alias->last != SW_TIME_NONE && (kept->last == SW_TIME_NONE || alias->last > kept->last))
        kept->last = alias->last;
}

int sw_aliases_add(struct sw_aliases *aliases, const struct sw_name_pair *alias)
{
    if (alias->name.len == 0 || alias->other.len == 0 || alias->name.len > SW_NAME_MAX ||
        alias->other.len > SW_NAME_MAX)
        return 0;
    char key[KEY_MAX];
    struct sw_str text = key_of(alias, key);
    uint32_t at;
    bool added;
    int rc = sw_map_intern(&aliases->known, text, (uint32_t)aliases->count, &at, &added);
    if (rc == SW_E_LIMIT) {
        aliases->refused++;
        return 0;
    }
    if (rc != 0)
        return rc;
    if (!added) {
        widen(&aliases->items[at], alias);
        return 0;
    }
    rc = sw_grow(&aliases->items, &aliases->cap, aliases->count, sizeof *aliases->items, SIZE_MAX / 256);
    if (rc != 0)
        return rc;
    /* The key holds both names: they are views of the map's copy. */
    struct sw_str kept = sw_map_key(&aliases->known, text);
    struct sw_name_pair *copy = &aliases->items[aliases->count++];
    *copy = *alias;
    copy->name = sw_str_slice(kept, kept.len - alias->other.len - alias->name.len, kept.len - alias->other.len);
    copy->other = sw_str_from(kept, kept.len - alias->other.len);
    return 0;
}

int sw_aliases_merge(struct sw_aliases *aliases, const struct sw_aliases *from)
{
    int rc = 0;
    for (size_t i = 0; i < from->count && rc == 0; i++)
        rc = sw_aliases_add(aliases, &from->items[i]);
    aliases->refused += from->refused;
    return rc;
}

static int compare(const void *a, const void *b)
{
    const struct sw_name_pair *left = a;
    const struct sw_name_pair *right = b;
    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    int order = sw_str_cmp(left->name, right->name);
    if (order != 0)
        return order;
    if (left->other_kind != right->other_kind)
        return left->other_kind < right->other_kind ? -1 : 1;
    order = sw_str_cmp(left->other, right->other);
    if (order != 0)
        return order;
    if (left->how != right->how)
        return left->how < right->how ? -1 : 1;
    return left->first < right->first ? -1 : left->first > right->first;
}

void sw_aliases_sort(struct sw_aliases *aliases)
{
    if (aliases->count > 0)
        qsort(aliases->items, aliases->count, sizeof *aliases->items, compare);
    /* The map's numbers no longer hold: nothing may be added from here on but through a new store. */
}

const struct sw_name_pair *sw_aliases_items(const struct sw_aliases *aliases, size_t *count)
{
    *count = aliases->count;
    return aliases->items;
}

uint64_t sw_aliases_refused(const struct sw_aliases *aliases)
{
    return aliases->refused;
}

/* --- from events -------------------------------------------------------------------------------------------- */

struct sight {
    struct sw_aliases *aliases;
    int64_t time;
    int rc;
};

static void see(struct sight *sight, enum sw_alias_how how, enum sw_entity_kind kind, struct sw_str name,
                enum sw_entity_kind other_kind, struct sw_str other)
{
    const struct sw_name_pair alias = {how, kind, name, other_kind, other, sight->time, sight->time, 1};
    if (sight->rc == 0)
        sight->rc = sw_aliases_add(sight->aliases, &alias);
}

/* A host and an address of it; private addresses alone when `inside`. */
static void see_address(struct sight *sight, enum sw_alias_how how, struct sw_str host_text, struct sw_str address_text,
                        bool inside)
{
    char host[SW_NAME_MAX];
    struct sw_address address = {{0}};
    struct sw_str name = sw_name_host(host_text, host);
    if (name.len == 0 || sw_address_parse(address_text, &address) != 0 || sw_address_is_group(&address))
        return;
    static const uint8_t loopback[16] = {[15] = 1};
    bool v4 = sw_address_is_v4(&address);
    if ((v4 && address.bytes[12] == 127) || (!v4 && memcmp(address.bytes, loopback, sizeof loopback) == 0))
        return;
    if (inside && !sw_address_is_private(&address))
        return;
    struct sw_buf text;
    sw_buf_init(&text, 64);
    sw_buf_address(&text, &address);
    see(sight, how, SW_ENTITY_ADDRESS, sw_buf_str(&text), SW_ENTITY_HOST, name);
    sw_buf_fini(&text);
}

static void see_account(struct sight *sight, struct sw_str user, struct sw_str id)
{
    char name[SW_NAME_MAX];
    struct sw_str domain;
    struct sw_str account = sw_name_account(user, name, &domain);
    if (account.len > 1 && account.ptr[account.len - 1] != '$' && sw_str_starts(id, SW_STR("S-1-5-21-")))
        see(sight, SW_ALIAS_ACCOUNT_ID, SW_ENTITY_ACCOUNT_ID, id, SW_ENTITY_ACCOUNT, account);
}

static void see_windows(struct sight *sight, const struct sw_str *part)
{
    see_account(sight, part[PART_USER], part[PART_SID]);
    see_account(sight, part[PART_ACTOR], part[PART_ACTOR_SID]);
    if (sw_str_is(part[PART_EVENT], "4624"))
        see_address(sight, SW_ALIAS_LOGON, part[PART_NAME], part[PART_PEER], true);
    else if (sw_str_is(part[PART_EVENT], "4768") && sw_str_ends(part[PART_USER], SW_STR("$")))
        see_address(sight, SW_ALIAS_TICKET, part[PART_USER], part[PART_PEER], true);
}

static void see_principal(struct sight *sight, struct sw_str principal, struct sw_str id)
{
    char name[SW_NAME_MAX];
    struct sw_str domain;
    struct sw_str account = sw_name_account(principal, name, &domain);
    if (account.len == 0 || domain.len == 0)
        return;
    see(sight, SW_ALIAS_PRINCIPAL, SW_ENTITY_ACCOUNT_ID, sw_str_slice(principal, 0, SW_NAME_MAX), SW_ENTITY_ACCOUNT,
        account);
    if (id.len > 0)
        see(sight, SW_ALIAS_ACCOUNT_ID, SW_ENTITY_ACCOUNT_ID, sw_str_slice(id, 0, SW_NAME_MAX), SW_ENTITY_ACCOUNT,
            account);
}

int sw_alias_look(const struct sw_alias_plan *plan, struct sw_aliases *aliases, const struct sw_event *event)
{
    struct sw_str part[PART_COUNT];
    if (!sw_roles_get(&plan->roles, event, part, PART_COUNT))
        return 0;
    struct sight sight = {aliases, event->time, 0};
    switch ((enum form)plan->form[event->class_id]) {
    case FORM_WINDOWS:
        see_windows(&sight, part);
        break;
    case FORM_SYSMON:
        if (sw_str_ieq(part[PART_TYPE], SW_STR("true")))
            see_address(&sight, SW_ALIAS_OWN_ADDRESS, part[PART_HOST], part[PART_ADDRESS], true);
        break;
    case FORM_DHCP:
        see_address(&sight, SW_ALIAS_LEASE, part[PART_NAME], part[PART_PEER], true);
        break;
    case FORM_DNS:
        see_address(&sight, SW_ALIAS_LOOKUP, part[PART_NAME], part[PART_PEER], true);
        break;
    case FORM_SYSLOG:
        if (sw_str_is(part[PART_EVENT], "dhcp-ack"))
            see_address(&sight, SW_ALIAS_LEASE, part[PART_NAME], part[PART_PEER], true);
        break;
    case FORM_IIS:
        see_address(&sight, SW_ALIAS_OWN_ADDRESS, part[PART_HOST], part[PART_ADDRESS], false);
        break;
    case FORM_ENTRA:
        see_principal(&sight, part[PART_PRINCIPAL], part[PART_SID]);
        break;
    default:
        break;
    }
    return sight.rc;
}
