/* test_winxml.c - Windows event XML: names and values, what stands around events, damaged ones, and cuts anywhere. */
#include "decode_fixture.h"

#define HEAD "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"

static void gives(const char *xml, const char *expected)
{
    struct sw_str text = sw_str(xml);
    assert_string_equal(fixture_run("winxml", text, text.len), expected);
    fixture_any_step("winxml", text);
}

static void test_event(void **state)
{
    (void)state;
    gives("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<Events>" HEAD
          "<Provider Name='Microsoft-Windows-Sysmon' Guid='{G}'/><EventID Qualifiers='7'>1</EventID><Version>5</Version>"
          "<TimeCreated SystemTime='2024-05-06T07:08:09.1234567Z'/><EventRecordID>9</EventRecordID><Correlation/>"
          "<Execution ProcessID='11' ThreadID='12'/><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>PC</Computer>"
          "<Security UserID='S-1-5-18'/></System>\n<EventData>\n <Data Name='Image'>C:\\a.exe</Data>\n <Data Name='Command Line'>a &amp; b</Data>"
          "<Data Name='Empty'></Data><Data Name='Gone'/></EventData></Event></Events>\n",
          "#1 windows/sysmon/process_creation 2024-05-06T07:08:09.123456700Z Provider_Name=Microsoft-Windows-Sysmon Provider_Guid={G} "
          "EventID_Qualifiers=7 EventID=1 Version=5 TimeCreated=2024-05-06T07:08:09.1234567Z EventRecordID=9 Execution_ProcessID=11 "
          "Execution_ThreadID=12 Channel=Microsoft-Windows-Sysmon/Operational Computer=PC Security_UserID=S-1-5-18 Image=C:\\a.exe "
          "CommandLine=a & b Empty= Gone=\n");
}

static void test_names(void **state)
{
    (void)state;
    gives(HEAD "<EventID>1102</EventID><Channel>Security</Channel></System><UserData><LogFileCleared xmlns:auto-ns2='x' xmlns='y'>"
          "<SubjectUserName>bob</SubjectUserName><A B='c'>d</A><E F='g'/></LogFileCleared></UserData></Event>",
          "#1 windows/security  EventID=1102 Channel=Security SubjectUserName=bob A_B=c A=d E_F=g\n");
    gives(HEAD "<EventID>1</EventID><Channel>Application</Channel></System><EventData><Data>one</Data><Data>two</Data><Binary>00FF</Binary></EventData>"
          "<RenderingInfo Culture='en-US'><Message>m</Message><Keywords><Keyword>k</Keyword></Keywords></RenderingInfo></Event>",
          "#1 windows/application  EventID=1 Channel=Application Data=one Data=two Binary=00FF Rendering_Culture=en-US Rendering_Message=m "
          "Rendering_Keyword=k\n");
}

static void test_text(void **state)
{
    (void)state;
    gives(HEAD "<Channel>X</Channel></System><EventData><Data Name=\"a\">&lt;&gt;&quot;&apos;&#65;&#x20AC;&#x1F600;</Data>"
          "<Data Name=\"b\">&nosuch; &#0; &#xD800; &amp &</Data><Data Name=\"c\">x<![CDATA[<&amp;]]>y<!-- no -->z</Data><Data Name=\"d\"> s </Data>"
          "</EventData></Event>",
          "#1 windows  Channel=X a=<>\"'A\xe2\x82\xac\xf0\x9f\x98\x80 b=&nosuch; &#0; &#xD800; &amp & c=x<&amp;yz d= s \n");
}

static void test_around(void **state)
{
    (void)state;
    fixture_places = true;
    gives("<Event><System><Channel>X</Channel></System></Event>\n\n<Event>\n<System><Channel>Y</Channel></System></Event>",
          "#1 @0:1+52 windows  Channel=X\n#2 @54:3+53 windows  Channel=Y\n");
    fixture_places = false;
    gives("- <Event xmlns='x'>\n- <System>\n  <Channel>X</Channel>\n  </System>\n- <EventData>\n  <Data Name='a'>-</Data>\n  </EventData>\n  </Event>",
          "#1 windows  Channel=X a=-\n");
    gives("<Event><System><Channel>X</Channel></System></Event> noise <Event><System><Channel>Y</Channel></System></Event>",
          "#1 windows  Channel=X\n#2 windows  Channel=Y\nrejected 1: no whole event\n");
}

