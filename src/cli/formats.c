/* formats.c - `seawall formats`: what can be read. And `seawall completion`. */
#include "base/log.h"
#include "cli/options.h"
#include "decode/decode.h"

int sw_cmd_formats(struct sw_settings *settings)
{
    (void)settings;
    for (size_t i = 0; i < sw_decoder_count; i++)
        printf("%-14s %s\n", sw_decoders[i]->name, sw_decoders[i]->title);
    return SW_EXIT_DONE;
}

int sw_cmd_completion(struct sw_settings *settings)
{
    if (settings->paths.count != 1 || sw_options_completion(stdout, settings->paths.items[0]) != 0) {
        sw_error_log("completion takes one of bash, zsh, fish");
        return SW_EXIT_USAGE;
    }
    return SW_EXIT_DONE;
}
