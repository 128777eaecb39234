/* test_web_normalise.c - every layer that the web analysis undoes, its limits, and what it must leave alone. */
#include "web_fixture.h"

#include "web/commands.h"
#include "web/commands_priv.h"
#include "web/normalise.h"
#include "web/sql.h"

static struct sw_arena arena;

static void undone(const char *raw, bool plus, const char *expected, uint32_t layers)
{
    uint32_t got = 0;
    struct sw_str text = sw_web_undo(&arena, sw_str(raw), plus, &got);
    char shown[256];
    (void)snprintf(shown, sizeof shown, "%.*s", SW_STR_ARG(text));
    assert_string_equal(shown, expected);
    assert_int_equal(got, layers);
}

static void percent(void **unused)
{
    (void)unused;
    undone("/plain/path?a=b", false, "/plain/path?a=b", 0);
    undone("a%20b%2fc", false, "a b/c", SW_WEB_PERCENT);
    undone("a+b%2Bc", true, "a b+c", SW_WEB_PERCENT);
    undone("a+b", false, "a+b", 0);
    undone("%2527", false, "'", SW_WEB_PERCENT | SW_WEB_TWICE);
    undone("%25252527", false, "'", SW_WEB_PERCENT | SW_WEB_TWICE);
    undone("%u0027%u002f", false, "'/", SW_WEB_UNICODE);
    undone("%uff0e", false, ".", SW_WEB_UNICODE | SW_WEB_WIDE);
    undone("100%", false, "100%", 0);
    undone("%zz%4", false, "%zz%4", 0);
    undone("a%00b", false, "ab", SW_WEB_PERCENT | SW_WEB_NUL);
    /* five times: the bound holds, nothing runs on */
    undone("%2525252527", false, "%27", SW_WEB_PERCENT | SW_WEB_TWICE);
}

static void other_layers(void **unused)
{
    (void)unused;
    undone("%c0%af%c1%9c", false, "/\\", SW_WEB_PERCENT | SW_WEB_OVERLONG);
    undone("%e0%80%af", false, "/", SW_WEB_PERCENT | SW_WEB_OVERLONG);
    undone("\xef\xbc\x9cscript\xef\xbc\x9e", false, "<script>", SW_WEB_WIDE);
    undone("\xe2\x93\x9b\xe2\x93\x9e\xe2\x93\x92\xe2\x93\x90\xe2\x93\x9b", false, "local", SW_WEB_WIDE);
    undone("&lt;b&gt;&#39;&#x27;&#0000039;", false, "<b>'''", SW_WEB_ENTITY);
    undone("a&b=c&lty", false, "a&b=c&lty", 0);
    undone("\\x27\\u0027\\u{27}", false, "'''", SW_WEB_ESCAPE);
    undone("c:\\users\\x", false, "c:\\users\\x", 0);
    undone("caf\xc3\xa9 \xe4\xbd\xa0\xe5\xa5\xbd", false, "caf\xc3\xa9 \xe4\xbd\xa0\xe5\xa5\xbd", 0);
    undone("%26lt%3B", false, "<", SW_WEB_PERCENT | SW_WEB_ENTITY);
}

static void never_longer(void **unused)
{
    (void)unused;
    static const char *const texts[] = {"&#65536;&#x10FFFF;", "\\u{1F600}\\uFFFF", "%uFFFF%uFFFF", "&#128512;%F0%9F%98%80"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint32_t layers = 0;
        assert_true(sw_web_undo(&arena, sw_str(texts[i]), true, &layers).len <= strlen(texts[i]));
    }
    /* at the limit and beyond */
    char *text = sw_alloc(SW_WEB_TEXT_MAX + 1, 1);
    memset(text, '%', SW_WEB_TEXT_MAX + 1);
    uint32_t layers = 0;
    assert_int_equal(sw_web_undo(&arena, sw_strn(text, SW_WEB_TEXT_MAX), false, &layers).len, SW_WEB_TEXT_MAX);
    assert_int_equal(sw_web_undo(&arena, sw_strn(text, SW_WEB_TEXT_MAX + 1), false, &layers).len, SW_WEB_TEXT_MAX);
    sw_free(text);
}

