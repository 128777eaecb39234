/*
 * test_webshell_pages.c - the structural analysis of ASP, ASP.NET, JSP and CFML: what it finds, and what it leaves alone.
 *
 * The first statement of every sample ends the page, so that none does anything when a server runs it; the analysis looks
 * at what follows all the same.
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

struct sample {
    const char *rule; /* without "webshell-"; "" for none */
    const char *code;
};

/* Puts each sample between `before` and `after` and holds what it is found by against its rule. */
static void check(const char *kind, const char *before, const char *after, const struct sample *samples, size_t count)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < count; i++) {
        char text[8192];
        int n = snprintf(text, sizeof text, "%s%s%s", before, samples[i].code, after);
        struct sw_script_result result;
        assert_int_equal(sw_script_scan(scanner, kind, SW_STR("page"), sw_strn(text, (size_t)n), &result), 0);
        struct sw_str id = result.count > 0 ? result.finds[0].rule->id : SW_STR("");
        struct sw_str have = sw_str_starts(id, SW_STR("webshell-")) ? sw_str_from(id, 9) : id;
        if (sw_str_is(have, samples[i].rule))
            continue;
        print_error("%s\n    is %.*s, should be %s\n", samples[i].code, SW_STR_ARG(have), samples[i].rule);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

#define CHECK(kind, before, after, samples) check(kind, before, after, samples, sizeof(samples) / sizeof(samples)[0])

static void test_asp(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"code-from-request", "eval request(\"a\")"},
        {"code-from-request", "execute(request.form(\"a\"))"},
        {"code-from-request", "x = Request(\"a\") : ExecuteGlobal x"},
        {"code-from-request", "dim s\ns = \"Execute\"\nSet o = Server.CreateObject(\"ScriptControl\")\no.AddCode Request(\"c\")"},
        {"code-from-request", "Function F(c)\n F = Chr(c)\nEnd Function\n"
                              "execute(F(101)&F(118)&F(97)&F(108)&F(32)&\"request(0)\")"},
        {"command-from-request", "Set w = Server.CreateObject(\"WScript.Shell\")\nResponse.Write w.Exec(Request(\"c\")).StdOut.ReadAll"},
        {"command-from-request", "CreateObject(\"WScript.\" & \"Shell\").Run Request.QueryString(\"c\"), 0, True"},
        {"dropper", "Set f = Server.CreateObject(\"Scripting.FileSystemObject\")\n"
                    "Set t = f.CreateTextFile(Server.MapPath(\"x.asp\"))\nt.Write Request(\"t\")"},
        {"", "Response.Write Server.HTMLEncode(Request(\"a\"))"},
        {"", "Set c = Server.CreateObject(\"ADODB.Connection\")\nc.Open \"DSN=x\"\n"
             "Set r = c.Execute(\"select a from b where c = '\" & Replace(Request(\"id\"), \"'\", \"''\") & \"'\")"},
        {"", "Set x = New RegExp\nSet m = x.Execute(Request(\"a\"))"},
    };
    CHECK("asp", "<%\nResponse.End\n", "\n%>", samples);
}

static void test_csharp(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"command-from-request", "System.Diagnostics.Process.Start(\"cmd.exe\", \"/c \" + Request[\"c\"]);"},
        {"command-from-request", "var p = new ProcessStartInfo(); p.FileName = \"cmd.exe\"; p.Arguments = \"/c \" + Request.Form[\"c\"];"},
        {"code-from-request", "System.Reflection.Assembly.Load(Request.BinaryRead(Request.ContentLength)).CreateInstance(\"U\");"},
        {"code-from-request", "byte[] b = Convert.FromBase64String(Request[\"a\"]); Assembly.Load(b).GetType(\"X\");"},
        {"dropper", "File.WriteAllText(Server.MapPath(\"x.aspx\"), Request[\"t\"]);"},
        {"", "Response.Write(Server.HtmlEncode(Request[\"a\"]));"},
        {"", "var r = new Regex(Request[\"a\"]); list.Add(Request[\"b\"]); int n = int.Parse(Request[\"n\"]);"},
    };
    CHECK("aspx", "<%@ Page Language=\"C#\" %><script runat=\"server\">void Page_Load(object s, EventArgs e) { Response.End();\n",
          "}</script>", samples);
    static const struct sample jscript[] = {
        {"code-from-request", "eval(Request.Item[\"a\"], \"unsafe\");"},
        {"", "Response.Write(\"hello\");"},
    };
    CHECK("aspx", "<%@ Page Language=\"Jscript\"%><%Response.End();", "%>", jscript);
}

static void test_jsp(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"command-from-request", "Runtime.getRuntime().exec(request.getParameter(\"c\"));"},
        {"command-from-request", "String c = request.getParameter(\"c\"); new ProcessBuilder(new String[]{\"/bin/sh\", \"-c\", c}).start();"},
        {"command-from-request", "String[] a = {\"cmd\", \"/c\", request.getHeader(\"X\")}; Process p = Runtime.getRuntime().exec(a);"},
        {"code-from-request", "new javax.script.ScriptEngineManager().getEngineByName(\"js\").eval(request.getParameter(\"c\"));"},
        {"code-from-request", "class U extends ClassLoader { Class g(byte[] b) { return super.defineClass(b, 0, b.length); } }\n"
                              "new U().g(java.util.Base64.getDecoder().decode(request.getParameter(\"c\"))).newInstance();"},
        {"dropper", "java.io.FileOutputStream f = new java.io.FileOutputStream(request.getParameter(\"f\")); "
                    "f.write(request.getParameter(\"t\").getBytes());"},
        {"", "out.println(request.getParameter(\"a\").length());"},
        {"", "String name = request.getParameter(\"a\"); java.util.List l = new java.util.ArrayList(); l.add(name);"},
    };
    CHECK("jsp", "<%@ page import=\"java.io.*\" %><% if (true) return;\n", "\n%>", samples);
    static const struct sample document[] = {
        {"command-from-request", "Runtime.getRuntime().exec(request.getParameter(&quot;c&quot;));"},
        {"command-from-request", "Runtime.getRuntime().\\u0065xec(request.getParameter(\"c\"));"},
    };
    CHECK("jsp", "<jsp:root xmlns:jsp=\"http://java.sun.com/JSP/Page\" version=\"1.2\"><jsp:scriptlet>if (true) return;\n",
          "</jsp:scriptlet></jsp:root>", document);
}

