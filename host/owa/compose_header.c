/* SPDX-License-Identifier: MPL-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

#include <nssmime/mime.h>

#include "compose.h"

#define TEXT_MAX    4096 /* a subject, a name */
#define ADDRESS_MAX 320

static const char *const names[HOST_OWA_FIELDS] = {
	[HOST_OWA_FROM] = "From",
	[HOST_OWA_TO] = "ToRecipients",
	[HOST_OWA_CC] = "CcRecipients",
	[HOST_OWA_BCC] = "BccRecipients",
	[HOST_OWA_SUBJECT] = "Subject",
	[HOST_OWA_MESSAGE_ID] = "InternetMessageId",
	[HOST_OWA_IN_REPLY_TO] = "InReplyTo",
	[HOST_OWA_REFERENCES] = "References",
	[HOST_OWA_IMPORTANCE] = "Importance",
	[HOST_OWA_SENSITIVITY] = "Sensitivity",
	[HOST_OWA_READ_RECEIPT] = "IsReadReceiptRequested",
	[HOST_OWA_BODY] = "Body",
	[HOST_OWA_ATTACHMENTS] = "Attachments",
};

void
host_owa_email_take(struct host_slice object, struct host_owa_email *out)
{
	host_slice_members(object, names, out->fields, HOST_OWA_FIELDS);
}

/* A text for a header field: on one line. */
static char *
line_text(struct host_slice s)
{
	char *text = host_slice_string(s, TEXT_MAX);

	for (char *at = text; at != NULL && *at != '\0'; at++) {
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = ' ';
	}
	return text;
}

/* ---- addresses --------------------------------------------------- */

static struct host_slice
inner_mailbox(struct host_slice mailbox)
{
	struct host_slice inside = host_slice_member(mailbox, "Mailbox");

	return inside.kind == HOST_SLICE_OBJECT ? inside : mailbox;
}

char *
host_owa_address(struct host_slice mailbox)
{
	char *text = host_slice_string(
	    host_slice_member(inner_mailbox(mailbox), "EmailAddress"),
	    ADDRESS_MAX);
	bool good = text != NULL && strchr(text, '@') != NULL;

	for (const char *c = text; good && *c != '\0'; c++)
		good = (unsigned char)*c > ' ' &&
		    strchr("<>,;:\"\x7f", *c) == NULL;
	if (!good)
		nm_secret_free(&text);
	return text;
}

bool
host_owa_has_address(struct host_slice list, const char *address)
{
	struct host_slices all = host_slices_of(list);
	struct host_slice name, mailbox;
	bool found = false;
	char *other;

	while (!found && host_slices_next(&all, &name, &mailbox)) {
		other = host_owa_address(mailbox);
		found = other != NULL && nm_address_equal(other, address);
		free(other);
	}
	return found;
}

static bool
put_mailbox(struct nm_buffer *out, struct host_slice mailbox)
{
	char *address = host_owa_address(mailbox);
	char *name =
	    line_text(host_slice_member(inner_mailbox(mailbox), "Name"));

	if (address != NULL && name != NULL && *name != '\0' &&
	    strcmp(name, address) != 0) {
		nm_phrase_write(out, name);
		nm_buffer_format(out, " <%s>", address);
	} else if (address != NULL) {
		nm_buffer_string(out, address);
	}
	free(name);
	free(address);
	return address != NULL;
}

static enum nm_error
put_field(struct nm_buffer *out, const char *name, struct nm_buffer *value)
{
	char *text = nm_buffer_take_string(value);

	if (text == NULL)
		return NM_ERR_INTERNAL;
	nm_field_write(out, name, text);
	nm_secret_free(&text);
	return NM_OK;
}

static enum nm_error
put_recipients(struct nm_buffer *out, const char *field, struct host_slice list,
    struct nm_fault *fault)
{
	struct host_slices all = host_slices_of(list);
	struct nm_buffer value = NM_BUFFER_INIT;
	struct host_slice name, mailbox;
	unsigned count = 0;

	while (host_slices_next(&all, &name, &mailbox)) {
		if (count++ != 0)
			nm_buffer_string(&value, ", ");
		if (!put_mailbox(&value, mailbox)) {
			nm_buffer_reset(&value);
			return nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
			    "A recipient in %s has no address that can be "
			    "written",
			    field);
		}
	}
	return count == 0 ? NM_OK : put_field(out, field, &value);
}

/* ---- other fields ------------------------------------------------ */

static enum nm_error
put_text(struct nm_buffer *out, const char *field, struct host_slice text)
{
	struct nm_buffer value = NM_BUFFER_INIT;
	char *line = line_text(text);

	if (line == NULL)
		return NM_OK;
	nm_text_encode(&value, line);
	nm_secret_free(&line);
	return put_field(out, field, &value);
}