static void folded(const char *path, const char *expected, bool above)
{
    uint32_t layers = 0;
    bool left = false;
    struct sw_str text = sw_web_fold_path(&arena, sw_str(path), &layers, &left);
    char shown[256];
    (void)snprintf(shown, sizeof shown, "%.*s", SW_STR_ARG(text));
    assert_string_equal(shown, expected);
    assert_int_equal(left, above);
}

static void paths(void **unused)
{
    (void)unused;
    folded("/a/./b//c", "/a/b/c", false);
    folded("/a/../b", "/b", false);
    folded("/a/../../b", "/b", true);
    folded("/a;x=1/b;y", "/a/b", false);
    folded("\\a\\..\\b", "/b", false);
    folded("/a/b/", "/a/b/", false);
    folded("/a/..;/b", "/b", false);
    folded("", "", false);
}

static void unquoted(const char *text, const char *expected, bool pieced)
{
    uint32_t layers = 0;
    struct sw_str line = sw_web_unquote(&arena, sw_str(text), &layers);
    char shown[256];
    (void)snprintf(shown, sizeof shown, "%.*s", SW_STR_ARG(line));
    assert_string_equal(shown, expected);
    assert_int_equal((layers & SW_WEB_QUOTING) != 0, pieced);
}

static void shells(void **unused)
{
    (void)unused;
    unquoted("c'a't /etc/pas\"sw\"d", "cat /etc/passwd", true);
    unquoted("c\\at x", "cat x", true);
    unquoted("cat${IFS}x", "cat x", false);
    unquoted("cat$IFS$9x", "cat x", false);
    unquoted("un$@ame", "uname", true);
    unquoted("who$()ami", "whoami", true);
    unquoted("/bi[n]/ls", "/bin/ls", true);
    unquoted("w^ho^ami", "whoami", true);
    unquoted("{cat,x}", " cat x ", false);
    unquoted("plain words", "plain words", false);
    unquoted("$", "$", false);
    unquoted("${", "${", false);
    unquoted("[", "[", false);
}

static void resolved(const char *text, const char *expected)
{
    uint32_t layers = 0;
    struct sw_str line = sw_web_resolve_lookups(&arena, sw_str(text), &layers);
    char shown[256];
    (void)snprintf(shown, sizeof shown, "%.*s", SW_STR_ARG(line));
    assert_string_equal(shown, expected);
    assert_int_equal((layers & SW_WEB_LOOKUP) != 0, strcmp(text, expected) != 0);
}

static void lookups(void **unused)
{
    (void)unused;
    resolved("${jndi:dns://x}", "${jndi:dns://x}");
    resolved("${${lower:J}ndi:x}", "${jndi:x}");
    resolved("${${::-j}${::-n}di:x}", "${jndi:x}");
    resolved("${${env:NOTHING:-j}ndi${env:NOTHING:-:}x}", "${jndi:x}");
    resolved("${${date:'j'}${date:'ndi'}:x}", "${jndi:x}");
    resolved("${${lower:${upper:j}}ndi:x}", "${jndi:x}");
    resolved("${date:yyyy}", "${date:yyyy}");
    resolved("${a${b${c", "${a${b${c");
    resolved("}}}${", "}}}${");
    /* deeper than any real one */
    char deep[512];
    size_t len = 0;
    for (unsigned i = 0; i < 80; i++)
        len += (size_t)snprintf(deep + len, sizeof deep - len, "${");
    uint32_t layers = 0;
    assert_int_equal(sw_web_resolve_lookups(&arena, sw_strn(deep, len), &layers).len, len);
}

