/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/mime.h>

#include <stdlib.h>

#include "mime/ascii.h"

/* More parameters than any sender writes; a value past it is not parsed. */
#define MAX_SEGMENTS 500
/* What one line takes without a fold (RFC 2231 section 3). */
#define MAX_VALUE 60

/* A parameter as it stands in the text: whole, or a piece of one. */
struct segment {
	char *name;    /* lower case, without marks */
	long section;  /* -1: not numbered (RFC 2231 section 3) */
	bool extended; /* percent-encoded (section 4) */
	struct nm_buffer value;
};

struct segments {
	struct segment *items;
	size_t count;
};

static char *
copy_lower(const char *p, size_t len)
{
	char *copy = malloc(len + 1);

	if (copy == NULL)
		return NULL;
	for (size_t i = 0; i < len; i++)
		copy[i] = (char)nm_lower((uint8_t)p[i]);
	copy[len] = '\0';
	return copy;
}

/* Past what is left of a parameter; quoted semicolons do not end it. */
static const char *
skip_to_semicolon(const char *p)
{
	for (p = nm_skip_cfws(p); *p != '\0' && *p != ';';
	     p = nm_skip_cfws(p)) {
		if (*p++ != '"')
			continue;
		while (*p != '\0' && *p != '"') {
			if (*p == '\\' && p[1] != '\0')
				p++;
			p++;
		}
		if (*p == '"')
			p++;
	}
	return p;
}

/* Past what is left of a parameter and its semicolon. */
static const char *
past_semicolon(const char *p)
{
	p = skip_to_semicolon(p);
	return *p == ';' ? p + 1 : p;
}

/*
 * Where the next parameter begins after what ends at `p`: past a semicolon,
 * or, since senders forget them (RFC 1521 itself did), at a name and "=" that
 * white space sets apart.
 */
static const char *
next_parameter(const char *p)
{
	const char *name = nm_skip_cfws(p);
	size_t len = nm_token_length(name);

	if (len != 0 && name != p && *nm_skip_cfws(name + len) == '=')
		return name;
	return past_semicolon(p);
}

/*
 * A quoted-string, or what stands without quotes: senders leave them out for
 * values that are no tokens, so that all counts up to white space, ";" or "(".
 */
static const char *
read_value(const char *p, struct nm_buffer *value)
{
	if (*p != '"') {
		while (*p != '\0' && strchr(" \t;(", *p) == NULL)
			nm_buffer_byte(value, (uint8_t)*p++);
		return p;
	}
	for (p++; *p != '\0' && *p != '"'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		nm_buffer_byte(value, (uint8_t)*p);
	}
	return *p == '"' ? p + 1 : p;
}

/*
 * Takes the marks off a name: "name*0*" is section 0 of name, percent-encoded.
 * False: they make no sense.
 */
static bool
read_marks(const char *name, size_t *len, struct segment *s)
{
	const char *star = memchr(name, '*', *len);
	size_t left, value = 0;

	s->section = -1;
	s->extended = false;
	if (star == NULL)
		return true;
	left = *len - (size_t)(star - name) - 1;
	*len = (size_t)(star - name);
	if (*len == 0)
		return false;
	if (left == 0) {
		s->extended = true;
		return true;
	}
	star++;
	if (star[left - 1] == '*') {
		s->extended = true;
		left--;
	}
	/* no leading zeros (RFC 2231 section 3) */
	if (left == 0 || left > 4 || (star[0] == '0' && left > 1))
		return false;
	for (; left != 0; left--, star++) {
		if (!nm_is_digit((uint8_t)*star))
			return false;
		value = value * 10 + (size_t)(*star - '0');
	}
	s->section = (long)value;
	return true;
}

/* Reads "name=value"; leaves *p where the next one begins or at the end.
 * False: no memory. */
static bool
read_segment(const char **p, struct segments *list)
{
	const char *name = nm_skip_cfws(*p), *at;
	struct segment s = { NULL, -1, false, NM_BUFFER_INIT };
	size_t len = nm_token_length(name);
	bool good;

	at = nm_skip_cfws(name + len);
	if (len == 0 || *at != '=') {
		*p = past_semicolon(name);
		return true;
	}
	at = read_value(nm_skip_cfws(at + 1), &s.value);
	*p = next_parameter(at);
	if (!read_marks(name, &len, &s)) {
		nm_buffer_reset(&s.value);
		return true;
	}
	s.name = copy_lower(name, len);
	good = s.name != NULL && !nm_buffer_failed(&s.value);
	if (good) {
		list->items[list->count++] = s;
	} else {
		free(s.name);
		nm_buffer_reset(&s.value);
	}
	return good;
}

