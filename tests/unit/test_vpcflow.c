/* test_vpcflow.c - AWS VPC flow logs: default order, header lines, CloudWatch's time, damage. */
#include "probe.h"

extern const struct sw_decoder sw_decoder_vpcflow;

static void gives(const char *input, const char *expected)
{
    struct probe p;
    probe_init(&p, &sw_decoder_vpcflow, "flow.log");
    probe_run(&p, sw_str(input), strlen(input));
    if (!sw_str_is(sw_buf_str(&p.out), expected))
        fail_msg("%s\n gives\n%.*s\n not\n%s\n(%s)", input, SW_STR_ARG(sw_buf_str(&p.out)), expected,
                 p.stats.reason_count > 0 ? p.stats.reasons[0].text : "not rejected");
    probe_fini(&p);
}

#define V2 "2 012345678901 eni-1 192.0.2.1 10.0.0.5 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK\n"
#define V2_EVENT \
    "2014-12-14T04:06:50Z version#2 | account-id=012345678901 | interface-id=eni-1 | srcaddr=192.0.2.1 | dstaddr=10.0.0.5 | srcport#20641 | " \
    "dstport#22 | protocol#6 | packets#20 | bytes#4249 | start#1418530010 | end#1418530070 | action=ACCEPT | log-status=OK\n"

static void default_order(void **unused)
{
    (void)unused;
    gives(V2 "2 123456789010 eni-2 - - - - - - - 1431280876 1431280934 - NODATA\n",
          "1 " V2_EVENT
          "2 2015-05-10T18:01:16Z version#2 | account-id=123456789010 | interface-id=eni-2 | srcaddr~- | dstaddr~- | srcport~- | dstport~- | "
          "protocol~- | packets~- | bytes~- | start#1431280876 | end#1431280934 | action~- | log-status=NODATA\n");
    gives("2024-01-10T07:08:09.000Z " V2, "1 " V2_EVENT);
}

static void header_lines(void **unused)
{
    (void)unused;
    gives("version vpc-id srcaddr dstaddr tcp-flags pkt-srcaddr end action\n5 vpc-1 192.0.2.1 10.0.0.5 3 192.0.2.9 1418530070 REJECT more\n"
          "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n" V2,
          "2 2014-12-14T04:07:50Z version#5 | vpc-id=vpc-1 | srcaddr=192.0.2.1 | dstaddr=10.0.0.5 | tcp-flags#3 | pkt-srcaddr=192.0.2.9 | "
          "end#1418530070 | action=REJECT | extra=more\n4 " V2_EVENT);
}

static void rejected(void **unused)
{
    (void)unused;
    probe_assert_rejected(&sw_decoder_vpcflow, "2 1 eni-1 x\n", "fewer columns than the header");
    probe_assert_rejected(&sw_decoder_vpcflow, "2 1 eni-1 a b 1 2 6 1 2 x y ACCEPT OK\n", "time of no known form");
    assert_int_equal(probe_sniff(&sw_decoder_vpcflow, V2), SW_SURE_YES);
    assert_int_equal(probe_sniff(&sw_decoder_vpcflow, "action flow-direction srcaddr end\n"), SW_SURE_YES);
    assert_int_equal(probe_sniff(&sw_decoder_vpcflow, "the srcaddr is a Word\n"), SW_SURE_NO);
    assert_int_equal(probe_sniff(&sw_decoder_vpcflow, "1 2 3\n"), SW_SURE_NO);
}

static const char sample[] = V2 "x\nsrcaddr dstaddr end\n192.0.2.1 10.0.0.5 1418530070\n\n2024-01-10T07:08:09.000Z 192.0.2.1 10.0.0.5 1418530071\n";

static void splits_and_survives(void **unused)
{
    (void)unused;
    probe_assert_splits(&sw_decoder_vpcflow, "", sw_strn(sample, sizeof sample - 1));
    probe_assert_survives(&sw_decoder_vpcflow, "", sw_strn(sample, sizeof sample - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(default_order), cmocka_unit_test(header_lines), cmocka_unit_test(rejected),
                                       cmocka_unit_test(splits_and_survives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
