/* SPDX-License-Identifier: MPL-2.0 */
#include "sender.h"

#include <stdlib.h>
#include <string.h>

static enum nm_error
judge(const struct nm_mailboxes *boxes, struct nm_sender *out)
{
	const struct nm_mailbox *box;
	char *found = NULL;

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
	if (nm_text_contains_address(box->name, &found) &&
	    !nm_address_equal(found, box->address))
		out->reasons |= NM_REASON_BIT(NM_REASON_DISPLAY_NAME_MISLEADS);
	free(found);
	return NM_OK;
}

enum nm_error
nm_sender_find(
    const struct nm_header *header, const char *bare, struct nm_sender *out)
{
	const struct nm_field *field;
	struct nm_mailboxes boxes;
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
	if ((error = nm_mailboxes_parse(bare, &boxes)) != NM_OK)
		return error;
	error = judge(&boxes, out);
	nm_mailboxes_clear(&boxes);
	return error;
}

void
nm_sender_clear(struct nm_sender *s)
{
	free(s->address);
	s->address = NULL;
}

nm_reasons
nm_sender_compare(
    const struct nm_sender *s, char *const *addresses, size_t count)
{
	if (count == 0)
		return s->reasons | NM_REASON_BIT(NM_REASON_NO_ADDRESS);
	if (s->address == NULL)
		return s->reasons;
	for (size_t i = 0; i < count; i++) {
		if (nm_address_equal(addresses[i], s->address))
			return s->reasons;
	}
	return s->reasons | NM_REASON_BIT(NM_REASON_ADDRESS_MISMATCH);
}
