/* main.c - the program: reads the command line and hands over to a command. */
#include "base/log.h"
#include "cli/options.h"
#include "cli/run.h"
#include "seawall/version.h"

#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
    /* Times without a zone are read as UTC everywhere, whatever the machine is set to. */
    (void)setenv("TZ", "UTC0", 1);
    tzset();
    struct sw_settings settings;
    struct sw_error err = {0};
    sw_settings_init(&settings);
    int status = SW_EXIT_USAGE;
    int rc = sw_settings_parse(&settings, argc, argv, &err);
    if (settings.verbose)
        sw_log_set_level(SW_LOG_INFO);
    if (rc != 0) {
        sw_run_complain(&err);
    } else if (settings.version) {
        printf("seawall %s\n", SEAWALL_VERSION);
        status = SW_EXIT_DONE;
    } else if (settings.help || settings.command == NULL) {
        sw_options_help(settings.help ? stdout : stderr, settings.command);
        status = settings.help ? SW_EXIT_DONE : SW_EXIT_USAGE;
    } else {
        status = settings.command->run(&settings);
    }
    sw_settings_fini(&settings);
    return status;
}
