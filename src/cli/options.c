/* options.c - the tables of commands and options, and reading the command line by them. */
#include "cli/options.h"

#include "base/mem.h"
#include "base/time.h"
#include "decode/decode.h"

#include <stddef.h>
#include <unistd.h>

enum { HUNT = 1, EVENTS = 2, RULES = 4, FORMATS = 8, COMPLETION = 16, COVERAGE = 32, BASELINE = 64 };

const struct sw_command sw_commands[] = {
    {"hunt", "PATH...", "search evidence with every rule",
     "Reads logs in any known format, plain, compressed or in archives, from files, directories and standard\n"
     "input (-), and prints each record that a rule matches.\n",
     HUNT, sw_cmd_hunt},
    {"events", "PATH...", "print evidence as normalised events, one JSON object a line",
     "Reads what `hunt` reads and prints every event in it.\n", EVENTS, sw_cmd_events},
    {"rules", "list|check|explain|coverage [ID...|PATH...]", "list, check or explain rules, or what they cover",
     "  list      one line a rule: level, id, log source, title\n"
     "  check     load the rules, and print each one that can't be loaded, with the place and the reason;\n"
     "            with --tests also run the tests of the rules in PATHs and --rules\n"
     "  explain   what a rule looks for, which logs it needs, and how it was compiled\n"
     "  coverage  which techniques of the group of advisory AA24-190A they detect, and by which logs\n",
     RULES, sw_cmd_rules},
    {"coverage", "PATH...", "tell which techniques the given evidence could have shown",
     "Reads the evidence, and says for each technique of the group of advisory AA24-190A which of the logs could\n"
     "have shown it over which time, and where it is blind.\n",
     COVERAGE, sw_cmd_coverage},
    {"baseline", "DIR", "write a manifest of a clean web root",
     "Prints the SHA-256 and path of each file beneath DIR, for `hunt --baseline`.\n", BASELINE, sw_cmd_baseline},
    {"formats", "", "list the formats that can be read", "", FORMATS, sw_cmd_formats},
    {"completion", "bash|zsh|fish", "print a completion script for a shell", "", COMPLETION, sw_cmd_completion},
};
const size_t sw_command_count = sizeof sw_commands / sizeof sw_commands[0];

enum kind { FLAG, TEXT, WORDS, COUNT, CHOICE, TIME, ZONE };

struct option {
    const char *name;
    char letter; /* 0: none */
    enum kind kind;
    size_t offset; /* in struct sw_settings */
    uint32_t commands;
    const char *argument; /* of the help; choices separated by | */
    const char *help;
};

#define AT(field) offsetof(struct sw_settings, field)
#define READING (HUNT | EVENTS | COVERAGE)
#define LOADING (HUNT | RULES | COVERAGE)
#define ALL_COMMANDS 0xffffffffu