/* RFC 5322 section 3.3; in UTC, which tells nothing of where somebody is. */
static void
put_date(struct nm_buffer *out, int64_t now)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t when = (time_t)now;
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL) {
		out->failed = true;
		return;
	}
	nm_buffer_format(out,
	    "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d +0000\r\n",
	    days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* Identifiers as they stand in a mail, and nothing else. */
static bool
is_identifiers(const char *text)
{
	const char *at;

	for (at = text; *at != '\0'; at++) {
		if (*at < ' ' || *at > '~')
			return false;
	}
	return *text == '<' && at[-1] == '>' && strchr(text, '@') != NULL;
}

static void
put_identifiers(
    struct nm_buffer *out, const char *field, struct host_slice value)
{
	char *text = host_slice_string(value, TEXT_MAX);

	if (text != NULL && is_identifiers(text))
		nm_field_write(out, field, text);
	free(text);
}

static enum nm_error
put_message_id(struct nm_buffer *out, struct host_slice given, const char *from)
{
	char *text = host_slice_string(given, TEXT_MAX);
	uint8_t random[16];

	if (text != NULL && is_identifiers(text)) {
		nm_field_write(out, "Message-ID", text);
		free(text);
		return NM_OK;
	}
	free(text);
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return NM_ERR_INTERNAL;
	nm_buffer_string(out, "Message-ID: <");
	for (size_t i = 0; i < sizeof(random); i++)
		nm_buffer_format(out, "%02x", random[i]);
	nm_buffer_format(out, "%s>\r\n", strrchr(from, '@'));
	return NM_OK;
}

/* RFC 2156: what is usual is not written. */
static void
put_word(struct nm_buffer *out, const char *field, struct host_slice value,
    const char *const words[][2])
{
	for (size_t i = 0; words[i][0] != NULL; i++) {
		if (host_slice_is(value, words[i][0]))
			nm_field_write(out, field, words[i][1]);
	}
}

static enum nm_error
put_all(const struct host_owa_email *email, const char *from, int64_t now,
    struct nm_buffer *out, struct nm_fault *fault)
{
	static const struct {
		const char *name;
		enum host_owa_field field;
	} lists[] = { { "To", HOST_OWA_TO }, { "Cc", HOST_OWA_CC },
		{ "Bcc", HOST_OWA_BCC } };
	static const char *const importance[][2] = { { "High", "high" },
		{ "Low", "low" }, { NULL, NULL } };
	static const char *const sensitivity[][2] = {
		{ "Personal", "Personal" }, { "Private", "Private" },
		{ "Confidential", "Company-Confidential" }, { NULL, NULL }
	};
	const struct host_slice *f = email->fields;
	enum nm_error error = NM_OK;

	for (size_t i = 0; error == NM_OK && i < 3; i++)
		error = put_recipients(
		    out, lists[i].name, f[lists[i].field], fault);
	if (error == NM_OK)
		error = put_text(out, "Subject", f[HOST_OWA_SUBJECT]);
	put_date(out, now);
	if (error == NM_OK)
		error = put_message_id(out, f[HOST_OWA_MESSAGE_ID], from);
	put_identifiers(out, "In-Reply-To", f[HOST_OWA_IN_REPLY_TO]);
	put_identifiers(out, "References", f[HOST_OWA_REFERENCES]);
	put_word(out, "Importance", f[HOST_OWA_IMPORTANCE], importance);
	put_word(out, "Sensitivity", f[HOST_OWA_SENSITIVITY], sensitivity);
	if (f[HOST_OWA_READ_RECEIPT].kind == HOST_SLICE_TRUE)
		nm_field_write(out, "Disposition-Notification-To", from);
	nm_buffer_string(out, "MIME-Version: 1.0\r\n");
	if (error == NM_OK && nm_buffer_failed(out))
		error = NM_ERR_INTERNAL;
	return error;
}

enum nm_error
host_owa_compose_header(const struct host_owa_email *email, int64_t now,
    struct nm_buffer *out, struct nm_fault *fault)
{
	struct host_slice from = email->fields[HOST_OWA_FROM];
	struct nm_buffer value = NM_BUFFER_INIT;
	char *address = host_owa_address(from);
	enum nm_error error;

	if (address == NULL)
		return nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
		    "The mail has no From address that can be written");
	(void)put_mailbox(&value, from);
	if ((error = put_field(out, "From", &value)) == NM_OK)
		error = put_all(email, address, now, out, fault);
	free(address);
	return error;
}
