/*
 * flow_priv.h - the machine that follows values: its state, and what its parts give each other. Only for src/webshell/.
 *
 * flow.c reads tokens and keeps the stacks, flow_operator.c and flow_bracket.c reduce them, flow_word.c takes keywords,
 * flow_store.c variables, flow_function.c the script's own functions, flow_call.c calls; flow_sink.c says what is
 * dangerous.
 */
#ifndef SW_WEBSHELL_FLOW_PRIV_H
#define SW_WEBSHELL_FLOW_PRIV_H

#include "webshell/flow.h"
#include "webshell/fold.h"
#include "webshell/language.h"
#include "webshell/powers.h"

/* Brackets and blocks open at once; generated code nests to about 100. */
#define SW_MAX_FLOW_FRAMES 512u
#define SW_MAX_FLOW_OPERANDS 8192u
/* Calls within calls that are entered. */
#define SW_MAX_FLOW_CALLS 5u
/* Arguments of a call that are looked at. */
#define SW_MAX_FLOW_ARGS 64u
/* Functions of one script. */
#define SW_MAX_FLOW_FUNCTIONS 8192u
/* Layers of code in code; packed shells have up to 12. */
#define SW_MAX_FLOW_LAYERS 24u
/* Functions made of texts, and files written, that are remembered. */
#define SW_MAX_FLOW_MADE 64u
#define SW_MAX_FLOW_WRITTEN 16u
/* Steps for each token of the script, at least, and of the longest scripts: functions are entered more than once. */
#define SW_FLOW_STEPS_A_TOKEN 12u
#define SW_FLOW_STEPS_AT_LEAST 200000u
#define SW_FLOW_STEPS_MORE 3000000u

enum sw_frame_kind {
    SW_FRAME_BLOCK,
    SW_FRAME_GROUP, /* ( ) around an expression */
    SW_FRAME_CALL, /* the callee is the operand below its base */
    SW_FRAME_ARRAY, /* an array literal; the array is the operand below its base */
    SW_FRAME_INDEX, /* [ ]; what is indexed is the operand below its base */
    SW_FRAME_CONDITION, /* of if, while ...: a statement follows */
    SW_FRAME_FOR,
    SW_FRAME_FOREACH,
    SW_FRAME_ASK, /* isset() and the like: looked at, not used */
    SW_FRAME_LIST /* list( ): as an array literal */
};

struct sw_frame {
    uint8_t kind;
    bool makes; /* CALL: of `new` */
    bool class_body; /* BLOCK: of a class */
    bool parens; /* ARRAY: closed by ) */
    uint16_t args; /* CALL: finished arguments */
    uint16_t depth; /* BLOCK: how many conditions it depends on */
    uint16_t loose; /* BLOCK: conditions without braces that the present statement depends on */
    uint16_t colons; /* BLOCK: open `if (...):` */
    uint32_t operands; /* what lies below belongs to outer frames */
    uint32_t operators;
    uint32_t token; /* that opened it */
};

struct sw_operator {
    uint8_t op; /* enum sw_op, or 0 with a word */
    uint8_t word; /* enum sw_word of a prefix such as return */
    uint8_t rank; /* binds tighter when greater */
    bool unary;
    uint32_t token;
};

struct sw_slot {
    struct sw_slot *next;
    struct sw_str name;
    struct sw_value value;
    struct sw_slot *alias; /* `global $x`: the variable that is meant */
    uint16_t depth; /* of the statement that set it */
    bool set;
    bool asked; /* it was read before anything set it */
};

enum { SW_SCOPE_BUCKETS = 64 };

struct sw_scope {
    struct sw_slot *buckets[SW_SCOPE_BUCKETS];
    const struct sw_scope *outer; /* of a closure: where variables are looked for next */
    uint32_t all_origin; /* of variables that nothing sets: extract($_POST) makes them come from the request */
    uint32_t all_at;
};

/* A function of the script. Its tokens belong to a unit that stays. */
struct sw_function {
    struct sw_str name;
    struct sw_str class_name;
    struct sw_unit *unit;
    uint32_t token; /* of `function`, or of its name in languages without that word */
    uint32_t params; /* the opening bracket of its parameters */
    uint32_t body; /* behind the opening brace */
    uint32_t end; /* the closing brace */
    uint32_t next_named; /* the next one of its bucket */
    bool arrow; /* an expression instead of a body */
    bool active;
    bool offered; /* clients call it by its name: a web method */
    bool made;       /* of a text, by create_function() */
    uint16_t entered; /* how often, with arguments of some kind: what it gives is known then */
    bool alone; /* it was looked at by itself */
    uint32_t gives; /* the origin of what it gave, whatever its arguments */
};

