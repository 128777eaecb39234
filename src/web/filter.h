/*
 * filter.h - the first look at a request: whether it has anything that needs a closer one.
 * Every request passes here, so this is quick; it may let an ordinary one through, never keep an attack back that the
 * detectors would see. Trust: hostile input.
 */
#ifndef SW_WEB_FILTER_H
#define SW_WEB_FILTER_H

#include "base/str.h"

/* Bytes, and pairs of them, that stand out in a request target: anything but letters, digits and , - . / : = ? & _ @ ~ [ ],
 * two dots, two slashes (not behind a colon), a slash and a dot; '%' does not count. */
bool sw_web_is_odd(struct sw_str text);

/* Whether a target, a referer or another header needs a closer look. */
bool sw_web_target_stands_out(struct sw_str target);
bool sw_web_referer_stands_out(struct sw_str referer);
bool sw_web_header_stands_out(struct sw_str header);
/* Browsers' user agents have a form; all others need a closer look. */
bool sw_web_agent_stands_out(struct sw_str agent);

#endif
