/* baseline.c - `seawall baseline DIR`: a manifest of a web root's files, for `hunt --baseline`. */
#include "cli/options.h"
#include "cli/run.h"
#include "webshell/baseline.h"

#include <errno.h>
#include <string.h>

int sw_cmd_baseline(struct sw_settings *settings)
{
    struct sw_error err = {0};
    if (settings->paths.count != 1) {
        (void)sw_error_set(&err, SW_E_USAGE, 0, 0, "baseline takes one directory");
        sw_run_complain(&err);
        return SW_EXIT_USAGE;
    }
    FILE *out = settings->output != NULL ? fopen(settings->output, "we") : stdout;
    if (out == NULL) {
        (void)sw_error_set(&err, SW_E_IO, 0, 0, "%s: %s", settings->output, strerror(errno));
        sw_run_complain(&err);
        return SW_EXIT_USAGE;
    }
    size_t unread = 0;
    int rc = sw_baseline_write(settings->paths.items[0], out, &unread, &err);
    int closed = fflush(out);
    if (out != stdout && fclose(out) != 0)
        closed = EOF;
    if (rc == 0 && closed != 0)
        rc = sw_error_set(&err, SW_E_IO, 0, 0, "%s", strerror(errno));
    if (rc != 0) {
        sw_run_complain(&err);
        return SW_EXIT_USAGE;
    }
    if (unread > 0)
        (void)fprintf(stderr, "seawall: %zu files could not be read and are not in it\n", unread);
    return unread > 0 ? SW_EXIT_PARTIAL : SW_EXIT_DONE;
}
