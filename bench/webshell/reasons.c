/*
 * reasons.c - prints what the structural analysis has against each file given, however little it weighs; for tuning.
 *
 *     bench-webshell-reasons FILE...
 */
#include "base/mem.h"
#include "webshell/kind.h"
#include "webshell/scan.h"

#include <stdio.h>

static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    char *bytes = sw_alloc(SW_MAX_SCRIPT, 1);
    *len = file != NULL && bytes != NULL ? fread(bytes, 1, SW_MAX_SCRIPT, file) : 0;
    if (file != NULL)
        (void)fclose(file);
    return bytes;
}

int main(int argc, char **argv)
{
    struct sw_script_scanner *scanner;
    if (sw_script_prepare() != 0 || sw_script_scanner_new(&scanner, NULL) != 0)
        return 1;
    for (int i = 1; i < argc; i++) {
        size_t len;
        char *bytes = read_file(argv[i], &len);
        struct sw_sniff sniff = {.head = {bytes, len < SW_SNIFF_SIZE ? len : SW_SNIFF_SIZE}, .path = sw_str(argv[i])};
        const char *kind = sw_script_kind(&sniff, -1);
        struct sw_shell_report report;
        if (kind != NULL && sw_script_analyse(scanner, kind, sw_strn(bytes, len), &report) == 0) {
            const struct sw_shell_reason *verdict = sw_shell_report_verdict(&report);
            printf("%s: %s, score %u%s%s\n", argv[i], kind, report.score, verdict != NULL ? ", found" : "",
                   report.incomplete ? ", incomplete" : "");
            for (unsigned r = 0; r < report.count; r++)
                printf("    %3u %-28.*s byte %u: %.*s\n", report.reasons[r].weight,
                       SW_STR_ARG(sw_shell_rules()[report.reasons[r].rule].id), report.reasons[r].at,
                       SW_STR_ARG(report.reasons[r].sentence));
        }
        sw_free(bytes);
    }
    sw_script_scanner_free(scanner);
    return 0;
}
