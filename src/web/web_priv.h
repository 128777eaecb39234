/*
 * web_priv.h - the parts of web request analysis among themselves: a request's texts, the classes of attack, and the reports
 * that detectors make.
 *
 * Owner:   everything of one look lies in the worker's arena and dies with the event.
 * Threads: tables are built once and then immutable; a look belongs to one worker.      Trust: hostile texts.
 */
#ifndef SW_WEB_WEB_PRIV_H
#define SW_WEB_WEB_PRIV_H

#include "event/event.h"
#include "web/analysis.h"
#include "web/normalise.h"

/* --- classes of attack -------------------------------------------------------------------------------------- */

/* classes.def: one line a class, the gravest first. */
enum sw_web_class_id {
#define SW_WEB_CLASS(id, ...) SW_WEB_CLASS_##id,
#include "web/classes.def"
#undef SW_WEB_CLASS
    SW_WEB_CLASS_COUNT
};

/* How sure a report is. A hint is told at level informational; an attempt has its class's level. */
enum sw_web_confidence { SW_WEB_NOTHING, SW_WEB_HINT, SW_WEB_ATTEMPT };

struct sw_web_class {
    const char *name;   /* short, for explanations: "SQL injection" */
    enum sw_level level; /* of an attempt */
};

extern const struct sw_web_class sw_web_classes[SW_WEB_CLASS_COUNT];

/* Rules of a class; exploits (exploits.def) have no hints. An attempt is in vain when the answer says so. */
enum sw_web_outcome {
    SW_WEB_RULE_HINT,
    SW_WEB_RULE_ATTEMPT,
    SW_WEB_RULE_SUCCESS,
    SW_WEB_RULE_VAIN,
    SW_WEB_RULES_A_CLASS
};
#define SW_WEB_RULES_AN_EXPLOIT 3u

uint32_t sw_web_class_rule(enum sw_web_class_id class_id, enum sw_web_outcome outcome);
uint32_t sw_web_exploit_rule(uint32_t exploit, enum sw_web_outcome outcome);

/* --- a request ---------------------------------------------------------------------------------------------- */

/* What the analysis asks of an event: names as the web decoders give them; other formats through the mapping's views. */
#define SW_WEB_ROLES(X) \
    X(TARGET, "cs-uri") \
    X(METHOD, "cs-method") \
    X(STATUS, "sc-status") \
    X(BYTES, "sc-bytes") \
    X(AGENT, "cs-user-agent") \
    X(REFERER, "cs-referer") \
    X(COOKIE, "cs-cookie") \
    X(FORWARDED, "x-forwarded-for") \
    X(CLIENT, "c-ip") \
    X(HOST, "cs-host") \
    X(USER, "cs-username") \
    X(EXTRA, "extra") \
    X(MAILBOX, "AnchorMailbox") \
    X(STEM, "cs-uri-stem") \
    X(MESSAGE, "message")

enum sw_web_role {
    SW_WEB_NO_ROLE,
#define SW_WEB_ROLE_ENUM(name, text) SW_WEB_ROLE_##name,
    SW_WEB_ROLES(SW_WEB_ROLE_ENUM)
#undef SW_WEB_ROLE_ENUM
    SW_WEB_ROLE_COUNT
};

/* The request of an event: a text a role, ptr NULL where there is none. */
struct sw_web_request {
    struct sw_str part[SW_WEB_ROLE_COUNT];
};

struct sw_web_layout; /* which field has which role, for one class of events */

/* --- texts -------------------------------------------------------------------------------------------------- */

enum sw_web_place {
    SW_WEB_PATH = 1,
    SW_WEB_NAME = 2,      /* of an argument */
    SW_WEB_VALUE = 4,
    SW_WEB_AGENT = 8,
    SW_WEB_REFERER = 16,
    SW_WEB_COOKIE = 32,   /* a name or value in it */
    SW_WEB_HEADER = 64,   /* another logged header */
    SW_WEB_WHOLE = 128    /* the whole target */
};

/* What bytes a text has: most detectors leave at once. */
enum sw_web_trait {
    SW_WEB_HAS_QUOTE = 1,      /* ' " ` */
    SW_WEB_HAS_ANGLE = 2,      /* < > */
    SW_WEB_HAS_PAREN = 4,      /* ( ) */
    SW_WEB_HAS_BRACE = 8,      /* { } [ ] */
    SW_WEB_HAS_DOLLAR = 16,    /* $ # @ % */
    SW_WEB_HAS_SEPARATOR = 32, /* ; | & and line ends */
    SW_WEB_HAS_SPACE = 64,
    SW_WEB_HAS_SLASH = 128,    /* / \ */
    SW_WEB_HAS_COLON = 256,
    SW_WEB_HAS_OPERATOR = 512, /* = ! * ^ ~ - */
    SW_WEB_HAS_CONTROL = 1024,
    SW_WEB_HAS_DOT = 2048,
    SW_WEB_HAS_HIGH = 4096
};

struct sw_web_text {
    uint16_t place;
    uint16_t traits;
    uint32_t layers;     /* what was undone */
    struct sw_str raw;
    struct sw_str text;  /* undone */
    struct sw_str low;   /* the same length, ASCII in lower case */
    struct sw_str name;  /* a value's argument, in lower case */
};

