/* SPDX-License-Identifier: MPL-2.0 */
/* Whom a message is encrypted to: all of them, or nothing is produced. */
#include <stdlib.h>
#include <string.h>

#include "protecting.h"

enum nm_error
nm_protecting_add_problem(struct nm_protecting *p, const char *address,
    bool signer, enum nm_error kind, nm_reasons reasons)
{
	struct nm_protect_result *result = &p->result;
	struct nm_protect_problem *all, *problem;

	all = reallocarray(
	    result->problems, result->problem_count + 1, sizeof(*all));
	if (all == NULL)
		return NM_ERR_INTERNAL;
	result->problems = all;
	problem = &all[result->problem_count];
	problem->signer = signer;
	problem->kind = kind;
	problem->reasons = reasons;
	if ((problem->address = strdup(address)) == NULL)
		return NM_ERR_INTERNAL;
	result->problem_count++;
	return NM_OK;
}

/* The new one is the last. */
static enum nm_error
add(struct nm_protecting *p, CERTCertificate *cert, const char *address,
    bool bcc)
{
	struct nm_addressee *all, *a;

	if (p->addressee_count >= NM_MAX_RECIPIENTS)
		return nm_fail(p->fault, NM_ERR_MALFORMED_MESSAGE,
		    "More than %u recipients", NM_MAX_RECIPIENTS);
	all = reallocarray(p->addressees, p->addressee_count + 1, sizeof(*all));
	if (all == NULL)
		return NM_ERR_INTERNAL;
	p->addressees = all;
	a = &all[p->addressee_count++];
	memset(a, 0, sizeof(*a));
	a->cert = CERT_DupCertificate(cert);
	a->bcc = bcc;
	if (address != NULL && (a->address = strdup(address)) == NULL)
		return NM_ERR_INTERNAL;
	return NM_OK;
}

/* Being named openly outweighs a Bcc. */
static void
name_again(struct nm_addressee *a, bool bcc)
{
	a->bcc &= bcc;
}

/* One address is served once. */
static bool
already_there(struct nm_protecting *p, const char *address, bool bcc)
{
	for (size_t i = 0; i < p->addressee_count; i++) {
		struct nm_addressee *a = &p->addressees[i];

		if (a->address == NULL ||
		    !nm_address_equal(a->address, address))
			continue;
		a->by_address = true;
		name_again(a, bcc);
		return true;
	}
	return false;
}

/*
 * So is one certificate; but two addresses that share it are two places that a
 * mail goes to. Where only one of the two names an address, they are the same.
 */
static enum nm_error
add_certificate(struct nm_protecting *p, CERTCertificate *cert,
    const char *address, bool by_address, bool bcc)
{
	enum nm_error error;

	for (size_t i = 0; i < p->addressee_count; i++) {
		struct nm_addressee *a = &p->addressees[i];

		if ((a->by_address && by_address) ||
		    !CERT_CompareCerts(a->cert, cert))
			continue;
		name_again(a, bcc);
		if (!by_address)
			return NM_OK;
		free(a->address);
		a->by_address = true;
		a->address = strdup(address);
		return a->address == NULL ? NM_ERR_INTERNAL : NM_OK;
	}
	if ((error = add(p, cert, address, bcc)) == NM_OK)
		p->addressees[p->addressee_count - 1].by_address = by_address;
	return error;
}

static enum nm_error
add_by_address(struct nm_protecting *p, const char *address, bool bcc)
{
	struct nm_choice choice;
	enum nm_error error;

	if (already_there(p, address, bcc))
		return NM_OK;
	error = nm_choose_recipient(p->options.index, p->options.db, address,
	    p->options.now, p->evidence, &choice);
	if (error == NM_OK)
		error = add_certificate(p, choice.cert, address, true, bcc);
	else if (error == NM_ERR_CERTIFICATE_NOT_FOUND ||
	    error == NM_ERR_CERTIFICATE_UNUSABLE)
		error = nm_protecting_add_problem(
		    p, address, false, error, choice.reasons);
	nm_choice_clear(&choice);
	return error;
}

/* `along`: the certificate itself, where no token holds it. */
static enum nm_error
add_named(struct nm_protecting *p, CERTCertificate *cert, bool along, bool bcc)
{
	char fingerprint[NM_FINGERPRINT_SIZE];
	struct nm_certificate what;
	nm_reasons reasons;
	enum nm_error error;

	nm_certificate_fingerprint(cert, fingerprint);
	error = nm_path_reasons(p->options.db, cert,
	    &(struct nm_path_question){ .purpose = NM_PURPOSE_ENCRYPT,
		.when = p->options.now,
		.along = &cert,
		.along_count = along ? 1 : 0,
		.evidence = p->evidence },
	    &reasons);
	if (error != NM_OK)
		return error;
	if (nm_reasons_status(reasons) != NM_STATUS_VALID)
		return nm_protecting_add_problem(p, fingerprint, false,
		    NM_ERR_CERTIFICATE_UNUSABLE, reasons);
	error = nm_certificate_describe(p->options.db, cert, &what);
	if (error != NM_OK)
		return error;
	error = add_certificate(p, cert,
	    what.address_count == 0 ? NULL : what.addresses[0], false, bcc);
	nm_certificate_clear(&what);
	return error;
}

