/* SPDX-License-Identifier: MPL-2.0 */
#include "recipients.h"

#include <stdlib.h>
#include <string.h>

#include <nssmime/mime.h>

#define CERTIFICATE_MAX (64u * 1024u)

/* One more, all empty. */
static struct nm_protect_recipient *
add(struct host_owa_recipients *r)
{
	struct nm_protect_recipient *items;
	struct nm_buffer *ders;
	char **addresses;

	items = reallocarray(r->items, r->count + 1, sizeof(*items));
	if (items != NULL)
		r->items = items;
	ders = reallocarray(r->ders, r->count + 1, sizeof(*ders));
	if (ders != NULL)
		r->ders = ders;
	addresses = reallocarray(r->addresses, r->count + 1, sizeof(char *));
	if (addresses != NULL)
		r->addresses = addresses;
	if (items == NULL || ders == NULL || addresses == NULL)
		return NULL;
	memset(&items[r->count], 0, sizeof(*items));
	ders[r->count] = (struct nm_buffer)NM_BUFFER_INIT;
	addresses[r->count] = NULL;
	return &items[r->count++];
}

static enum nm_error
add_certificate(struct host_owa_job *job, struct host_owa_recipients *r,
    struct host_slice value)
{
	struct nm_fault *fault = host_call_fault(job->call);
	char *text = host_slice_string(value, CERTIFICATE_MAX);
	struct nm_protect_recipient *item;
	struct nm_buffer *der;
	size_t len = text == NULL ? 0 : strlen(text);
	uint8_t *at = NULL;

	if (r->count >= NM_MAX_RECIPIENTS) {
		free(text);
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "More than %u recipients", NM_MAX_RECIPIENTS);
	}
	if ((item = add(r)) != NULL) {
		der = &r->ders[r->count - 1];
		at = nm_buffer_extend(der, len / 4 * 3 + 1);
	}
	if (at == NULL || text == NULL ||
	    !nm_base64_decode(text, len, at, &der->len) || der->len == 0) {
		free(text);
		return nm_fail(fault,
		    at == NULL ? NM_ERR_INTERNAL : NM_ERR_CERTIFICATE_UNUSABLE,
		    "A recipient's certificate cannot be read");
	}
	free(text);
	item->der = nm_buffer_bytes(der);
	r->given = true;
	return NM_OK;
}

enum nm_error
host_owa_recipients_take(
    struct host_owa_job *job, struct host_owa_recipients *r)
{
	struct host_slice list = job->members[HOST_OWA_ENCRYPTION_CERTIFICATES];
	struct nm_buffer text = NM_BUFFER_INIT;
	struct host_slice name, value;
	struct host_slices all;
	enum nm_error error = NM_OK;

	/* an array, or a string that is one */
	if (list.kind == HOST_SLICE_STRING && list.len != 0) {
		(void)host_slice_decode(list, &text, NULL);
		if (nm_buffer_failed(&text) ||
		    !host_slice_parse(
			(const char *)text.data, text.len, &list)) {
			nm_buffer_reset(&text);
			return nm_fail(host_call_fault(job->call),
			    NM_ERR_CERTIFICATE_UNUSABLE,
			    "The recipients' certificates cannot be read");
		}
	}
	all = host_slices_of(list);
	while (error == NM_OK && !all.object &&
	    host_slices_next(&all, &name, &value))
		error = add_certificate(job, r, value);
	nm_buffer_reset(&text);
	return error;
}

/* ---- by address -------------------------------------------------- */

static enum nm_error
add_addresses(struct host_owa_job *job, struct host_slice list,
    struct host_owa_recipients *r)
{
	struct host_slices all = host_slices_of(list);
	struct nm_protect_recipient *item;
	struct host_slice name, mailbox;
	char *address;

	while (host_slices_next(&all, &name, &mailbox)) {
		if ((address = host_owa_address(mailbox)) == NULL)
			return nm_fail(host_call_fault(job->call),
			    NM_ERR_MALFORMED_MESSAGE,
			    "A recipient has no address");
		if (r->count >= NM_MAX_RECIPIENTS || (item = add(r)) == NULL) {
			free(address);
			return NM_ERR_INTERNAL;
		}
		r->addresses[r->count - 1] = address;
		item->address = address;
	}
	return NM_OK;
}

static bool
has_members(struct host_slice list)
{
	struct host_slices all = host_slices_of(list);
	struct host_slice name, value;

	return host_slices_next(&all, &name, &value);
}

