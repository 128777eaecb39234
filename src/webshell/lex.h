/*
 * lex.h - the lexers: from a script's text to the common tokens.
 *
 * Each reads all of the text, whatever it is: what isn't of its language comes out as tokens that mean little, never as an error.
 * Owner:   unit is initialised by the caller with the text and language.
 * Errors:  SW_E_NOMEM. A text with too many tokens ends early with unit->cut.
 * Trust:   hostile input.
 */
#ifndef SW_WEBSHELL_LEX_H
#define SW_WEBSHELL_LEX_H

#include "webshell/token.h"

/* PHP: HTML with <?php ... ?>, <?= ... ?>, <? ... ?>, <script language=php>; `code`: it begins in code, as what eval() gets. */
int sw_lex_php(struct sw_unit *unit, bool code);

/* Pages of HTML with <% ... %>, <%= ... %>, <%! ... %>, <script runat=server>, and of JSP <jsp:scriptlet> and ${...}. `code`: code
 * alone. The language of the unit says which lexer reads the code: VBScript or one of those that resemble C; a page that says
 * another one of its family is read as that. */
int sw_lex_page(struct sw_unit *unit, bool code);

/* CFML: tags with expressions in them, <cfscript>. */
int sw_lex_cfml(struct sw_unit *unit, bool code);

/* Reads what the unit's language is. */
int sw_lex(struct sw_unit *unit, bool code);

/* --- for the lexers among themselves ---------------------------------------------------------------------- */

/* The code between two offsets of the text, as Java, C# or JScript; as VBScript or VB. 0, SW_E_LIMIT, SW_E_NOMEM. */
int sw_lex_c_part(struct sw_unit *unit, size_t from, size_t to);
int sw_lex_vb_part(struct sw_unit *unit, size_t from, size_t to);

/* The length of a blank beyond ASCII that the text begins with (U+00A0, U+2000 and its like, U+3000, U+FEFF); 0: none. */
size_t sw_lex_blank(struct sw_str text);

/* An operator or bracket. */
struct sw_sign {
    char text[4]; /* not terminated */
    uint8_t op;   /* enum sw_op */
};

/* The sign that a text, which is not empty, begins with, and its length; NULL: none. The signs are in the order of their first
 * letters, of each the longest first. */
const struct sw_sign *sw_lex_sign(const struct sw_sign *signs, size_t count, struct sw_str text, size_t *length);

/* Adds a token that stands in no text: an operator or bracket; the name of the language's table. */
int sw_lex_op(struct sw_unit *unit, enum sw_op op, size_t at);
int sw_lex_word(struct sw_unit *unit, enum sw_word word, size_t at);
int sw_lex_known_name(struct sw_unit *unit, const char *name, size_t at);

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
