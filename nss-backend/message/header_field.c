/* SPDX-License-Identifier: MPL-2.0 */
#include "header_field.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool
nm_field_is_structural(const struct nm_field *f)
{
	return nm_field_is(f, "MIME-Version") ||
	    (f->name.len >= 8 &&
		strncasecmp((const char *)f->name.data, "Content-", 8) == 0);
}

bool
nm_field_is_any(const struct nm_field *f, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (nm_field_is(f, *names))
			return true;
	}
	return false;
}

bool
nm_value_says(const struct nm_value *value, const char *name, const char *said)
{
	const char *found = nm_value_parameter(value, name);

	return found != NULL && strcasecmp(found, said) == 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static const char *
past_blanks(const char *p)
{
	while (is_blank(*p))
		p++;
	return p;
}

/* Equal but for how much white space there is. */
static bool
same_words(const char *a, const char *b)
{
	a = past_blanks(a);
	b = past_blanks(b);
	while (*a != '\0' && *b != '\0') {
		if (is_blank(*a) && is_blank(*b)) {
			a = past_blanks(a);
			b = past_blanks(b);
		} else if (*a++ != *b++) {
			return false;
		}
	}
	return *past_blanks(a) == '\0' && *past_blanks(b) == '\0';
}

static enum nm_error
compare_text(const char *a, const char *b, bool *same)
{
	char *x, *y;
	enum nm_error error = NM_ERR_INTERNAL;

	if ((*same = same_words(a, b)))
		return NM_OK;
	x = nm_text_decode(a);
	y = nm_text_decode(b);
	if (x != NULL && y != NULL) {
		*same = same_words(x, y);
		error = NM_OK;
	}
	free(x);
	free(y);
	return error;
}

static bool
same_mailboxes(const struct nm_mailboxes *a, const struct nm_mailboxes *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (!nm_address_equal(
			a->items[i].address, b->items[i].address) ||
		    !same_words(a->items[i].name, b->items[i].name))
			return false;
	}
	return true;
}

static enum nm_error
compare_mailboxes(const char *a, const char *b, bool *same)
{
	struct nm_mailboxes x, y;
	enum nm_error error;

	if ((*same = same_words(a, b)))
		return NM_OK;
	if ((error = nm_mailboxes_parse(a, &x)) != NM_OK)
		return error;
	if ((error = nm_mailboxes_parse(b, &y)) == NM_OK) {
		if (x.malformed || y.malformed)
			error = compare_text(a, b, same);
		else
			*same = same_mailboxes(&x, &y);
		nm_mailboxes_clear(&y);
	}
	nm_mailboxes_clear(&x);
	return error;
}

enum nm_error
nm_field_compare(
    const struct nm_field *a, const struct nm_field *b, bool zone, bool *same)
{
	static const char *const addresses[] = { "From", "To", "Cc", "Sender",
		"Reply-To", NULL };
	struct nm_date x, y;

	if (nm_field_is_any(a, addresses))
		return compare_mailboxes(a->value, b->value, same);
	if (nm_field_is(a, "Date") && nm_date_parse_mail(a->value, &x) &&
	    nm_date_parse_mail(b->value, &y)) {
		*same =
		    x.seconds == y.seconds && (!zone || x.offset == y.offset);
		return NM_OK;
	}
	return compare_text(a->value, b->value, same);
}

enum nm_error
nm_names_add(struct nm_names *names, struct nm_bytes name)
{
	char **items, *copy;

	for (size_t i = 0; i < names->count; i++) {
		if (strlen(names->items[i]) == name.len &&
		    strncasecmp(names->items[i], (const char *)name.data,
			name.len) == 0)
			return NM_OK;
	}
	items = reallocarray(names->items, names->count + 1, sizeof(*items));
	if (items == NULL)
		return NM_ERR_INTERNAL;
	names->items = items;
	if ((copy = strndup((const char *)name.data, name.len)) == NULL)
		return NM_ERR_INTERNAL;
	for (char *p = copy; *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + ('a' - 'A'));
	}
	items[names->count++] = copy;
	return NM_OK;
}

void
nm_names_clear(struct nm_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
	names->items = NULL;
	names->count = 0;
}
