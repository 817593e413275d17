#include "http/message/headers.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct header_survey {
    const char *error;  /* of a header line, or NULL */
    unsigned lengths;   /* Content-Length headers */
    unsigned encodings; /* Transfer-Encoding headers */
    unsigned hosts;
    const char *length;
    const char *encoding;
    const char *expect;
};

static bool is_token(const char *name)
{
    const char *c = name;
    while (isalnum((unsigned char)*c) || (*c && strchr("!#$%&'*+-.^_`|~", *c)))
        c++;
    return *name && !*c;
}

static bool is_continued(const char *name, const char *stem)
{
    size_t length = strlen(stem);
    return strncasecmp(name, stem, length) == 0 && name[length];
}

/* libmicrohttpd 0.9.75 appends the second line of a folded header to the header's name, in a copy
 * behind the received bytes: "Content-:5" followed by " Length" becomes a Content-Length, and a
 * folded Content-Length is none any more. Then the name is behind its value in memory; if the value
 * is empty, the name itself shows it. */
static bool is_folded(const char *name, const char *value)
{
    if (*value)
        return (uintptr_t)value < (uintptr_t)name;
    return is_continued(name, MHD_HTTP_HEADER_CONTENT_LENGTH) ||
           is_continued(name, MHD_HTTP_HEADER_TRANSFER_ENCODING);
}

static enum MHD_Result survey_header(void *context, enum MHD_ValueKind kind, const char *name,
                                     const char *value)
{
    (void)kind;
    struct header_survey *survey = context;
    if (!value)
        value = "";
    if (!is_token(name)) /* such as "Content-Length " */
        survey->error = "has a header whose name has blanks or signs in it";
    else if (is_folded(name, value))
        survey->error = "has a header that is folded over several lines";
    if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) {
        survey->lengths++;
        survey->length = value;
    } else if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
        survey->encodings++;
        survey->encoding = value;
    } else if (strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0) {
        survey->hosts++;
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

bool headers_read_framing(struct MHD_Connection *mhd, const char *version, struct framing *framing,
                          struct problem *problem)
{
    struct header_survey survey = {0};
    MHD_get_connection_values(mhd, MHD_HEADER_KIND, survey_header, &survey);
    *framing = (struct framing){.chunked = survey.encodings > 0};
    const char *error = survey.error;
    if (error)
        ; /* nothing further can be trusted */
    else if (survey.lengths && survey.encodings)
        error = "has both Content-Length and Transfer-Encoding";
    else if (survey.lengths > 1)
        error = "has more than one Content-Length";
    else if (survey.encodings > 1)
        error = "has more than one Transfer-Encoding";
    else if (survey.encodings && strcasecmp(survey.encoding, "chunked") != 0)
        error = "has a Transfer-Encoding other than chunked";
    else if (survey.encodings && strcmp(version, MHD_HTTP_VERSION_1_1) != 0)
        error = "has a Transfer-Encoding, which HTTP/1.0 does not know";
    else if (survey.lengths && !parse_length(survey.length, &framing->content_length))
        error = "has a Content-Length that is not a number";
    else if (survey.hosts > 1)
        error = "has more than one Host";
    else if (survey.hosts == 0 && strcmp(version, MHD_HTTP_VERSION_1_1) == 0)
        error = "has no Host";
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

struct parameter_visit {
    bool (*visit)(void *context, const char *name, const char *value, size_t length);
    void *context;
    bool stopped;
};

static enum MHD_Result visit_parameter(void *context, enum MHD_ValueKind kind, const char *name,
                                       size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    struct parameter_visit *visit = context;
    /* Nothing between two ampersands is no parameter. */
    if (name_size == 0 && !value)
        return MHD_YES;
    /* One with a NUL in it is unknown, not what stands before that. */
    if (strlen(name) != name_size)
        name = "%00";
    if (visit->visit(visit->context, name, value ? value : "", value ? value_size : 0))
        return MHD_YES;
    visit->stopped = true;
    return MHD_NO;
}

bool headers_each_parameter(struct MHD_Connection *mhd,
                            bool (*visit)(void *context, const char *name, const char *value,
                                          size_t length),
                            void *context)
{
    struct parameter_visit state = {visit, context, false};
    MHD_get_connection_values_n(mhd, MHD_GET_ARGUMENT_KIND, visit_parameter, &state);
    return !state.stopped;
}
