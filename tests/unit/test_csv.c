/* test_csv.c - tables: dialects, quotes, times, Windows events, AuditData; cut anywhere, damaged, made to be slow. */
#include "probe.h"

#include "decode/csv_scan.h"
#include "decode/csv_time.h"

#include <stdio.h>

extern const struct sw_decoder sw_decoder_csv;

static void gives(const char *input, const char *expected)
{
    struct probe p;
    probe_init(&p, &sw_decoder_csv, "table.csv");
    probe_run(&p, sw_str(input), strlen(input));
    if (!sw_str_is(sw_buf_str(&p.out), expected))
        fail_msg("%s\n gives\n%.*s\n not\n%s\n(%s)", input, SW_STR_ARG(sw_buf_str(&p.out)), expected,
                 p.stats.reason_count > 0 ? p.stats.reasons[0].text : "not rejected");
    probe_fini(&p);
}

static void dialects(void **unused)
{
    (void)unused;
    const char *expected = "2  a#1 | bc=x y | d~\n3  a#-2.5 | bc=0 0 | d=007\n";
    gives("a,b c,d\n1,x y,\n-2.5,0 0,007\n", expected);
    gives("a;b c;d\r\n1;x y;\r\n-2.5;0 0;007", expected);
    gives("a\tb c\td\n1\tx y\t\n-2.5\t0 0\t007\n", expected);
    gives("a|\"b c\"|d\n1|\"x y\"|\"\"\n-2.5| \"0 0\"|007\n", expected);
    gives("\xef\xbb\xbf" "a,b c,d\n1,x y,\n-2.5,0 0,007\n", expected);
    gives("sep=;\n#TYPE System.Object\n\na;b\n1;2\n", "5  a#1 | b#2\n");
}

static void quotes(void **unused)
{
    (void)unused;
    gives("a,b\n\"x, \"\"y\"\"\",\"line one\nline two\"\n\"\",\"\"\"\"\n\"\"\"\"\"\",3\n",
          "2  a=x, \"y\" | b=line one\nline two\n4  a~ | b=\"\n5  a=\"\" | b#3\n");
    /* stray quotes cost nothing but themselves */
    gives("a,b\n\"open,1\n2,3\nx\"y,\"z\"w\n", "2  a=\"open | b#1\n3  a#2 | b#3\n4  a=x\"y | b=\"z\"w\n");
    /* empty lines, the names once more */
    gives("a,b\n1,2\n\na,b\n4,5\n", "2  a#1 | b#2\n5  a#4 | b#5\n");
}

static uint64_t rejected(const struct probe *p, const char *reason)
{
    for (size_t i = 0; i < p->stats.reason_count; i++)
        if (strcmp(p->stats.reasons[i].text, reason) == 0)
            return p->stats.reasons[i].count;
    return 0;
}

static void ragged_records(void **unused)
{
    (void)unused;
    struct probe p;
    const char *input = "a,b,c\n1,2\n1\n1,2,3,4\n1,2,3,4,5\n1,2,3\n1,2,\n1,2,3,,\n1,2,3,\"\"\n";
    probe_init(&p, &sw_decoder_csv, "");
    probe_run(&p, sw_str(input), strlen(input));
    assert_true(sw_str_is(sw_buf_str(&p.out),
                          "6  a#1 | b#2 | c#3\n7  a#1 | b#2 | c~\n8  a#1 | b#2 | c#3\n9  a#1 | b#2 | c#3\n"));
    assert_int_equal(p.stats.read, 8);
    assert_int_equal(rejected(&p, "fewer columns than the header"), 2);
    assert_int_equal(rejected(&p, "more columns than the header"), 2);
    probe_fini(&p);
    /* columns without a name at the end of the header need not be there */
    gives("a,b,,\n1,2\n1,2,,\n1,2,x,y\n", "2  a#1 | b#2\n3  a#1 | b#2 | column3~ | column4~\n4  a#1 | b#2 | column3=x | column4=y\n");
}