static enum nm_error
add_by_fingerprint(struct nm_protecting *p, const char *fingerprint, bool bcc)
{
	CERTCertificate *cert =
	    nm_index_by_fingerprint(p->options.index, fingerprint);

	if (cert == NULL)
		return nm_protecting_add_problem(
		    p, fingerprint, false, NM_ERR_CERTIFICATE_NOT_FOUND, 0);
	return add_named(p, cert, false, bcc);
}

/* A certificate that came with the request, in place of a name. */
static enum nm_error
add_by_der(struct nm_protecting *p, struct nm_bytes der, bool bcc)
{
	CERTCertificate *cert = nm_certificate_decode_apart(der.data, der.len);
	char fingerprint[NM_FINGERPRINT_SIZE];
	enum nm_error error;

	if (cert == NULL)
		return nm_fail(p->fault, NM_ERR_INVALID_PARAMS,
		    "What was given as a recipient's certificate is none");
	nm_certificate_fingerprint(cert, fingerprint);
	error = nm_index_by_fingerprint(p->options.index, fingerprint) != NULL
	    ? add_by_fingerprint(p, fingerprint, bcc)
	    : add_named(p, cert, true, bcc);
	CERT_DestroyCertificate(cert);
	return error;
}

/* The addresses of every field of that name. A list that is not understood is
 * refused: whoever is lost in it would get a mail that he cannot read, or
 * none. */
static enum nm_error
add_field(struct nm_protecting *p, const struct nm_header *header,
    const char *name, bool bcc)
{
	const struct nm_field *field;
	struct nm_mailboxes boxes;
	enum nm_error error = NM_OK;

	for (size_t n = 0; error == NM_OK &&
	     (field = nm_header_find(header, name, n)) != NULL;
	     n++) {
		if ((error = nm_mailboxes_parse(field->value, &boxes)) != NM_OK)
			return error;
		if (boxes.malformed)
			error = nm_fail(p->fault, NM_ERR_MALFORMED_MESSAGE,
			    "The addresses of the field %s cannot be "
			    "understood",
			    name);
		for (size_t i = 0; error == NM_OK && i < boxes.count; i++)
			error = add_by_address(p, boxes.items[i].address, bcc);
		nm_mailboxes_clear(&boxes);
	}
	return error;
}

static bool
is_bcc_field(const struct nm_header *header, const char *address)
{
	const struct nm_field *field;
	bool found = false;

	for (size_t n = 0; !found && header != NULL &&
	     (field = nm_header_find(header, "Bcc", n)) != NULL;
	     n++) {
		struct nm_mailboxes boxes;

		if (nm_mailboxes_parse(field->value, &boxes) != NM_OK)
			return true;
		for (size_t i = 0; i < boxes.count; i++)
			found |=
			    nm_address_equal(boxes.items[i].address, address);
		nm_mailboxes_clear(&boxes);
	}
	return found;
}

static bool
is_open_field(const struct nm_header *header, const char *address)
{
	static const char *const names[] = { "To", "Cc" };
	const struct nm_field *field;
	bool found = false;

	for (size_t k = 0; header != NULL && k < 2; k++) {
		for (size_t n = 0; !found &&
		     (field = nm_header_find(header, names[k], n)) != NULL;
		     n++) {
			struct nm_mailboxes boxes;

			if (nm_mailboxes_parse(field->value, &boxes) != NM_OK)
				continue;
			for (size_t i = 0; i < boxes.count; i++)
				found |= nm_address_equal(
				    boxes.items[i].address, address);
			nm_mailboxes_clear(&boxes);
		}
	}
	return found;
}

static enum nm_error
add_given(struct nm_protecting *p, const struct nm_header *header)
{
	enum nm_error error = NM_OK;

	for (size_t i = 0; error == NM_OK && i < p->options.recipient_count;
	     i++) {
		const struct nm_protect_recipient *r =
		    &p->options.recipients[i];
		bool bcc = r->bcc;

		if (r->certificate != NULL || r->der.len != 0) {
			error = r->certificate != NULL
			    ? add_by_fingerprint(p, r->certificate, bcc)
			    : add_by_der(p, r->der, bcc);
			continue;
		}
		/* A caller that names a Bcc field's address without saying so
		 * must not make it visible. */
		if (!bcc && is_bcc_field(header, r->address) &&
		    !is_open_field(header, r->address))
			bcc = true;
		error = add_by_address(p, r->address, bcc);
	}
	return error;
}

