/* SPDX-License-Identifier: MPL-2.0 */
#include "trace.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER	   "nssmime"
#define FILE_NAME  "owa-trace.txt"
#define FILE_MAX   (1024u * 1024u)
#define NAME_MAX_  64
#define ITEMS_MAX  20 /* elements of an array that are told apart */
#define DEPTH_MAX  16
#define NESTED_MAX (256u * 1024u) /* a string that is gone into */

struct host_owa_trace {
	pthread_mutex_t lock;
	int fd;
	size_t written;
};

static char *
folder(void)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *path = NULL;

	if (cache != NULL && cache[0] == '/')
		return asprintf(&path, "%s/" FOLDER, cache) < 0 ? NULL : path;
	if (home == NULL || home[0] != '/' ||
	    asprintf(&path, "%s/.cache/" FOLDER, home) < 0)
		return NULL;
	return path;
}

char *
host_owa_trace_path(void)
{
	char *where = folder(), *path = NULL;

	if (where == NULL || asprintf(&path, "%s/" FILE_NAME, where) < 0)
		path = NULL;
	free(where);
	return path;
}

/* The folder, and the one around it: a new account has none. */
static void
make_folder(void)
{
	char *path = folder(), *slash;

	if (path == NULL)
		return;
	slash = strrchr(path, '/');
	*slash = '\0';
	(void)mkdir(path, 0700);
	*slash = '/';
	(void)mkdir(path, 0700);
	free(path);
}

struct host_owa_trace *
host_owa_trace_open(void)
{
	struct host_owa_trace *t = calloc(1, sizeof(*t));
	char *path = host_owa_trace_path();

	if (t != NULL && path != NULL) {
		make_folder();
		t->fd = open(path,
		    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	}
	free(path);
	if (t == NULL || path == NULL || t->fd < 0) {
		free(t);
		return NULL;
	}
	(void)pthread_mutex_init(&t->lock, NULL);
	return t;
}

void
host_owa_trace_close(struct host_owa_trace **t)
{
	if (*t == NULL)
		return;
	(void)close((*t)->fd);
	(void)pthread_mutex_destroy(&(*t)->lock);
	free(*t);
	*t = NULL;
}

/* ---- what may be written ----------------------------------------- */

static bool
is_name(struct host_slice s)
{
	if (s.len == 0 || s.len > NAME_MAX_)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.text[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			c == '_' || (i != 0 && c >= '0' && c <= '9')))
			return false;
	}
	return true;
}

/* "Name:#Exchange", "Name:#Microsoft.Exchange...": what a thing is, which says
 * nothing of what is in it. */
static bool
is_type(struct host_slice s)
{
	static const char *const spaces[] = { ":#Exchange",
		":#Microsoft.Exchange." };
	size_t colon = 0;

	while (colon < s.len && s.text[colon] != ':')
		colon++;
	if (!is_name((struct host_slice){ s.kind, s.text, colon }) ||
	    s.len > 2 * NAME_MAX_)
		return false;
	for (size_t i = colon + 2; i < s.len; i++) {
		char c = s.text[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			c == '.'))
			return false;
	}
	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
		size_t len = strlen(spaces[i]);

		if (s.len - colon >= len &&
		    memcmp(s.text + colon, spaces[i], len) == 0 &&
		    (i != 0 || s.len - colon == len))
			return true;
	}
	return false;
}

/* ---- writing ----------------------------------------------------- */

struct path {
	char text[1024];
	size_t len;
};

static void
add(struct path *p, const char *text, size_t len)
{
	if (len >= sizeof(p->text) - p->len)
		len = sizeof(p->text) - p->len - 1;
	memcpy(p->text + p->len, text, len);
	p->len += len;
	p->text[p->len] = '\0';
}

static void
add_name(struct path *p, struct host_slice name, size_t index)
{
	char text[48];

	if (name.kind == HOST_SLICE_NONE) {
		(void)snprintf(text, sizeof(text), "[%zu]", index);
		add(p, text, strlen(text));
		return;
	}
	add(p, ".", 1);
	if (is_name(name)) {
		add(p, name.text, name.len);
		return;
	}
	/* it may be no name but a value: an address, say */
	(void)snprintf(text, sizeof(text), "(%zu bytes)", name.len);
	add(p, text, strlen(text));
}

