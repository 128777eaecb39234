/*
 * language.h - what the machine knows of a language: which names are keywords, sources, decoders and sinks.
 *
 * A language is a table of names (php.def, ...) in which each has a role; lookups fold ASCII case where the language
 * does. Threads: any, after sw_languages_prepare().
 */
#ifndef SW_WEBSHELL_LANGUAGE_H
#define SW_WEBSHELL_LANGUAGE_H

#include "webshell/fold.h"
#include "webshell/token.h"

/* What a function, method, class, property or variable of the language is to the flow. `arg` counts from 0. */
enum sw_role {
    SW_ROLE_NONE,
    SW_ROLE_WORD, /* a keyword: `arg` is enum sw_word */
    SW_ROLE_REQUEST, /* gives what the client sent */
    SW_ROLE_UPLOAD, /* gives an uploaded file's name or content */
    SW_ROLE_SERVER, /* gives what the client sent for some keys: $_SERVER, getenv() */
    SW_ROLE_REMOTE, /* gives what another machine sent */
    SW_ROLE_STORED, /* gives what lies in a file, database or session; a path argument may make it more */
    SW_ROLE_CODE, /* runs argument `arg` as code */
    SW_ROLE_COMMAND, /* runs argument `arg` as a command */
    SW_ROLE_CALLBACK, /* calls argument `arg` (ARG_LAST: the last) with the others */
    SW_ROLE_REPLACE, /* preg_replace and its kind: may run its replacement */
    SW_ROLE_REFLECT, /* gives something callable by the name in argument `arg` */
    SW_ROLE_FOLD, /* computes; `arg` is enum sw_fold */
    SW_ROLE_PASS, /* its result is made of its arguments */
    SW_ROLE_CLEAN, /* its result is nothing that could run */
    SW_ROLE_ESCAPE, /* makes an argument harmless for a command */
    SW_ROLE_OUT, /* puts argument 0 or the one before into argument `arg` */
    SW_ROLE_VARIABLES, /* makes variables of argument 0 */
    SW_ROLE_WRITE, /* writes argument 1 into the file of argument 0 */
    SW_ROLE_OPEN, /* opens the file of argument 0; argument 1 is the mode */
    SW_ROLE_COPY, /* makes file 1 of file 0 */
    SW_ROLE_FILES, /* lists, reads, changes or removes the file of argument 0 */
    SW_ROLE_SQL, /* runs argument `arg` in a database */
    SW_ROLE_CONNECT, /* connects to argument 0 */
    SW_ROLE_SPY, /* tells of the machine */
    SW_ROLE_QUIET, /* keeps errors and time limits away */
    SW_ROLE_LOAD, /* loads code from argument `arg`: a class, library or assembly */
    SW_ROLE_DEFINE, /* a constant of argument 0 */
    SW_ROLE_CONSTANT, /* gives the constant of argument 0 */
    SW_ROLE_SELF_TEXT, /* gives text of the script's own file */
    SW_ROLE_MAIL,      /* sends a message to argument 0 with subject 1 and text 2 */
    SW_ROLE_REQUEST_OBJECT, /* the object of the request: what it gives by index or call is what the client sent */
    SW_ROLE_CONTROL,        /* a property of a control of the page: what the client sent */
    SW_ROLE_REMOTE_OBJECT,  /* an address to read from */
    SW_ROLE_CREATE_OBJECT,  /* makes the object that argument 0 names */
    SW_ROLE_REFLECT_NAME,   /* gives the method or field that argument 0 names */
    SW_ROLE_REFLECT_CALL,   /* calls what it is a method of */
    SW_ROLE_CODE_OF_BYTES,  /* makes code of argument 0, if that is the client's */
    SW_ROLE_DESERIALISE,    /* makes objects of what it reads */
    SW_ROLE_MEMORY,         /* registers what handles requests */
    SW_ROLE_SHELLCODE,      /* memory that is run */
    SW_ROLE_ECHO,           /* puts argument 0 out */
    SW_ROLE_COMMAND_OBJECT, /* a class or CreateObject() name whose methods run commands */
    SW_ROLE_COUNT
};

#define SW_ARG_LAST 15
#define SW_ARG_ANY 14 /* whichever argument is the most dangerous */

struct sw_name {
    const char *name;
    uint8_t role; /* enum sw_role */
    uint8_t arg;
};

struct sw_language {
    const char *kind; /* "php" */
    const struct sw_name *names;
    size_t name_count;
    bool folds_case;
    bool folds_variables; /* letter case of variables is folded, too */
    bool add_joins; /* + concatenates */
    bool sigils; /* variables are $names: other names are constants and types */
};

/* Builds the look-up tables; once, before threads start. */
int sw_languages_prepare(void);

/* The entry of a name, or NULL. */
const struct sw_name *sw_language_find(const struct sw_language *language, struct sw_str name);

extern const struct sw_language sw_language_php;
extern const struct sw_language sw_language_asp;
extern const struct sw_language sw_language_net;
extern const struct sw_language sw_language_java;
extern const struct sw_language sw_language_cfml;

/* The language of a kind of script (webshell/kind.h), or NULL. */
const struct sw_language *sw_language_of(const char *kind);

#endif
