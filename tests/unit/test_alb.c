/* test_alb.c - access logs of AWS load balancers and buckets. */
#include "probe.h"

extern const struct sw_decoder sw_decoder_alb;

#define LINE(input, expected) probe_assert_line(&sw_decoder_alb, "alb.log", input, expected)

#define ALB_LINE \
    "h2 2018-07-02T22:23:00.186641Z app/my-lb/50dc 192.0.2.1:2817 - 0.000 -1 0.037 502 - 34 366 " \
    "\"GET https://www.example.com:443/p?q=\\x22 HTTP/2.0\" \"curl/7.46.0\" ECDHE-RSA TLSv1.2 arn:aws:tg \"Root=1-5833\" " \
    "\"www.example.com\" \"arn:cert\" 0 2018-07-02T22:22:48.364000Z \"forward,redirect\" \"-\" \"-\" \"10.0.0.1:80\" \"200\" \"-\" \"-\" " \
    "TID_1"

static void application(void **unused)
{
    (void)unused;
    LINE(ALB_LINE " \"-\" \"-\" \"-\" \"new column\"",
         "2018-07-02T22:23:00.186641Z type=h2 | elb=app/my-lb/50dc | c-ip=192.0.2.1 | c-port#2817 | target-ip~- | "
         "request-processing-time#0.000 | target-processing-time#-1 | response-processing-time#0.037 | sc-status#502 | target-status~- | "
         "cs-bytes#34 | sc-bytes#366 | cs-method=GET | cs-uri=https://www.example.com:443/p?q=\\x22 | cs-host=www.example.com | "
         "cs-uri-stem=/p | cs-query=q=\\x22 | cs-version=HTTP/2.0 | cs-user-agent=curl/7.46.0 | ssl-cipher=ECDHE-RSA | "
         "ssl-protocol=TLSv1.2 | target-group-arn=arn:aws:tg | trace-id=Root=1-5833 | ssl-domain=www.example.com | "
         "chosen-cert-arn=arn:cert | matched-rule-priority=0 | request-creation-time=2018-07-02T22:22:48.364000Z | "
         "actions-executed=forward,redirect | redirect-url~- | error-reason~- | target-list=10.0.0.1:80 | target-status-list=200 | "
         "classification~- | classification-reason~- | conn-trace-id=TID_1 | transformed-host~- | transformed-uri~- | "
         "request-transform-status~- | extra=new column");
}

static void classic(void **unused)
{
    (void)unused;
    LINE("2015-05-13T23:39:43.945958Z my-lb 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "
         "\"GET http://www.example.com:80/ HTTP/1.1\" \"curl/7.38.0\" - -",
         "2015-05-13T23:39:43.945958Z elb=my-lb | c-ip=192.168.131.39 | c-port#2817 | target-ip=10.0.0.1 | target-port#80 | "
         "request-processing-time#0.000073 | target-processing-time#0.001048 | response-processing-time#0.000057 | sc-status#200 | "
         "target-status#200 | cs-bytes#0 | sc-bytes#29 | cs-method=GET | cs-uri=http://www.example.com:80/ | cs-host=www.example.com | "
         "cs-uri-stem=/ | cs-version=HTTP/1.1 | cs-user-agent=curl/7.38.0 | ssl-cipher~- | ssl-protocol~-");
}

static void network_and_bucket(void **unused)
{
    (void)unused;
    LINE("tls 2.0 2018-12-20T02:59:40 net/my-lb/c6e7 g3d4 72.21.218.154:51341 172.100.100.185:443 5 2 98 246 - arn:cert - "
         "ECDHE-RSA tlsv12 - my.example - - - 2018-12-20T02:59:30",
         "2018-12-20T02:59:40Z type=tls | version=2.0 | elb=net/my-lb/c6e7 | listener=g3d4 | c-ip=72.21.218.154 | c-port#51341 | "
         "target-ip=172.100.100.185 | target-port#443 | time-taken#5 | tls-handshake-time#2 | cs-bytes#98 | sc-bytes#246 | "
         "incoming-tls-alert~- | chosen-cert-arn=arn:cert | chosen-cert-serial~- | ssl-cipher=ECDHE-RSA | ssl-protocol=tlsv12 | "
         "tls-named-group~- | cs-host=my.example | alpn-fe-protocol~- | alpn-be-protocol~- | alpn-client-preference-list~- | "
         "request-creation-time=2018-12-20T02:59:30");
    LINE("79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be bucket1 [06/Feb/2019:00:00:38 +0000] 192.0.2.3 "
         "arn:aws:iam::1:user/a 3E57 REST.GET.OBJECT k \"GET /bucket1/k?versioning HTTP/1.1\" 200 - 113 - 7 - \"-\" \"S3 \"x\" Console/0.4\" -",
         "2019-02-06T00:00:38Z bucket-owner=79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be | bucket=bucket1 | "
         "c-ip=192.0.2.3 | cs-username=arn:aws:iam::1:user/a | request-id=3E57 | operation=REST.GET.OBJECT | key=k | cs-method=GET | "
         "cs-uri=/bucket1/k?versioning | cs-uri-stem=/bucket1/k | cs-query=versioning | cs-version=HTTP/1.1 | sc-status#200 | "
         "error-code~- | sc-bytes#113 | object-size~- | time-taken#7 | turn-around-time~- | cs-referer~- | "
         "cs-user-agent=S3 \"x | version-id=Console/0.4\" | host-id~-");
}

static void refused(void **unused)
{
    (void)unused;
    probe_assert_rejected(&sw_decoder_alb, "https 2018-07-02T22:23:00.186641Z app/my-lb/50dc 192.0.2.1:2817", "no form of AWS access logs");
    probe_assert_rejected(&sw_decoder_alb, "a", "no form of AWS access logs");
    probe_assert_rejected(&sw_decoder_alb, "1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9",
                          "no form of AWS access logs");
    probe_assert_rejected(&sw_decoder_alb, "2015-05-33T23:39:43.945958Z my-lb 192.168.131.39:2817 10.0.0.1:80 0 0 0 200 200 0 29 \"x\" \"y\" - -",
                          "time of no known form");
    assert_int_equal(probe_sniff(&sw_decoder_alb, ALB_LINE "\n"), SW_SURE_YES + 2);
    assert_int_equal(probe_sniff(&sw_decoder_alb, "192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] \"x\" 400 0\n"), SW_SURE_NO);
}

static const char sample[] = ALB_LINE "\n\nx\n"
    "2015-05-13T23:39:43.945958Z my-lb 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 \"x\" \"curl\" - -\n" ALB_LINE;

static void splits_and_survives(void **unused)
{
    (void)unused;
    probe_assert_splits(&sw_decoder_alb, "", sw_strn(sample, sizeof sample - 1));
    probe_assert_survives(&sw_decoder_alb, "", sw_strn(sample, sizeof sample - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(application), cmocka_unit_test(classic),
        cmocka_unit_test(network_and_bucket), cmocka_unit_test(refused),
        cmocka_unit_test(splits_and_survives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
