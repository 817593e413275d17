/* The check of a request's head: header section, target and query. The input is a head as a client
 * sends it; a model of libmicrohttpd divides it. What the daemon accepts must be a head that RFC
 * 9112 allows, and it must accept every such head. */
#include "../http/message/parsed_head.h"
#include "fuzz.h"
#include "http/message/query.h"
#include "http/message/target.h"

/* --- an independent check of the raw text ---------------------------------------------------- */

/* What the client has sent and the daemon has yet to read. */
struct text {
    const char *at, *end;
};

static bool take(struct text *text, const char *expected)
{
    size_t size = strlen(expected);
    if ((size_t)(text->end - text->at) < size || memcmp(text->at, expected, size) != 0)
        return false;
    text->at += size;
    return true;
}

/* The class of a byte in a table of the 256: 't' token, 'v' other visible character, 'b' blank or
 * tab, 'o' over 127, 'c' control character. */
static char class_of(char c)
{
    static const char tokens[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "!#$%&'*+-.^_`|~";
    unsigned byte = (unsigned char)c;
    if (byte >= 0x80)
        return 'o';
    if (byte == ' ' || byte == '\t')
        return 'b';
    if (byte < 0x21 || byte == 0x7f)
        return 'c';
    return memchr(tokens, c, sizeof tokens - 1) ? 't' : 'v';
}

/* Takes bytes of these classes; returns how many. */
static size_t take_all(struct text *text, const char *classes)
{
    size_t count = 0;
    while (text->at < text->end && strchr(classes, class_of(*text->at))) {
        text->at++;
        count++;
    }
    return count;
}

/* CRLF or LF. In memory a NUL in front of the LF is the same as a CR, so `lenient` takes it. */
static bool take_line_end(struct text *text, bool lenient)
{
    if (lenient && text->at + 1 < text->end && text->at[0] == '\0' && text->at[1] == '\n')
        text->at++;
    return take(text, "\r\n") || take(text, "\n");
}

/* Behind the last value only the number of NULs in memory counts: two to four are one or two line
 * ends. A NUL or a colon may be one of them, too. `lenient` takes it. */
static bool is_end(const struct text *text)
{
    size_t left = (size_t)(text->end - text->at);
    for (const char *c = text->at; c < text->end; c++)
        if (!memchr("\r\n:\0", *c, 4))
            return false;
    return left >= 2 && left <= 4;
}

static bool is_valid(const char *raw, size_t size, bool lenient)
{
    struct text text = {raw, raw + size};
    if (take_all(&text, "t") == 0 || !take(&text, " ") || take_all(&text, "tv") == 0 ||
        !take(&text, " HTTP/1.") || text.at == text.end || *text.at < '0' || *text.at > '9')
        return false;
    text.at++;
    for (;;) {
        if (lenient && is_end(&text))
            return true;
        if (!take_line_end(&text, lenient))
            return false;
        if (take_line_end(&text, lenient))
            return text.at == text.end;
        if (take_all(&text, "t") == 0 || !take(&text, ":"))
            return false;
        take_all(&text, "tvob");
    }
}

/* --- what the daemon does -------------------------------------------------------------------- */

static void check_target(const struct target *target, const char *text, size_t size)
{
    FUZZ_CHECK(size > 0 && target->authority_size <= size);
    for (size_t i = 0; i < size; i++)
        FUZZ_CHECK(strchr("tv", class_of(text[i])) && text[i] != '#');
    const char *path = text + target->authority_size;
    size_t left = size - target->authority_size;
    if (target->form == TARGET_ASTERISK)
        FUZZ_CHECK(size == 1 && *text == '*');
    else if (target->form == TARGET_ORIGIN)
        FUZZ_CHECK(target->authority_size == 0 && *text == '/');
    else
        FUZZ_CHECK(target->authority_size > 7 && (left == 0 || *path == '/' || *path == '?'));
}

struct visits {
    size_t count, stop_at;
    size_t bytes;
};

static bool visit(void *context, const char *name, const char *value, size_t length)
{
    struct visits *visits = context;
    FUZZ_CHECK(value[length] == '\0');
    visits->bytes += strlen(name) + length;
    return ++visits->count != visits->stop_at;
}

static void check_query(const char *query, size_t stop_at)
{
    size_t count = query_count(query), size = strlen(query);
    for (int stops = 0; stops < 2; stops++) {
        struct visits visits = {.stop_at = stops ? stop_at : 0};
        char *copy = strdup(query);
        FUZZ_CHECK(copy);
        bool complete = query_each(copy, visit, &visits);
        FUZZ_CHECK(complete == !(stops && stop_at > 0 && stop_at <= count));
        FUZZ_CHECK(visits.count == (complete ? count : stop_at) && visits.bytes <= size);
        free(copy);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *raw = (const char *)data;
    struct parsed_head head;
    if (parsed_head_read(&head, raw, size)) {
        struct target target;
        const char *error = parsed_head_check(&head);
        const char *target_error = target_read(&target, head.target, head.target_size);
        FUZZ_CHECK(error || target_error || is_valid(raw + head.skipped, head.size, true));
        FUZZ_CHECK(!error || !is_valid(raw + head.skipped, head.size, false));
        if (!target_error)
            check_target(&target, head.target, head.target_size);
        const char *question = memchr(head.target, '?', head.target_size);
        if (!error && !target_error && question)
            check_query(question + 1, size % 8);
    }
    parsed_head_free(&head);
    return 0;
}
