#include "http/message/headers.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/message/header_block.h"

struct header_survey {
    struct header_block block;
    unsigned lengths;   /* Content-Length headers */
    unsigned encodings; /* Transfer-Encoding headers */
    unsigned hosts;
    const char *length;
    const char *encoding;
    const char *host;
    const char *expect;
};

static enum MHD_Result survey_header(void *context, enum MHD_ValueKind kind, const char *name,
                                     const char *value)
{
    (void)kind;
    struct header_survey *survey = context;
    if (!value)
        value = "";
    header_block_line(&survey->block, name, value);
    if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) {
        survey->lengths++;
        survey->length = value;
    } else if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
        survey->encodings++;
        survey->encoding = value;
    } else if (strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0) {
        survey->hosts++;
        survey->host = value;
    } else if (strcasecmp(name, MHD_HTTP_HEADER_EXPECT) == 0) {
        survey->expect = value;
    }
    return MHD_YES;
}

static bool parse_length(const char *text, uint64_t *length)
{
    for (const char *c = text; *c; c++)
        if (!isdigit((unsigned char)*c))
            return false;
    errno = 0;
    *length = strtoull(text, NULL, 10);
    return *text && errno == 0;
}

/* HTTP/1.2 and later minor versions are treated as 1.1 (RFC 9110, section 2.5). */
static bool is_http_1_0(const char *version)
{
    return strcmp(version, MHD_HTTP_VERSION_1_0) == 0;
}

/* The library removes the blanks before a value, not those behind it. */
static bool is_host(const char *value)
{
    size_t size = strlen(value);
    while (size > 0 && (value[size - 1] == ' ' || value[size - 1] == '\t'))
        size--;
    return header_is_host(value, size);
}

/* What is ambiguous about the framing, or NULL. */
static const char *framing_error(const struct header_survey *survey, bool http_1_0,
                                 struct framing *framing)
{
    if (survey->lengths && survey->encodings)
        return "has both Content-Length and Transfer-Encoding";
    if (survey->lengths > 1)
        return "has more than one Content-Length";
    if (survey->encodings > 1)
        return "has more than one Transfer-Encoding";
    if (survey->encodings && strcasecmp(survey->encoding, "chunked") != 0)
        return "has a Transfer-Encoding other than chunked";
    if (survey->encodings && http_1_0)
        return "has a Transfer-Encoding, which HTTP/1.0 does not know";
    if (survey->lengths && !parse_length(survey->length, &framing->content_length))
        return "has a Content-Length that is not a number";
    if (survey->hosts > 1)
        return "has more than one Host";
    if (survey->hosts == 0 && !http_1_0)
        return "has no Host";
    if (survey->hosts && !is_host(survey->host))
        return "has a Host that is no name or address";
    return NULL;
}

/* libmicrohttpd 1.0 refuses by itself what 0.9 lets through (server.c: strictness), and leaves
 * other bytes behind. */
static void begin_block(struct header_block *block, struct MHD_Connection *mhd,
                        const struct request_line *line)
{
#if MHD_VERSION >= 0x01000000
    (void)mhd;
    header_block_begin_checked(block, line->method);
#else
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    header_block_begin(block, line->method, info->header_size, line->target, line->target_size,
                       line->version);
#endif
}

bool headers_read_framing(struct MHD_Connection *mhd, const struct request_line *line,
                          struct framing *framing, struct problem *problem)
{
    struct header_survey survey = {.lengths = 0};
    begin_block(&survey.block, mhd, line);
    MHD_get_connection_values(mhd, MHD_HEADER_KIND, survey_header, &survey);
    *framing = (struct framing){.chunked = survey.encodings > 0};
    const char *error = header_block_end(&survey.block);
    if (!error)
        error = framing_error(&survey, is_http_1_0(line->version), framing);
    if (error) {
        problem_set(problem, &problem_framing,
                    "The request %s; it is refused because a proxy might "
                    "read it in another way.",
                    error);
        return false;
    }
    framing->has_body = framing->chunked || framing->content_length > 0;
    framing->expects_continue =
        framing->has_body && survey.expect && strcasecmp(survey.expect, "100-continue") == 0;
    return true;
}

struct list {
    const char *name;
    char *text;
};

static enum MHD_Result add_line(void *context, enum MHD_ValueKind kind, const char *name,
                                const char *value)
{
    (void)kind;
    struct list *list = context;
    if (strcasecmp(name, list->name) != 0)
        return MHD_YES;
    value = value ? value : "";
    const char *comma = list->text ? ", " : "";
    size_t before = list->text ? strlen(list->text) : 0;
    char *text = realloc(list->text, before + strlen(comma) + strlen(value) + 1);
    if (!text)
        return MHD_NO;
    stpcpy(stpcpy(text + before, comma), value);
    list->text = text;
    return MHD_YES;
}

char *headers_list(struct MHD_Connection *mhd, const char *name)
{
    struct list list = {name, NULL};
    MHD_get_connection_values(mhd, MHD_HEADER_KIND, add_line, &list);
    return list.text;
}
