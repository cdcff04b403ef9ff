/* SPDX-License-Identifier: MPL-2.0 */
#include "finding.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json_build.h"
#include "text.h"

#define SENTENCE_MAX 4096

const char *
host_finding_level_name(enum host_finding_level level)
{
	switch (level) {
	case HOST_FINDING_OK:
		return "ok";
	case HOST_FINDING_NOTE:
		return "note";
	case HOST_FINDING_PROBLEM:
		break;
	}
	return "problem";
}

void
host_findings_begin(struct host_findings *f)
{
	*f = (struct host_findings){ .all = json_object_new_array() };
	f->failed = f->all == NULL;
}

void
host_findings_clear(struct host_findings *f)
{
	json_object_put(f->all);
	*f = (struct host_findings){ .all = NULL };
}

unsigned
host_findings_count(
    const struct host_findings *f, enum host_finding_level level)
{
	const char *name = host_finding_level_name(level);
	unsigned count = 0;

	for (size_t i = 0;
	     f->all != NULL && i < json_object_array_length(f->all); i++) {
		struct json_object *value = NULL,
				   *one = json_object_array_get_idx(f->all, i);

		if (json_object_object_get_ex(one, "level", &value) &&
		    strcmp(json_object_get_string(value), name) == 0)
			count++;
	}
	return count;
}

static void add(struct host_findings *, enum host_finding_level, const char *,
    const char *, va_list) __attribute__((format(printf, 4, 0)));

static void
add(struct host_findings *f, enum host_finding_level level, const char *id,
    const char *format, va_list arguments)
{
	struct nm_buffer clean = NM_BUFFER_INIT;
	struct json_object *one = NULL;
	char *raw = NULL, *sentence;
	struct host_build b;

	if (vasprintf(&raw, format, arguments) < 0) {
		f->failed = true;
		return;
	}
	host_text_clean(&clean, raw, SENTENCE_MAX);
	sentence = nm_buffer_take_string(&clean);
	host_build_begin(&b);
	host_build_string(&b, "check", f->check);
	host_build_string(&b, "id", id);
	if (f->about != NULL)
		host_build_text(&b, "about", f->about, SENTENCE_MAX);
	host_build_string(&b, "level", host_finding_level_name(level));
	host_build_string(&b, "sentence", sentence);
	if (sentence == NULL || host_build_end(&b, &one, NULL) != NM_OK)
		f->failed = true;
	if (sentence == NULL)
		host_build_drop(&b);
	else if (one != NULL && !host_array_add(f->all, one))
		f->failed = true;
	free(sentence);
	free(raw);
}

#define ADD(level)                                                             \
	do {                                                                   \
		va_list arguments;                                             \
                                                                               \
		va_start(arguments, format);                                   \
		add(f, level, id, format, arguments);                          \
		va_end(arguments);                                             \
	} while (false)

void
host_finding_ok(
    struct host_findings *f, const char *id, const char *format, ...)
{
	ADD(HOST_FINDING_OK);
}

void
host_finding_note(
    struct host_findings *f, const char *id, const char *format, ...)
{
	ADD(HOST_FINDING_NOTE);
}

void
host_finding_problem(
    struct host_findings *f, const char *id, const char *format, ...)
{
	ADD(HOST_FINDING_PROBLEM);
}

/* ---- remedies ---------------------------------------------------------- */

static bool
is_plain(const char *word)
{
	return *word != '\0' &&
	    strspn(word,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_-./:,@%+=") == strlen(word);
}

static bool
is_text(const char *word)
{
	size_t len = strlen(word);

	if (host_utf8_valid((const uint8_t *)word, len) != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if ((uint8_t)word[i] < ' ' || word[i] == 0x7f)
			return false;
	}
	return true;
}

/* $'...' (POSIX.1-2024, 2.2.4), so that no byte of it reaches a terminal. */
static void
quote_bytes(struct nm_buffer *out, const char *word)
{
	nm_buffer_string(out, "$'");
	for (; *word != '\0'; word++) {
		if (*word < ' ' || *word > '~' || *word == '\'' ||
		    *word == '\\')
			nm_buffer_format(out, "\\%03o", (unsigned char)*word);
		else
			nm_buffer_byte(out, (uint8_t)*word);
	}
	nm_buffer_byte(out, '\'');
}

static void
quote(struct nm_buffer *out, const char *word)
{
	if (is_plain(word)) {
		nm_buffer_string(out, word);
	} else if (!is_text(word)) {
		quote_bytes(out, word);
	} else {
		nm_buffer_byte(out, '\'');
		for (; *word != '\0'; word++) {
			if (*word == '\'')
				nm_buffer_string(out, "'\\''");
			else
				nm_buffer_byte(out, (uint8_t)*word);
		}
		nm_buffer_byte(out, '\'');
	}
}

char *
host_shell_word(const char *word)
{
	struct nm_buffer out = NM_BUFFER_INIT;

	quote(&out, word);
	return nm_buffer_take_string(&out);
}

void
host_finding_remedy_line(struct host_findings *f, const char *line)
{
	size_t count = f->all != NULL ? json_object_array_length(f->all) : 0;
	struct json_object *text;

	if (f->failed || count == 0)
		return;
	text = json_object_new_string(line);
	if (text == NULL ||
	    json_object_object_add(json_object_array_get_idx(f->all, count - 1),
		"remedy", text) != 0) {
		json_object_put(text);
		f->failed = true;
	}
}

static void
remedy(struct host_findings *f, struct nm_buffer *line, const char *word,
    va_list more)
{
	char *text;

	quote(line, word);
	while ((word = va_arg(more, const char *)) != NULL) {
		nm_buffer_byte(line, ' ');
		quote(line, word);
	}
	if ((text = nm_buffer_take_string(line)) != NULL)
		host_finding_remedy_line(f, text);
	else
		f->failed = true;
	free(text);
}

void
host_finding_remedy(struct host_findings *f, const char *word, ...)
{
	struct nm_buffer line = NM_BUFFER_INIT;
	va_list more;

	va_start(more, word);
	remedy(f, &line, word, more);
	va_end(more);
}

void
host_finding_root_remedy(struct host_findings *f, const char *word, ...)
{
	struct nm_buffer line = NM_BUFFER_INIT;
	va_list more;

	if (geteuid() != 0)
		nm_buffer_string(&line, "sudo ");
	va_start(more, word);
	remedy(f, &line, word, more);
	va_end(more);
}

void
host_finding_mode_remedy(
    struct host_findings *f, const char *mode, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && st.st_uid == geteuid())
		host_finding_remedy(f, "chmod", mode, path, NULL);
	else
		host_finding_root_remedy(f, "chmod", mode, path, NULL);
}

void
host_finding_edit_remedy(struct host_findings *f, const char *path, bool root)
{
	struct nm_buffer line = NM_BUFFER_INIT;
	char *text;

	nm_buffer_format(
	    &line, "%s${EDITOR:-vi} ", root && geteuid() != 0 ? "sudo " : "");
	quote(&line, path);
	if ((text = nm_buffer_take_string(&line)) != NULL)
		host_finding_remedy_line(f, text);
	else
		f->failed = true;
	free(text);
}