enum { SW_FUNCTION_BUCKETS = 512 };

/* How a call came about. */
struct sw_how {
    bool variable; /* by a value instead of a written name */
    uint32_t origin; /* of that value */
    const char *through; /* the function that calls back, or NULL */
};

struct sw_flow {
    struct sw_arena *arena;
    struct sw_shell_report *report;
    const struct sw_language *language;
    struct sw_unit *unit; /* being read */
    uint32_t pos; /* the present token */
    uint32_t layer; /* how deep the present code lies in decoded code */
    uint32_t layer_at; /* where in the script the code that is being read was run; 0 for the script itself */
    bool have; /* an operand is complete: an operator may follow */
    bool makes; /* the last word was `new` */
    uint8_t expects; /* the word whose brackets come next: enum sw_word */
    uint64_t steps;
    uint64_t budget;
    unsigned calls; /* within calls */
    int rc;

    struct sw_value *operands;
    size_t operand_count, operand_cap;
    struct sw_operator *operators;
    size_t operator_count, operator_cap;
    struct sw_frame *frames;
    size_t frame_count, frame_cap;

    struct sw_scope globals;
    struct sw_scope members; /* properties, whatever the object */
    struct sw_scope constants;
    struct sw_scope *scope;
    struct sw_function *functions; /* in the order of units and tokens */
    uint32_t by_name[SW_FUNCTION_BUCKETS]; /* index + 1 of the latest of each bucket; 0: none */
    size_t function_count, function_cap;
    struct sw_function *function; /* being read */
    struct sw_value returned;
    struct sw_value unknown_args[SW_MAX_FLOW_ARGS]; /* of functions that are looked at by themselves */
    const struct sw_value *args; /* of the function being read */
    size_t arg_count;

    struct sw_unit *layers[SW_MAX_FLOW_LAYERS]; /* units of decoded code */
    bool layers_html[SW_MAX_FLOW_LAYERS]; /* begins outside of code */
    unsigned layer_count, layers_read;
    unsigned made_count, written_count;
    struct sw_unit *made[SW_MAX_FLOW_MADE]; /* units of functions that create_function() makes */
    struct sw_slot written[SW_MAX_FLOW_WRITTEN]; /* files that the script writes: path and what goes into them */

    /* What was seen, for reasons that are made of several things. */
    uint32_t files; /* bit n: a file operation of kind n on a path that the request names */
    uint32_t files_at;
    uint32_t bare_files; /* the same, where nothing stands around what the request names: any file of the machine */
    uint32_t spies; /* bits: kinds of questions about the machine */
    uint32_t quiet; /* bits: ways of keeping errors away */
    uint32_t restores_at;
    unsigned hidden_names; /* calls whose function's name was computed */
    uint32_t connects_at;
    const struct sw_value *object; /* of the method that is being called; NULL */
    uint32_t memory;               /* bits: ways of registering what handles requests */
    uint32_t memory_at;
    uint32_t shellcode; /* bits */
    struct sw_value output;    /* the function that gets what is put out: ob_start() */
    struct sw_powers powers;
    bool small, tiny; /* a script that does little else counts for what it does */
    bool standalone; /* nothing is included and no namespace used: a page by itself */
    bool restores; /* limits of the configuration by ini_restore() */
    bool kept_sent; /* something of a request was put where later requests find it */
    bool connects; /* opens a connection to somewhere */
    bool shell; /* starts a shell */
    bool echoes_to_code; /* what is put out goes to a function that runs it */
};

/* How tight operators bind. */
enum sw_rank {
    SW_RANK_NONE,
    SW_RANK_LOW_LOGIC, /* the words or, and, xor */
    SW_RANK_PREFIX, /* return, echo, include */
    SW_RANK_PAIR,
    SW_RANK_ASSIGN,
    SW_RANK_TERNARY,
    SW_RANK_COALESCE,
    SW_RANK_OR,
    SW_RANK_AND,
    SW_RANK_BITOR,
    SW_RANK_XOR,
    SW_RANK_BITAND,
    SW_RANK_COMPARE,
    SW_RANK_SHIFT,
    SW_RANK_CONCAT,
    SW_RANK_ADD,
    SW_RANK_MUL,
    SW_RANK_UNARY
};

