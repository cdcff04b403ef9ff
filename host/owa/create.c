/* SPDX-License-Identifier: MPL-2.0 */
/* CreateSmimeFromMessage: what was written in the page is signed and encrypted,
 * and goes back as a whole mail. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <nssmime/message.h>

#include "algorithms.h"
#include "compose.h"
#include "json_out.h"
#include "large.h"
#include "message_out.h"
#include "operation_owa.h"
#include "recipients.h"
#include "signing_certificate.h"
#include "trace.h"

#define CERTIFICATE_MAX (64u * 1024u)

/* All that is made of the request before anything is protected. */
struct creating {
	struct host_owa_job *job;
	struct nm_buffer text; /* of EmailMessage */
	struct host_owa_email email;
	char *from;
	bool sign, encrypt, triple;
	CERTCertificate *signer;
	char fingerprint[NM_FINGERPRINT_SIZE];
	struct host_owa_recipients recipients;
	struct nm_protect_options options;
	bool opaque_said; /* by the request */
};

/* ---- what is asked for ------------------------------------------- */

static bool
is_given(struct host_slice s)
{
	return s.kind == HOST_SLICE_STRING && s.len != 0;
}

/* The number that the page uses, or 0. */
static uint64_t
said_type(const struct host_owa_job *job)
{
	uint64_t type;

	return host_slice_number(job->members[HOST_OWA_SMIME_TYPE], &type)
	    ? type
	    : 0;
}

static void
take_type(struct creating *c)
{
	struct host_owa_job *job = c->job;

	switch (said_type(job)) {
	case HOST_OWA_SMIME_ENCRYPTED:
		c->encrypt = true;
		break;
	case HOST_OWA_SMIME_OPAQUE_SIGNED:
		c->opaque_said = true;
		c->sign = true;
		break;
	case HOST_OWA_SMIME_CLEAR_SIGNED:
		c->sign = true;
		break;
	case HOST_OWA_SMIME_ENCRYPTED_THEN_SIGNED:
		/* a signature around what nobody can read says little: the
		 * page has never been seen to mean it */
		host_owa_note(job, "signed-before-it-was-encrypted");
		c->sign = c->encrypt = true;
		break;
	case HOST_OWA_SMIME_SIGNED_THEN_ENCRYPTED:
		c->sign = c->encrypt = true;
		break;
	case HOST_OWA_SMIME_TRIPLE_WRAPPED:
		c->sign = c->encrypt = c->triple = true;
		break;
	default:
		/* servers of one's own say it by the certificates alone */
		c->sign = is_given(job->members[HOST_OWA_SIGNING_CERTIFICATE]);
		c->encrypt = c->recipients.given;
		break;
	}
	c->sign |= host_owa_on(job, HOST_OWA_ALWAYS_SIGN, false);
	c->encrypt |= host_owa_on(job, HOST_OWA_ALWAYS_ENCRYPT, false);
	c->triple |= host_owa_on(job, HOST_OWA_TRIPLE_WRAP, false);
	c->triple &= c->sign && c->encrypt;
}

static enum nm_error
take_email(struct creating *c)
{
	struct host_owa_job *job = c->job;
	struct host_slice email = job->members[HOST_OWA_EMAIL_MESSAGE];
	struct nm_fault *fault = host_call_fault(job->call);

	if (email.kind == HOST_SLICE_STRING) {
		host_owa_make_room(&c->text, email.len);
		(void)host_slice_decode(email, &c->text, NULL);
		if (nm_buffer_failed(&c->text))
			return NM_ERR_INTERNAL;
		if (!host_slice_parse(
			(const char *)c->text.data, c->text.len, &email))
			email.kind = HOST_SLICE_NONE;
		host_owa_trace_write(
		    job->call->engine->owa->trace, "EmailMessage", email);
	}
	if (email.kind != HOST_SLICE_OBJECT)
		return nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
		    "The request has no mail in it");
	host_owa_email_take(email, &c->email);
	c->from = host_owa_address(c->email.fields[HOST_OWA_FROM]);
	return c->from != NULL ? NM_OK
			       : nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
				     "The mail has no From address that can "
				     "be written");
}

/* ---- who signs --------------------------------------------------- */

/* The one that the request names, if it is one's own. */
static CERTCertificate *
named_signer(struct host_owa_job *job)
{
	char *text = host_slice_string(
	    job->members[HOST_OWA_SIGNING_CERTIFICATE], CERTIFICATE_MAX);
	CERTCertificate *cert = NULL;
	size_t len = text == NULL ? 0 : strlen(text);
	uint8_t *der = malloc(len / 4 * 3 + 1);

	if (text != NULL && der != NULL &&
	    nm_base64_decode(text, len, der, &len))
		cert = host_owa_own_certificate(
		    job, (struct nm_bytes){ der, len });
	free(der);
	free(text);
	return cert;
}

