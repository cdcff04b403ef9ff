/* SPDX-License-Identifier: MPL-2.0 */
/* Images that a body refers to by cid: (RFC 2392). The page has no way to get
 * at them, so they stand in the body themselves. */
#include <string.h>
#include <strings.h>

#include "json_out.h"
#include "message_out.h"

#define ID_MAX 256

static int
hex(char c)
{
	const char digits[] = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, c | 0x20);

	return at == NULL ? -1 : (int)(at - digits);
}

/* The identifier after "cid:", without its percent encoding; how long it was
 * in the text, 0: none. */
static size_t
read_id(const char *text, size_t len, char out[ID_MAX])
{
	size_t at = 0, n = 0;

	while (at < len && strchr("\"'()<> \t\r\n", text[at]) == NULL) {
		char c = text[at];

		if (n == ID_MAX - 1)
			return 0;
		if (c == '%' && at + 2 < len && hex(text[at + 1]) >= 0 &&
		    hex(text[at + 2]) >= 0) {
			c = (char)(hex(text[at + 1]) << 4 | hex(text[at + 2]));
			at += 2;
		}
		out[n++] = c;
		at++;
	}
	out[n] = '\0';
	return at;
}

static bool
is_image(const char *type)
{
	if (strncmp(type, "image/", 6) != 0)
		return false;
	for (type += 6; *type != '\0'; type++) {
		if (!((*type >= 'a' && *type <= 'z') ||
			(*type >= '0' && *type <= '9') ||
			strchr("+-.", *type) != NULL))
			return false;
	}
	return true;
}

static const struct host_owa_attachment *
find(const struct host_owa_content *content, const char *id)
{
	for (size_t i = 0; i < content->count; i++) {
		const struct host_owa_attachment *a = &content->attachments[i];

		if (a->content_id[0] != '\0' && strcmp(a->content_id, id) == 0)
			return is_image(a->type) ? a : NULL;
	}
	return NULL;
}

/* "cid:" as a whole value: behind a quote, a bracket or an equals sign. */
static const char *
next_reference(const char *at, const char *start, const char *end)
{
	for (; (size_t)(end - at) > 4; at++) {
		if ((at = memchr(at, ':', (size_t)(end - at))) == NULL)
			return NULL;
		if (at - start > 3 && strncasecmp(at - 3, "cid", 3) == 0 &&
		    strchr("\"'(=", at[-4]) != NULL)
			return at + 1;
	}
	return NULL;
}

void
host_owa_body_write(
    const struct host_owa_content *content, struct nm_buffer *out)
{
	const char *start = (const char *)content->body.data, *at, *id;
	const char *end = start + content->body.len, *rest = start;
	const struct host_owa_attachment *a;
	char name[ID_MAX];
	size_t len;

	nm_buffer_byte(out, '"');
	for (at = start;
	     content->html && (id = next_reference(at, start, end)) != NULL;
	     at = id + len) {
		len = read_id(id, (size_t)(end - id), name);
		if (len == 0 || (a = find(content, name)) == NULL ||
		    /* one image must not be many */
		    a->base64.len > HOST_OWA_MAX_TEXT - content->held ||
		    out->len >
			HOST_OWA_MAX_TEXT - content->held - a->base64.len)
			continue;
		host_out_escape(out, rest, (size_t)(id - 4 - rest));
		nm_buffer_format(out, "data:%s;base64,", a->type);
		nm_buffer_append(out, a->base64.data, a->base64.len);
		rest = id + len;
	}
	if (rest != end)
		host_out_escape(out, rest, (size_t)(end - rest));
	nm_buffer_byte(out, '"');
}
