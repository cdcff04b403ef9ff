/* SPDX-License-Identifier: MPL-2.0 */
/* The way back of inline_image.c: a reply to a mail that was read here quotes
 * its images as data: URIs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "compose.h"

#define IMAGES_MAX 200

static bool
is_alphabet(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
}

static bool
is_subtype(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
	    c == '-' || c == '.';
}

/* "data:image/x;base64,..." up to the quote that it stands in. */
static bool
read_uri(const char *at, const char *end, char quote,
    struct host_owa_image *out, size_t *len)
{
	static const char head[] = "data:image/", coding[] = ";base64,";
	const char *start = at, *type = at + 5;
	size_t n;

	if ((size_t)(end - at) < sizeof(head) + sizeof(coding) ||
	    strncasecmp(at, head, sizeof(head) - 1) != 0)
		return false;
	for (at += sizeof(head) - 1; at < end && is_subtype(*at); at++)
		;
	n = (size_t)(at - type);
	if (n >= sizeof(out->type) || (size_t)(end - at) < sizeof(coding) ||
	    strncasecmp(at, coding, sizeof(coding) - 1) != 0)
		return false;
	memcpy(out->type, type, n);
	out->type[n] = '\0';
	at += sizeof(coding) - 1;
	for (type = at; at < end && is_alphabet(*at); at++)
		;
	out->length = (size_t)(at - type);
	*len = (size_t)(at - start);
	return at < end && *at == quote && out->length != 0;
}

static bool
new_id(struct host_owa_image *out)
{
	uint8_t random[16];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return false;
	for (size_t i = 0; i < sizeof(random); i++)
		(void)snprintf(out->id + 2 * i, 3, "%02x", random[i]);
	(void)snprintf(out->id + 2 * sizeof(random), 16, "@nssmime");
	return true;
}

enum nm_error
host_owa_take_images(struct nm_bytes html, struct nm_buffer *out,
    struct host_owa_image **images, size_t *count)
{
	const char *start = (const char *)html.data, *end = start + html.len;
	const char *rest = start, *at = start;
	struct host_owa_image image, *all;
	size_t len;

	*images = NULL;
	*count = 0;
	while (html.len != 0 && *count < IMAGES_MAX &&
	    (at = memmem(at, (size_t)(end - at), "data:", 5)) != NULL) {
		if (at == start || strchr("\"'", at[-1]) == NULL ||
		    !read_uri(at, end, at[-1], &image, &len)) {
			at += 5;
			continue;
		}
		image.start = (size_t)(at - start) + len - image.length;
		all = reallocarray(*images, *count + 1, sizeof(*all));
		if (all == NULL || !new_id(&image)) {
			free(all != NULL ? all : *images);
			*images = NULL;
			return NM_ERR_INTERNAL;
		}
		*images = all;
		all[(*count)++] = image;
		nm_buffer_append(out, rest, (size_t)(at - rest));
		nm_buffer_format(out, "cid:%s", image.id);
		rest = at += len;
	}
	nm_buffer_append(out, rest, (size_t)(end - rest));
	return nm_buffer_failed(out) ? NM_ERR_INTERNAL : NM_OK;
}
