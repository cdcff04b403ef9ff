/* SPDX-License-Identifier: MPL-2.0 */
/* Who signs, and with what. */
#include <stdlib.h>
#include <string.h>

#include "protecting.h"

static enum nm_error
refuse(struct nm_protecting *p, const char *whom, enum nm_error kind,
    nm_reasons reasons)
{
	enum nm_error error =
	    nm_protecting_add_problem(p, whom, true, kind, reasons);

	if (error != NM_OK)
		return error;
	if (kind == NM_ERR_CERTIFICATE_NOT_FOUND)
		return nm_fail(p->fault, kind,
		    "There is no certificate with a private key for %.100s",
		    whom);
	return nm_fail(p->fault, kind,
	    "No certificate of %.100s can be used to sign", whom);
}

/* Nobody is asked about one's own certificates. */
static enum nm_error
check_path(struct nm_protecting *p, CERTCertificate *cert, struct nm_path *path)
{
	struct nm_path_question question = { .purpose = NM_PURPOSE_SIGN,
		.when = p->options.now };

	return nm_path_check(p->options.db, cert, &question, path);
}

static enum nm_error
by_fingerprint(struct nm_protecting *p, const char *fingerprint)
{
	struct nm_index *ix = p->options.index;
	CERTCertificate *cert = nm_index_by_fingerprint(ix, fingerprint);
	struct nm_path path;
	nm_reasons reasons;
	enum nm_error error;

	if (cert == NULL)
		return nm_fail(p->fault, NM_ERR_CERTIFICATE_NOT_FOUND,
		    "There is no certificate %.64s to sign with", fingerprint);
	if (!nm_index_own(ix, cert))
		return nm_fail(p->fault, NM_ERR_NO_PRIVATE_KEY,
		    "The private key of the certificate %.64s is not here",
		    fingerprint);
	error = check_path(p, cert, &path);
	if (error != NM_OK)
		return error;
	reasons = path.reasons;
	nm_path_clear(&path);
	if (nm_reasons_status(reasons) != NM_STATUS_VALID)
		return refuse(
		    p, fingerprint, NM_ERR_CERTIFICATE_UNUSABLE, reasons);
	p->signer = CERT_DupCertificate(cert);
	return NM_OK;
}

static enum nm_error
keep_candidates(struct nm_protecting *p, const struct nm_choice *choice)
{
	struct nm_protect_result *result = &p->result;

	result->candidates =
	    calloc(choice->candidate_count, sizeof(*result->candidates));
	if (result->candidates == NULL)
		return NM_ERR_INTERNAL;
	for (size_t i = 0; i < choice->candidate_count; i++)
		nm_certificate_fingerprint(
		    choice->candidates[i], result->candidates[i]);
	result->candidate_count = choice->candidate_count;
	return nm_fail(p->fault, NM_ERR_CERTIFICATE_AMBIGUOUS,
	    "Several certificates are equally suitable to sign for %.100s",
	    p->from);
}

static enum nm_error
by_address(struct nm_protecting *p)
{
	struct nm_choice choice;
	enum nm_error error;

	if (p->from == NULL)
		return nm_fail(p->fault, NM_ERR_INVALID_PARAMS,
		    "sign.certificate is needed, since there is no one From "
		    "address to choose by");
	error = nm_choose_signer(
	    p->options.index, p->options.db, p->from, p->options.now, &choice);
	switch (error) {
	case NM_OK:
		p->signer = CERT_DupCertificate(choice.cert);
		break;
	case NM_ERR_CERTIFICATE_AMBIGUOUS:
		error = keep_candidates(p, &choice);
		break;
	case NM_ERR_CERTIFICATE_NOT_FOUND:
		error = refuse(p, p->from, error, 0);
		break;
	case NM_ERR_CERTIFICATE_UNUSABLE:
		error = refuse(p, p->from, error, choice.reasons);
		break;
	default:
		break;
	}
	nm_choice_clear(&choice);
	return error;
}

/* The certificates that go along: the signer's, so that whoever reads it can
 * at all; the one that answers are to be encrypted to, where that is another
 * (RFC 8551 section 2.5.3 only names it); then the path as asked for. */
static enum nm_error
gather_chain(struct nm_protecting *p)
{
	enum nm_error error;
	size_t wanted;

	error = check_path(p, p->signer, &p->path);
	if (error != NM_OK)
		return error;
	if (p->options.include == NM_INCLUDE_NOTHING)
		return NM_OK;
	if ((p->include = calloc(p->path.count + 2, sizeof(*p->include))) ==
	    NULL)
		return NM_ERR_INTERNAL;
	p->include[0] = p->signer;
	p->as.include = p->include;
	p->as.include_count = 1;
	if (p->own_recipient != NULL &&
	    !CERT_CompareCerts(p->own_recipient, p->signer))
		p->include[p->as.include_count++] = p->own_recipient;
	wanted = p->options.include == NM_INCLUDE_NONE ? 1 : p->path.count;
	for (size_t i = 1; i < wanted; i++) {
		CERTCertificate *cert = p->path.links[i].cert;

		if (cert->isRoot && p->options.include != NM_INCLUDE_ROOT)
			continue;
		p->include[p->as.include_count++] = cert;
	}
	return NM_OK;
}

enum nm_error
nm_protecting_choose_signer(
    struct nm_protecting *p, const struct nm_header *header)
{
	enum nm_error error;

	error = p->options.sign_certificate != NULL
	    ? by_fingerprint(p, p->options.sign_certificate)
	    : by_address(p);
	if (error != NM_OK || (error = gather_chain(p)) != NM_OK ||
	    (p->options.may_sign != NULL &&
		(error = p->options.may_sign(
		     p->options.may_sign_arg, p->signer, header)) != NM_OK))
		return error;
	error = nm_certificate_key(
	    p->options.db, p->signer, p->options.asker, &p->as.key, p->fault);
	if (error != NM_OK)
		return error;
	p->as.cert = p->signer;
	p->as.pss = p->options.pss;
	p->as.signing_time = p->options.now;
	p->as.encryption_cert = p->own_recipient;
	p->as.no_capabilities = p->options.no_capabilities;
	p->as.digest = p->options.digest;
	if (p->as.digest == NM_DIGEST_NONE)
		p->as.digest = NM_DIGEST_SHA256;
	nm_certificate_fingerprint(p->signer, p->result.signed_by);
	return NM_OK;
}

enum nm_error
nm_protecting_find_self(struct nm_protecting *p)
{
	struct nm_choice choice;
	enum nm_error error;

	p->own_problem = NM_ERR_CERTIFICATE_NOT_FOUND;
	if (p->from == NULL)
		return NM_OK;
	error = nm_choose_self(
	    p->options.index, p->options.db, p->from, p->options.now, &choice);
	if (error == NM_OK &&
	    (!p->options.cards_only ||
		nm_database_on_card(p->options.db, choice.cert)))
		p->own_recipient = CERT_DupCertificate(choice.cert);
	if (error == NM_ERR_CERTIFICATE_UNUSABLE) {
		p->own_problem = error;
		p->own_reasons = choice.reasons;
	}
	nm_choice_clear(&choice);
	return error == NM_ERR_INTERNAL ? error : NM_OK;
}

void
nm_protecting_clear_signer(struct nm_protecting *p)
{
	if (p->as.key != NULL)
		SECKEY_DestroyPrivateKey(p->as.key);
	if (p->signer != NULL)
		CERT_DestroyCertificate(p->signer);
	if (p->own_recipient != NULL)
		CERT_DestroyCertificate(p->own_recipient);
	nm_path_clear(&p->path);
	free(p->include);
}
