/* SPDX-License-Identifier: MPL-2.0 */
#include "mime/seven_bit.h"

#include <stdlib.h>
#include <string.h>

#define CODING "Content-Transfer-Encoding"

static bool
is_one_of(const struct nm_field *f, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (nm_field_is(f, *names))
			return true;
	}
	return false;
}

static bool
is_ascii_bytes(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((uint8_t)text[i] >= 0x80)
			return false;
	}
	return true;
}

static bool
is_ascii(const char *text)
{
	return is_ascii_bytes(text, strlen(text));
}

/* Only its domain can be written otherwise; a local part cannot (RFC 6532). */
static enum nm_error
put_address(struct nm_buffer *out, const char *address, struct nm_fault *fault)
{
	const char *at = strrchr(address, '@'), *domain = NULL;
	char *form = nm_address_normalise(address);
	enum nm_error err = NM_OK;

	if (form != NULL)
		domain = strrchr(form, '@');
	if (is_ascii(address)) {
		nm_buffer_string(out, address);
	} else if (at != NULL && domain != NULL && is_ascii(domain) &&
	    is_ascii_bytes(address, (size_t)(at - address))) {
		nm_buffer_append(out, address, (size_t)(at - address));
		nm_buffer_string(out, domain);
	} else {
		err = nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
		    "A mail address cannot be written in ASCII");
	}
	free(form);
	return err;
}

/* A list of addresses; groups, which have no meaning for delivery, are
 * dissolved. */
static enum nm_error
put_addresses(struct nm_buffer *out, const char *value, struct nm_fault *fault)
{
	struct nm_mailboxes list;
	enum nm_error err;

	if (nm_mailboxes_parse(value, &list) != NM_OK)
		return nm_fail(fault, NM_ERR_INTERNAL,
		    "There is not enough memory for addresses");
	err = NM_OK;
	if (list.malformed)
		err = nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
		    "A header field is no list of mail addresses");
	for (size_t i = 0; i < list.count && err == NM_OK; i++) {
		if (i != 0)
			nm_buffer_string(out, ", ");
		if (*list.items[i].name == '\0') {
			err = put_address(out, list.items[i].address, fault);
			continue;
		}
		nm_phrase_write(out, list.items[i].name);
		nm_buffer_string(out, " <");
		err = put_address(out, list.items[i].address, fault);
		nm_buffer_byte(out, '>');
	}
	if (list.count == 0)
		nm_buffer_string(out, "undisclosed-recipients:;");
	nm_mailboxes_clear(&list);
	return err;
}

static enum nm_error
put_value(struct nm_buffer *out, const char *value, struct nm_fault *fault)
{
	struct nm_value v;

	if (nm_value_parse(value, &v) != NM_OK)
		return nm_fail(fault, NM_ERR_INTERNAL,
		    "There is not enough memory for a header");
	nm_buffer_string(out, v.type);
	for (size_t i = 0; i < v.count; i++)
		nm_parameter_write(
		    out, v.parameters[i].name, v.parameters[i].value);
	nm_value_clear(&v);
	return NM_OK;
}

static enum nm_error
put_text(struct nm_buffer *out, const char *value, struct nm_fault *fault)
{
	/* decoded first: it may have encoded-words among other text */
	char *text = nm_text_decode(value);

	if (text == NULL)
		return nm_fail(fault, NM_ERR_INTERNAL,
		    "There is not enough memory for a header");
	nm_text_encode(out, text);
	free(text);
	return NM_OK;
}

/* Writes a field whose bytes are not clean in another way. */
static enum nm_error
write_field(
    struct nm_buffer *out, const struct nm_field *f, struct nm_fault *fault)
{
	static const char *const addresses[] = { "From", "To", "Cc", "Bcc",
		"Sender", "Reply-To", "Resent-From", "Resent-To", "Resent-Cc",
		"Resent-Bcc", "Resent-Sender", "Resent-Reply-To",
		"Disposition-Notification-To", NULL };
	static const char *const values[] = { "Content-Type",
		"Content-Disposition", NULL };
	struct nm_buffer value = NM_BUFFER_INIT, name = NM_BUFFER_INIT;
	char *text = NULL, *title = NULL;
	enum nm_error err = NM_OK;
	size_t start = out->len;

	if (is_ascii(f->value))
		nm_buffer_string(&value, f->value); /* folded anew */
	else if (is_one_of(f, addresses))
		err = put_addresses(&value, f->value, fault);
	else if (is_one_of(f, values))
		err = put_value(&value, f->value, fault);
	else
		err = put_text(&value, f->value, fault);
	nm_buffer_append(&name, f->name.data, f->name.len);
	text = nm_buffer_take_string(&value);
	title = nm_buffer_take_string(&name);
	if (err != NM_OK)
		goto out;
	if (text == NULL || title == NULL) {
		err = nm_fail(fault, NM_ERR_INTERNAL,
		    "There is not enough memory for a header");
		goto out;
	}
	nm_field_write(out, title, text);
	if (!nm_buffer_failed(out) &&
	    !nm_is_clean(out->data + start, out->len - start))
		err = nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
		    "A header field has a line of more than %d bytes",
		    NM_MAX_LINE);
out:
	free(text);
	free(title);
	return err;
}

static bool
ends_in_empty_line(struct nm_bytes raw)
{
	if (raw.len == 0 || raw.data[raw.len - 1] != '\n')
		return false;
	raw.len--;
	while (raw.len != 0 && raw.data[raw.len - 1] == '\r')
		raw.len--;
	return raw.len == 0 || raw.data[raw.len - 1] == '\n';
}

enum nm_error
nm_ascii_header_write(struct nm_buffer *out, const struct nm_header *header,
    struct nm_bytes raw, const char *coding, struct nm_fault *fault)
{
	const struct nm_field *f;
	enum nm_error err = NM_OK;

	if (coding == NULL &&
	    (raw.len == 0 || nm_is_clean(raw.data, raw.len))) {
		nm_buffer_append(out, raw.data, raw.len);
		goto out;
	}
	for (size_t i = 0; i < nm_header_count(header) && err == NM_OK; i++) {
		f = nm_header_at(header, i);
		if (coding != NULL && nm_field_is(f, CODING))
			continue;
		if (nm_is_clean(f->raw.data, f->raw.len))
			nm_buffer_append(out, f->raw.data, f->raw.len);
		else
			err = write_field(out, f, fault);
	}
	if (coding != NULL)
		nm_field_write(out, CODING, coding);
	if (ends_in_empty_line(raw))
		nm_buffer_string(out, "\r\n");
out:
	if (err == NM_OK && nm_buffer_failed(out))
		err = nm_fail(fault, NM_ERR_INTERNAL,
		    "There is not enough memory for a header");
	return err;
}
