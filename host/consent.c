/* SPDX-License-Identifier: MPL-2.0 */
#include "consent.h"

#include <stdlib.h>

#include "call.h"
#include "certificate_json.h"
#include "text.h"

/* Of what a window has room for. */
#define CERTIFICATE_MAX 140
#define PEOPLE_MAX	120
#define SUBJECT_MAX	100
#define PEOPLE_SHOWN	3

/* The first few addresses of every field of that name, and how many there are
 * besides. */
static enum nm_error
show_people(
    struct nm_buffer *out, const struct nm_header *header, const char *name)
{
	struct nm_buffer names = NM_BUFFER_INIT;
	const struct nm_field *field;
	struct nm_mailboxes boxes;
	enum nm_error err = NM_OK;
	size_t count = 0;
	char *shown;

	for (size_t i = 0;
	     err == NM_OK && (field = nm_header_find(header, name, i)) != NULL;
	     i++) {
		if ((err = nm_mailboxes_parse(field->value, &boxes)) != NM_OK)
			break;
		for (size_t k = 0; k < boxes.count; k++) {
			if (count++ < PEOPLE_SHOWN)
				nm_buffer_format(&names, "%s%s",
				    count > 1 ? ", " : "",
				    boxes.items[k].address);
		}
		nm_mailboxes_clear(&boxes);
	}
	shown = nm_buffer_take_string(&names);
	if (err == NM_OK && count != 0 && shown != NULL) {
		nm_buffer_format(out, "\n%s: ", name);
		host_text_show(out, shown, PEOPLE_MAX);
		if (count > PEOPLE_SHOWN)
			nm_buffer_format(
			    out, " and %zu more", count - PEOPLE_SHOWN);
	}
	free(shown);
	return err;
}

/* What anyone may have written comes last: it cannot pass for what is above
 * it, and is what is cut off. */
static enum nm_error
show_header(struct nm_buffer *out, const struct nm_header *header)
{
	const struct nm_field *subject = nm_header_find(header, "Subject", 0);
	enum nm_error err;
	char *text;

	if ((err = show_people(out, header, "To")) != NM_OK ||
	    (err = show_people(out, header, "Cc")) != NM_OK ||
	    (err = show_people(out, header, "Bcc")) != NM_OK || subject == NULL)
		return err;
	if ((text = nm_text_decode(subject->value)) == NULL)
		return NM_ERR_INTERNAL;
	nm_buffer_string(out, "\nSubject: ");
	host_text_clean(out, text, SUBJECT_MAX);
	free(text);
	return NM_OK;
}

enum nm_error
host_consent_to_mail(
    void *arg, CERTCertificate *cert, const struct nm_header *header)
{
	struct host_call *call = arg;
	struct nm_buffer about = NM_BUFFER_INIT;
	enum nm_error err = NM_ERR_INTERNAL;
	char *line, *text = NULL;

	line = host_certificate_line(host_call_database(call), cert);
	if (line == NULL)
		goto out;
	nm_buffer_string(&about, "Certificate: ");
	host_text_show(&about, line, CERTIFICATE_MAX);
	if (header != NULL && (err = show_header(&about, header)) != NM_OK)
		goto out;
	if ((text = nm_buffer_take_string(&about)) == NULL) {
		err = NM_ERR_INTERNAL;
		goto out;
	}
	err = host_prompt_sign(call, "Sign this mail in your name?", text);
out:
	nm_buffer_reset(&about);
	free(line);
	free(text);
	return err;
}
