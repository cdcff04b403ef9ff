/* SPDX-License-Identifier: MPL-2.0 */
#include "message_out.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "json_out.h"
#include "large.h"

static bool
is_encryption(const struct nm_read_layer *l)
{
	return l->type == NM_LAYER_ENVELOPED ||
	    l->type == NM_LAYER_AUTH_ENVELOPED;
}

/* By what is around what; a compression changes nothing. */
static enum host_owa_smime_type
smime_type(const struct nm_read_result *r)
{
	bool before = false, encrypted = false, after = false;
	enum nm_form_of_layer form = NM_LAYER_PKCS7_MIME;

	for (size_t i = 0; i < r->layer_count; i++) {
		const struct nm_read_layer *l = &r->layers[i];

		if (is_encryption(l)) {
			encrypted = true;
		} else if (l->type == NM_LAYER_SIGNED) {
			if (!before && !after)
				form = l->form;
			before |= !encrypted;
			after |= encrypted;
		}
	}
	if (!encrypted && !before)
		return HOST_OWA_SMIME_NONE;
	if (!encrypted)
		return form == NM_LAYER_MULTIPART_SIGNED
		    ? HOST_OWA_SMIME_CLEAR_SIGNED
		    : HOST_OWA_SMIME_OPAQUE_SIGNED;
	if (before)
		return after ? HOST_OWA_SMIME_TRIPLE_WRAPPED
			     : HOST_OWA_SMIME_ENCRYPTED_THEN_SIGNED;
	return after ? HOST_OWA_SMIME_SIGNED_THEN_ENCRYPTED
		     : HOST_OWA_SMIME_ENCRYPTED;
}

/* [MS-OXOSMIME] 2.1.1 */
static const char *
item_class(enum host_owa_smime_type type)
{
	return type == HOST_OWA_SMIME_NONE ? "IPM.Note"
	    : type == HOST_OWA_SMIME_CLEAR_SIGNED
	    ? "IPM.Note.SMIME.MultipartSigned"
	    : "IPM.Note.SMIME";
}

/* An identifier that means nothing and is nobody else's. */
static enum nm_error
put_id(struct nm_buffer *out, const char *name, const char *type)
{
	uint8_t random[16];
	char id[6 + 2 * sizeof(random) + 1] = "smime-";

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return NM_ERR_INTERNAL;
	for (size_t i = 0; i < sizeof(random); i++)
		(void)snprintf(id + 6 + 2 * i, 3, "%02x", random[i]);
	host_out_name(out, name);
	nm_buffer_byte(out, '{');
	host_out_member(out, "__type", type);
	host_out_member(out, "Id", id);
	nm_buffer_byte(out, '}');
	return NM_OK;
}

static enum nm_error
put_attachment(struct nm_buffer *out, struct host_owa_attachment *a)
{
	nm_buffer_byte(out, '{');
	host_out_member(out, "__type", "FileAttachment:#Exchange");
	if (put_id(out, "AttachmentId", "AttachmentId:#Exchange") != NM_OK)
		return NM_ERR_INTERNAL;
	host_out_member(out, "ContentId", a->content_id);
	host_out_member(out, "ContentLocation", a->location);
	host_out_member(out, "ContentType", a->type);
	host_out_bool(out, "IsInline", a->is_inline);
	host_out_bool(out, "IsSmimeDecoded", true);
	host_out_member(out, "Name", a->name);
	host_out_int(out, "Size", (int64_t)a->size);
	host_out_name(out, "Content");
	nm_buffer_byte(out, '"');
	nm_buffer_append(out, a->base64.data, a->base64.len);
	nm_buffer_string(out, "\"}");
	nm_buffer_reset(&a->base64);
	return NM_OK;
}

static enum nm_error
put_attachments(struct nm_buffer *out, struct host_owa_content *content)
{
	enum nm_error error = NM_OK;

	host_out_bool(out, "HasAttachments", content->count != 0);
	/* null where there are none, not an empty array */
	host_out_name(out, "Attachments");
	if (content->count == 0) {
		nm_buffer_string(out, "null");
		return NM_OK;
	}
	nm_buffer_byte(out, '[');
	for (size_t i = 0; error == NM_OK && i < content->count; i++) {
		if (i != 0)
			nm_buffer_byte(out, ',');
		error = put_attachment(out, &content->attachments[i]);
	}
	nm_buffer_byte(out, ']');
	return error;
}

