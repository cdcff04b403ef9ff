/* SPDX-License-Identifier: MPL-2.0 */
/*
 * profiles.ini names the profiles ([ProfileN]); which one starts is said by
 * the sections of the installations ([Install<hash>] there, [<hash>] in
 * installs.ini), and only where there is none by Default=1 of a profile.
 */
#include "database/ini.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <nssmime/buffer.h>

#define MAX_INI_SIZE (1024u * 1024u)
#define MAX_PROFILES 256u

struct section {
	char *name;
	char *path;
	char *start; /* Default= */
	bool relative;
	bool is_profile;
	bool is_install;
};

struct sections {
	struct section *items;
	size_t count;
};

static void
sections_clear(struct sections *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free(s->items[i].name);
		free(s->items[i].path);
		free(s->items[i].start);
	}
	free(s->items);
	*s = (struct sections){ NULL, 0 };
}

static bool
section_add(struct sections *s, const char *title, bool installs)
{
	struct section *items, *made;

	items = realloc(s->items, (s->count + 1) * sizeof(*items));
	if (items == NULL)
		return false;
	s->items = items;
	made = &s->items[s->count++];
	*made = (struct section){ .relative = true };
	made->is_profile = !installs && strncasecmp(title, "Profile", 7) == 0;
	made->is_install = installs || strncasecmp(title, "Install", 7) == 0;
	return true;
}

static bool
keep(char **where, const char *value)
{
	free(*where);
	*where = strdup(value);
	return *where != NULL;
}

static bool
entry(struct section *s, const char *key, const char *value)
{
	if (strcasecmp(key, "Name") == 0)
		return keep(&s->name, value);
	if (strcasecmp(key, "Path") == 0)
		return keep(&s->path, value);
	if (strcasecmp(key, "Default") == 0)
		return keep(&s->start, value);
	if (strcasecmp(key, "IsRelative") == 0)
		s->relative = strcmp(value, "0") != 0;
	return true;
}

/* The whole file as a string; an empty one where it cannot be read. */
static char *
slurp(const char *root, const char *name)
{
	struct nm_buffer b = NM_BUFFER_INIT, path = NM_BUFFER_INIT;
	char *file, *text;
	uint8_t *at;
	size_t n;
	FILE *f;

	nm_buffer_format(&path, "%s/%s", root, name);
	if ((file = nm_buffer_take_string(&path)) == NULL)
		return NULL;
	f = fopen(file, "re");
	free(file);
	if (f == NULL)
		return errno == ENOMEM ? NULL : strdup("");
	while (
	    b.len < MAX_INI_SIZE && (at = nm_buffer_extend(&b, 4096)) != NULL) {
		n = fread(at, 1, 4096, f);
		b.len -= 4096 - n;
		if (n == 0)
			break;
	}
	fclose(f);
	if (b.failed) {
		nm_buffer_reset(&b);
		return NULL;
	}
	/* a file with a NUL byte is none of ours */
	text = nm_buffer_take_string(&b);
	return text != NULL ? text : strdup("");
}

static bool
parse(const char *root, const char *file, bool installs, struct sections *s)
{
	char *text, *line, *end, *equals, *save = NULL;
	bool ok = true, inside = false;

	if ((text = slurp(root, file)) == NULL)
		return false;
	for (line = strtok_r(text, "\r\n", &save); line != NULL && ok;
	     line = strtok_r(NULL, "\r\n", &save)) {
		if (line[0] == '[') {
			if ((end = strchr(line, ']')) == NULL)
				continue;
			*end = '\0';
			inside = s->count < MAX_PROFILES;
			if (inside)
				ok = section_add(s, line + 1, installs);
		} else if (inside && (equals = strchr(line, '=')) != NULL) {
			*equals = '\0';
			ok = entry(&s->items[s->count - 1], line, equals + 1);
		}
	}
	free(text);
	return ok;
}

static char *
join(const char *root, const char *path, bool relative)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	if (relative && path[0] != '/')
		nm_buffer_format(&b, "%s/%s", root, path);
	else
		nm_buffer_string(&b, path);
	return nm_buffer_take_string(&b);
}

static bool
starts(const struct sections *s, const struct section *profile, bool any)
{
	if (!any) {
		return profile->start != NULL &&
		    strcmp(profile->start, "1") == 0;
	}
	for (size_t i = 0; i < s->count; i++) {
		if (s->items[i].is_install && s->items[i].start != NULL &&
		    strcmp(s->items[i].start, profile->path) == 0)
			return true;
	}
	return false;
}

bool
nm_profiles_read(const char *root, struct nm_profiles *out)
{
	struct sections s = { NULL, 0 };
	struct nm_profile *p;
	bool any = false, ok = false;

	*out = (struct nm_profiles){ NULL, 0 };
	if (!parse(root, "profiles.ini", false, &s) ||
	    !parse(root, "installs.ini", true, &s))
		goto out;
	if ((out->items = calloc(s.count + 1, sizeof(*out->items))) == NULL)
		goto out;
	for (size_t i = 0; i < s.count; i++) {
		if (s.items[i].is_install && s.items[i].start != NULL)
			any = true;
	}
	for (size_t i = 0; i < s.count; i++) {
		if (!s.items[i].is_profile || s.items[i].path == NULL)
			continue;
		p = &out->items[out->count++];
		p->is_default = starts(&s, &s.items[i], any);
		p->path = join(root, s.items[i].path, s.items[i].relative);
		p->name = strdup(s.items[i].name != NULL ? s.items[i].name
							 : s.items[i].path);
		if (p->path == NULL || p->name == NULL)
			goto out;
	}
	/* the only one starts, whatever is written */
	if (out->count == 1)
		out->items[0].is_default = true;
	ok = true;
out:
	sections_clear(&s);
	if (!ok)
		nm_profiles_clear(out);
	return ok;
}

void
nm_profiles_clear(struct nm_profiles *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free(p->items[i].name);
		free(p->items[i].path);
	}
	free(p->items);
	*p = (struct nm_profiles){ NULL, 0 };
}
