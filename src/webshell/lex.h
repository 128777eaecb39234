/*
 * lex.h - the lexers: from a script's text to the common tokens.
 *
 * Each reads all of the text, whatever it is: what isn't of its language comes out as tokens that mean little, never as
 * an error. Owner:   unit is initialised by the caller with the text and language. Errors:  SW_E_NOMEM. A text with too
 * many tokens ends early with unit->cut. Trust:   hostile input.
 */
#ifndef SW_WEBSHELL_LEX_H
#define SW_WEBSHELL_LEX_H

#include "webshell/token.h"

/* PHP: HTML with <?php ... ?>, <?= ... ?>, <? ... ?>, <script language=php>; `code`: it begins in code, as what eval()
 * gets. */
int sw_lex_php(struct sw_unit *unit, bool code);

/* Which bytes may begin and continue a PHP name: ASCII letters, _ and all above ASCII; then digits, too. */
static inline bool sw_php_starts(char c)
{
    return sw_is_alpha(c) || c == '_' || (unsigned char)c >= 0x80;
}

static inline bool sw_php_continues(char c)
{
    return sw_php_starts(c) || sw_is_digit(c);
}

#endif