/* As many columns as there may be, and one more. */
static void column_limit(void **unused)
{
    (void)unused;
    for (unsigned columns = 512; columns <= 514; columns++) {
        struct sw_buf text;
        struct probe p;
        sw_buf_init(&text, 1u << 20);
        for (unsigned i = 0; i < columns; i++)
            sw_buf_printf(&text, "%sn%u", i == 0 ? "" : ",", i);
        SW_BUF_LIT(&text, "\n");
        for (unsigned i = 0; i < columns; i++)
            sw_buf_printf(&text, "%s%u", i == 0 ? "" : ",", i);
        SW_BUF_LIT(&text, "\n1,2\n");
        probe_init(&p, &sw_decoder_csv, "");
        probe_run(&p, sw_buf_str(&text), text.len);
        assert_int_equal(p.stats.parsed, 1);
        assert_int_equal(rejected(&p, "fewer columns than the header"), 1);
        assert_true(sw_str_find(sw_buf_str(&p.out), SW_STR("n511#511")) != SW_NPOS);
        assert_true(sw_str_find(sw_buf_str(&p.out), SW_STR("#512")) == SW_NPOS);
        bool noted = false;
        for (size_t i = 0; i < p.stats.note_count; i++)
            noted = noted || strcmp(p.stats.notes[i].text, "columns beyond the limit dropped") == 0;
        assert_int_equal(noted, columns > 512);
        probe_fini(&p);
        sw_buf_fini(&text);
    }
}

static void times(void **unused)
{
    (void)unused;
    static const char *const cases[][2] = {
        {"2024-01-10T07:08:09.1234567Z", "2024-01-10T07:08:09.123456700Z"},
        {"2024-01-10 07:08:09", "2024-01-10T07:08:09Z"},
        {"2024-01-10 07:08:09 UTC", "2024-01-10T07:08:09Z"},
        {"2024-01-10 07:08:09 +02:00", "2024-01-10T05:08:09Z"},
        {"2024/1/10 7:08", "2024-01-10T07:08:00Z"},
        {"1/10/2024 7:08:09 AM", "2024-01-10T07:08:09Z"},
        {"1/10/2024 12:08:09 AM", "2024-01-10T00:08:09Z"},
        {"1/10/2024 12:08:09 PM", "2024-01-10T12:08:09Z"},
        {"31/1/2024 19:08:09", "2024-01-31T19:08:09Z"},
        {"10.01.2024 07:08:09", "2024-01-10T07:08:09Z"},
        {"Jan 10, 2024 @ 07:08:09.123", "2024-01-10T07:08:09.123Z"},
        {"10 January 2024 07:08:09", "2024-01-10T07:08:09Z"},
        {"Wed, 10 Jan 2024 07:08:09 GMT", "2024-01-10T07:08:09Z"},
        {"10-Jan-24 07:08:09", "2024-01-10T07:08:09Z"},
        {"10/Jan/2024:07:08:09 +0100", "2024-01-10T06:08:09Z"},
        {"1704870489", "2024-01-10T07:08:09Z"},
        {"1704870489123", "2024-01-10T07:08:09.123Z"},
        {"1704870489.5", "2024-01-10T07:08:09.500Z"},
        {"2024-01-10", NULL}, /* a date alone is midnight */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct csv_time time;
        char text[32];
        if (csv_time_read(sw_str(cases[i][0]), CSV_ORDER_UNKNOWN, &time) != 0)
            fail_msg("%s is no time", cases[i][0]);
        size_t len = sw_time_format(time.time, text);
        const char *want = cases[i][1] != NULL ? cases[i][1] : "2024-01-10T00:00:00Z";
        if (!sw_str_is(sw_strn(text, len), want))
            fail_msg("%s is %.*s, not %s", cases[i][0], (int)len, text, want);
        assert_int_equal(time.date_only, cases[i][1] == NULL);
    }
    static const char *const none[] = {"", "12345678", "13/13/2024 7:08:09", "1/1/2024 13:08:09 PM", "2024-01-32 07:08:09", "Foo 10, 2024",
                                       "1/10/2024 7:08:09 XM", "1/10/2024 7", "hello world", "10.01.2024 07:08:09 +2x"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct csv_time time;
        if (csv_time_read(sw_str(none[i]), CSV_ORDER_UNKNOWN, &time) == 0)
            fail_msg("%s is taken for a time", none[i]);
    }
}

