/*
 * account_fixture.h - events of logins through the account behaviours, for unit tests: what was found.
 */
#ifndef SW_TESTS_ACCOUNT_FIXTURE_H
#define SW_TESTS_ACCOUNT_FIXTURE_H

#include "base/mem.h"
#include "behaviour/behaviour.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

enum { FOUND_MAX = 512, FIELDS_MAX = 16, EVENTS_MAX = 60000 };

struct found {
    char title[120];
    enum sw_level level;
    uint64_t count;
    double value;
    char user[80];
    char source[80];
    char why[600];
};

/* Events are kept, so that one story can be run in several ways. */
struct event_text {
    double hours; /* since the story's beginning */
    const char *class_name;
    struct {
        const char *name;
        char value[72];
    } fields[FIELDS_MAX];
    size_t count;
};

struct story {
    struct event_text *events;
    size_t count;
    struct found found[FOUND_MAX];
    size_t found_count;
    struct sw_behaviour_stats stats;
    int rc;
};

static struct sw_classes *story_classes(void)
{
    static struct sw_classes *classes;
    struct sw_error err;
    if (classes == NULL)
        assert_int_equal(sw_classes_load(&classes, NULL, 0, &err), 0);
    return classes;
}

static void story_begin(struct story *story)
{
    *story = (struct story){.events = sw_alloc(EVENTS_MAX, sizeof(struct event_text))};
    assert_non_null(story->events);
}

static void story_end(struct story *story)
{
    sw_free(story->events);
}

/* Names and values in turns, NULL at the end. A NULL value leaves the field out. */
static void tell(struct story *story, double hours, const char *class_name, ...)
{
    assert_true(story->count < EVENTS_MAX);
    struct event_text *event = &story->events[story->count++];
    *event = (struct event_text){.hours = hours, .class_name = class_name};
    va_list list;
    va_start(list, class_name);
    for (const char *name = va_arg(list, const char *); name != NULL; name = va_arg(list, const char *)) {
        const char *value = va_arg(list, const char *);
        if (value == NULL)
            continue;
        assert_true(event->count < FIELDS_MAX);
        event->fields[event->count].name = name;
        (void)snprintf(event->fields[event->count++].value, sizeof event->fields[0].value, "%s", value);
    }
    va_end(list);
}

static int keep_found(void *arg, const struct sw_behaviour_match *match)
{
    struct story *story = arg;
    assert_true(story->found_count < FOUND_MAX);
    struct found *found = &story->found[story->found_count++];
    *found = (struct found){.level = match->rule->level, .count = match->count, .value = match->value};
    (void)snprintf(found->title, sizeof found->title, "%.*s", SW_STR_ARG(match->rule->title));
    (void)snprintf(found->why, sizeof found->why, "%.*s", SW_STR_ARG(match->explanation));
    for (size_t i = 0; i < match->group_count; i++) {
        if (sw_str_is(match->groups[i].name, "user"))
            (void)snprintf(found->user, sizeof found->user, "%.*s", SW_STR_ARG(match->groups[i].value));
        if (sw_str_is(match->groups[i].name, "src_ip"))
            (void)snprintf(found->source, sizeof found->source, "%.*s", SW_STR_ARG(match->groups[i].value));
    }
    assert_true(match->member_count > 0 && match->member_count <= 16);
    for (size_t i = 1; i < match->member_count; i++)
        assert_true(match->members[i - 1].time <= match->members[i].time);
    return 0;
}

static int look_at(const struct sw_behaviours *all, struct sw_behaviour_batch *batch, const struct event_text *text,
                   size_t number)
{
    struct sw_event event;
    sw_event_init(&event);
    event.time = (int64_t)1790000000 * 1000000000 + (int64_t)(text->hours * 3600e9);
    event.class_id = sw_classes_find(story_classes(), sw_str(text->class_name));
    event.offset = number * 100;
    for (size_t i = 0; i < text->count; i++)
        sw_event_add(&event, sw_field_intern(sw_str(text->fields[i].name)), SW_STRING, text->fields[i].value,
                     strlen(text->fields[i].value));
    int rc = sw_behaviour_look(all, batch, &event);
    sw_event_fini(&event);
    return rc;
}

