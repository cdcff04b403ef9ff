/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What is known of the signatures. Whether the content is what was signed, and
 * whether the signer's certificate is to be trusted, are two questions with an
 * answer each; of several signers the worst counts in both.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json_out.h"
#include "message_out.h"

#define OIDS_MAX 16

/* What speaks against the signature itself. */
#define BROKEN                                                                 \
	(NM_REASON_BIT(NM_REASON_CONTENT_ALTERED) |                            \
	    NM_REASON_BIT(NM_REASON_SIGNATURE_MISMATCH) |                      \
	    NM_REASON_BIT(NM_REASON_SIGNER_CERTIFICATE_MISSING) |              \
	    NM_REASON_BIT(NM_REASON_UNSUPPORTED_ALGORITHM) |                   \
	    NM_REASON_BIT(NM_REASON_WEAK_DIGEST) |                             \
	    NM_REASON_BIT(NM_REASON_MALFORMED) |                               \
	    NM_REASON_BIT(NM_REASON_NO_SIGNER))
/* The page knows whose mail it is, where a CMS object alone does not say. */
#define FROM_UNKNOWN NM_REASON_BIT(NM_REASON_NO_FROM)
#define MISMATCH                                                               \
	(NM_REASON_BIT(NM_REASON_ADDRESS_MISMATCH) |                           \
	    NM_REASON_BIT(NM_REASON_NO_ADDRESS))

/* What counts for the content: signatures inside of the encryption, if there
 * is one; else those around it. */
struct covering {
	const struct nm_read_layer *layers;
	size_t first, end;
};

static struct covering
find_covering(const struct nm_read_result *r)
{
	struct covering c = { r->layers, 0, r->layer_count };
	bool inside = false;

	for (size_t i = 0; i < r->layer_count; i++) {
		if (r->layers[i].type == NM_LAYER_ENVELOPED ||
		    r->layers[i].type == NM_LAYER_AUTH_ENVELOPED) {
			c.first = i + 1;
			inside = false;
		}
		inside |= r->layers[i].type == NM_LAYER_SIGNED;
	}
	if (!inside)
		c.first = 0;
	return c;
}

static bool
is_trusted(nm_reasons reasons)
{
	return nm_reasons_status(reasons & ~(BROKEN | FROM_UNKNOWN)) ==
	    NM_STATUS_VALID;
}

struct judged {
	bool any;
	bool matched;
	bool trusted;
	const struct nm_read_signer *shown; /* the first that fails, or first */
	size_t count;
	nm_reasons reasons;
};

static void
judge_signer(struct judged *j, const struct nm_read_signer *s)
{
	bool matched = (s->reasons & BROKEN) == 0;
	bool trusted = is_trusted(s->reasons) && s->certificate != NULL;

	if (j->shown == NULL ||
	    ((!matched || !trusted) && j->matched && j->trusted))
		j->shown = s;
	j->matched &= matched;
	j->trusted &= trusted;
	j->reasons |= s->reasons;
	j->count++;
}

static struct judged
judge(const struct covering *c)
{
	struct judged j = { .any = false, .matched = true, .trusted = true };

	for (size_t i = c->first; i < c->end; i++) {
		const struct nm_read_layer *l = &c->layers[i];

		if (l->type != NM_LAYER_SIGNED)
			continue;
		j.any = true;
		j.reasons |= l->reasons;
		j.matched &= (l->reasons & BROKEN) == 0;
		if (l->signer_count == 0)
			j.matched = j.trusted = false;
		for (size_t k = 0; k < l->signer_count; k++)
			judge_signer(&j, &l->signers[k]);
	}
	return j;
}

/* ---- the certificate --------------------------------------------- */

/* Of the database, or as it came with the mail. */
static CERTCertificate *
certificate_of(struct host_owa_job *job, const struct nm_read_result *r,
    const char *fingerprint)
{
	CERTCertificate *cert =
	    nm_index_by_fingerprint(host_call_index(job->call), fingerprint);

	if (cert != NULL)
		return CERT_DupCertificate(cert);
	for (size_t i = 0; i < r->certificate_count; i++) {
		const struct nm_read_certificate *c = &r->certificates[i];

		if (strcmp(c->certificate.fingerprint, fingerprint) == 0)
			return nm_certificate_decode_apart(
			    c->der.data, c->der.len);
	}
	return NULL;
}