static const struct option options[] = {
    {"rules", 'r', WORDS, AT(rules), LOADING, "PATH", "Sigma rules: a file, directory or archive; may be repeated"},
    {"no-builtin-rules", 0, FLAG, AT(no_builtin_rules), LOADING, NULL, "leave out the rules that come with Seawall"},
    {"deprecated", 0, FLAG, AT(include_deprecated), LOADING, NULL, "also use rules of status deprecated or unsupported"},
    {"placeholders", 0, WORDS, AT(placeholders), LOADING, "FILE",
     "values for %placeholders% of rules (YAML: name: [values])"},
    {"mapping", 0, WORDS, AT(mappings), READING | RULES, "FILE", "further log sources (own form or thor.yml's)"},
    {"format", 'f', CHOICE, AT(format), LOADING, "text|json|jsonl|csv|navigator",
     "form of the output; navigator: a layer for ATT&CK Navigator, of coverage"},
    {"output", 'o', TEXT, AT(output), READING | RULES | BASELINE, "FILE", "write results there instead of to standard output"},
    {"threads", 'j', COUNT, AT(threads), READING | RULES, "N", "worker threads (default: one a processor)"},
    {"since", 0, TIME, AT(since), READING, "TIME", "only events at or after TIME (UTC unless it has a zone)"},
    {"until", 0, TIME, AT(until), READING, "TIME", "only events before TIME"},
    {"min-level", 'l', CHOICE, AT(min_level), HUNT | RULES, "|informational|low|medium|high|critical",
     "only rules of this level and above"},
    {"fail-on", 0, CHOICE, AT(fail_on), HUNT, "|informational|low|medium|high|critical",
     "exit with status 1 when something at or above this level was found"},
    {"examples", 'n', COUNT, AT(examples), HUNT, "N", "records shown for each rule in text output (default 3)"},
    {"all", 'a', FLAG, AT(all), HUNT, NULL, "show every matching record in text output"},
    {"zone", 0, ZONE, AT(zone_offset), READING, "+HH:MM", "zone of times that have none (default UTC)"},
    {"decoder", 0, TEXT, AT(decoder), READING, "NAME", "read everything as this format (see `seawall formats`)"},
    {"exclude", 0, WORDS, AT(excludes), READING, "GLOB", "skip files whose path matches; may be repeated"},
    {"recover", 0, FLAG, AT(recover), READING, NULL, "also read deleted records from the slack space of EVTX files"},
    {"stats", 0, FLAG, AT(stats), READING, NULL, "account for the run on standard error; for hunt also what matching took"},
    {"color", 0, CHOICE, AT(color), HUNT | RULES, "auto|never|always", "colours in text output"},
    {"no-progress", 0, FLAG, AT(no_progress), READING, NULL, "no progress bar, even on a terminal"},
    {"no-cache", 0, FLAG, AT(no_cache), HUNT | RULES, NULL, "neither use nor write the cache of compiled rules"},
    {"actor", 0, TEXT, AT(actor), RULES | COVERAGE, "NAME", "coverage: only of this group or campaign, by any of its names"},
    {"no-web-analysis", 0, FLAG, AT(no_web_analysis), HUNT | RULES, NULL,
     "don't look into web requests for attacks (docs: web-attacks)"},
    {"no-webshell", 0, FLAG, AT(no_webshell), HUNT, NULL, "read scripts (PHP, ASP, ...) like any text: no search for web shells"},
    {"yara", 0, WORDS, AT(yara), HUNT, "PATH", "YARA rules for scripts: a file or directory; may be repeated"},
    {"no-behaviours", 0, FLAG, AT(no_behaviours), HUNT | RULES, NULL,
     "don't look for what many records show together (docs: behaviours)"},
    {"behaviour", 0, WORDS, AT(behaviours), HUNT, "SETTING", "NAME=off, NAME.PARAMETER=VALUE, all=off; may be repeated"},
    {"behaviour-memory", 0, COUNT, AT(behaviour_memory), HUNT, "MIB", "what behaviours may remember (default 192)"},
    {"internal", 0, WORDS, AT(internal), HUNT, "CIDR", "a network of your own (default: inferred and told); may be repeated"},
    {"baseline", 0, WORDS, AT(baselines), HUNT, "PATH",
     "known-good scripts: a manifest, md5sums of packages, or a clean copy; may be repeated"},
    {"tests", 0, FLAG, AT(tests), RULES, NULL, "check: also run the tests beside the rules (*.tests.yml)"},
    {"no-sandbox", 0, FLAG, AT(no_sandbox), READING, NULL, "read untrusted input without Landlock and seccomp"},
    {"verbose", 'v', FLAG, AT(verbose), ALL_COMMANDS, NULL, "say more about what is being done"},
    {"help", 'h', FLAG, AT(help), ALL_COMMANDS, NULL, "show this help"},
    {"version", 'V', FLAG, AT(version), ALL_COMMANDS, NULL, "show the version"},
};
enum { OPTION_COUNT = sizeof options / sizeof options[0] };

void sw_settings_init(struct sw_settings *settings)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    *settings = (struct sw_settings){
        .threads = cpus > 0 && cpus < 1024 ? (unsigned)cpus : 1,
        .since = SW_TIME_NONE,
        .until = SW_TIME_NONE,
        .examples = 3,
    };
}

void sw_settings_fini(struct sw_settings *settings)
{
    struct sw_words *const lists[] = {&settings->paths, &settings->rules, &settings->mappings, &settings->placeholders,
                                      &settings->excludes, &settings->yara, &settings->baselines,
                                      &settings->internal, &settings->behaviours};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        sw_free(lists[i]->items);
}

int sw_settings_add(struct sw_words *words, const char *word)
{
    int rc = sw_grow(&words->items, &words->cap, words->count, sizeof *words->items, SIZE_MAX / 16);
    if (rc == 0)
        words->items[words->count++] = word;
    return rc;
}

/* --- values --------------------------------------------------------------------------------------------- */

