/*
 * kind.h - which files of a web root are programs, and in which language.
 *
 * Threads: any.      Trust: hostile input.
 */
#ifndef SW_WEBSHELL_KIND_H
#define SW_WEBSHELL_KIND_H

#include "decode/decode.h"

/* The kind of script that a source is, by its name and first bytes: "php", "asp", "aspx", "jsp", "cfm", "class"
 * (compiled Java), "webconf" (.htaccess, .user.ini, web.config); NULL when it is none. A name that promises a script is
 * enough, unless the content is a log (`sureness` of the surest decoder, -1: not asked yet) or a container; other files
 * must begin as scripts do, and pictures may hold a script anywhere in their head. Fits struct sw_feed_options.script.
 */
const char *sw_script_kind(const struct sw_sniff *sniff, int sureness);

#endif
