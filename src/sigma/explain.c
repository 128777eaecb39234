/* explain.c - how a rule was compiled, for `rules explain`: where it applies, what it asks, and how that is found out. */
#include "base/mem.h"
#include "sigma/program_priv.h"

enum { MOST_SHOWN = 8 /* tests of one set */, MOST_TEXT = 1u << 20 };

static void add_quoted(struct sw_buf *out, struct sw_str text)
{
    sw_buf_json(out, text);
}

static const char *compare_sign(unsigned compare)
{
    static const char *const signs[] = {
        [SW_LT] = "<", [SW_LTE] = "<=", [SW_GT] = ">", [SW_GTE] = ">=", [SW_EQ] = "=", [SW_NEQ] = "!="};
    return compare < sizeof signs / sizeof *signs ? signs[compare] : "?";
}

static const char *form_words(unsigned form)
{
    static const char *const words[] = {
        [SW_FORM_EXACT] = "is",        [SW_FORM_CONTAINS] = "contains", [SW_FORM_STARTS] = "starts with",
        [SW_FORM_ENDS] = "ends with", [SW_FORM_WILD] = "is like",      [SW_FORM_ANY] = "is anything"};
    return form < sizeof words / sizeof *words ? words[form] : "?";
}

static void add_pattern(const struct sw_program *p, const struct sw_test *test, struct sw_buf *out)
{
    sw_buf_text(out, form_words(test->form));
    if (test->form != SW_FORM_WILD && test->form != SW_FORM_ANY) {
        sw_buf_char(out, ' ');
        add_quoted(out, sw_program_text(p, test->text));
    }
    for (uint32_t i = 0; i < test->tokens.count; i++) {
        const struct sw_program_token *token = &p->tokens.at[test->tokens.first + i];
        sw_buf_char(out, ' ');
        if (token->kind == SW_TOKEN_LITERAL)
            add_quoted(out, sw_program_text(p, token->text));
        else
            sw_buf_char(out, token->kind == SW_TOKEN_MANY ? '*' : '?');
    }
    if (test->cased)
        SW_BUF_LIT(out, " (letter case counts)");
    if (test->is_number)
        SW_BUF_LIT(out, " (as a number too)");
}

static void add_network(const struct sw_test *test, struct sw_buf *out)
{
    const uint8_t *a = test->address;
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (test->prefix >= 96 && memcmp(a, mapped, sizeof mapped) == 0) {
        sw_buf_printf(out, "is in %u.%u.%u.%u/%u", a[12], a[13], a[14], a[15], test->prefix - 96u);
        return;
    }
    SW_BUF_LIT(out, "is in ");
    for (unsigned i = 0; i < 16; i += 2)
        sw_buf_printf(out, "%s%x", i ? ":" : "", (unsigned)a[i] << 8 | a[i + 1]);
    sw_buf_printf(out, "/%u", test->prefix);
}

static void add_test(const struct sw_program *p, const struct sw_test *test, struct sw_buf *out)
{
    static const char *const parts[] = {
        [SW_PART_MINUTE] = "minute", [SW_PART_HOUR] = "hour",   [SW_PART_DAY] = "day",
        [SW_PART_WEEK] = "week",     [SW_PART_MONTH] = "month", [SW_PART_YEAR] = "year"};
    switch ((enum sw_pred_kind)test->kind) {
    case SW_PRED_PATTERN:
        add_pattern(p, test, out);
        break;
    case SW_PRED_REGEX:
        SW_BUF_LIT(out, "matches ");
        add_quoted(out, sw_program_text(p, test->text));
        sw_buf_text(out, p->regexes.at[test->regex].pcre_only ? " (PCRE2)" : " (Vectorscan; PCRE2 for values beyond ASCII)");
        break;
    case SW_PRED_CIDR:
        add_network(test, out);
        break;
    case SW_PRED_COMPARE:
        sw_buf_printf(out, "%s %.17g", compare_sign(test->compare), test->number);
        break;
    case SW_PRED_TIMEPART:
        sw_buf_printf(out, "has %s %s %.17g", parts[test->part], compare_sign(test->compare), test->number);
        break;
    case SW_PRED_FIELDREF:
        sw_buf_printf(out, "%s the value of ", form_words(test->form));
        sw_buf_str_add(out, sw_program_text(p, p->fields.at[test->other]));
        break;
    case SW_PRED_NULL:
    case SW_PRED_EXISTS:
        break;
    }
}