static void test_damage(void **state)
{
    (void)state;
    gives("<Event><System><Channel>X</Channel></System>\n<Event><System><Channel>Y</Channel></System></Event>",
          "#1 windows  Channel=Y\nrejected 1: no whole event\n");
    gives("<Event><System><Channel>X</System></Event><Event><System><Channel>Y</Channel></System></Event>",
          "#2 windows  Channel=Y\nrejected 1: tags do not match\n");
    gives("<Event><System><Channel>Y</Channel></System></Event><Event><System><Channel>X</Cha",
          "#1 windows  Channel=Y\nrejected 1: ends too early\n");
    gives("<Event><System a></System></Event>", "rejected 1: bad attribute\n");
    gives("<Event><System a='></System></Event>", "rejected 1: bad attribute\n");
    gives("<Event><!DOCTYPE x></Event>", "rejected 1: document type declaration\n");
    gives("<Event>< a></Event>", "rejected 1: bad tag\n");
}

static void test_depth(void **state)
{
    (void)state;
    for (unsigned depth = SW_MAX_XML_DEPTH; depth <= SW_MAX_XML_DEPTH + 1; depth++) {
        struct sw_buf xml;
        sw_buf_init(&xml, 1u << 16);
        SW_BUF_LIT(&xml, "<Event>");
        for (unsigned i = 1; i < depth; i++)
            SW_BUF_LIT(&xml, "<a>");
        sw_buf_char(&xml, 'x');
        for (unsigned i = 1; i < depth; i++)
            SW_BUF_LIT(&xml, "</a>");
        SW_BUF_LIT(&xml, "</Event>");
        assert_string_equal(fixture_run("winxml", sw_buf_str(&xml), xml.len),
                            depth <= SW_MAX_XML_DEPTH ? "#1 windows  a=x\n" : "rejected 1: nested too deep\n");
        sw_buf_fini(&xml);
    }
}

static void test_long_record(void **state)
{
    (void)state;
    struct sw_buf xml;
    sw_buf_init(&xml, 1u << 24);
    SW_BUF_LIT(&xml, "<Event><System><Channel>X</Channel></System></Event><Event>");
    for (unsigned i = 0; i < 3u << 20; i++)
        sw_buf_char(&xml, 'x');
    SW_BUF_LIT(&xml, "</Event><Event><System><Channel>Z</Channel></System></Event>");
    for (size_t step = 1u << 19; step <= 1u << 23; step *= 2)
        assert_string_equal(fixture_run("winxml", sw_buf_str(&xml), step),
                            "#1 windows  Channel=X\n#3 windows  Channel=Z\nrejected 1: record longer than the limit\n");
    sw_buf_fini(&xml);
}

static void test_sniff(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_xml;
    } cases[] = {
        {HEAD, true}, {"\xef\xbb\xbf<?xml version='1.0'?>\n<Events>\n" HEAD, true}, {"<Event><System><Provider", true},
        {"- " HEAD, true}, {"<Eventful><System>", false}, {"<html>", false}, {"<?xml version='1.0'?><x>", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sw_sniff sniff = {.head = sw_str(cases[i].text), .complete = true, .path = {"", 0}};
        bool is_xml = sw_str_is(sw_str(sw_decoder_sniff(&sniff, NULL)->name), "winxml");
        if (is_xml != cases[i].is_xml)
            fail_msg("%s", cases[i].text);
    }
}

static void test_memory_ends(void **state)
{
    (void)state;
    struct sw_str text = SW_STR("<Event><System><Channel>X</Channel></System><EventData><Data Name='a b'>c&amp;d<![CDATA[e]]></Data></EventData></Event>");
    for (uint64_t n = 1; n < 40; n++) {
        sw_mem_fail_after(n);
        int rc = fixture_decode("winxml", text, text.len);
        sw_mem_fail_after(0);
        assert_true(rc == 0 || rc == SW_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_event),  cmocka_unit_test(test_names),       cmocka_unit_test(test_text),
        cmocka_unit_test(test_around), cmocka_unit_test(test_damage),      cmocka_unit_test(test_depth),
        cmocka_unit_test(test_sniff),  cmocka_unit_test(test_long_record), cmocka_unit_test(test_memory_ends),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