/* --- flow.c --------------------------------------------------------------------------------------------- */

static inline const struct sw_tok *sw_flow_token(const struct sw_flow *f, uint32_t ahead)
{
    uint32_t at = f->pos + ahead;
    return &f->unit->tokens[at < f->unit->count ? at : f->unit->count - 1];
}

/* The offset in the script that a token of the present unit stands for. */
static inline uint32_t sw_flow_at(const struct sw_flow *f, uint32_t token)
{
    return f->unit->inner ? f->unit->inner_at : f->unit->tokens[token < f->unit->count ? token : f->unit->count - 1].at;
}

static inline struct sw_frame *sw_flow_frame(struct sw_flow *f)
{
    return &f->frames[f->frame_count - 1];
}

void sw_flow_push(struct sw_flow *f, struct sw_value value);
void sw_flow_push_operator(struct sw_flow *f, struct sw_operator op);
void sw_flow_drop_frame(struct sw_flow *f); /* with whatever is left of it on the stacks */
struct sw_value sw_flow_pop(struct sw_flow *f); /* unknown when the frame has none left */
void sw_flow_prefix(struct sw_flow *f, enum sw_word word, enum sw_op op, unsigned rank);
void sw_flow_open(struct sw_flow *f, enum sw_frame_kind kind);
unsigned sw_flow_depth(const struct sw_flow *f); /* conditions that the present statement depends on */

/* Reads the tokens from..to of the present unit as statements; `gives`: as an expression that is returned. */
void sw_flow_read(struct sw_flow *f, uint32_t from, uint32_t to, bool gives);

/* --- flow_operator.c ------------------------------------------------------------------------------------ */

void sw_flow_reduce(struct sw_flow *f, unsigned rank); /* operators of the frame that bind at least so tight */
void sw_flow_reduce_one(struct sw_flow *f); /* applies the operator on top of the stack */
void sw_flow_binary_operator(struct sw_flow *f, const struct sw_tok *token);
void sw_flow_assignment(struct sw_flow *f, const struct sw_tok *token);
void sw_flow_question(struct sw_flow *f);
void sw_flow_colon(struct sw_flow *f);
struct sw_value sw_flow_unary(struct sw_flow *f, const struct sw_operator *op, struct sw_value value);

/* --- flow_bracket.c ------------------------------------------------------------------------------------- */

void sw_flow_open_parens(struct sw_flow *f);
void sw_flow_open_bracket(struct sw_flow *f);
void sw_flow_open_brace(struct sw_flow *f);
void sw_flow_close_parens(struct sw_flow *f); /* ) and ] */
void sw_flow_close_brace(struct sw_flow *f);
void sw_flow_comma(struct sw_flow *f);
void sw_flow_end_statement(struct sw_flow *f);

/* --- flow_word.c ---------------------------------------------------------------------------------------- */

void sw_flow_word(struct sw_flow *f, enum sw_word word);

/* --- flow_function.c ------------------------------------------------------------------------------------ */

/* Finds the functions of a unit. */
int sw_flow_collect(struct sw_flow *f, struct sw_unit *unit);
struct sw_function *sw_flow_function_at(struct sw_flow *f,
                                        uint32_t token); /* that begins at a token of the present unit */
struct sw_function *sw_flow_function_named(struct sw_flow *f, struct sw_str name, struct sw_str class_name);
/* Enters a function with arguments; what it gives back. Without entering when there is no more to learn. */
struct sw_value sw_flow_enter(struct sw_flow *f, struct sw_function *function, struct sw_value *args, size_t count);
/* Reads a function by itself, or a closure where it is defined (`here`: in the present scope). */
void sw_flow_read_alone(struct sw_flow *f, struct sw_function *function, bool here);
/* A function of a text of parameters and a text of code, as create_function() makes one; unknown when it can't be. */
struct sw_value sw_flow_make_function(struct sw_flow *f, struct sw_str params, struct sw_str code, uint32_t token);

/* --- flow_store.c --------------------------------------------------------------------------------------- */

struct sw_slot *sw_scope_slot(struct sw_flow *f, struct sw_scope *scope,
                              struct sw_str name); /* made if need be; NULL: no room */