/* Index of the word in "a|b|c", or -1. */
static int choice_of(const char *choices, const char *word)
{
    struct sw_str rest = sw_str(choices);
    struct sw_str part;
    for (int i = 0; sw_str_next(&rest, '|', &part); i++)
        if (part.len > 0 && sw_str_is(part, word))
            return i;
    return -1;
}

/* "+02:00", "-0530", "Z" or "UTC" to seconds. */
static int parse_zone(const char *word, int32_t *offset)
{
    if (strcmp(word, "UTC") == 0)
        word = "Z";
    char text[64];
    int n = snprintf(text, sizeof text, "1970-01-02T00:00:00%s", word);
    int64_t time;
    bool zoned;
    if (n < 0 || (size_t)n >= sizeof text || sw_time_iso(sw_str(text), &time, &zoned) != 0 || !zoned)
        return SW_E_FORMAT;
    *offset = (int32_t)((SW_DAY - time) / SW_SECOND);
    return 0;
}

/* A date alone is its midnight. */
static int parse_time(const char *word, int64_t *time)
{
    bool zoned;
    if (sw_time_iso(sw_str(word), time, &zoned) == 0)
        return 0;
    char text[64];
    int n = snprintf(text, sizeof text, "%sT00:00:00", word);
    if (n < 0 || (size_t)n >= sizeof text)
        return SW_E_FORMAT;
    return sw_time_iso(sw_str(text), time, &zoned);
}

static int set_value(struct sw_settings *settings, const struct option *option, const char *value, struct sw_error *err)
{
    void *field = (char *)settings + option->offset;
    uint64_t number;
    int choice;
    switch (option->kind) {
    case FLAG:
        *(bool *)field = true;
        return 0;
    case TEXT:
        *(const char **)field = value;
        return 0;
    case WORDS:
        return sw_settings_add(field, value);
    case COUNT:
        if (sw_str_u64(sw_str(value), &number) != 0 || number > 1024 || (number == 0 && option->letter == 'j'))
            return sw_error_set(err, SW_E_USAGE, 0, 0, "--%s takes a number up to 1024, not '%s'", option->name, value);
        *(unsigned *)field = (unsigned)number;
        return 0;
    case CHOICE:
        choice = choice_of(option->argument, value);
        if (choice < 0)
            return sw_error_set(err, SW_E_USAGE, 0, 0, "--%s takes %s, not '%s'", option->name,
                                option->argument + (option->argument[0] == '|'), value);
        *(int *)field = choice;
        return 0;
    case TIME:
        if (parse_time(value, field) != 0)
            return sw_error_set(err, SW_E_USAGE, 0, 0, "--%s takes a time such as 2024-07-09T12:00:00Z or a date, not '%s'",
                                option->name, value);
        return 0;
    case ZONE:
        if (parse_zone(value, field) != 0)
            return sw_error_set(err, SW_E_USAGE, 0, 0, "--%s takes an offset such as +02:00, not '%s'", option->name, value);
        return 0;
    }
    return SW_E_STATE;
}

/* --- words ---------------------------------------------------------------------------------------------- */

static const struct option *find_long(struct sw_str name)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (sw_str_is(name, options[i].name))
            return &options[i];
    return NULL;
}

static const struct option *find_letter(char letter)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (options[i].letter == letter)
            return &options[i];
    return NULL;
}

static int unknown_option(const char *word, struct sw_error *err)
{
    struct sw_str name = sw_str(word);
    while (name.len > 0 && name.ptr[0] == '-')
        name = sw_str_from(name, 1);
    name = sw_str_slice(name, 0, sw_str_chr(name, '='));
    const char *near = NULL;
    unsigned best = 3;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        unsigned distance = sw_str_distance(name, sw_str(options[i].name));
        if (distance < best) {
            best = distance;
            near = options[i].name;
        }
    }
    if (near != NULL)
        return sw_error_set(err, SW_E_USAGE, 0, 0, "unknown option '%s'; did you mean --%s?", word, near);
    return sw_error_set(err, SW_E_USAGE, 0, 0, "unknown option '%s'", word);
}

static const struct sw_command *find_command(const char *word)
{
    for (size_t i = 0; i < sw_command_count; i++)
        if (strcmp(sw_commands[i].name, word) == 0)
            return &sw_commands[i];
    return NULL;
}

static int unknown_command(const char *word, struct sw_error *err)
{
    for (size_t i = 0; i < sw_command_count; i++)
        if (sw_str_distance(sw_str(word), sw_str(sw_commands[i].name)) <= 2)
            return sw_error_set(err, SW_E_USAGE, 0, 0, "unknown command '%s'; did you mean %s?", word, sw_commands[i].name);
    return sw_error_set(err, SW_E_USAGE, 0, 0, "unknown command '%s' (see seawall --help)", word);
}