static void which_column_is_the_time(void **unused)
{
    (void)unused;
    gives("Time Taken,Event Time,TimeZone\n5,2024-01-10T07:08:09Z,x\n",
          "2 2024-01-10T07:08:09Z TimeTaken#5 | EventTime=2024-01-10T07:08:09Z | TimeZone=x\n");
    gives("Date,Time,User\n2024-01-10,07:08:09.5,bob\n", "2 2024-01-10T07:08:09.500Z Date=2024-01-10 | Time=07:08:09.5 | User=bob\n");
    gives("End date,Start time,a\n2024-02-01,,1\n2024-02-01,2024-01-10 07:08,1\n",
          "2 2024-02-01T00:00:00Z Enddate=2024-02-01 | Starttime~ | a#1\n3 2024-01-10T07:08:00Z Enddate=2024-02-01 | "
          "Starttime=2024-01-10 07:08 | a#1\n");
    /* no name tells: the first column with times; numbers and dates alone are none */
    gives("Nummer;Geburtstag;Zeit;Ende\n1704870489;13.02.1990;13.02.2024 07:08:09;14.02.2024 07:08:09\n",
          "2 2024-02-13T07:08:09Z Nummer#1704870489 | Geburtstag=13.02.1990 | Zeit=13.02.2024 07:08:09 | Ende=14.02.2024 07:08:09\n");
    gives("a;b\n1704870489;x\n", "2  a#1704870489 | b=x\n");
    gives("a;b\nx;2024-01-10 07:08\ny;none\nz;never\nz;never\n", "2  a=x | b=2024-01-10 07:08\n3  a=y | b=none\n4  a=z | b=never\n5  a=z | b=never\n");
    probe_assert_splits(&sw_decoder_csv, "", SW_STR("a;b\nx;1/2/2024 07:08\ny;\nz;31/2/2024 7:08\nz;31/1/2024 7:08\n"));
    struct probe p;
    const char *input = "time,a\n1/2/2024 7:08:09 AM,x\nnever,x\n";
    probe_init(&p, &sw_decoder_csv, "");
    p.source.zone_offset = 3600;
    probe_run(&p, sw_str(input), strlen(input));
    assert_true(sw_str_starts(sw_buf_str(&p.out), SW_STR("2 2024-01-02T06:08:09Z time=1/2/2024 7:08:09 AM | a=x\n3  time=never")));
    assert_int_equal(p.stats.note_count, 3);
    probe_fini(&p);
}

static bool noted(const struct probe *p, const char *note)
{
    for (size_t i = 0; i < p->stats.note_count; i++)
        if (strcmp(p->stats.notes[i].text, note) == 0)
            return true;
    return false;
}

