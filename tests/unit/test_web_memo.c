/* test_web_memo.c - what was seen is known in its role alone; a pair keeps what was found last; answers of paths add up. */
#include "web/memo.h"
#include "web/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

static void roles(void **unused)
{
    (void)unused;
    struct sw_web_memo *memo = sw_web_memo_new();
    assert_non_null(memo);
    struct sw_web_key agent = sw_web_memo_key(memo, SW_WEB_ROLE_AGENT, SW_STR("text"));
    struct sw_web_key referer = sw_web_memo_key(memo, SW_WEB_ROLE_REFERER, SW_STR("text"));
    assert_false(sw_web_memo_has(memo, agent));
    sw_web_memo_add(memo, agent);
    assert_true(sw_web_memo_has(memo, agent));
    assert_false(sw_web_memo_has(memo, referer));
    assert_int_equal(sw_web_memo_stem(memo, sw_web_memo_target_key(memo, SW_STR("text"))), 0);
    sw_web_memo_free(memo);
}

/* A third text of a pair's place pushes out the one that was found longer ago. */
static void pairs(void **unused)
{
    (void)unused;
    struct sw_web_memo *memo = sw_web_memo_new();
    assert_non_null(memo);
    const struct sw_web_key first = {1, 5}, second = {2, 5}, third = {3, 5};
    sw_web_memo_add(memo, first);
    sw_web_memo_add(memo, second);
    assert_true(sw_web_memo_has(memo, first));
    sw_web_memo_add(memo, third);
    assert_true(sw_web_memo_has(memo, first));
    assert_false(sw_web_memo_has(memo, second));
    assert_true(sw_web_memo_has(memo, third));
    sw_web_memo_add_target(memo, first, 11);
    sw_web_memo_add_target(memo, second, 21);
    assert_int_equal(sw_web_memo_stem(memo, first), 11);
    sw_web_memo_add_target(memo, third, 31);
    assert_int_equal(sw_web_memo_stem(memo, first), 11);
    assert_int_equal(sw_web_memo_stem(memo, second), 0);
    assert_int_equal(sw_web_memo_stem(memo, third), 31);
    sw_web_memo_free(memo);
}

static void stems(void **unused)
{
    (void)unused;
    uint64_t script = sw_web_stem_hash(SW_STR("/a/b.PHP?x=1"));
    assert_int_equal(script, sw_web_stem_hash(SW_STR("/a/b.PHP?y=2&z")));
    assert_int_equal(script & SW_WEB_STEM_SCRIPT, SW_WEB_STEM_SCRIPT);
    assert_int_equal(sw_web_stem_hash(SW_STR("/a/b.png?x=c.php")) & SW_WEB_STEM_SCRIPT, 0);
    assert_true(sw_web_stem_hash(SW_STR("")) != 0);
    assert_int_equal(sw_web_client_hash((struct sw_str){NULL, 0}), 0);
}

static void note(struct sw_web_answers *answers, const char *target, uint64_t bytes, const char *client, int64_t time, bool post)
{
    uint64_t stem = sw_web_stem_hash(sw_str(target));
    assert_int_equal(sw_web_answers_note(answers, stem, bytes), 0);
    if ((stem & SW_WEB_STEM_SCRIPT) != 0)
        assert_int_equal(sw_web_answers_script(answers, sw_str(target), sw_str(client), time, post), 0);
}

/* The same whether a path's answers come in one slice or in several, and whether its name was told before in the slice or not. */
static void answers(void **unused)
{
    (void)unused;
    for (unsigned cut = 0; cut < 2; cut++) {
        struct sw_web_paths paths;
        struct sw_web_answers slice;
        assert_int_equal(sw_web_paths_init(&paths, 3), 0);
        sw_web_answers_init(&slice);
        note(&slice, "/x.php", 70, "192.0.2.1", 5, false);
        note(&slice, "/y", 10, "192.0.2.1", 6, false);
        if (cut == 1) {
            sw_web_paths_add(&paths, &slice);
            sw_web_answers_reset(&slice);
        }
        note(&slice, "/x.php", UINT64_MAX - 1, "192.0.2.2", 7, true);
        note(&slice, "/x.php", 60, "192.0.2.1", 8, false);
        sw_web_paths_add(&paths, &slice);
        const struct sw_web_path *script = sw_web_paths_find(&paths, sw_web_stem_hash(SW_STR("/x.php")));
        assert_non_null(script);
        assert_int_equal(script->answers, 3);
        assert_int_equal(script->least, 60);
        assert_int_equal(script->most, SW_WEB_MOST_BYTES);
        assert_true(script->posted);
        assert_true(sw_str_is(sw_strn(script->name, script->name_len), "/x.php"));
        assert_int_equal(script->first_time, 5);
        assert_int_equal(script->first_client, sw_web_client_hash(SW_STR("192.0.2.1")));
        assert_int_equal(script->other_client, sw_web_client_hash(SW_STR("192.0.2.2")));
        sw_web_answers_reset(&slice);
        note(&slice, "/x.php", 61, "192.0.2.3", 9, false);
        note(&slice, "/z", 1, "192.0.2.3", 9, false);
        note(&slice, "/no-room.php", 1, "192.0.2.3", 9, false); /* a fourth path */
        note(&slice, "/x.php", 62, "192.0.2.4", 9, false);
        sw_web_paths_add(&paths, &slice);
        assert_true(script->other_client == SW_WEB_MANY_CLIENTS);
        assert_int_equal(script->answers, 5);
        assert_int_equal(paths.dropped, 1);
        const struct sw_web_path *plain = sw_web_paths_find(&paths, sw_web_stem_hash(SW_STR("/y")));
        assert_null(plain->name);
        assert_int_equal(plain->first_client, 0);
        sw_web_answers_fini(&slice);
        sw_web_paths_fini(&paths);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(roles), cmocka_unit_test(pairs), cmocka_unit_test(stems),
                                       cmocka_unit_test(answers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
