/* detect_request.c - what takes more than one part of a request to see. */
#include "web/web_priv.h"

void sw_web_detect_request(struct sw_web_look *look)
{
    (void)look;
}
