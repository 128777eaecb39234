/* checklist.c - what to do first: the advisory's order (close the entry, remove every way back at once, rotate what was
 * exposed, keep the evidence), about this incident's own hosts, accounts and files. AA24-190A, "Mitigation
 * recommendations"; NIST SP 800-61r2, section 3.3 (evidence before eradication). */
#include "incident/incident_priv.h"

#include "base/mem.h"

enum { STEPS_MAX = 120, ACCOUNTS_MAX = 30 };

struct lister {
    struct sw_incidents *all;
    struct sw_incident *incident;
    struct sw_buf text;
    int rc;
};

static void put(struct lister *l, struct sw_str text)
{
    sw_buf_add(&l->text, text.ptr, text.len);
}

static void put_host(struct lister *l, uint32_t host)
{
    if (host == SW_NONE)
        return;
    sw_buf_text(&l->text, " on ");
    put(l, l->all->entities[host].value);
}

/* Takes what was written as the next step, unless it is there already. */
static void step(struct lister *l, const char *group)
{
    struct sw_incident *incident = l->incident;
    if (l->rc == 0)
        l->rc = sw_buf_error(&l->text);
    struct sw_str text = sw_buf_str(&l->text);
    for (uint32_t i = 0; i < incident->step_count && l->rc == 0; i++) {
        if (!sw_str_eq(incident->steps[i].text, text))
            continue;
        sw_buf_clear(&l->text);
        return;
    }
    if (l->rc == 0 && incident->step_count < STEPS_MAX) {
        struct sw_hash128 hash = sw_hash128(text, 0);
        struct sw_step *next = &incident->steps[incident->step_count++];
        next->group = sw_str(group);
        next->text = sw_arena_dup(&l->all->memory, text);
        next->key = sw_arena_printf(&l->all->memory, "%016llx", (unsigned long long)hash.high);
        if (next->text.ptr == NULL || next->key.ptr == NULL)
            l->rc = SW_E_NOMEM;
    }
    sw_buf_clear(&l->text);
}

static void preserve(struct lister *l)
{
    uint32_t hosts = 0;
    for (uint32_t i = 0; i < l->incident->entity_count && hosts < 10; i++) {
        const struct sw_entity *entity = &l->all->entities[l->incident->entities[i]];
        if (entity->thing != SW_THING_HOST && entity->thing != SW_THING_INSIDE)
            continue;
        sw_buf_text(&l->text, "Before anything is changed, keep memory, disk and logs of ");
        put(l, entity->value);
        sw_buf_text(&l->text, ", and stop its logs from being overwritten.");
        step(l, "Preserve the evidence");
        hosts++;
    }
}

static void close_entries(struct lister *l)
{
    for (uint32_t i = 0; i < l->incident->entry_count; i++) {
        const struct sw_entry_point *entry = &l->incident->entries[i];
        if (!entry->succeeded)
            continue;
        sw_buf_text(&l->text, "Close the way in");
        put_host(l, entry->host);
        sw_buf_text(&l->text, ": ");
        put(l, entry->what);
        sw_buf_text(&l->text,
                    ". Take it off the internet or put a filter before it, and update the software behind it.");
        step(l, "Close the entry");
    }
}

static const char *removal(enum sw_reentry kind)
{
    switch (kind) {
    case SW_REENTRY_WEB_SHELL:
        return "Remove the web shell (keep a copy and its times), and look for others in the same web root: ";
    case SW_REENTRY_ACCOUNT:
        return "Disable the account or reset its password and end its sessions: ";
    case SW_REENTRY_KEY:
        return "Remove the key that was added: ";
    case SW_REENTRY_TASK:
        return "Delete the scheduled task: ";
    case SW_REENTRY_SERVICE:
        return "Stop and delete the service: ";
    case SW_REENTRY_AUTOSTART:
        return "Remove what starts by itself: ";
    case SW_REENTRY_TUNNEL:
        return "Block the far end at the firewall and end what talks to it: ";
    case SW_REENTRY_LISTENER:
        return "Close the port or take back the firewall's change: ";
    default:
        return "Restore the login path from a known good copy and treat all that passed through it as stolen: ";
    }
}

static void remove_ways_back(struct lister *l)
{
    for (uint32_t i = 0; i < l->incident->reentry_count; i++) {
        const struct sw_reentry_point *point = &l->incident->reentries[i];
        if (point->state == SW_STATE_REMOVED)
            continue;
        sw_buf_text(&l->text, removal(point->kind));
        put(l, point->value);
        put_host(l, point->host);
        sw_buf_text(&l->text, ".");
        step(l, "Remove every way back, all at once");
    }
}

static bool has_tactic(const struct sw_incident *incident, enum sw_tactic tactic)
{
    for (uint32_t i = 0; i < incident->phase_count; i++)
        if (incident->phases[i].tactic == tactic)
            return true;
    return false;
}

static void rotate(struct lister *l)
{
    uint32_t accounts = 0;
    for (uint32_t i = 0; i < l->incident->entity_count && accounts < ACCOUNTS_MAX; i++) {
        const struct sw_entity *entity = &l->all->entities[l->incident->entities[i]];
        if (entity->thing != SW_THING_ACCOUNT || !entity->joins)
            continue;
        sw_buf_text(&l->text, "Change the password and end all sessions of ");
        put(l, entity->value);
        sw_buf_text(&l->text, "; require a second factor where it may log in from outside.");
        step(l, "Rotate what was exposed");
        accounts++;
    }
    if (has_tactic(l->incident, SW_TACTIC_CREDENTIAL_ACCESS)) {
        sw_buf_text(&l->text, "Credentials were collected: change the passwords of service accounts that these hosts "
                              "know, and, if a domain controller is "
                              "among them, that of krbtgt twice.");
        step(l, "Rotate what was exposed");
    }
}

static void watch(struct lister *l)
{
    uint32_t addresses = 0;
    for (uint32_t i = 0; i < l->incident->entity_count && addresses < 20; i++) {
        const struct sw_entity *entity = &l->all->entities[l->incident->entities[i]];
        if (entity->thing != SW_THING_OUTSIDE)
            continue;
        sw_buf_text(&l->text, "Search all logs for ");
        put(l, entity->value);
        sw_buf_text(&l->text,
                    "; block it at the moment of eradication, not before (it may be a home router that others share).");
        step(l, "Then watch");
        addresses++;
    }
}

int sw_incident_list_steps(struct sw_incidents *all, struct sw_incident *incident)
{
    struct lister l = {.all = all, .incident = incident};
    sw_buf_init(&l.text, 1u << 16);
    incident->steps = sw_arena_zero(&all->memory, STEPS_MAX, sizeof *incident->steps);
    if (incident->steps == NULL)
        l.rc = SW_E_NOMEM;
    if (l.rc == 0 && incident->level >= SW_LEVEL_MEDIUM) {
        preserve(&l);
        close_entries(&l);
        remove_ways_back(&l);
        rotate(&l);
        watch(&l);
    }
    sw_buf_fini(&l.text);
    return l.rc;
}