/* What follows the first `from` bytes of an extended value. */
static void
percent_decode(
    struct nm_buffer *out, const struct nm_buffer *value, size_t from)
{
	const uint8_t *p = value->data;

	for (size_t i = from; i < value->len; i++) {
		if (p[i] == '%' && value->len - i > 2 &&
		    nm_hex(p[i + 1]) >= 0 && nm_hex(p[i + 2]) >= 0) {
			nm_buffer_byte(out,
			    (uint8_t)(nm_hex(p[i + 1]) * 16 +
				nm_hex(p[i + 2])));
			i += 2;
		} else {
			nm_buffer_byte(out, p[i]);
		}
	}
}

/* Takes charset'language' off an extended value. */
static size_t
read_charset(const uint8_t *p, size_t len, char *charset, size_t room)
{
	const uint8_t *one = len == 0 ? NULL : memchr(p, '\'', len), *two;
	size_t n;

	if (one == NULL)
		return 0;
	two = memchr(one + 1, '\'', len - (size_t)(one + 1 - p));
	if (two == NULL)
		return 0;
	if ((n = (size_t)(one - p)) < room) {
		memcpy(charset, p, n);
		charset[n] = '\0';
	}
	return (size_t)(two + 1 - p);
}

static const struct segment *
find_segment(const struct segments *list, const char *name, long section,
    bool whole_extended)
{
	const struct segment *s;

	for (size_t i = 0; i < list->count; i++) {
		s = &list->items[i];
		if (s->section == section && strcmp(s->name, name) == 0 &&
		    (section >= 0 || s->extended == whole_extended))
			return s;
	}
	return NULL;
}

/*
 * The value of a name. The forms of RFC 2231 win over the plain one, which
 * senders add for readers that do not know them. NULL: no memory; *none: the
 * name has no value, as its first section is not there.
 */
static char *
join(const struct segments *list, const char *name, bool *none)
{
	const struct segment *s = find_segment(list, name, -1, true);
	struct nm_buffer bytes = NM_BUFFER_INIT;
	char charset[64] = "utf-8", *value = NULL;
	long section = 0;
	size_t skip;

	*none = false;
	if (s == NULL && (s = find_segment(list, name, 0, false)) != NULL)
		section = 1;
	if (s == NULL)
		s = find_segment(list, name, -1, false);
	*none = s == NULL;
	if (s != NULL && s->extended) {
		skip = read_charset(
		    s->value.data, s->value.len, charset, sizeof(charset));
		percent_decode(&bytes, &s->value, skip);
	} else if (s != NULL) {
		nm_buffer_append(&bytes, s->value.data, s->value.len);
	}
	while (section != 0 &&
	    (s = find_segment(list, name, section++, false)) != NULL) {
		if (s->extended)
			percent_decode(&bytes, &s->value, 0);
		else
			nm_buffer_append(&bytes, s->value.data, s->value.len);
	}
	if (!*none && !nm_buffer_failed(&bytes))
		value = nm_charset_to_utf8(charset, bytes.data, bytes.len);
	nm_buffer_reset(&bytes);
	return value;
}

static bool
join_all(const struct segments *list, struct nm_value *out)
{
	struct nm_parameter parameter;
	bool none;

	for (size_t i = 0; i < list->count; i++) {
		if (nm_value_parameter(out, list->items[i].name) != NULL)
			continue;
		parameter.value = join(list, list->items[i].name, &none);
		if (none)
			continue;
		parameter.name = strdup(list->items[i].name);
		if (parameter.value == NULL || parameter.name == NULL) {
			free(parameter.value);
			free(parameter.name);
			return false;
		}
		out->parameters[out->count++] = parameter;
	}
	return true;
}

/* "type/subtype" or one word, and where the parameters begin; NULL: no
 * memory. */
static char *
read_type(const char *text, const char **parameters)
{
	const char *type = nm_skip_cfws(text), *sub, *end;
	size_t len = nm_token_length(type), sub_len = 0;
	struct nm_buffer out = NM_BUFFER_INIT;

	sub = end = nm_skip_cfws(type + len);
	if (len != 0 && *end == '/') {
		sub = nm_skip_cfws(end + 1);
		sub_len = nm_token_length(sub);
		end = sub + sub_len;
		if (sub_len == 0)
			len = 0;
	} else {
		end = type + len;
	}
	/* what follows is a parameter, or at least is set apart */
	if (*end != '\0' && strchr("; \t(", *end) == NULL)
		len = 0;
	*parameters = len != 0 ? next_parameter(end) : past_semicolon(text);
	for (size_t i = 0; i < len; i++)
		nm_buffer_byte(&out, nm_lower((uint8_t)type[i]));
	if (len != 0 && sub_len != 0)
		nm_buffer_byte(&out, '/');
	for (size_t i = 0; len != 0 && i < sub_len; i++)
		nm_buffer_byte(&out, nm_lower((uint8_t)sub[i]));
	return nm_buffer_take_string(&out);
}