static void
put_mailbox(struct nm_buffer *out, const struct nm_mailbox *m)
{
	nm_buffer_byte(out, '{');
	host_out_member(out, "__type", "EmailAddress:#Exchange");
	host_out_member(out, "Name", m->name);
	host_out_member(out, "EmailAddress", m->address);
	host_out_member(out, "RoutingType", "SMTP");
	nm_buffer_byte(out, '}');
}

static void
put_mailboxes(
    struct nm_buffer *out, const char *name, const struct nm_mailboxes *all)
{
	host_out_name(out, name);
	if (all->count == 0) {
		nm_buffer_string(out, "null");
		return;
	}
	nm_buffer_byte(out, '[');
	for (size_t i = 0; i < all->count; i++) {
		if (i != 0)
			nm_buffer_byte(out, ',');
		put_mailbox(out, &all->items[i]);
	}
	nm_buffer_byte(out, ']');
}

/* The page has the header of the mail that it shows, and of others not. A
 * subject that was hidden on the way it has not either. */
static void
put_header(struct nm_buffer *out, const struct nm_read_result *r, bool item)
{
	static const char *const none[] = { "Sender", "NormalizedSubject",
		"Importance", "Sensitivity", "InReplyTo", "RawDate",
		"Classification", "ClassificationDescription",
		"ClassificationGuid" };
	const struct nm_mailboxes nobody = { NULL, 0, false };
	char date[32];

	host_out_null(out, "Body");
	if (item && r->from.count != 0) {
		host_out_name(out, "From");
		nm_buffer_string(out,
		    "{\"__type\":\"SingleRecipientType:"
		    "#Exchange\",\"Mailbox\":");
		put_mailbox(out, &r->from.items[0]);
		nm_buffer_byte(out, '}');
	} else {
		host_out_null(out, "From");
	}
	put_mailboxes(out, "ToRecipients", item ? &r->to : &nobody);
	put_mailboxes(out, "CcRecipients", item ? &r->cc : &nobody);
	host_out_member(out, "Subject",
	    item || r->subject_source == NM_SOURCE_PROTECTED ? r->subject
							     : NULL);
	if (item && r->has_date)
		nm_date_format(&r->date, date, sizeof(date));
	host_out_member(out, "DateTimeSent", item && r->has_date ? date : NULL);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		host_out_null(out, none[i]);
}

enum nm_error
host_owa_message_write(struct host_owa_job *job,
    const struct nm_read_result *result, bool item,
    struct host_owa_content *content, struct nm_buffer *out)
{
	enum host_owa_smime_type type = smime_type(result);
	enum nm_error error;

	host_owa_make_room(out, content->held);
	nm_buffer_byte(out, '{');
	host_out_member(out, "__type", "Message:#Exchange");
	host_out_member(out, "ItemClass", item_class(type));
	if ((error = put_id(out, "ItemId", "ItemId:#Exchange")) != NM_OK)
		return error;
	host_out_name(out, "NormalizedBody");
	nm_buffer_byte(out, '{');
	host_out_member(out, "__type", "BodyContentType:#Exchange");
	host_out_member(out, "BodyType", content->html ? "HTML" : "Text");
	host_out_name(out, "Value");
	host_owa_body_write(content, out);
	nm_buffer_byte(out, '}');
	if ((error = put_attachments(out, content)) != NM_OK ||
	    (error = host_owa_signature_write(job, result, out)) != NM_OK)
		return error;
	host_out_int(out, "SmimeType", type);
	put_header(out, result, item);
	host_out_bool(out, "IsClassified", false);
	host_out_bool(out, "ClassificationKeep", false);
	host_out_bool(out, "IsDeliveryReceiptRequested", false);
	host_out_bool(out, "IsReadReceiptRequested", false);
	nm_buffer_byte(out, '}');
	if (out->len > HOST_OWA_MAX_TEXT)
		return nm_fail(host_call_fault(job->call), NM_ERR_TOO_LARGE,
		    "The result is larger than %u bytes", HOST_OWA_MAX_TEXT);
	return nm_buffer_failed(out) ? NM_ERR_INTERNAL : NM_OK;
}
