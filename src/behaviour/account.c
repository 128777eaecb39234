/* account.c - names of accounts, and telling findings about them: what all account behaviours share. */
#include "behaviour/account.h"

#include <math.h>

static const char *const kind_names[] = {
#define SW_LOGIN_KIND(name, text) text,
    SW_LOGIN_KINDS(SW_LOGIN_KIND)
#undef SW_LOGIN_KIND
};

const char *sw_login_kind_name(unsigned kind)
{
    return kind < SW_LOGIN_KIND_COUNT ? kind_names[kind] : "login";
}

bool sw_login_enters(const struct sw_login *login)
{
    switch (login->kind) {
    case SW_LOGIN_TICKET:
    case SW_LOGIN_MFA:
    case SW_LOGIN_MFA_CHANGE:
    case SW_LOGIN_PRIVILEGE:
    case SW_LOGIN_USE:
    case SW_LOGIN_SUDO:
        return false;
    default:
        return true;
    }
}

/* --- names of accounts -------------------------------------------------------------------------------------- */

struct parts {
    struct sw_str user;
    struct sw_str domain;
};

static struct parts parts_of(struct sw_str text)
{
    size_t slash = sw_str_chr(text, '\\');
    if (slash != SW_NPOS)
        return (struct parts){sw_str_from(text, slash + 1), sw_str_slice(text, 0, slash)};
    size_t at = sw_str_chr(text, '@');
    if (at != SW_NPOS)
        return (struct parts){sw_str_slice(text, 0, at), sw_str_from(text, at + 1)};
    return (struct parts){text, {0}};
}

void sw_account_split(struct sw_str name, struct sw_str *user, struct sw_str *domain)
{
    struct parts parts = parts_of(name);
    *user = parts.user;
    *domain = parts.domain;
}

static struct sw_str first_label(struct sw_str domain)
{
    return sw_str_slice(domain, 0, sw_str_chr(domain, '.'));
}

size_t sw_account_key(struct sw_str user, struct sw_str domain, bool windows, char *key, size_t room)
{
    struct parts parts = parts_of(user);
    bool slashed = sw_str_chr(user, '\\') != SW_NPOS;
    if (parts.domain.len == 0 && !sw_str_is(domain, "-"))
        parts.domain = domain;
    if (windows || slashed)
        parts.domain = first_label(parts.domain);
    size_t len = 0;
    for (size_t i = 0; i < parts.user.len && len < room; i++)
        key[len++] = sw_lower(parts.user.ptr[i]);
    if (parts.domain.len > 0 && len < room)
        key[len++] = '@';
    for (size_t i = 0; i < parts.domain.len && len < room; i++)
        key[len++] = sw_lower(parts.domain.ptr[i]);
    return len;
}

bool sw_account_alike(struct sw_str a, struct sw_str b)
{
    struct parts x = parts_of(a);
    struct parts y = parts_of(b);
    return x.user.len > 0 && sw_str_ieq(x.user, y.user) &&
           (x.domain.len == 0 || y.domain.len == 0 || sw_str_ieq(first_label(x.domain), first_label(y.domain)));
}

/* One of the words stands alone in the name: between its ends, digits, '-', '_' and '.'. */
static bool has_word(struct sw_str name, const char *const *words, size_t count)
{
    size_t from = 0;
    for (size_t i = 0; i <= name.len; i++) {
        if (i < name.len && sw_is_alpha(name.ptr[i]))
            continue;
        struct sw_str word = sw_str_slice(name, from, i);
        for (size_t k = 0; k < count; k++)
            if (sw_str_ieq(word, sw_str(words[k])))
                return true;
        from = i + 1;
    }
    return false;
}

bool sw_account_is_service_name(struct sw_str name)
{
    static const char *const words[] = {"svc", "service", "srv", "sa", "batch", "backup", "daemon", "sqlsvc"};
    struct sw_str user = parts_of(name).user;
    return has_word(user, words, SW_COUNT_OF(words)) || sw_str_istarts(user, SW_STR("svc"));
}

bool sw_account_is_admin_name(struct sw_str name)
{
    static const char *const words[] = {"administrator", "admin", "adm", "root", "da", "domadm"};
    struct sw_str user = parts_of(name).user;
    return has_word(user, words, SW_COUNT_OF(words));
}

/* --- where -------------------------------------------------------------------------------------------------- */

uint32_t sw_login_network(const struct sw_account_world *world, const struct sw_login *login)
{
    const struct sw_login_name *name = sw_login_name_at(world, login->source);
    return name != NULL ? name->network : SW_LOGIN_NONE;
}

uint32_t sw_login_country(const struct sw_account_world *world, const struct sw_login *login)
{
    const struct sw_login_name *name = sw_login_name_at(world, login->location);
    return name != NULL ? name->country : SW_LOGIN_NONE;
}

bool sw_login_is_external(const struct sw_account_world *world, const struct sw_login *login)
{
    const struct sw_login_name *name = sw_login_name_at(world, login->source);
    return name != NULL && name->kind == SW_NAME_ADDRESS && !name->internal;
}

