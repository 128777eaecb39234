/*
 * token.h - the tokens that every language of scripts is turned into, so that one machine (flow.h) can follow values
 * through all.
 *
 * A lexer writes tokens of one source text into a unit. What is special of a language it spells out in common terms: an
 * interpolated string becomes a concatenation in brackets, a VBScript line end a semicolon, text outside of code one
 * HTML token.
 *
 * Owner:   a unit's tokens are on the heap until sw_unit_fini(); the text is the caller's and must outlive the unit.
 * Limits:  SW_MAX_TOKENS; beyond it the rest is not looked at and unit->cut is set.
 * Threads: one at a time.      Errors: SW_E_NOMEM.      Trust: hostile input.
 */
#ifndef SW_WEBSHELL_TOKEN_H
#define SW_WEBSHELL_TOKEN_H

#include "base/str.h"

#include <stdint.h>

/* Tokens of one text: 8 MiB of dense code have 3 million. */
#define SW_MAX_TOKENS 4000000u

enum sw_tok_kind {
    SW_TOK_END,
    SW_TOK_VAR, /* a variable that its spelling tells: $name, without the $ */
    SW_TOK_NAME, /* an identifier; `name` is its number in the language's table + 1, or 0 */
    SW_TOK_WORD, /* a keyword: `op` is enum sw_word */
    SW_TOK_TEXT, /* a string: at..len lie between its quotes, `op` is enum sw_quote */
    SW_TOK_NUMBER,
    SW_TOK_OP, /* `op` is enum sw_op */
    SW_TOK_HTML /* what is sent as it stands */
};

/* How the text of a string is written. */
enum sw_quote {
    SW_QUOTE_NONE, /* every byte stands for itself */
    SW_QUOTE_SINGLE, /* PHP '...': \\ and \' */
    SW_QUOTE_DOUBLE, /* PHP "..." and heredoc: \n \x41 \101 \u{41} ... */
    SW_QUOTE_C, /* Java, C#, JScript: \n \x41 \u0041 \101 */
    SW_QUOTE_TWICE /* VBScript "...", C# @"...": a doubled quote is one */
};

enum sw_op {
    SW_OP_NONE,
    SW_OP_SEMI,
    SW_OP_COMMA,
    SW_OP_LPAREN,
    SW_OP_RPAREN,
    SW_OP_LBRACKET,
    SW_OP_RBRACKET,
    SW_OP_LBRACE,
    SW_OP_RBRACE,
    SW_OP_ASSIGN,
    SW_OP_ASSIGN_CONCAT,
    SW_OP_ASSIGN_XOR,
    SW_OP_ASSIGN_OTHER,
    SW_OP_ASSIGN_REF, /* =& of PHP: as an assignment */
    SW_OP_PAIR, /* => */
    SW_OP_QUESTION,
    SW_OP_COLON,
    SW_OP_COALESCE, /* ?? */
    SW_OP_OR, /* logical; also of the word `or` */
    SW_OP_AND,
    SW_OP_COMPARE, /* == and all of its kind that give true or false; `len` of the token tells which */
    SW_OP_CONCAT,
    SW_OP_ADD, /* a concatenation as well, where the language has it so */
    SW_OP_SUB,
    SW_OP_MUL,
    SW_OP_DIV,
    SW_OP_MOD,
    SW_OP_SHIFT,
    SW_OP_XOR, /* bitwise */
    SW_OP_BITAND, /* or PHP's reference */
    SW_OP_BITOR,
    SW_OP_NOT, /* ! */
    SW_OP_INVERT, /* ~ */
    SW_OP_SILENCE,
    SW_OP_CAST_NUMBER,
    SW_OP_CAST_TEXT,
    SW_OP_CAST_OTHER,
    SW_OP_INCREMENT,
    SW_OP_DECREMENT,
    SW_OP_MEMBER, /* -> of PHP, . of others */
    SW_OP_STATIC, /* :: */
    SW_OP_DOLLAR, /* a $ before { or another $: a variable named by a value */
    SW_OP_SPREAD,
    SW_OP_ARROW /* => or -> of a lambda that the lexer recognised */
};

