/* SPDX-License-Identifier: MPL-2.0 */
#include "sender.h"

#include <stdlib.h>
#include <string.h>

/* ---- what a mailbox looks like ------------------------------------------ */

/*
 * Characters that change the direction of what is around them (Unicode
 * Standard Annex 9): 61C; 200E, 200F; 202A to 202E; 2066 to 2069.
 */
static bool
turns_text(const char *utf8)
{
	const uint8_t *p = (const uint8_t *)utf8;

	for (; *p != '\0'; p++) {
		if (p[0] == 0xd8 && p[1] == 0x9c)
			return true;
		if (p[0] != 0xe2)
			continue;
		if (p[1] == 0x80 &&
		    (p[2] == 0x8e || p[2] == 0x8f ||
			(p[2] >= 0xaa && p[2] <= 0xae)))
			return true;
		if (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)
			return true;
	}
	return false;
}

/* "moc.elpmaxe@ecila" reads as an address where its direction is turned: with
 * characters that do so an at sign is enough, ASCII or look-alike. */
static bool
turns_address(const char *name)
{
	return turns_text(name) &&
	    (strchr(name, '@') != NULL ||
		strstr(name, "\xef\xbc\xa0") != NULL || /* U+FF20 */
		strstr(name, "\xef\xb9\xab") != NULL);	/* U+FE6B */
}

/* Whether people would read another address than a mailbox has: in its name,
 * or in a local part such as "boss@example.org"@example.com. */
static enum nm_error
judge_name(const struct nm_mailbox *box, struct nm_sender *out)
{
	const char *at = strrchr(box->address, '@');
	char *found = NULL;
	bool misleads = false;

	if (nm_text_contains_address(box->name, &found)) {
		if (found == NULL)
			return NM_ERR_INTERNAL;
		misleads = !nm_address_equal(found, box->address);
		free(found);
	}
	if (misleads || turns_address(box->name) || turns_text(box->address) ||
	    (at != NULL &&
		memchr(box->address, '@', (size_t)(at - box->address)) != NULL))
		out->reasons |= NM_REASON_BIT(NM_REASON_DISPLAY_NAME_MISLEADS);
	return NM_OK;
}

/* ---- the fields ---------------------------------------------------------- */

static enum nm_error
judge_from(const struct nm_mailboxes *boxes, struct nm_sender *out)
{
	const struct nm_mailbox *box;

	/* A field that is not understood names nobody: readers differ in what
	 * they take from it. */
	if (boxes->malformed || boxes->count == 0) {
		out->reasons |= NM_REASON_BIT(NM_REASON_NO_FROM);
		return NM_OK;
	}
	if (boxes->count > 1) {
		out->reasons |= NM_REASON_BIT(NM_REASON_SEVERAL_FROM);
		return NM_OK;
	}
	box = &boxes->items[0];
	if (box->address[0] == '\0') {
		out->reasons |= NM_REASON_BIT(NM_REASON_NO_FROM);
		return NM_OK;
	}
	if ((out->address = strdup(box->address)) == NULL)
		return NM_ERR_INTERNAL;
	return judge_name(box, out);
}

/* One mailbox (RFC 5322 3.6.2); anything else is somebody whom readers show
 * and nobody can check. */
static enum nm_error
judge_sender(const struct nm_mailboxes *boxes, struct nm_sender *out)
{
	const struct nm_mailbox *box;
	enum nm_error error;

	if (boxes->malformed || boxes->count != 1 ||
	    boxes->items[0].address[0] == '\0') {
		out->reasons |= NM_REASON_BIT(NM_REASON_SEVERAL_FROM);
		return NM_OK;
	}
	box = &boxes->items[0];
	if ((error = judge_name(box, out)) != NM_OK)
		return error;
	if (out->address != NULL &&
	    nm_address_equal(box->address, out->address))
		return NM_OK;
	out->sent_by = strdup(box->address);
	return out->sent_by == NULL ? NM_ERR_INTERNAL : NM_OK;
}

static enum nm_error
read_field(const char *value, struct nm_sender *out,
    enum nm_error (*judge)(const struct nm_mailboxes *, struct nm_sender *))
{
	struct nm_mailboxes boxes;
	enum nm_error error;

	if ((error = nm_mailboxes_parse(value, &boxes)) != NM_OK)
		return error;
	error = judge(&boxes, out);
	nm_mailboxes_clear(&boxes);
	return error;
}

/* Nobody, one or, where there are several fields, more than one is said to
 * have sent it (RFC 5322 section 3.6 allows one). */
static enum nm_error
find_sender(const struct nm_header *header, struct nm_sender *out)
{
	const struct nm_field *field = nm_header_find(header, "Sender", 0);

	if (field == NULL)
		return NM_OK;
	if (nm_header_find(header, "Sender", 1) != NULL)
		out->reasons |= NM_REASON_BIT(NM_REASON_SEVERAL_FROM);
	return read_field(field->value, out, judge_sender);
}

enum nm_error
nm_sender_find(
    const struct nm_header *header, const char *bare, struct nm_sender *out)
{
	const struct nm_field *field;
	enum nm_error error;

	memset(out, 0, sizeof(*out));
	if (header != NULL) {
		if (nm_header_find(header, "From", 1) != NULL) {
			out->reasons = NM_REASON_BIT(NM_REASON_SEVERAL_FROM);
			return NM_OK;
		}
		field = nm_header_find(header, "From", 0);
		bare = field == NULL ? NULL : field->value;
	}
	if (bare == NULL) {
		out->reasons = NM_REASON_BIT(NM_REASON_NO_FROM);
		return NM_OK;
	}
	error = read_field(bare, out, judge_from);
	if (error != NM_OK || header == NULL)
		return error;
	return find_sender(header, out);
}

void
nm_sender_clear(struct nm_sender *s)
{
	free(s->address);
	free(s->sent_by);
	s->address = s->sent_by = NULL;
}

/* ---- the certificate ----------------------------------------------------- */

static bool
is_among(const char *address, char *const *addresses, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (nm_address_equal(addresses[i], address))
			return true;
	}
	return false;
}

nm_reasons
nm_sender_compare(
    const struct nm_sender *s, char *const *addresses, size_t count)
{
	nm_reasons reasons = s->reasons;

	if (count == 0)
		return reasons | NM_REASON_BIT(NM_REASON_NO_ADDRESS);
	if (s->address == NULL)
		return reasons;
	if (!is_among(s->address, addresses, count))
		reasons |= NM_REASON_BIT(NM_REASON_ADDRESS_MISMATCH);
	/* RFC 8550 section 3 lets a Sender stand for the signer; one who does
	 * not is another who claims to have sent it, as readers show him. */
	if (s->sent_by != NULL && !is_among(s->sent_by, addresses, count))
		reasons |= NM_REASON_BIT(NM_REASON_SEVERAL_FROM);
	return reasons;
}