static double radians(float degrees)
{
    return (double)degrees * 3.14159265358979323846 / 180;
}

double sw_login_kilometres(const struct sw_login_name *a, const struct sw_login_name *b)
{
    double u = sin((radians(b->latitude) - radians(a->latitude)) / 2);
    double v = sin((radians(b->longitude) - radians(a->longitude)) / 2);
    double h = u * u + cos(radians(a->latitude)) * cos(radians(b->latitude)) * v * v;
    return 2 * 6371 * asin(sqrt(h < 1 ? h : 1));
}

/* --- telling ------------------------------------------------------------------------------------------------ */

enum { MEMBERS = sizeof((struct sw_account_finding *)0)->members / sizeof(struct sw_place_at) };

void sw_finding_init(struct sw_account_finding *finding)
{
    *finding = (struct sw_account_finding){.first_ms = INT64_MAX,
                                           .last_ms = INT64_MIN,
                                           .source = SW_LOGIN_NONE,
                                           .target = SW_LOGIN_NONE,
                                           .service = SW_LOGIN_NONE};
    sw_buf_init(&finding->text, SW_BEHAVIOUR_EXPLANATION);
}

void sw_finding_add(struct sw_account_finding *finding, int64_t time_ms, struct sw_place place, uint32_t weight)
{
    size_t at = finding->member_count < MEMBERS ? finding->member_count++ : MEMBERS - 1;
    finding->members[at] = (struct sw_place_at){time_ms * 1000000, place};
    finding->count += weight;
    if (time_ms < finding->first_ms)
        finding->first_ms = time_ms;
    if (time_ms > finding->last_ms)
        finding->last_ms = time_ms;
}

void sw_finding_login(struct sw_account_finding *finding, const struct sw_login *login)
{
    sw_finding_add(finding, login->time_ms, login->place, login->weight);
}

void sw_buf_login_name(struct sw_buf *out, const struct sw_account_world *world, uint32_t number)
{
    const struct sw_login_name *name = sw_login_name_at(world, number);
    if (name == NULL)
        SW_BUF_LIT(out, "an unknown source");
    else if (name->kind == SW_NAME_ADDRESS || name->kind == SW_NAME_NETWORK)
        sw_buf_address(out, &name->address);
    else if (name->kind == SW_NAME_LOCATION)
        sw_buf_str_add(out, sw_str_slice(name->text, 0, sw_str_chr(name->text, '|')));
    else
        sw_buf_str_add(out, name->text);
}

static void add_group(struct sw_behaviour_group *groups, size_t *count, struct sw_buf *text,
                      const struct sw_account_world *world, const char *field, uint32_t number)
{
    size_t from = text->len;
    sw_buf_login_name(text, world, number);
    groups[(*count)++] = (struct sw_behaviour_group){sw_str(field), {NULL, text->len - from}};
}

int sw_finding_tell(struct sw_account_finding *finding, struct sw_behaviour_run *run,
                    const struct sw_account_world *world)
{
    struct sw_behaviour_group groups[4];
    size_t count = 0;
    struct sw_buf text;
    if (finding->incomplete)
        SW_BUF_LIT(&finding->text, "; incomplete: some of it was given up for want of memory");
    sw_buf_init(&text, 4096);
    const struct sw_login_name *source = sw_login_name_at(world, finding->source);
    const struct sw_login_name *target = sw_login_name_at(world, finding->target);
    if (finding->account.len > 0) {
        sw_buf_str_add(&text, finding->account);
        groups[count++] = (struct sw_behaviour_group){SW_STR("user"), {NULL, finding->account.len}};
    }
    if (source != NULL)
        add_group(groups, &count, &text, world, source->kind == SW_NAME_ADDRESS ? "src_ip" : "WorkstationName",
                  finding->source);
    if (target != NULL)
        add_group(groups, &count, &text, world, target->kind == SW_NAME_ADDRESS ? "dst_ip" : "Computer",
                  finding->target);
    if (sw_login_name_at(world, finding->service) != NULL)
        add_group(groups, &count, &text, world, "ServiceName", finding->service);
    int rc = sw_buf_error(&text) != 0 ? sw_buf_error(&text) : sw_buf_error(&finding->text);
    if (rc == SW_E_LIMIT) /* a long sentence is cut, no fault */
        rc = 0;
    size_t at = 0;
    for (size_t i = 0; i < count && text.data != NULL; i++) {
        groups[i].value.ptr = text.data + at;
        at += groups[i].value.len;
    }
    const struct sw_behaviour_report report = {.rule = finding->rule,
                                               .first = finding->first_ms * 1000000,
                                               .last = finding->last_ms * 1000000,
                                               .count = finding->count,
                                               .value = finding->value,
                                               .groups = groups,
                                               .group_count = text.data != NULL ? count : 0,
                                               .members = finding->members,
                                               .member_count = finding->member_count,
                                               .explanation = sw_buf_str(&finding->text)};
    if (rc == 0)
        rc = sw_behaviour_report(run, &report);
    sw_buf_fini(&text);
    sw_buf_fini(&finding->text);
    return rc;
}