/* Reads one option at argv[*at]; moves *at past its value. *seen collects the options given, for the check at the end. */
static int read_option(struct sw_settings *settings, int argc, char **argv, int *at, uint64_t *seen, struct sw_error *err)
{
    const char *word = argv[*at];
    const struct option *option;
    const char *value = NULL;
    if (word[1] == '-') {
        struct sw_str name = sw_str(word + 2);
        size_t equals = sw_str_chr(name, '=');
        if (equals != SW_NPOS)
            value = name.ptr + equals + 1;
        option = find_long(sw_str_slice(name, 0, equals));
    } else {
        option = find_letter(word[1]);
        if (word[2] != '\0')
            value = word + 2;
    }
    if (option == NULL)
        return unknown_option(word, err);
    if (option->kind == FLAG && value != NULL)
        return sw_error_set(err, SW_E_USAGE, 0, 0, "--%s takes no value", option->name);
    if (option->kind != FLAG && value == NULL) {
        if (*at + 1 >= argc)
            return sw_error_set(err, SW_E_USAGE, 0, 0, "--%s needs a value: %s", option->name, option->argument);
        value = argv[++*at];
    }
    *seen |= 1ull << (option - options);
    return set_value(settings, option, value, err);
}

static int check_options(const struct sw_settings *settings, uint64_t seen, struct sw_error *err)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if ((seen >> i & 1) && settings->command != NULL && !(options[i].commands & settings->command->bit))
            return sw_error_set(err, SW_E_USAGE, 0, 0, "--%s does not go with %s", options[i].name, settings->command->name);
    if (settings->format == SW_FORMAT_NAVIGATOR && settings->command != NULL && (settings->command->bit & HUNT))
        return sw_error_set(err, SW_E_USAGE, 0, 0, "--format navigator is a form of coverage");
    if (settings->decoder != NULL && sw_decoder_find(sw_str(settings->decoder)) == NULL)
        return sw_error_set(err, SW_E_USAGE, 0, 0, "no decoder is called '%s' (see seawall formats)", settings->decoder);
    return 0;
}

int sw_settings_parse(struct sw_settings *settings, int argc, char **argv, struct sw_error *err)
{
    bool only_words = false;
    uint64_t seen = 0;
    for (int at = 1; at < argc; at++) {
        const char *word = argv[at];
        int rc = 0;
        if (!only_words && strcmp(word, "--") == 0)
            only_words = true;
        else if (!only_words && word[0] == '-' && word[1] != '\0')
            rc = read_option(settings, argc, argv, &at, &seen, err);
        else if (settings->command == NULL) {
            settings->command = find_command(word);
            if (settings->command == NULL)
                rc = unknown_command(word, err);
        } else
            rc = sw_settings_add(&settings->paths, word);
        if (rc != 0)
            return rc;
    }
    return check_options(settings, seen, err);
}

/* --- help and completion -------------------------------------------------------------------------------- */

static void option_help(FILE *out, const struct option *option)
{
    char left[64];
    char letter[8] = "    ";
    if (option->letter != 0)
        (void)snprintf(letter, sizeof letter, "-%c, ", option->letter);
    const char *argument = option->argument == NULL ? "" : option->argument + (option->argument[0] == '|');
    if (option->kind == CHOICE)
        argument = strchr(argument, '|') != NULL && strlen(argument) > 20 ? "LEVEL" : argument;
    (void)snprintf(left, sizeof left, "%s--%s%s%s", letter, option->name, argument[0] ? " " : "", argument);
    fprintf(out, "  %-34s %s\n", left, option->help);
}

void sw_options_help(FILE *out, const struct sw_command *command)
{
    if (command == NULL) {
        fprintf(out, "Usage: seawall COMMAND [options] [arguments]\n\nCommands:\n");
        for (size_t i = 0; i < sw_command_count; i++)
            fprintf(out, "  %-12s %s\n", sw_commands[i].name, sw_commands[i].summary);
        fprintf(out, "\n`seawall COMMAND --help` tells a command's options; the manual is seawall(1).\n");
        return;
    }
    fprintf(out, "Usage: seawall %s [options] %s\n\n%s: %s.\n%s%s\nOptions:\n", command->name, command->arguments,
            command->name, command->summary, command->help[0] ? "\n" : "", command->help);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (options[i].commands & command->bit)
            option_help(out, &options[i]);
}