static void
line(struct nm_buffer *out, const struct path *p, struct host_slice value)
{
	static const char *const kinds[] = {
		[HOST_SLICE_NONE] = "absent",
		[HOST_SLICE_OBJECT] = "object",
		[HOST_SLICE_ARRAY] = "array",
		[HOST_SLICE_STRING] = "string",
		[HOST_SLICE_NUMBER] = "number",
		[HOST_SLICE_TRUE] = "boolean",
		[HOST_SLICE_FALSE] = "boolean",
		[HOST_SLICE_NULL] = "null",
	};
	size_t name = sizeof(".__type") - 1;

	nm_buffer_format(out, "%s: %s", p->text, kinds[value.kind]);
	if (value.kind == HOST_SLICE_STRING || value.kind == HOST_SLICE_NUMBER)
		nm_buffer_format(out, ", %zu", value.len);
	if (value.kind == HOST_SLICE_STRING && p->len > name &&
	    strcmp(p->text + p->len - name, ".__type") == 0 && is_type(value))
		nm_buffer_format(out, ", %.*s", (int)value.len, value.text);
	nm_buffer_byte(out, '\n');
}

static void walk(struct nm_buffer *out, struct path *p, struct host_slice value,
    unsigned depth);

/* Some members are JSON in a string. */
static void
walk_nested(struct nm_buffer *out, struct path *p, struct host_slice value,
    unsigned depth)
{
	struct nm_buffer text = NM_BUFFER_INIT;
	struct host_slice inside;

	if (value.len < 2 || value.len > NESTED_MAX ||
	    (value.text[0] != '{' && value.text[0] != '['))
		return;
	(void)host_slice_decode(value, &text, NULL);
	if (!nm_buffer_failed(&text) &&
	    host_slice_parse((const char *)text.data, text.len, &inside)) {
		size_t len = p->len;

		add(p, " >", 2);
		walk(out, p, inside, depth + 1);
		p->text[p->len = len] = '\0';
	}
	nm_buffer_reset(&text);
}

/* Bounded by DEPTH_MAX. */
static void
walk(struct nm_buffer *out, struct path *p, struct host_slice value,
    unsigned depth)
{
	struct host_slices all = host_slices_of(value);
	struct host_slice name, inside;
	size_t len = p->len, count = 0;

	line(out, p, value);
	if (depth >= DEPTH_MAX || out->len > FILE_MAX)
		return;
	if (value.kind == HOST_SLICE_STRING)
		walk_nested(out, p, value, depth);
	while (host_slices_next(&all, &name, &inside)) {
		if (count < ITEMS_MAX || all.object) {
			add_name(p, name, count);
			walk(out, p, inside, depth + 1);
			p->text[p->len = len] = '\0';
		}
		count++;
	}
	if (value.kind == HOST_SLICE_ARRAY)
		nm_buffer_format(out, "%s: %zu elements\n", p->text, count);
}

void
host_owa_trace_write(
    struct host_owa_trace *t, const char *what, struct host_slice value)
{
	struct nm_buffer out = NM_BUFFER_INIT;
	struct path p = { "", 0 };
	ssize_t n = 0;

	if (t == NULL)
		return;
	add(&p, what, strlen(what));
	walk(&out, &p, value, 0);
	nm_buffer_byte(&out, '\n');
	(void)pthread_mutex_lock(&t->lock);
	/* whole records, and no more than somebody can look over */
	for (size_t at = 0; !nm_buffer_failed(&out) && n >= 0 &&
	     t->written + out.len <= FILE_MAX && at < out.len;
	     at += (size_t)n)
		n = write(t->fd, out.data + at, out.len - at);
	t->written += out.len;
	(void)pthread_mutex_unlock(&t->lock);
	nm_buffer_reset(&out);
}