const struct sw_slot *sw_scope_find(const struct sw_scope *scope, struct sw_str name);
struct sw_value sw_flow_variable(struct sw_flow *f, struct sw_str name, uint32_t token);
struct sw_value sw_flow_member(struct sw_flow *f, const struct sw_value *object, struct sw_str name);
struct sw_str sw_flow_fold_name(struct sw_flow *f, struct sw_str name); /* a variable's, where letter case is folded */
struct sw_value sw_flow_index(struct sw_flow *f, const struct sw_value *object, const struct sw_value *index);
void sw_flow_assign(struct sw_flow *f, const struct sw_value *place, struct sw_value value);
/* What may be either of two values. */
struct sw_value sw_flow_either(const struct sw_value *a, const struct sw_value *b);

/* --- flow_member.c --------------------------------------------------------------------------------------- */

/* Members as the language's table has them: a property that is read, a method that is going to be called. */
struct sw_value sw_flow_property(struct sw_flow *f, const struct sw_value *object, struct sw_str name);
struct sw_value sw_flow_method(struct sw_flow *f, const struct sw_value *object, struct sw_str name);
/* The entry of object.name or .name; NULL. */
const struct sw_name *sw_flow_find_member(const struct sw_flow *f, const struct sw_value *object, struct sw_str name);
/* A property is set that means something to the language: the arguments of a process. */
void sw_flow_set_member(struct sw_flow *f, struct sw_str name, const struct sw_value *value);
/* A name that says something by being there. */
void sw_flow_mention(struct sw_flow *f, const struct sw_tok *token);
/* Calls a method, and makes an object, in languages other than PHP. */
struct sw_value sw_flow_call_method(struct sw_flow *f, const struct sw_value *callee, struct sw_value *args,
                                    size_t count, uint32_t token);
struct sw_value sw_flow_make_object(struct sw_flow *f, struct sw_str name, struct sw_value *args, size_t count,
                                    uint32_t token);

/* --- flow_call.c ---------------------------------------------------------------------------------------- */

/* Calls what `callee` stands for. */
struct sw_value sw_flow_call(struct sw_flow *f, struct sw_value callee, struct sw_value *args, size_t count, bool makes,
                             uint32_t token);
/* The effect and result of a function of the language. */
struct sw_value sw_flow_apply(struct sw_flow *f, const struct sw_name *name, struct sw_value *args, size_t count,
                              struct sw_how how, uint32_t token);
void sw_flow_include(struct sw_flow *f, struct sw_value path, uint32_t token);
void sw_flow_echo(struct sw_flow *f, const struct sw_value *value, uint32_t token);

/* --- flow_sink.c ---------------------------------------------------------------------------------------- */

void sw_sink_code(struct sw_flow *f, const struct sw_value *code, const char *function, struct sw_how how,
                  uint32_t token);
void sw_sink_command(struct sw_flow *f, const struct sw_value *command, const char *function, struct sw_how how,
                     uint32_t token);
void sw_sink_include(struct sw_flow *f, const struct sw_value *path, uint32_t token);
void sw_sink_named(struct sw_flow *f, const struct sw_value *name, uint32_t data, const char *through, uint32_t token);
/* A call of something that is no function of the language, under a name that was computed. */
void sw_sink_strange(struct sw_flow *f, struct sw_str name, struct sw_how how, uint32_t data, uint32_t token);
void sw_sink_write(struct sw_flow *f, const struct sw_value *path, const struct sw_value *data, const char *function,
                   uint32_t token);
void sw_sink_copy(struct sw_flow *f, const struct sw_value *from, const struct sw_value *to, const char *function,
                  bool moves, uint32_t token);
void sw_sink_files(struct sw_flow *f, const struct sw_value *path, unsigned kind, uint32_t token);
void sw_sink_mail(struct sw_flow *f, const struct sw_value *args, size_t count, uint32_t token);
/* That a dangerous function is called under a hidden name counts by itself. */
void sw_sink_hidden(struct sw_flow *f, const char *function, struct sw_how how, uint32_t token);
void sw_sink_load(struct sw_flow *f, const struct sw_value *what, const char *function, uint32_t token);
void sw_sink_deserialise(struct sw_flow *f, const struct sw_value *what, const char *function, uint32_t token);
void sw_sink_sql(struct sw_flow *f, const struct sw_value *statement, const char *function, uint32_t token);
void sw_sink_sums(struct sw_flow *f); /* reasons made of several things, at the end */

/* Code to be read later as a further layer. `html`: it begins outside of code. */
void sw_flow_add_layer(struct sw_flow *f, struct sw_str code, bool html, uint32_t at);

#endif