static void completion_bash(FILE *out)
{
    fprintf(out, "_seawall() {\n"
                 "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd=${COMP_WORDS[1]}\n"
                 "    case $prev in\n");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (options[i].kind != CHOICE)
            continue;
        fprintf(out, "    --%s) COMPREPLY=($(compgen -W \"", options[i].name);
        for (const char *c = options[i].argument; *c; c++)
            fputc(*c == '|' ? ' ' : *c, out);
        fprintf(out, "\" -- \"$cur\")); return;;\n");
    }
    fprintf(out, "    esac\n    if [ \"$COMP_CWORD\" -eq 1 ]; then COMPREPLY=($(compgen -W \"");
    for (size_t i = 0; i < sw_command_count; i++)
        fprintf(out, "%s%s", i ? " " : "", sw_commands[i].name);
    fprintf(out, "\" -- \"$cur\")); return; fi\n    case $cur in -*) case $cmd in\n");
    for (size_t c = 0; c < sw_command_count; c++) {
        fprintf(out, "        %s) COMPREPLY=($(compgen -W \"", sw_commands[c].name);
        for (size_t i = 0; i < OPTION_COUNT; i++)
            if (options[i].commands & sw_commands[c].bit)
                fprintf(out, "--%s ", options[i].name);
        fprintf(out, "\" -- \"$cur\"));;\n");
    }
    fprintf(out, "        esac;;\n    *) COMPREPLY=($(compgen -f -- \"$cur\"));;\n    esac\n}\n"
                 "complete -o filenames -F _seawall seawall\n");
}

static void completion_zsh(FILE *out)
{
    fprintf(out, "#compdef seawall\nlocal -a commands\ncommands=(\n");
    for (size_t i = 0; i < sw_command_count; i++)
        fprintf(out, "    '%s:%s'\n", sw_commands[i].name, sw_commands[i].summary);
    fprintf(out, ")\nif (( CURRENT == 2 )); then _describe command commands; return; fi\ncase $words[2] in\n");
    for (size_t c = 0; c < sw_command_count; c++) {
        fprintf(out, "%s) _arguments", sw_commands[c].name);
        for (size_t i = 0; i < OPTION_COUNT; i++) {
            if (!(options[i].commands & sw_commands[c].bit))
                continue;
            fprintf(out, " \\\n    '--%s[%s]", options[i].name, options[i].help);
            if (options[i].kind == CHOICE) {
                fprintf(out, ":value:(");
                for (const char *p = options[i].argument; *p; p++)
                    fputc(*p == '|' ? ' ' : *p, out);
                fprintf(out, ")");
            } else if (options[i].kind != FLAG) {
                fprintf(out, ":value:_files");
            }
            fprintf(out, "'");
        }
        fprintf(out, " \\\n    '*:file:_files';;\n");
    }
    fprintf(out, "esac\n");
}

static void completion_fish(FILE *out)
{
    for (size_t i = 0; i < sw_command_count; i++)
        fprintf(out, "complete -c seawall -n __fish_use_subcommand -a %s -d '%s'\n", sw_commands[i].name,
                sw_commands[i].summary);
    for (size_t c = 0; c < sw_command_count; c++)
        for (size_t i = 0; i < OPTION_COUNT; i++) {
            if (!(options[i].commands & sw_commands[c].bit))
                continue;
            fprintf(out, "complete -c seawall -n '__fish_seen_subcommand_from %s' -l %s", sw_commands[c].name, options[i].name);
            if (options[i].letter != 0)
                fprintf(out, " -s %c", options[i].letter);
            if (options[i].kind == CHOICE) {
                fprintf(out, " -x -a '");
                for (const char *p = options[i].argument; *p; p++)
                    fputc(*p == '|' ? ' ' : *p, out);
                fprintf(out, "'");
            } else if (options[i].kind != FLAG) {
                fprintf(out, " -r");
            }
            fprintf(out, " -d '%s'\n", options[i].help);
        }
}

int sw_options_completion(FILE *out, const char *shell)
{
    if (strcmp(shell, "bash") == 0)
        completion_bash(out);
    else if (strcmp(shell, "zsh") == 0)
        completion_zsh(out);
    else if (strcmp(shell, "fish") == 0)
        completion_fish(out);
    else
        return SW_E_NOTFOUND;
    return 0;
}