/* Where the settings leave the user no choice, the certificate is the one that
 * is chosen here, if there is one for this sender. */
static enum nm_error
choose_signer(struct creating *c)
{
	bool given = is_given(c->job->members[HOST_OWA_SIGNING_CERTIFICATE]);
	CERTCertificate *named = named_signer(c->job), *chosen = NULL;
	enum nm_error error = NM_OK;

	if (given && named == NULL)
		return nm_fail(host_call_fault(c->job->call),
		    NM_ERR_NO_PRIVATE_KEY,
		    "The private key of the signing certificate is not here");
	if (named == NULL || !host_owa_on(c->job, HOST_OWA_USER_CHOICE, true))
		error = host_owa_choose_signer(c->job, c->from, &chosen);
	if (chosen != NULL && named != NULL &&
	    !CERT_CompareCerts(chosen, named))
		host_owa_note(c->job, "other-signing-certificate");
	if (named != NULL && error != NM_OK && error != NM_ERR_INTERNAL) {
		memset(
		    host_call_fault(c->job->call), 0, sizeof(struct nm_fault));
		error = NM_OK;
	}
	if (chosen == NULL && named != NULL)
		chosen = CERT_DupCertificate(named);
	if (named != NULL)
		CERT_DestroyCertificate(named);
	c->signer = chosen;
	if (error == NM_OK)
		nm_certificate_fingerprint(chosen, c->fingerprint);
	return error;
}

/* ---- how --------------------------------------------------------- */

static void
note_algorithms(struct host_owa_job *job, const struct host_owa_algorithms *a,
    const char *malformed, const char *refused)
{
	if (a->malformed)
		host_owa_note(job, malformed);
	if (a->refused)
		host_owa_note(job, refused);
}

/* The stronger one of what the two lists choose. */
static enum nm_digest
digest_of(struct host_owa_job *job)
{
	const char *admin = host_owa_policy_list(
	    host_owa_admin(job), HOST_OWA_SIGNING_ALGORITHMS);
	const char *arrived =
	    host_owa_policy_list(&job->arrived, HOST_OWA_SIGNING_ALGORITHMS);
	struct host_owa_algorithms a, b;
	enum nm_digest x = host_owa_digest(admin, &a);
	enum nm_digest y = host_owa_digest(arrived, &b);
	static const char malformed[] = "signing-algorithms-not-understood";
	static const char refused[] = "signing-algorithm-not-sent";

	note_algorithms(job, &a, malformed, refused);
	note_algorithms(job, &b, malformed, refused);
	if (arrived == NULL)
		return x;
	return admin == NULL || nm_digest_size(y) > nm_digest_size(x) ? y : x;
}

static enum nm_cipher
cipher_of(struct host_owa_job *job)
{
	const char *admin = host_owa_policy_list(
	    host_owa_admin(job), HOST_OWA_ENCRYPTION_ALGORITHMS);
	const char *arrived =
	    host_owa_policy_list(&job->arrived, HOST_OWA_ENCRYPTION_ALGORITHMS);
	struct host_owa_algorithms a, b;
	enum nm_cipher x = host_owa_cipher(admin, &a);
	enum nm_cipher y = host_owa_cipher(arrived, &b);
	static const char malformed[] = "encryption-algorithms-not-understood";
	static const char refused[] = "encryption-algorithm-not-sent";

	note_algorithms(job, &a, malformed, refused);
	note_algorithms(job, &b, malformed, refused);
	if (arrived == NULL)
		return x;
	return admin == NULL || nm_cipher_key_size(y) > nm_cipher_key_size(x)
	    ? y
	    : x;
}

/* With a chain unless somebody has said no: without one many cannot check a
 * signature at all. */
static enum nm_include
include_of(const struct host_owa_job *job)
{
	if (!host_owa_on(job, HOST_OWA_CERTIFICATES, true))
		return NM_INCLUDE_NOTHING;
	if (host_owa_on(job, HOST_OWA_INCLUDE_ROOT, false))
		return NM_INCLUDE_ROOT;
	return host_owa_on(job, HOST_OWA_INCLUDE_CHAIN, true) ? NM_INCLUDE_CHAIN
							      : NM_INCLUDE_NONE;
}

static struct nm_revocation_policy
revocation_of(const struct host_owa_job *job)
{
	struct nm_revocation_policy p = host_call_revocation(job->call, true);

	if (host_owa_on(job, HOST_OWA_CHECK_CRL, false))
		p.mode = NM_REVOCATION_HARD;
	return p;
}

