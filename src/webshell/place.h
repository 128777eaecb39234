/*
 * place.h - what the place and name of a script say: reasons that come from its path alone.
 *
 * Threads: any.      Trust: hostile input.
 */
#ifndef SW_WEBSHELL_PLACE_H
#define SW_WEBSHELL_PLACE_H

#include "webshell/report.h"

/* Adds what speaks against a script of this kind (webshell/kind.h) lying at this path. Ordinary applications have scripts in
 * folders of images or uploads now and then: that weighs little by itself. */
void sw_place_judge(const char *kind, struct sw_str path, struct sw_shell_report *report);

/* The source that Tomcat compiled a class of its work directory from, as text in `source`: "BASE/webapps/APP/dir/page.jsp" for
 * "ENGINE/HOST/APP/org/apache/jsp/dir/page_jsp.class" in BASE's folder "work". False: the path is none of a compiled page, or too
 * long. */
bool sw_place_source_of_class(struct sw_str path, char *source, size_t size);

#endif