static void
put_time(struct nm_buffer *out, const char *name, int64_t seconds)
{
	time_t when = (time_t)seconds;
	char text[40] = "";
	struct tm tm;

	if (gmtime_r(&when, &tm) != NULL)
		(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	host_out_member(out, name, text);
}

static void
put_certificate(struct nm_buffer *out, const struct nm_certificate *c,
    CERTCertificate *cert)
{
	if (c == NULL) {
		static const char *const names[] = { "CertIssuedBy",
			"CertIssuedTo", "CertValidFrom", "CertValidTo",
			"CertRawData" };

		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			host_out_member(out, names[i], "");
		return;
	}
	host_out_member(out, "CertIssuedBy", c->issuer);
	host_out_member(out, "CertIssuedTo", c->subject);
	put_time(out, "CertValidFrom", c->not_before);
	put_time(out, "CertValidTo", c->not_after);
	if (cert == NULL)
		host_out_member(out, "CertRawData", "");
	else
		host_out_base64(out, "CertRawData",
		    (struct nm_bytes){ cert->derCert.data, cert->derCert.len });
}

/* The attributes that the organisation wants to be shown where a certificate is
 * not the sender's: OIDs, divided by commas or semicolons. */
static void
put_attributes(
    struct host_owa_job *job, CERTCertificate *cert, struct nm_buffer *out)
{
	const char *list =
	    host_owa_policy_list(host_owa_admin(job), HOST_OWA_ATTRIBUTES);
	char oid[128], *value;
	size_t len;

	if (list == NULL)
		list = host_owa_policy_list(&job->arrived, HOST_OWA_ATTRIBUTES);
	if (list == NULL || cert == NULL)
		return;
	host_out_name(out, "SenderCertificateAttributes");
	nm_buffer_byte(out, '[');
	for (unsigned n = 0; *list != '\0' && n < OIDS_MAX; n++) {
		list += strspn(list, ",; \t");
		len = strspn(list, "0123456789.");
		if (len != 0 && len < sizeof(oid)) {
			memcpy(oid, list, len);
			oid[len] = '\0';
			value = nm_certificate_attribute(cert, oid);
			if (value != NULL) {
				if (out->data != NULL &&
				    out->data[out->len - 1] != '[')
					nm_buffer_byte(out, ',');
				nm_buffer_byte(out, '{');
				host_out_member(out, "Oid", oid);
				host_out_member(out, "Value", value);
				nm_buffer_byte(out, '}');
			}
			free(value);
		}
		list += strcspn(list, ",;");
	}
	nm_buffer_byte(out, ']');
}

static void
put_reasons(struct nm_buffer *out, nm_reasons reasons)
{
	bool first = true;

	host_out_name(out, "Reasons");
	nm_buffer_byte(out, '[');
	for (unsigned i = 0; i < NM_REASON_COUNT; i++) {
		if ((reasons & NM_REASON_BIT(i)) == 0)
			continue;
		if (!first)
			nm_buffer_byte(out, ',');
		first = false;
		host_out_string(out, nm_reason_name((enum nm_reason)i));
	}
	nm_buffer_byte(out, ']');
}

/* All of them, where there are several: the members above hold but one. */
static void
put_signers(struct nm_buffer *out, const struct covering *c)
{
	bool first = true;

	host_out_name(out, "Signers");
	nm_buffer_byte(out, '[');
	for (size_t i = c->first; i < c->end; i++) {
		for (size_t k = 0; k < c->layers[i].signer_count; k++) {
			const struct nm_read_signer *s =
			    &c->layers[i].signers[k];

			if (!first)
				nm_buffer_byte(out, ',');
			first = false;
			nm_buffer_byte(out, '{');
			host_out_member(out, "CertIssuedTo",
			    s->certificate == NULL ? ""
						   : s->certificate->subject);
			host_out_bool(
			    out, "IsHashMatched", (s->reasons & BROKEN) == 0);
			host_out_bool(out, "IsCertValidToClient",
			    s->certificate != NULL && is_trusted(s->reasons));
			put_reasons(out, s->reasons);
			nm_buffer_byte(out, '}');
		}
	}
	nm_buffer_byte(out, ']');
}

enum nm_error
host_owa_signature_write(struct host_owa_job *job,
    const struct nm_read_result *result, struct nm_buffer *out)
{
	const struct covering covering = find_covering(result);
	const struct judged j = judge(&covering);
	const struct nm_certificate *c =
	    j.shown == NULL ? NULL : j.shown->certificate;
	CERTCertificate *cert =
	    c == NULL ? NULL : certificate_of(job, result, c->fingerprint);

	host_out_name(out, "SmimeSignature");
	nm_buffer_byte(out, '{');
	put_certificate(out, c, cert);
	host_out_int(out, "ClientVerificationResult", 0);
	host_out_bool(out, "IsCertValidToClient", j.any && j.trusted);
	/* whether the server trusts it the server finds out itself */
	host_out_bool(out, "IsCertValidToServer", false);
	host_out_bool(out, "IsHashMatched", j.any && j.matched);
	host_out_int(out, "ServerVerificationResult", -1);
	put_reasons(out, j.reasons | result->reasons);
	if (j.count > 1)
		put_signers(out, &covering);
	if ((j.reasons & MISMATCH) != 0)
		put_attributes(job, cert, out);
	nm_buffer_byte(out, '}');
	if (cert != NULL)
		CERT_DestroyCertificate(cert);
	return NM_OK;
}