/* What a page can do counts even where no value can be followed there; one power alone of those that pages need doesn't. */
static void test_powers(void **state)
{
    (void)state;
    static const struct sample csharp[] = {
        {"powers", "var p = new System.Diagnostics.ProcessStartInfo(Config.Tool); Run(p);"},
        {"powers", "foreach (string d in Directory.GetDirectories(x)) { File.SetLastWriteTime(d, t); File.Delete(d); }"},
        {"powers", "RegistryKey k = Registry.LocalMachine.OpenSubKey(\"SOFTWARE\"); Show(k);"},
        {"", "// ProcessStartInfo and RegistryKey\nstring s = \"RegistryKey\";"},
        {"", "StreamReader r = new StreamReader(path); Show(r.ReadToEnd());"},
    };
    CHECK("aspx", "<%@ Page Language=\"C#\" %><% Response.End();\n", "\n%>", csharp);
    static const struct sample java[] = {
        {"powers", "for (File r : File.listRoots()) { for (File f : r.listFiles()) f.delete(); }"},
        {"powers", "java.net.ServerSocket s = new java.net.ServerSocket(port); accept(s);"},
        {"", "FileInputStream in = new FileInputStream(config); load(in);"},
    };
    CHECK("jsp", "<%@ page import=\"java.io.*\" %><% if (true) return;\n", "\n%>", java);
    static const struct sample vbscript[] = {
        {"powers", "Set n = CreateObject(\"WScript.Network\")\nResponse.Write n.UserName"},
        {"", "words = \"exec|xp_cmdshell|net localgroup|insert|select|delete|update|count|chr\""},
    };
    CHECK("asp", "<% Response.End\n", "\n%>", vbscript);
    static const struct sample jscript[] = {
        {"powers", "var w = {'e': eval}; w.e(x + '');"},
        {"powers", "var f = new Function(code); f();"},
        {"", "var total = 1 + 2;"},
    };
    CHECK("asp", "<%@ Language=\"JScript\" %><% Response.End();\n", "\n%>", jscript);
}

/* Ways of writing that hide names, and lines that only a carriage return ends. */
static void test_spelling(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"code-from-request", "e\xe2\x80\x8dval(Request[\"a\"], \"unsafe\");"},
        {"code-from-request", "\\U00000065val(Request[\"a\"], \"unsafe\");"},
        {"code-from-request", "this[\"ev\" + \"al\"](Request[\"a\"], \"unsafe\");"},
        {"", "Response.Write(\"\\U00000065\");"},
    };
    CHECK("aspx", "<%@ Page Language=\"Jscript\"%><%Response.End();", "%>", samples);
    static const struct sample lines[] = {
        {"code-from-request", "x = request(\"a\")\rexecute x\r"},
        {"code-from-request", "dim a(5)\ra(0) = request(\"a\")\rexecute a(0)\r"},
        {"code-from-request", "Set d = CreateObject(\"Scripting.Dictionary\")\rd.Add \"a\", Request(\"a\")\rExecute d(\"a\")\r"},
        {"hidden-code", "for each c in split(\"101,118\", \",\")\rd = d & chr(c)\rnext\rexecute d\r"},
    };
    CHECK("asp", "<% Response.End\r", "%>", lines);
    static const struct sample document[] = {
        {"command-from-request", "<![CDATA[Runtime.getRun]]><![CDATA[time().exec(request.getParameter(\"c\"));]]>"},
    };
    CHECK("jsp", "<hi xmlns:hi=\"http://java.sun.com/JSP/Page\"><hi:scriptlet>if (true) return;</hi:scriptlet><hi:scriptlet>",
          "</hi:scriptlet></hi>", document);
}

static void test_memory_shell(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"memory-shell", "FilterDef d = new FilterDef(); d.setFilter(f); StandardContext c = (StandardContext) x.get(y); "
                         "c.addFilterDef(d); FilterMap m = new FilterMap(); c.addFilterMapBefore(m); filterConfigs.put(\"n\", z);"},
        {"", "config.addListener(new Listener());"},
    };
    CHECK("jsp", "<% if (true) return;\n", "\n%>", samples);
}

static void test_cfml(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"command-from-request", "<cfexecute name=\"#form.c#\" arguments=\"#form.a#\" timeout=\"10\"></cfexecute>"},
        {"", "<cfoutput>#htmlEditFormat(form.name)#</cfoutput>"},
        {"", "<cfquery name=\"q\" datasource=\"d\">select a from b where c = 1</cfquery>"},
    };
    CHECK("cfm", "<cfabort>\n", "\n", samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asp),          cmocka_unit_test(test_csharp), cmocka_unit_test(test_jsp),
        cmocka_unit_test(test_memory_shell), cmocka_unit_test(test_cfml),   cmocka_unit_test(test_powers),
        cmocka_unit_test(test_spelling),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