static enum nm_error
add_self(struct nm_protecting *p)
{
	enum nm_error error;

	if (p->own_recipient == NULL) {
		if (!p->options.to_self_required)
			return NM_OK;
		return nm_protecting_add_problem(p,
		    p->from == NULL ? "" : p->from, false, p->own_problem,
		    p->own_reasons);
	}
	for (size_t i = 0; i < p->addressee_count; i++) {
		if (!p->addressees[i].bcc &&
		    CERT_CompareCerts(p->addressees[i].cert, p->own_recipient))
			return NM_OK;
	}
	error = add(p, p->own_recipient, p->from, false);
	if (error == NM_OK)
		p->addressees[p->addressee_count - 1].self = true;
	return error;
}

static enum nm_error
report_problems(struct nm_protecting *p)
{
	const struct nm_protect_problem *first = &p->result.problems[0];

	if (p->result.problem_count > 1)
		return nm_fail(p->fault, first->kind,
		    "%zu recipients have no certificate that can be used, "
		    "%.100s among them",
		    p->result.problem_count, first->address);
	if (first->kind == NM_ERR_CERTIFICATE_UNUSABLE)
		return nm_fail(p->fault, first->kind,
		    "No certificate of %.100s can be used to encrypt",
		    first->address);
	return nm_fail(p->fault, first->kind,
	    "There is no certificate of %.100s", first->address);
}

static void
clear_choice(struct nm_protecting *p)
{
	for (size_t i = 0; i < p->addressee_count; i++) {
		CERT_DestroyCertificate(p->addressees[i].cert);
		free(p->addressees[i].address);
	}
	free(p->addressees);
	p->addressees = NULL;
	p->addressee_count = 0;
	for (size_t i = 0; i < p->result.problem_count; i++)
		free(p->result.problems[i].address);
	free(p->result.problems);
	p->result.problems = NULL;
	p->result.problem_count = 0;
}

static enum nm_error
add_all(struct nm_protecting *p, const struct nm_header *header)
{
	enum nm_error error;

	if (p->options.recipients_given)
		return add_given(p, header);
	if (header == NULL)
		return nm_fail(p->fault, NM_ERR_INVALID_PARAMS,
		    "encrypt.recipients is needed for an entity");
	if ((error = add_field(p, header, "To", false)) != NM_OK ||
	    (error = add_field(p, header, "Cc", false)) != NM_OK)
		return error;
	return add_field(p, header, "Bcc", true);
}

/* Chooses until all that was to be asked about certificates is answered. */
static enum nm_error
choose_all(struct nm_protecting *p, const struct nm_header *header)
{
	enum nm_error error;
	bool more = false;

	error = nm_evidence_new(&p->options.revocation, p->options.db,
	    p->options.now, &p->evidence);
	do {
		clear_choice(p);
		if (error == NM_OK)
			error = add_all(p, header);
		if (error == NM_OK)
			error = nm_evidence_fetch(p->evidence, &more);
	} while (error == NM_OK && more);
	nm_evidence_free(&p->evidence);
	return error;
}

enum nm_error
nm_protecting_choose_recipients(
    struct nm_protecting *p, const struct nm_header *header)
{
	enum nm_error error;
	size_t open = 0;

	if ((error = choose_all(p, header)) != NM_OK)
		return error;
	if (p->addressee_count == 0 && p->result.problem_count == 0)
		return nm_fail(p->fault, NM_ERR_INVALID_PARAMS,
		    "There is no recipient to encrypt to");
	if (p->options.to_self && (error = add_self(p)) != NM_OK)
		return error;
	if (p->result.problem_count != 0)
		return report_problems(p);
	for (size_t i = 0; i < p->addressee_count; i++)
		open += p->addressees[i].bcc ? 0 : 1;
	if (open == 0)
		return nm_fail(p->fault, NM_ERR_INVALID_PARAMS,
		    "All recipients are Bcc: the common copy needs \"toSelf\", "
		    "and a certificate of the sender's to encrypt it to");
	return NM_OK;
}

void
nm_protecting_clear_recipients(struct nm_protecting *p)
{
	clear_choice(p);
	for (size_t i = 0; i < p->result.recipient_count; i++)
		free(p->result.recipients[i].address);
	free(p->result.recipients);
	free(p->result.candidates);
}