static enum nm_error
look_up(struct host_owa_job *job, const struct host_owa_email *email,
    int forking, struct host_owa_recipients *r)
{
	const struct host_slice *f = email->fields;
	bool open = has_members(f[HOST_OWA_TO]) || has_members(f[HOST_OWA_CC]);
	enum nm_error error;

	if ((error = add_addresses(job, f[HOST_OWA_TO], r)) != NM_OK ||
	    (error = add_addresses(job, f[HOST_OWA_CC], r)) != NM_OK)
		return error;
	if (!has_members(f[HOST_OWA_BCC]))
		return NM_OK;
	if (open && forking != 2)
		return nm_fail(host_call_fault(job->call),
		    NM_ERR_CERTIFICATE_NOT_FOUND,
		    "A copy for Bcc recipients is needed, and only the "
		    "server can make one");
	return add_addresses(job, f[HOST_OWA_BCC], r);
}

/* ---- Bcc --------------------------------------------------------- */

enum belonging {
	OPEN,	/* to one who is named in To or Cc, or to nobody we know */
	SENDER, /* to the sender */
	HIDDEN	/* to one who is in Bcc alone */
};

static enum nm_error
belongs(const struct host_owa_email *email, const char *from,
    struct nm_bytes der, enum belonging *out)
{
	CERTCertificate *cert = nm_certificate_decode_apart(der.data, der.len);
	struct nm_certificate what;
	bool hidden = false, open = false, sender = false;
	enum nm_error error;

	*out = OPEN; /* what is no certificate is refused later */
	if (cert == NULL)
		return NM_OK;
	error = nm_certificate_describe(NULL, cert, &what);
	CERT_DestroyCertificate(cert);
	if (error != NM_OK)
		return error;
	for (size_t i = 0; i < what.address_count; i++) {
		const char *a = what.addresses[i];

		sender |= nm_address_equal(a, from);
		open |= host_owa_has_address(email->fields[HOST_OWA_TO], a) ||
		    host_owa_has_address(email->fields[HOST_OWA_CC], a);
		hidden |= host_owa_has_address(email->fields[HOST_OWA_BCC], a);
	}
	nm_certificate_clear(&what);
	if (!open && (hidden || sender))
		*out = sender ? SENDER : HIDDEN;
	return NM_OK;
}

static void
leave_out(struct host_owa_recipients *r, const enum belonging *to)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->count; i++) {
		if (to[i] == HIDDEN) {
			nm_buffer_reset(&r->ders[i]);
			continue;
		}
		r->items[kept] = r->items[i];
		r->ders[kept++] = r->ders[i];
	}
	r->count = kept;
}

static enum nm_error
hide_bcc(struct host_owa_job *job, const struct host_owa_email *email,
    const char *from, int forking, struct host_owa_recipients *r)
{
	enum belonging *to = calloc(r->count, sizeof(*to));
	enum nm_error error = to == NULL ? NM_ERR_INTERNAL : NM_OK;
	size_t open = 0, hidden = 0;

	for (size_t i = 0; error == NM_OK && i < r->count; i++) {
		error = belongs(email, from, r->items[i].der, &to[i]);
		open += to[i] == OPEN ? 1 : 0;
		hidden += to[i] == HIDDEN ? 1 : 0;
	}
	if (error == NM_OK && open != 0 && hidden != 0) {
		leave_out(r, to);
		host_owa_note(job, "bcc-left-out-of-common-copy");
	} else if (error == NM_OK && hidden > 1 && forking == 0) {
		error = nm_fail(host_call_fault(job->call),
		    NM_ERR_CERTIFICATE_UNUSABLE,
		    "Each Bcc recipient is to have a copy of his own");
	}
	free(to);
	return error;
}

enum nm_error
host_owa_recipients_choose(struct host_owa_job *job,
    const struct host_owa_email *email, const char *from,
    struct host_owa_recipients *r)
{
	int forking =
	    host_owa_policy_forking(host_owa_admin(job), &job->arrived);

	if (!r->given)
		return look_up(job, email, forking, r);
	return forking == 2 ? NM_OK : hide_bcc(job, email, from, forking, r);
}

void
host_owa_recipients_clear(struct host_owa_recipients *r)
{
	for (size_t i = 0; i < r->count; i++) {
		nm_buffer_reset(&r->ders[i]);
		free(r->addresses[i]);
	}
	free(r->items);
	free(r->ders);
	free(r->addresses);
	memset(r, 0, sizeof(*r));
}