/* `slice`: events delivered at once; `memory`: 0 for the default. story->rc tells of failures. */
static void story_run(struct story *story, size_t slice, size_t memory)
{
    struct sw_behaviours *all = NULL;
    struct sw_behaviour_batch *batch = NULL;
    struct sw_error err = {0};
    const struct sw_behaviour_options options = {.classes = story_classes(), .memory = memory};
    story->found_count = 0;
    story->rc = sw_behaviours_new(&all, &options, &err);
    bool made = story->rc == 0;
    if (made)
        story->rc = sw_behaviour_batch_new(&batch);
    for (size_t i = 0; i < story->count && story->rc == 0; i++) {
        story->rc = look_at(all, batch, &story->events[i], i);
        if (story->rc == 0 && (i + 1 == story->count || (i + 1) % slice == 0)) {
            story->rc = sw_behaviour_deliver(all, batch, 0, 0);
            sw_behaviour_batch_reset(batch);
        }
    }
    if (story->rc == 0)
        story->rc = sw_behaviour_finish(all, keep_found, story);
    if (made)
        sw_behaviours_stats(all, &story->stats);
    sw_behaviour_batch_free(batch);
    sw_behaviours_free(all);
}

static const struct found *find_title(const struct story *story, const char *title)
{
    for (size_t i = 0; i < story->found_count; i++)
        if (strcmp(story->found[i].title, title) == 0)
            return &story->found[i];
    return NULL;
}

/* Runs the story; the finding of this title, which must be there. */
static const struct found *must_find(struct story *story, const char *title)
{
    story_run(story, 1000, 0);
    assert_int_equal(story->rc, 0);
    const struct found *found = find_title(story, title);
    for (size_t i = 0; i < story->found_count && found == NULL; i++)
        print_message("  found: %s | %s\n", story->found[i].title, story->found[i].why);
    assert_non_null(found);
    return found;
}

/* Runs the story, in which nothing of medium level or above may be found. */
static void must_be_calm(struct story *story)
{
    story_run(story, 1000, 0);
    assert_int_equal(story->rc, 0);
    for (size_t i = 0; i < story->found_count; i++) {
        if (story->found[i].level >= SW_LEVEL_MEDIUM)
            print_message("  found: %s | %s\n", story->found[i].title, story->found[i].why);
        assert_true(story->found[i].level < SW_LEVEL_MEDIUM);
    }
}

/* --- words of stories ----------------------------------------------------------------------------------------- */

/* A sign-in to Entra: code "0" is a success. */
static void sign_in(struct story *story, double hours, const char *user, const char *address, const char *code,
                    const char *country, const char *device, const char *session)
{
    const char *latitude = strcmp(country, "DE") == 0 ? "52.5" : strcmp(country, "NL") == 0 ? "52.4" : "-23.5";
    const char *longitude = strcmp(country, "DE") == 0 ? "13.4" : strcmp(country, "NL") == 0 ? "4.9" : "-46.6";
    tell(story, hours, "azure/signinlogs", "userPrincipalName", user, "ipAddress", address, "status.errorCode", code,
         "location.countryOrRegion", country, "location.geoCoordinates.latitude", latitude,
         "location.geoCoordinates.longitude", longitude, "deviceDetail.deviceId", device, "sessionId", session,
         "appDisplayName", "Mail", "authenticationRequirement", "multiFactorAuthentication", NULL);
}

/* Two sign-ins a day at the office's address, with the account's own device. */
static void habit(struct story *story, const char *user, int days)
{
    for (int day = 0; day < days; day++) {
        sign_in(story, day * 24 + 8.1, user, "198.51.100.5", "0", "DE", user, NULL);
        sign_in(story, day * 24 + 13.3, user, "198.51.100.5", "0", "DE", user, NULL);
    }
}

static void windows(struct story *story, double hours, const char *id, const char *user, const char *host,
                    const char *address, const char *type, const char *status)
{
    tell(story, hours, "windows/security", "EventID", id, "TargetUserName", user, "TargetDomainName", "CORP",
         "Computer", host, "IpAddress", address, "LogonType", type, "Status", status, "SubStatus", status,
         "AuthenticationPackageName", "Kerberos", NULL);
}

static void ticket(struct story *story, double hours, const char *user, const char *service, const char *encryption)
{
    tell(story, hours, "windows/security", "EventID", "4769", "TargetUserName", user, "TargetDomainName",
         "CORP.EXAMPLE", "Computer", "dc1.corp.example", "IpAddress", "::ffff:10.1.1.7", "ServiceName", service,
         "TicketEncryptionType", encryption, "Status", "0x0", NULL);
}

#endif