static void base64(void **unused)
{
    (void)unused;
    struct sw_str text = sw_web_base64(&arena, SW_STR("cnVudGltZQ=="), 0);
    assert_true(sw_str_is(text, "runtime"));
    text = sw_web_base64(&arena, SW_STR("HJ1bnRpbWU"), 1);
    assert_true(sw_str_is(text, "runtime"));
    text = sw_web_base64(&arena, SW_STR("BydW50aW1l"), 2);
    assert_true(sw_str_is(text, "runtime"));
    assert_null(sw_web_base64(&arena, SW_STR("short"), 0).ptr);
    assert_null(sw_web_base64(&arena, SW_STR("no base64 !!"), 0).ptr);
    assert_null(sw_web_base64(&arena, SW_STR("d41d8cd98f00b204e9800998ecf8427e"), 0).ptr); /* a hash */
}

static void read_sql(const char *text, char quote, const char *shape)
{
    struct sw_sql sql;
    sw_sql_read(&sql, sw_str(text), quote);
    assert_string_equal(sql.shape, shape);
}

static void sql(void **unused)
{
    (void)unused;
    read_sql("1 or 1=1", 0, "nlnon");
    read_sql("x' or 'a'='a", '\'', "slsos");
    read_sql("1 union all select null,version()-- x", 0, "nuktk,f()c");
    read_sql("select/**/sleep (5)", 0, "tcf(n)");
    read_sql("a/*! b */", 0, "vcvc");
    read_sql("1or", 0, "nl");
    read_sql("0x41 1.5 @@version", 0, "nnv");
    read_sql("password::int", 0, "v:v");
    read_sql("it's fine", '\'', "svv");
    read_sql("'", 0, "s");
    read_sql("/*", 0, "c");
    read_sql("", '\'', "s");
    char many[2 * SW_SQL_TOKENS + 4];
    for (size_t i = 0; i < sizeof many - 2; i += 2) {
        many[i] = '(';
        many[i + 1] = ' ';
    }
    many[sizeof many - 1] = '\0';
    many[sizeof many - 2] = '(';
    struct sw_sql read;
    sw_sql_read(&read, sw_str(many), 0);
    assert_int_equal(read.count, SW_SQL_TOKENS);
}

static void assert_sorted(const char *const *list, size_t count)
{
    for (size_t i = 1; i < count; i++)
        assert_true(strcmp(list[i - 1], list[i]) < 0);
}

static void lists(void **unused)
{
    (void)unused;
    assert_sorted(sw_web_telling_commands, sw_web_telling_count);
    assert_sorted(sw_web_program_commands, sw_web_program_count);
    assert_sorted(sw_web_common_commands, sw_web_common_count);
    assert_sorted(sw_web_prefix_commands, sw_web_prefix_count);
    assert_sorted(sw_web_windows_commands, sw_web_windows_count);
    assert_int_equal(sw_web_unix_command(SW_STR("whoami")), SW_WEB_TELLING);
    assert_int_equal(sw_web_unix_command(SW_STR("python3.10")), SW_WEB_PROGRAM);
    assert_int_equal(sw_web_unix_command(SW_STR("time")), SW_WEB_COMMON);
    assert_int_equal(sw_web_unix_command(SW_STR("holiday")), SW_WEB_NO_COMMAND);
}

static int begin(void **unused)
{
    (void)unused;
    sw_arena_init(&arena, SW_MAX_ARENA);
    return 0;
}

static int end(void **unused)
{
    (void)unused;
    sw_arena_fini(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(percent), cmocka_unit_test(other_layers), cmocka_unit_test(never_longer),
                                       cmocka_unit_test(paths), cmocka_unit_test(shells), cmocka_unit_test(lookups),
                                       cmocka_unit_test(base64), cmocka_unit_test(sql), cmocka_unit_test(lists)};
    return cmocka_run_group_tests(tests, begin, end);
}
