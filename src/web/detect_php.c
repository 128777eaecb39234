/* detect_php.c - placeholder of the first build. */
#include "web/web_priv.h"

void sw_web_detect_php(struct sw_web_look *look, const struct sw_web_text *text)
{
    (void)look;
    (void)text;
}