static void
take_options(struct creating *c)
{
	struct host_owa_job *job = c->job;
	const struct host_settings *settings = host_call_settings(job->call);

	c->options = (struct nm_protect_options){
		.kind = NM_CONTENT_ENTITY,
		.db = host_call_database(job->call),
		.index = host_call_index(job->call),
		.asker = host_call_asker(job->call),
		.now = (int64_t)time(NULL),
		.from = c->from,
		.revocation = revocation_of(job),
		.sign = c->sign,
		.opaque =
		    !host_owa_on(job, HOST_OWA_CLEAR_SIGN, !c->opaque_said),
		.pss = settings->pss,
		.include = include_of(job),
		.no_capabilities =
		    !host_owa_on(job, HOST_OWA_CAPABILITIES, true),
		.encrypt = c->encrypt,
		.recipients_given = true,
		.recipients = c->recipients.items,
		.recipient_count = c->recipients.count,
		.oaep = settings->oaep,
		.to_self = true,
		.triple_wrap = c->triple,
		.by_key_id = host_owa_on(job, HOST_OWA_KEY_IDENTIFIER, false),
		.cards_only = host_owa_on(job, HOST_OWA_CARDS_ONLY, false),
	};
	if (c->sign) {
		c->options.sign_certificate = c->fingerprint;
		c->options.digest = digest_of(job);
	}
	if (c->encrypt)
		c->options.cipher = cipher_of(job);
}

/* ---- doing it ---------------------------------------------------- */

static enum host_owa_code
protect(struct creating *c, struct nm_buffer *out)
{
	struct nm_fault *fault = host_call_fault(c->job->call);
	struct nm_buffer header = NM_BUFFER_INIT;
	struct nm_protecting *protecting = NULL;
	struct nm_stage *stage;
	struct nm_protect_outputs outputs = { .output = NULL };
	enum host_owa_task task = c->encrypt ? HOST_OWA_ENCRYPT : HOST_OWA_SIGN;
	const struct nm_protect_result *result;
	enum nm_error error;

	nm_buffer_byte(out, '"');
	host_owa_make_room(out, c->text.len);
	stage = host_out_stage_new(out, HOST_OWA_MAX_TEXT);
	outputs.output = stage;
	if (stage == NULL) {
		error = NM_ERR_INTERNAL;
		goto out;
	}
	error =
	    host_owa_compose_header(&c->email, c->options.now, &header, fault);
	if (error == NM_OK)
		error = nm_stage_write(stage, header.data, header.len);
	if (error == NM_OK)
		error = nm_protecting_new(
		    &c->options, &outputs, fault, &protecting);
	if (error != NM_OK)
		goto out;
	error = host_owa_compose_entity(
	    c->job->call, &c->email, nm_protecting_stage(protecting));
	result = nm_protecting_result(protecting);
	if (result->problem_count != 0)
		task = result->problems[0].signer ? HOST_OWA_SIGN
						  : HOST_OWA_ENCRYPT;
	nm_buffer_byte(out, '"');
out:
	nm_protecting_free(&protecting);
	nm_stage_free(&stage);
	nm_buffer_reset(&header);
	return host_owa_code(error, task);
}

static enum nm_error
take_request(struct creating *c)
{
	struct host_owa_job *job = c->job;
	enum nm_error error;

	if ((error = take_email(c)) != NM_OK ||
	    (error = host_owa_recipients_take(job, &c->recipients)) != NM_OK)
		return error;
	take_type(c);
	return c->sign || c->encrypt
	    ? NM_OK
	    : nm_fail(host_call_fault(job->call), NM_ERR_NOT_SMIME,
		  "The mail is to be neither signed nor encrypted");
}

static enum host_owa_code
prepare(struct creating *c)
{
	struct host_owa_job *job = c->job;
	enum nm_error error;

	if ((error = take_request(c)) != NM_OK)
		return host_owa_code(error, HOST_OWA_ENCRYPT);
	if (c->encrypt &&
	    (error = host_owa_recipients_choose(
		 job, &c->email, c->from, &c->recipients)) != NM_OK)
		return host_owa_code(error, HOST_OWA_ENCRYPT);
	if (c->sign && (error = choose_signer(c)) != NM_OK) {
		bool none = error == NM_ERR_CERTIFICATE_NOT_FOUND ||
		    error == NM_ERR_NO_PRIVATE_KEY;

		/* it may well be here, but not on a card */
		return none && host_owa_on(job, HOST_OWA_CARDS_ONLY, false)
		    ? HOST_OWA_CANNOT_ACCESS_CARD
		    : host_owa_code(error, HOST_OWA_SIGN);
	}
	take_options(c);
	return HOST_OWA_NO_ERROR;
}

enum host_owa_code
host_owa_create(struct host_owa_job *job, struct nm_buffer *out)
{
	struct creating c = { .job = job };
	enum host_owa_code code = prepare(&c);

	if (code == HOST_OWA_NO_ERROR) {
		/* unless the mail stands in the request itself */
		if (c.text.len != 0)
			host_owa_reuse(job, out);
		code = protect(&c, out);
	}
	if (c.signer != NULL)
		CERT_DestroyCertificate(c.signer);
	host_owa_recipients_clear(&c.recipients);
	nm_buffer_reset(&c.text);
	free(c.from);
	return code;
}
