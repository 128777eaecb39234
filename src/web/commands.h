/*
 * commands.h - names of programs and shell words, and reading a command out of a text.
 */
#ifndef SW_WEB_COMMANDS_H
#define SW_WEB_COMMANDS_H

#include "web/web_priv.h"

enum sw_web_command {
    SW_WEB_NO_COMMAND,
    SW_WEB_COMMON,  /* also an ordinary word: time, find, more */
    SW_WEB_PROGRAM, /* hardly anything else: cat, chmod */
    SW_WEB_TELLING  /* nothing else, even alone: whoami, ifconfig */
};

/* What a word is; lower case, without its directory. */
enum sw_web_command sw_web_unix_command(struct sw_str word);
bool sw_web_windows_command(struct sw_str word);

/* Words before another command: time, sudo, nohup. */
bool sw_web_is_prefix_command(struct sw_str word);

#endif