enum sw_word {
    SW_WORD_NONE,
    SW_WORD_IF, /* if, elseif, while, switch, match, until: a condition in brackets follows */
    SW_WORD_ELSE, /* else, do, try, finally: a statement or block follows */
    SW_WORD_FOR, /* for, using: brackets with statements follow */
    SW_WORD_FOREACH,
    SW_WORD_AS, /* of a foreach; `in` of others */
    SW_WORD_CATCH,
    SW_WORD_END_BLOCK, /* endif and the like */
    SW_WORD_CASE,
    SW_WORD_FUNCTION,
    SW_WORD_ARROW_FUNCTION, /* fn */
    SW_WORD_CLASS, /* class, interface, trait, enum, struct */
    SW_WORD_NEW,
    SW_WORD_RETURN,
    SW_WORD_ECHO, /* echo, print, Response.Write as a statement */
    SW_WORD_INCLUDE, /* include, require and their _once */
    SW_WORD_EXIT, /* exit, die */
    SW_WORD_GLOBAL,
    SW_WORD_STATIC,
    SW_WORD_MODIFIER, /* public, final, abstract, var, dim, set: says nothing to the flow */
    SW_WORD_USE,
    SW_WORD_NAMESPACE,
    SW_WORD_CONST,
    SW_WORD_ASK, /* isset, empty: looks at a value and gives true or false */
    SW_WORD_UNSET,
    SW_WORD_LIST,
    SW_WORD_ARRAY,
    SW_WORD_THROW,
    SW_WORD_JUMP, /* break, continue, goto */
    SW_WORD_PREFIX, /* clone, yield, await: gives its operand */
    SW_WORD_INSTANCEOF,
    SW_WORD_TRUE,
    SW_WORD_FALSE,
    SW_WORD_NULL,
    SW_WORD_USING, /* of C#: brackets with a declaration, or a namespace */
    SW_WORD_CAST,  /* `as` of C# */
    SW_WORD_HALT
};

struct sw_tok {
    uint32_t at; /* of its text in the unit */
    uint32_t len;
    uint8_t kind; /* enum sw_tok_kind */
    uint8_t op;
    uint16_t name;
};

struct sw_language;

struct sw_unit {
    struct sw_str text;
    uint32_t *behind; /* of each opening bracket: the token behind its closing one, after sw_unit_match() */
    const struct sw_language *language;
    struct sw_tok *tokens; /* the last one is SW_TOK_END */
    uint32_t count;
    size_t cap;
    uint32_t html; /* bytes outside of code */
    bool utf7;      /* says that it is in UTF-7, which only serves to hide code */
    bool includes;  /* takes in other files of its application */
    bool inner;     /* for the flow: code that the script makes while it runs; */
    uint32_t inner_at; /* where in the script that happens */
    uint32_t first_function; /* where its functions lie */
    uint32_t function_count;
    bool cut; /* has more tokens than are looked at */
    bool broken; /* a string or comment didn't end */
};

void sw_unit_init(struct sw_unit *unit, const struct sw_language *language, struct sw_str text);
void sw_unit_fini(struct sw_unit *unit);
void sw_unit_free(struct sw_unit *unit); /* the same for one on the heap */

/* Appends a token. SW_E_LIMIT when there are too many (sets unit->cut), SW_E_NOMEM. */
int sw_unit_add(struct sw_unit *unit, enum sw_tok_kind kind, unsigned op, size_t at, size_t len);

/* The same for an identifier, which it looks up: a keyword becomes SW_TOK_WORD. `plain`: it can't be a keyword here (a
 * member). */
int sw_unit_add_name(struct sw_unit *unit, size_t at, size_t len, bool plain);

/* Ends the tokens with SW_TOK_END. */
int sw_unit_end(struct sw_unit *unit);

/* Finds each bracket's counterpart, once. Brackets of each kind are paired by themselves; what stays open ends with the tokens.
 * SW_E_NOMEM. */
int sw_unit_match(struct sw_unit *unit);

/* The token behind the bracket that closes the one at `open`. */
static inline uint32_t sw_tok_behind(const struct sw_unit *unit, uint32_t open)
{
    return unit->behind[open];
}

static inline struct sw_str sw_tok_text(const struct sw_unit *unit, const struct sw_tok *token)
{
    return (struct sw_str){unit->text.ptr + token->at, token->len};
}

static inline bool sw_tok_is(const struct sw_tok *token, enum sw_op op)
{
    return token->kind == SW_TOK_OP && token->op == op;
}

#endif