/* How many parameters there can be: none is without its "=". */
static size_t
most_segments(const char *text)
{
	size_t count = 1;

	while (count < MAX_SEGMENTS && (text = strchr(text, '=')) != NULL) {
		count++;
		text++;
	}
	return count;
}

enum nm_error
nm_value_parse(const char *text, struct nm_value *out)
{
	struct segments list = { NULL, 0 };
	enum nm_error err = NM_ERR_INTERNAL;
	size_t most = most_segments(text);
	const char *p;

	memset(out, 0, sizeof(*out));
	list.items = calloc(most, sizeof(*list.items));
	out->parameters = calloc(most, sizeof(*out->parameters));
	if (list.items == NULL || out->parameters == NULL ||
	    (out->type = read_type(text, &p)) == NULL)
		goto out;
	while (*p != '\0') {
		if (list.count == MAX_SEGMENTS) {
			out->type[0] = '\0';
			break;
		}
		if (!read_segment(&p, &list))
			goto out;
	}
	if (join_all(&list, out))
		err = NM_OK;
out:
	for (size_t i = 0; i < list.count; i++) {
		free(list.items[i].name);
		nm_buffer_reset(&list.items[i].value);
	}
	free(list.items);
	if (err != NM_OK)
		nm_value_clear(out);
	return err;
}

void
nm_value_clear(struct nm_value *v)
{
	for (size_t i = 0; i < v->count; i++) {
		free(v->parameters[i].name);
		nm_secret_free(&v->parameters[i].value);
	}
	free(v->parameters);
	free(v->type);
	memset(v, 0, sizeof(*v));
}

const char *
nm_value_parameter(const struct nm_value *v, const char *name)
{
	for (size_t i = 0; i < v->count; i++) {
		if (nm_is_word(v->parameters[i].name,
			strlen(v->parameters[i].name), name))
			return v->parameters[i].value;
	}
	return NULL;
}

/* One octet of an extended value (RFC 2231 section 7, attribute-char). */
static void
write_octet(struct nm_buffer *out, uint8_t c)
{
	if (nm_is_token(c) && strchr("*'%", c) == NULL)
		nm_buffer_byte(out, c);
	else
		nm_buffer_format(out, "%%%02X", (unsigned)c);
}

static void
write_extended(struct nm_buffer *out, const char *name, const char *value)
{
	bool split = strlen(value) > MAX_VALUE / 3;
	unsigned section = 0;
	size_t start;

	if (!split) {
		nm_buffer_format(out, "; %s*=utf-8''", name);
		while (*value != '\0')
			write_octet(out, (uint8_t)*value++);
		return;
	}
	while (*value != '\0') {
		nm_buffer_format(out, "; %s*%u*=%s", name, section,
		    section == 0 ? "utf-8''" : "");
		section++;
		start = out->len;
		while (*value != '\0' && out->len - start < MAX_VALUE - 10 &&
		    !nm_buffer_failed(out))
			write_octet(out, (uint8_t)*value++);
		if (nm_buffer_failed(out))
			return;
	}
}

void
nm_parameter_write(struct nm_buffer *out, const char *name, const char *value)
{
	bool token = *value != '\0', plain = true;

	for (const char *p = value; *p != '\0'; p++) {
		token = token && nm_is_token((uint8_t)*p);
		plain = plain && (nm_is_graph((uint8_t)*p) || *p == ' ');
	}
	/* no line may be longer than 998 bytes */
	if (!plain || strlen(value) > 900) {
		write_extended(out, name, value);
		return;
	}
	nm_buffer_format(out, "; %s=", name);
	if (token) {
		nm_buffer_string(out, value);
		return;
	}
	nm_buffer_byte(out, '"');
	for (const char *p = value; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			nm_buffer_byte(out, '\\');
		nm_buffer_byte(out, (uint8_t)*p);
	}
	nm_buffer_byte(out, '"');
}

enum nm_error
nm_header_content_type(const struct nm_header *h, struct nm_value *out)
{
	const struct nm_field *f = nm_header_find(h, "Content-Type", 0);
	enum nm_error err;

	err = nm_value_parse(f == NULL ? "text/plain" : f->value, out);
	/* one word is a type of RFC 1049, and none of MIME */
	if (err == NM_OK && strchr(out->type, '/') == NULL)
		out->type[0] = '\0';
	return err;
}