/* One date that can be read in one way only tells how the others are meant, before and after it. */
static void order_of_day_and_month(void **unused)
{
    (void)unused;
    static const struct {
        const char *input;
        const char *first; /* time of the first record */
        const char *note;
    } cases[] = {
        {"time,a\n1/2/2024 7:08:09 AM,x\n", "2024-01-02T07:08:09Z", "month taken to stand before day"},
        {"time,a\n1/2/2024 7:08:09 AM,x\n13/2/2024 7:08:09 AM,x\n", "2024-02-01T07:08:09Z",
         "day before month, as in other dates of the table"},
        {"time,a\n1/2/2024 7:08:09 AM,x\n2/13/2024 7:08:09 AM,x\n", "2024-01-02T07:08:09Z",
         "month before day, as in other dates of the table"},
        {"time,a\n1/2/2024 7:08:09 AM,x\n2/13/2024 7:08:09 AM,x\n13/2/2024 7:08:09 AM,x\n", "2024-01-02T07:08:09Z",
         "month taken to stand before day"},
        {"time,a\n1-2-2024 7:08,x\n2024-02-13,x\n\"13-2-2024 7:08\",x", "2024-02-01T07:08:00Z",
         "day before month, as in other dates of the table"},
        {"a,b\n13/2/2024,x\n1/2/2024,x\n", "", "record without time"},
        {"date,time,b\n1/2/2024,07:08,x\n13/2/2024,07:08,x\n", "2024-02-01T07:08:00Z",
         "day before month, as in other dates of the table"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct probe p;
        probe_init(&p, &sw_decoder_csv, "");
        probe_run(&p, sw_str(cases[i].input), strlen(cases[i].input));
        struct sw_str out = sw_buf_str(&p.out);
        if (!sw_str_starts(sw_str_from(out, 2), sw_str(cases[i].first)) || !noted(&p, cases[i].note))
            fail_msg("%s gives %.*s", cases[i].input, SW_STR_ARG(out));
        probe_fini(&p);
        probe_assert_splits(&sw_decoder_csv, "", sw_str(cases[i].input));
    }
}

/* Dates are learnt from the first 64 KiB, and it is the same for every cut whether the telling one is just within them. */
static void order_is_learnt_from_the_start(void **unused)
{
    (void)unused;
    for (size_t past = 0; past < 2; past++) {
        struct sw_buf text;
        sw_buf_init(&text, 1u << 20);
        SW_BUF_LIT(&text, "time,a\n");
        while (text.len < SW_SNIFF_SIZE - 60)
            SW_BUF_LIT(&text, "1/2/2024 7:08,x\n");
        SW_BUF_LIT(&text, "1/2/2024 7:08,");
        while (text.len < SW_SNIFF_SIZE - 19 + past)
            SW_BUF_LIT(&text, "x");
        SW_BUF_LIT(&text, "\n13/2/2024 7:08:09,"); /* the comma behind it is the last byte of the 64 KiB, or the one after */
        assert_int_equal(text.len, SW_SNIFF_SIZE + past);
        SW_BUF_LIT(&text, "x\n");
        for (int i = 0; i < 3000; i++)
            SW_BUF_LIT(&text, "1/2/2024 7:08,x\n");
        const char *expected = past == 0 ? "2 2024-02-01" : "2 2024-01-02";
        for (size_t step = 7; step < 200000; step = step * 9 + 1) {
            struct probe p;
            probe_init(&p, &sw_decoder_csv, "");
            probe_run(&p, sw_buf_str(&text), step);
            assert_true(sw_str_starts(sw_buf_str(&p.out), sw_str(expected)));
            assert_true(sw_str_find(sw_buf_str(&p.out), sw_str(past == 0 ? "2024-01-02" : "2024-02-01")) == SW_NPOS);
            probe_fini(&p);
        }
        sw_buf_fini(&text);
    }
}

static void windows_events(void **unused)
{
    (void)unused;
    /* Get-WinEvent | Export-Csv */
    gives("#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\n"
          "\"Message\",\"Id\",\"ProviderName\",\"LogName\",\"MachineName\",\"TimeCreated\"\n"
          "\"Process Create:\nRuleName: -\nUtcTime: 2024-01-10 07:08:09.123\nImage: C:\\x.exe\nno field\",\"1\",\"Microsoft-Windows-Sysmon\","
          "\"Microsoft-Windows-Sysmon/Operational\",\"pc1\",\"1/10/2024 7:08:09 AM\"\n",
          "3 2024-01-10T07:08:09Z message=Process Create:\nRuleName: -\nUtcTime: 2024-01-10 07:08:09.123\nImage: C:\\x.exe\nno field | "
          "EventID#1 | Provider_Name=Microsoft-Windows-Sysmon | Channel=Microsoft-Windows-Sysmon/Operational | Computer=pc1 | "
          "TimeCreated=1/10/2024 7:08:09 AM | RuleName=- | UtcTime=2024-01-10 07:08:09.123 | Image=C:\\x.exe\n");
    /* the Event Viewer: the message has no name, and the log isn't said */
    gives("Level,Date and Time,Source,Event ID,Task Category\n"
          "Information,1/10/2024 7:08:09 AM,Microsoft-Windows-Security-Auditing,4624,Logon,\"An account\nwas logged on\"\n",
          "2 2024-01-10T07:08:09Z Level=Information | DateandTime=1/10/2024 7:08:09 AM | "
          "Provider_Name=Microsoft-Windows-Security-Auditing | EventID#4624 | TaskCategory=Logon | message=An account\nwas logged on | "
          "Channel=Security\n");
    /* EvtxECmd */
    gives("RecordNumber,EventRecordId,TimeCreated,EventId,Provider,Channel,Computer,Payload\n"
          "1,77,2024-01-10 07:08:09.1234567,4624,P,Security,pc1,\"{\"\"EventData\"\":{\"\"Data\"\":[{\"\"@Name\"\":\"\"SubjectUserName\"\",\"\"#text\"\":"
          "\"\"bob\"\"}]}}\"\n",
          "2 2024-01-10T07:08:09.123456700Z RecordNumber#1 | EventRecordID#77 | TimeCreated=2024-01-10 07:08:09.1234567 | EventID#4624 | "
          "Provider_Name=P | Channel=Security | Computer=pc1 | SubjectUserName=bob\n");
}

static void audit_data(void **unused)
{
    (void)unused;
    struct probe p;
    const char *input = "CreationDate,UserIds,Operations,AuditData\n"
                        "1/10/2024 7:08:10 AM,bob,FileAccessed,\"{\"\"CreationTime\"\":\"\"2024-01-10T07:08:09\"\",\"\"Operation\"\":"
                        "\"\"FileAccessed\"\",\"\"Workload\"\":\"\"SharePoint\"\",\"\"RecordType\"\":6}\"\n"
                        "1/10/2024 7:08:10 AM,bob,x,\"{broken\"\n";
    probe_init(&p, &sw_decoder_csv, "");
    probe_run(&p, sw_str(input), strlen(input));
    assert_true(sw_str_is(sw_buf_str(&p.out),
                          "2 2024-01-10T07:08:09Z CreationDate=1/10/2024 7:08:10 AM | UserIds=bob | Operations=FileAccessed | "
                          "CreationTime=2024-01-10T07:08:09 | Operation=FileAccessed | Workload=SharePoint | RecordType#6\n"
                          "3 2024-01-10T07:08:10Z CreationDate=1/10/2024 7:08:10 AM | UserIds=bob | Operations=x | AuditData={broken\n"));
    probe_fini(&p);
}

static void sniffing(void **unused)
{
    (void)unused;
    static const struct {
        const char *head;
        int sure;
    } cases[] = {
        {"time,user,action\n1,2,3\n4,5,6\n7,8,9\n", SW_SURE_LIKELY},
        {"\"Date and Time\";\"User\"\n\"a\nb\";2\n1;2\n1;2\n", SW_SURE_LIKELY},
        {"time,user,action,result\n", SW_SURE_MAYBE},
        {"time,user\n", SW_SURE_NO},
        {"Hello, world\nthis is a text, with commas, in it\nand so on\n", SW_SURE_NO},
        {"2024-01-10,1,2,3\n2024-01-10,1,2,3\n", SW_SURE_NO},
        {"{\"a\":1,\"b\":2}\n{\"a\":1,\"b\":2}\n", SW_SURE_NO},
        {"<14>Jan 1 00:00:00 host app: a, b\n<14>Jan 1 00:00:00 host app: a, b\n", SW_SURE_NO},
        {"no delimiter\nat all\n", SW_SURE_NO},
        {"", SW_SURE_NO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (probe_sniff(&sw_decoder_csv, cases[i].head) != cases[i].sure)
            fail_msg("%s: %d", cases[i].head, probe_sniff(&sw_decoder_csv, cases[i].head));
}

/* Among all decoders: tables come here, and what has another decoder doesn't. */
static void among_the_others(void **unused)
{
    (void)unused;
    static const struct {
        const char *decoder;
        const char *head;
    } cases[] = {
        {"csv", "time,user,action\n1,2,3\n4,5,6\n7,8,9\n"},
        {"csv", "\"Time\";\"Src IP\"\n\"2024-01-10 07:08:09\";\"192.0.2.1\"\n\"2024-01-10 07:08:09\";\"192.0.2.1\"\n"
                "\"2024-01-10 07:08:09\";\"192.0.2.1\"\n"},
        {"csv", "CreationDate,UserIds,Operations,AuditData\n2024-01-10T07:08:09Z,bob,x,\"{\"\"Id\"\":1}\"\n"},
        {"csv", "Date (UTC)\tRequest ID\tIP address\n2024-01-10T07:08:09Z\ta\t192.0.2.1\n2024-01-10T07:08:09Z\ta\t192.0.2.1\n"
                "2024-01-10T07:08:09Z\ta\t192.0.2.1\n"},
        /* Exchange: the names first without, then with #Fields */
        {"w3c", "DateTime,RequestId,UrlStem\r\n#Software: Microsoft Exchange Server\r\n#Version: 15.02.0\r\n#Log-type: HttpProxy Logs\r\n"
                "#Date: 2024-01-10T07:00:00.000Z\r\n#Fields: DateTime,RequestId,UrlStem\r\n2024-01-10T07:08:09.000Z,1,/owa/\r\n"},
        {"w3c", "#Software: Microsoft Exchange Server\r\n#Fields: date-time,a,b\r\n2024-01-10T07:08:09.000Z,1,/owa/\r\n"},
        {"zeek", "#separator \\x09\n#path\tconn\n#fields\tts\tuid\n#types\ttime\tstring\n1704870489.0\tC\n"},
        {"vpcflow", "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n"
                    "2 123456789010 eni-1 192.0.2.1 192.0.2.2 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK\n"},
        {"json", "{\"time\":\"2024-01-10T07:08:09Z\",\"user\":\"a\"}\n{\"time\":\"2024-01-10T07:08:09Z\",\"user\":\"a\"}\n"},
        {"text", "Hello, world\nthis is a text, with commas, in it\nand so on\n"},
        {"text", "name, address\n"},
        {"text", "Dear all,\n\nplease find, enclosed, the list.\nregards,\nbob\n"},
        {"text", "a,b\n1\n2\n3\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sw_sniff sniff = {.head = sw_str(cases[i].head), .complete = true, .path = SW_STR("logs/x.csv")};
        const struct sw_decoder *got = sw_decoder_sniff(&sniff, NULL);
        if (strcmp(got->name, cases[i].decoder) != 0)
            fail_msg("%s: taken by %s, not by %s", cases[i].head, got->name, cases[i].decoder);
    }
}

static const char sample[] =
    "\xef\xbb\xbfsep=,\nTime,a b,\"c\nd\",AuditData\n"
    "2024-01-10 07:08:09,\"x, \"\"y\"\"\",\"one\r\n\ntwo\",\n"
    "\"2024-01-10 07:08:10\", \"z\",\"\",\"{\"\"Operation\"\":\"\"x\"\"}\"\r\n"
    "stray,\"quote,1,2\n1/2/2024,,,\n13/2/2024,,,\nTime,a b,\"c\nd\",AuditData\n,\"\"\"\",\"a\"b\",\n\n1,2\n\"\",\"\n\n";

static void splits(void **unused)
{
    (void)unused;
    probe_assert_splits(&sw_decoder_csv, "", sw_strn(sample, sizeof sample - 1));
}

static void survives(void **unused)
{
    (void)unused;
    probe_assert_survives(&sw_decoder_csv, "", sw_strn(sample, sizeof sample - 1));
}

/* A quote that nothing closes within the limit is a character: the records behind it are read. At the limit and one past it. */
static void open_quotes(void **unused)
{
    (void)unused;
    for (size_t past = 0; past < 2; past++) {
        struct sw_buf text;
        sw_buf_init(&text, 8u << 20);
        SW_BUF_LIT(&text, "a,b\n1,\""); /* its record begins at 4 */
        /* The closing quote is the last byte within SW_MAX_RECORD of the record's start, or the first one after. */
        while (text.len < 4 + SW_MAX_RECORD - 1 + past)
            sw_buf_add(&text, text.len % 100 == 99 ? "\n" : "x", 1);
        SW_BUF_LIT(&text, "\"\n2,3\n4,5\n");
        for (size_t step = 300000; step < 4000000; step = step * 5 + 1) {
            struct probe p;
            probe_init(&p, &sw_decoder_csv, "");
            probe_run(&p, sw_buf_str(&text), step);
            assert_true(sw_str_find(sw_buf_str(&p.out), SW_STR("a#4 | b#5\n")) != SW_NPOS);
            assert_int_equal(p.stats.read > 100, past == 1);
            probe_fini(&p);
        }
        sw_buf_fini(&text);
    }
}

/* When there is no room for more names in a run. The last test: it fills the table that all share. */
static void no_room_for_names(void **unused)
{
    (void)unused;
    for (unsigned i = 0; sw_field_refused() == 0; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "filling%u", i);
        (void)sw_field_intern(sw_str(name));
    }
    gives("filling1,a new name,another one\n1,2,\n", "2  filling1#1 | _more=a new name=2 | _more~\n");
}

/* Text made to take long. Each byte is looked at a bounded number of times, so this ends at once. */
static void no_slow_tables(void **unused)
{
    (void)unused;
    static const char *const units[] = {"\"a\n", "\"\"", "\",\"", "\"\n", ",\"x\n", "\"\"\"a,", "\" \"", "\r\n", "\r", ",", "a,\"b\"c\n", "\n\""};
    size_t len = 6u << 20;
    char *text = sw_alloc(len, 1);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t unit = strlen(units[i]);
        for (size_t at = 0; at < len; at++)
            text[at] = units[i][at % unit];
        memcpy(text, "a,b\n", 4);
        struct probe p;
        probe_init(&p, &sw_decoder_csv, "");
        probe_run(&p, sw_strn(text, len), 1u << 20);
        probe_fini(&p);
    }
    sw_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialects),       cmocka_unit_test(quotes), cmocka_unit_test(ragged_records), cmocka_unit_test(column_limit), cmocka_unit_test(order_of_day_and_month), cmocka_unit_test(order_is_learnt_from_the_start),     cmocka_unit_test(times),       cmocka_unit_test(which_column_is_the_time),
        cmocka_unit_test(windows_events), cmocka_unit_test(audit_data), cmocka_unit_test(sniffing), cmocka_unit_test(among_the_others),    cmocka_unit_test(splits),
        cmocka_unit_test(survives),       cmocka_unit_test(open_quotes), cmocka_unit_test(no_slow_tables),
        cmocka_unit_test(no_room_for_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