/* A report: one class's best. */
struct sw_web_report {
    uint8_t confidence;
    uint16_t place;
    uint32_t layers;
    const char *what;    /* static: what was recognised */
    struct sw_str shown; /* the piece of the undone text */
};

#define SW_WEB_MOST_EXPLOITS 4
#define SW_WEB_MOST_SHAPES 1024

struct sw_web_look {
    struct sw_arena *arena;
    const struct sw_web_request *request;
    struct sw_web_report reports[SW_WEB_CLASS_COUNT];
    uint32_t exploits[SW_WEB_MOST_EXPLOITS];
    unsigned exploit_count;
    struct sw_web_text target; /* the whole target, undone */
    struct sw_str raw_low;     /* the whole target as it came, in lower case */
    struct sw_str path;        /* its path, folded and in lower case */
    struct sw_str path_low;    /* its path, undone but not folded */
    struct sw_str query_low;
    uint64_t tried[SW_WEB_MOST_SHAPES / 64]; /* shapes, by bit: each is tried once a request */
    unsigned base64_depth;
    bool by_host; /* what was found depends on the own host */
};

/* Reports a class; the surest report stays, of equals the first. `at` and `len`: where in text->text. */
void sw_web_report(struct sw_web_look *look, enum sw_web_class_id class_id, enum sw_web_confidence confidence,
                   const struct sw_web_text *text, const char *what, size_t at, size_t len);

/* Sets raw, text, low and traits. False when memory ends. */
bool sw_web_text_make(struct sw_web_look *look, struct sw_web_text *text, struct sw_str raw, bool plus);

/* Runs every detector over a text. */
void sw_web_text_detect(struct sw_web_look *look, const struct sw_web_text *text);

/* Takes a request apart and runs the detectors over its parts; `parts` says which roles need it (bit by role). */
void sw_web_request_detect(struct sw_web_look *look, uint32_t parts);

/* --- detectors: detect_*.c ---------------------------------------------------------------------------------- */

void sw_web_detect_phrases(struct sw_web_look *look, const struct sw_web_text *text);
void sw_web_detect_expression(struct sw_web_look *look, const struct sw_web_text *text); /* jndi, OGNL, EL, templates */
void sw_web_detect_path(struct sw_web_look *look, const struct sw_web_text *text);
void sw_web_detect_url(struct sw_web_look *look, const struct sw_web_text *text); /* remote inclusion, SSRF */
void sw_web_detect_shell(struct sw_web_look *look, const struct sw_web_text *text);
void sw_web_detect_windows(struct sw_web_look *look, const struct sw_web_text *text);
void sw_web_detect_sql(struct sw_web_look *look, const struct sw_web_text *text);
void sw_web_detect_nosql(struct sw_web_look *look, const struct sw_web_text *text);
void sw_web_detect_markup(struct sw_web_look *look, const struct sw_web_text *text);
void sw_web_detect_php(struct sw_web_look *look, const struct sw_web_text *text);
void sw_web_detect_script(struct sw_web_look *look, const struct sw_web_text *text); /* node, perl, ruby, python */
void sw_web_detect_header(struct sw_web_look *look, const struct sw_web_text *text); /* CR LF */
void sw_web_detect_request(struct sw_web_look *look); /* what needs more than one part: uploads, session fixation, shells */

/* For the first look: a session's id may be in the query, and the referer is another site's. */
bool sw_web_may_fix_session(const struct sw_web_request *request);

/* --- phrases and exploits ----------------------------------------------------------------------------------- */

int sw_web_phrases_init(void); /* builds the index once; SW_E_NOMEM. Threads: any. */

/* Whether the text, undone or not, may hold a phrase of the index that has no byte that stands out. Quick; may say yes
 * for nothing, never no for something. */
bool sw_web_phrases_may_hold(struct sw_str text);

/* The shapes of exploits whose key is at hand are tried against the whole request. */
void sw_web_exploit_shape(struct sw_web_look *look, uint32_t shape);
uint32_t sw_web_exploit_count(void);
struct sw_str sw_web_exploit_name(uint32_t exploit);    /* "CVE-2021-44228" */
struct sw_str sw_web_exploit_product(uint32_t exploit);
bool sw_web_exploit_succeeds(uint32_t exploit, unsigned status); /* an answer that says that it may have worked */
/* For the index: the key of a shape, or an empty text behind the last one. */
struct sw_str sw_web_shape_key(uint32_t shape);

/* Whether a lower case word may be a program's name, in any letter case. */
bool sw_web_is_command(struct sw_str word);

/* --- small tools -------------------------------------------------------------------------------------------- */

static inline bool sw_web_is_word(char c)
{
    return sw_is_alpha(c) || sw_is_digit(c) || c == '_';
}

/* Index of the first byte from `at` on that is no white space. */
static inline size_t sw_web_skip_space(struct sw_str s, size_t at)
{
    while (at < s.len && sw_is_space(s.ptr[at]))
        at++;
    return at;
}

/* Is `word` in a sorted list of lower case words? */
bool sw_web_in_list(const char *const *list, size_t count, struct sw_str word);
#define SW_WEB_IN(list, word) sw_web_in_list((list), sizeof(list) / sizeof *(list), (word))

#endif