static void add_group(const struct sw_program *p, const struct sw_plan *plan, uint32_t number, struct sw_buf *out)
{
    const struct sw_group *group = &p->groups.at[plan->groups.first + number];
    uint32_t field = p->plan_slots.at[plan->slots.first + group->slot].field;
    if (field == SW_ANY_FIELD)
        SW_BUF_LIT(out, "any value");
    else
        sw_buf_str_add(out, sw_program_text(p, p->fields.at[field]));
    sw_buf_char(out, ' ');
    if (group->kind != SW_GROUP_SET) {
        sw_buf_text(out, group->kind == SW_GROUP_VALUE ? "has a value" : "is there");
        return;
    }
    struct sw_span set = p->sets.at[group->set];
    for (uint32_t i = 0; i < set.count && i < MOST_SHOWN; i++) {
        if (i > 0)
            SW_BUF_LIT(out, ", or ");
        add_test(p, &p->tests.at[p->set_tests.at[set.first + i]], out);
    }
    if (set.count > MOST_SHOWN)
        sw_buf_printf(out, ", or one of %u more", set.count - MOST_SHOWN);
}

static void add_witness(const struct sw_program *p, const struct sw_plan *plan, const struct sw_plan_rule *rule,
                        struct sw_buf *out)
{
    if (rule->always) {
        SW_BUF_LIT(out, "  looked at for every event of these classes: nothing must be present for it to hold\n");
        return;
    }
    if (rule->entry == SW_OP_REJECT) {
        SW_BUF_LIT(out, "  can never hold\n");
        return;
    }
    SW_BUF_LIT(out, "  looked at only when\n");
    for (uint32_t i = 0; i < rule->witness.count; i++) {
        sw_buf_text(out, i == 0 ? "       " : "    or ");
        add_group(p, plan, p->witnesses.at[rule->witness.first + i], out);
        sw_buf_char(out, '\n');
    }
}

/* What the rule asks, in the order in which it does so unless an answer spares the question. */
static void add_questions(const struct sw_program *p, const struct sw_plan *plan, const struct sw_plan_rule *rule,
                          struct sw_buf *out)
{
    if (rule->ops.count > 0)
        SW_BUF_LIT(out, "  asks\n");
    for (uint32_t i = rule->ops.count; i-- > 0;) {
        const struct sw_op *op = &p->ops.at[rule->ops.first + i];
        if (op->kind != SW_OP_TEST)
            continue;
        sw_buf_text(out, op->negated ? "    not " : "        ");
        add_group(p, plan, op->group, out);
        sw_buf_text(out, p->groups.at[plan->groups.first + op->group].indexed ? " [index]\n" : " [when needed]\n");
    }
}

static const struct sw_plan_rule *find_rule(const struct sw_program *p, const struct sw_plan *plan, uint32_t rule)
{
    for (uint32_t i = 0; i < plan->rules.count; i++)
        if (p->plan_rules.at[plan->rules.first + i].rule == rule)
            return &p->plan_rules.at[plan->rules.first + i];
    return NULL;
}

/* The classes of plans [first, ...) whose explanation is `text`, and marks these plans as told. */
static void add_classes(const struct sw_program *p, const struct sw_classes *classes, uint32_t rule, struct sw_str text,
                        bool *told, struct sw_buf *out)
{
    struct sw_buf other;
    sw_buf_init(&other, MOST_TEXT);
    SW_BUF_LIT(out, "events of");
    for (uint32_t i = 0; i < p->plans.count; i++) {
        const struct sw_plan *plan = &p->plans.at[i];
        const struct sw_plan_rule *found = told[i] ? NULL : find_rule(p, plan, rule);
        if (found == NULL)
            continue;
        sw_buf_clear(&other);
        add_witness(p, plan, found, &other);
        add_questions(p, plan, found, &other);
        if (!sw_str_eq(sw_buf_str(&other), text))
            continue;
        told[i] = true;
        for (uint32_t j = 0; j < p->class_plans.count; j++) {
            if (p->class_plans.at[j] != i || j >= sw_classes_count(classes))
                continue;
            sw_buf_char(out, ' ');
            sw_buf_str_add(out, sw_classes_get(classes, j)->name);
        }
    }
    sw_buf_char(out, '\n');
    sw_buf_fini(&other);
}

void sw_program_explain(const struct sw_program *p, const struct sw_classes *classes, uint32_t rule, struct sw_buf *out)
{
    struct sw_buf text;
    sw_buf_init(&text, MOST_TEXT);
    bool *told = sw_alloc(p->plans.count + 1, sizeof *told);
    bool applies = false;
    for (uint32_t i = 0; i < p->plans.count && told != NULL; i++) {
        const struct sw_plan *plan = &p->plans.at[i];
        const struct sw_plan_rule *found = told[i] ? NULL : find_rule(p, plan, rule);
        if (found == NULL)
            continue;
        applies = true;
        sw_buf_clear(&text);
        add_witness(p, plan, found, &text);
        add_questions(p, plan, found, &text);
        add_classes(p, classes, rule, sw_buf_str(&text), told, out);
        sw_buf_str_add(out, sw_buf_str(&text));
    }
    if (!applies)
        SW_BUF_LIT(out, "no known class of events has the rule's log source\n");
    sw_free(told);
    sw_buf_fini(&text);
}
