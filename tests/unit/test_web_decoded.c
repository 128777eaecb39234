/* test_web_decoded.c - the decoded fields beside the raw ones: made when a rule asks, with all layers undone, else not at all. */
#include "web_fixture.h"

#define LINE \
    "192.0.2.1 - - [24/Nov/2026:12:00:00 +0000] \"GET /a%2fb%252ec?q=a%2527b+c HTTP/1.1\" 200 10 \"http://x/?%3Cr%3E\" \"A %24%7Bx\"\n"

struct asked {
    const char *made;  /* the field that is made */
    const char *value; /* its value; NULL: nothing is made */
    struct sw_web *web;
    struct sw_web_worker *worker;
    unsigned events;
};

static int on_event(void *arg, struct sw_event *event)
{
    struct asked *asked = arg;
    asked->events++;
    uint32_t before = event->count;
    const struct sw_event *with = sw_web_decoded(asked->worker, event);
    assert_int_equal(event->count, before);
    if (asked->value == NULL) {
        assert_ptr_equal(with, event);
        return 0;
    }
    struct sw_str value = sw_event_get(with, sw_field_intern(sw_str(asked->made)));
    if (!sw_str_is(value, asked->value))
        fail_msg("%s is %.*s", asked->made, SW_STR_ARG(value));
    assert_int_equal(with->count, before + 1);
    assert_true(sw_str_is(sw_event_get(with, sw_field_intern(SW_STR("cs-uri"))), "/a%2fb%252ec?q=a%2527b+c"));
    return 0;
}

/* With a rule that asks for `field`, NULL for none. */
static void ask(const char *field, const char *made, const char *value)
{
    struct sw_pred pred = {.field = field != NULL ? sw_field_intern(sw_str(field)) : SW_FIELD_NONE};
    const struct sw_rules rules = {.preds = &pred, .pred_count = 1};
    const struct sw_web_options options = {.classes = web_classes(), .rules = &rules};
    struct asked asked = {.made = made, .value = value};
    struct sw_arena arena;
    struct sw_read_stats stats;
    assert_int_equal(sw_web_new(&asked.web, &options), 0);
    assert_int_equal(sw_web_worker_new(&asked.worker, asked.web), 0);
    sw_arena_init(&arena, SW_MAX_ARENA);
    const struct sw_memory memory = {.bytes = SW_STR(LINE LINE), .info = {.path = SW_STR("access.log"), .modified = SW_TIME_NONE},
                                     .decoder = sw_decoder_find(SW_STR("weblog")), .classes = web_classes()};
    assert_int_equal(sw_memory_decode(&memory, &arena, &stats, on_event, &asked), 0);
    assert_int_equal(asked.events, 2);
    sw_arena_fini(&arena);
    sw_web_worker_free(asked.worker);
    sw_web_free(asked.web);
}

static void fields(void **unused)
{
    (void)unused;
    ask("cs-uri-decoded", "cs-uri-decoded", "/a/b.c?q=a'b+c");
    ask("cs-uri-stem-decoded", "cs-uri-stem-decoded", "/a/b.c");
    ask("cs-user-agent-decoded", "cs-user-agent-decoded", "A ${x");
    ask("cs-referer-decoded", "cs-referer-decoded", "http://x/?<r>");
    ask("CS-URI-Decoded", "cs-uri-decoded", "/a/b.c?q=a'b+c"); /* names of fields have no case */
}

static void none(void **unused)
{
    (void)unused;
    ask(NULL, NULL, NULL);
    ask("cs-uri", NULL, NULL);
    ask("cs-uri-stem-decoded-x", NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(fields), cmocka_unit_test(none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
