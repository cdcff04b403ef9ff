/* SPDX-License-Identifier: MPL-2.0 */
#include "header_confidentiality.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "header_field.h"

#define SECONDS_OF_DAY 86400

/* hcp_shy hides no more than display names: servers need the addresses. A
 * group's name is one, too. NULL: memory, or a value that is no such list. */
static enum nm_error
addresses_alone(const char *text, char **out)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_mailboxes boxes;
	enum nm_error error;
	bool whole;

	*out = NULL;
	if ((error = nm_mailboxes_parse(text, &boxes)) != NM_OK)
		return error;
	whole = !boxes.malformed && boxes.count != 0;
	for (size_t i = 0; whole && i < boxes.count; i++) {
		if (boxes.items[i].address[0] == '\0')
			whole = false;
		nm_buffer_format(
		    &b, "%s%s", i == 0 ? "" : ", ", boxes.items[i].address);
	}
	nm_mailboxes_clear(&boxes);
	if (!whole) {
		nm_buffer_reset(&b);
		return NM_OK;
	}
	*out = nm_buffer_take_string(&b);
	return *out == NULL ? NM_ERR_INTERNAL : NM_OK;
}

/* The same time in UTC, as RFC 5322 section 3.3 writes it. */
static enum nm_error
date_in_utc(const char *text, char **out)
{
	static const char days[7][4] = { "Thu", "Fri", "Sat", "Sun", "Mon",
		"Tue", "Wed" };
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	unsigned year, month, day, hour, minute, second;
	struct nm_date date;
	int64_t weekday;
	char plain[64];

	*out = NULL;
	if (!nm_date_parse_mail(text, &date))
		return NM_OK;
	date.offset = 0;
	nm_date_format(&date, plain, sizeof(plain));
	if (sscanf(plain, "%4u-%2u-%2uT%2u:%2u:%2u", &year, &month, &day, &hour,
		&minute, &second) != 6 ||
	    month < 1 || month > 12)
		return NM_OK;
	weekday = date.seconds / SECONDS_OF_DAY;
	if (date.seconds % SECONDS_OF_DAY < 0)
		weekday--;
	if ((weekday %= 7) < 0)
		weekday += 7;
	if (asprintf(out, "%s, %02u %s %04u %02u:%02u:%02u +0000",
		days[weekday], day, months[month - 1], year, hour, minute,
		second) < 0) {
		*out = NULL;
		return NM_ERR_INTERNAL;
	}
	return NM_OK;
}

static bool
is_asked_for(const struct nm_protect_options *options, const struct nm_field *f)
{
	for (size_t i = 0; i < options->confidential_count; i++) {
		if (nm_field_is(f, options->confidential[i]))
			return true;
	}
	return false;
}

enum nm_error
nm_header_confidentiality(const struct nm_protect_options *options,
    const struct nm_field *f, enum nm_confidentiality *what, char **value)
{
	static const char *const removed[] = { "Comments", "Keywords", NULL };
	static const char *const people[] = { "From", "To", "Cc", NULL };
	bool asked = is_asked_for(options, f);
	bool shy = asked || options->policy == NM_POLICY_SHY;
	enum nm_error error = NM_OK;

	*value = NULL;
	*what = NM_FIELD_SHOWN;
	if (nm_field_is(f, "Subject")) {
		*value = strdup("[...]");
		error = *value == NULL ? NM_ERR_INTERNAL : NM_OK;
	} else if (nm_field_is_any(f, removed)) {
		*what = NM_FIELD_REMOVED;
	} else if (shy && nm_field_is(f, "Date")) {
		error = date_in_utc(f->value, value);
	} else if (asked && !nm_field_is(f, "From")) {
		*what = NM_FIELD_REMOVED;
	} else if (shy && nm_field_is_any(f, people)) {
		error = addresses_alone(f->value, value);
	}
	if (error != NM_OK || *value == NULL)
		return error;
	/* What is the same already hides nothing. */
	if (strcmp(*value, f->value) == 0) {
		free(*value);
		*value = NULL;
		return NM_OK;
	}
	*what = NM_FIELD_OBSCURED;
	return NM_OK;
}
