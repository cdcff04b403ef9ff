/* SPDX-License-Identifier: MPL-2.0 */
#include "signing_certificate.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <nssmime/mime.h>

#include "json_out.h"

#define HINT_MAX    (64u * 1024u)
#define OFFERED_MAX 10 /* windows in a row */

struct candidate {
	CERTCertificate *cert; /* lent */
	struct nm_certificate what;
};

struct candidates {
	struct candidate *items;
	size_t count;
	bool unusable; /* there was one that cannot be used */
};

/* The newest first; then always in the same order. */
static int
compare(const void *a, const void *b)
{
	const struct nm_certificate *x = &((const struct candidate *)a)->what;
	const struct nm_certificate *y = &((const struct candidate *)b)->what;

	if (x->not_before != y->not_before)
		return x->not_before > y->not_before ? -1 : 1;
	return strcmp(x->fingerprint, y->fingerprint);
}

static bool
has_address(const struct nm_certificate *c, const char *address)
{
	for (size_t i = 0; i < c->address_count; i++) {
		if (nm_address_equal(c->addresses[i], address))
			return true;
	}
	return false;
}

static enum nm_error
is_usable(struct host_owa_job *job, CERTCertificate *cert, bool *usable)
{
	struct nm_path_question question = { .purpose = NM_PURPOSE_SIGN,
		.when = (int64_t)time(NULL) };
	nm_reasons reasons;
	enum nm_error error = nm_path_reasons(
	    host_call_database(job->call), cert, &question, &reasons);

	if (error == NM_OK)
		*usable = nm_reasons_status(reasons) == NM_STATUS_VALID;
	return error;
}

static enum nm_error
consider(struct host_owa_job *job, CERTCertificate *cert, const char *address,
    struct candidates *out)
{
	struct nm_database *db = host_call_database(job->call);
	struct candidate *all, *c;
	enum nm_error error;
	bool usable = false;

	if (!nm_index_own(host_call_index(job->call), cert) ||
	    (host_owa_on(job, HOST_OWA_CARDS_ONLY, false) &&
		!nm_database_on_card(db, cert)))
		return NM_OK;
	all = reallocarray(out->items, out->count + 1, sizeof(*all));
	if (all == NULL)
		return NM_ERR_INTERNAL;
	out->items = all;
	c = &all[out->count];
	error = nm_certificate_describe(db, cert, &c->what);
	if (error != NM_OK)
		return error;
	c->cert = cert;
	if (address == NULL || has_address(&c->what, address)) {
		error = is_usable(job, cert, &usable);
		out->unusable |= !usable;
	}
	if (error != NM_OK || !usable)
		nm_certificate_clear(&c->what);
	else
		out->count++;
	return error;
}

/* Whether two are for different people, as far as addresses tell. */
static bool
are_strangers(const struct nm_certificate *a, const struct nm_certificate *b)
{
	for (size_t i = 0; i < a->address_count; i++) {
		if (has_address(b, a->addresses[i]))
			return false;
	}
	return true;
}

/* How many are as good as the first. */
static size_t
count_equal(const struct candidates *all, const char *address)
{
	size_t n = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct nm_certificate *first = &all->items[0].what;
		const struct nm_certificate *other = &all->items[i].what;

		if (i == 0 || other->not_before == first->not_before ||
		    (address == NULL && are_strangers(first, other)))
			n++;
	}
	return n;
}

/* One window after the other, in their order. */
static enum nm_error
ask(struct host_owa_job *job, const struct candidates *all, size_t *chosen)
{
	const struct nm_asker *asker = host_call_asker(job->call);
	enum nm_error error = NM_ERR_USER_DECLINED;
	struct nm_buffer b = NM_BUFFER_INIT;
	char *detail;

	for (size_t i = 0; asker != NULL && error == NM_ERR_USER_DECLINED &&
	     i < all->count && i < OFFERED_MAX;
	     i++) {
		const struct nm_certificate *c = &all->items[i].what;
		struct nm_question q = { .what = "Sign with this certificate" };

		nm_buffer_format(&b, "%s, %s", c->subject,
		    c->address_count == 0 ? c->serial : c->addresses[0]);
		if ((detail = nm_buffer_take_string(&b)) == NULL)
			return NM_ERR_INTERNAL;
		q.detail = detail;
		error = asker->confirm(asker->arg, &q);
		free(detail);
		*chosen = i;
	}
	return error;
}

static enum nm_error
choose(struct host_owa_job *job, struct candidates *all, const char *address,
    CERTCertificate **out)
{
	enum nm_error error = NM_OK;
	size_t chosen = 0;

	if (all->count == 0)
		return nm_fail(host_call_fault(job->call),
		    all->unusable ? NM_ERR_CERTIFICATE_UNUSABLE
				  : NM_ERR_CERTIFICATE_NOT_FOUND,
		    "There is no certificate to sign with");
	qsort(all->items, all->count, sizeof(*all->items), compare);
	if (count_equal(all, address) > 1 &&
	    host_owa_on(job, HOST_OWA_USER_CHOICE, true))
		error = ask(job, all, &chosen);
	if (error == NM_OK)
		*out = CERT_DupCertificate(all->items[chosen].cert);
	return error;
}

enum nm_error
host_owa_choose_signer(
    struct host_owa_job *job, const char *address, CERTCertificate **out)
{
	struct nm_index *ix = host_call_index(job->call);
	struct candidates all = { NULL, 0, false };
	enum nm_error error = NM_OK;

	*out = NULL;
	for (size_t i = 0; error == NM_OK && i < nm_index_count(ix); i++)
		error = consider(job, nm_index_at(ix, i), address, &all);
	if (error == NM_OK)
		error = choose(job, &all, address, out);
	for (size_t i = 0; i < all.count; i++)
		nm_certificate_clear(&all.items[i].what);
	free(all.items);
	return error;
}

CERTCertificate *
host_owa_own_certificate(struct host_owa_job *job, struct nm_bytes der)
{
	CERTCertificate *cert = nm_certificate_decode_apart(der.data, der.len);
	char fingerprint[NM_FINGERPRINT_SIZE];

	if (cert == NULL)
		return NULL;
	nm_certificate_fingerprint(cert, fingerprint);
	CERT_DestroyCertificate(cert);
	cert = nm_index_by_fingerprint(host_call_index(job->call), fingerprint);
	if (cert == NULL || !nm_index_own(host_call_index(job->call), cert) ||
	    (host_owa_on(job, HOST_OWA_CARDS_ONLY, false) &&
		!nm_database_on_card(host_call_database(job->call), cert)))
		return NULL;
	return CERT_DupCertificate(cert);
}

/* ---- GetSigningCertificate --------------------------------------- */

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'a' && c <= 'f'  ? c - 'a' + 10
	    : c >= 'A' && c <= 'F'  ? c - 'A' + 10
				    : -1;
}

static bool
from_hex(const char *text, struct nm_buffer *out)
{
	size_t len = strlen(text);

	for (size_t i = 0; len % 2 == 0 && i < len; i += 2) {
		if (hex(text[i]) < 0 || hex(text[i + 1]) < 0)
			return false;
		nm_buffer_byte(
		    out, (uint8_t)(hex(text[i]) << 4 | hex(text[i + 1])));
	}
	return len != 0 && len % 2 == 0 && !nm_buffer_failed(out);
}

/* A certificate, or the identifier of a key, in base64 or in hex. */
static CERTCertificate *
named_by(struct host_owa_job *job, const char *text)
{
	struct nm_buffer bytes = NM_BUFFER_INIT;
	struct nm_index *ix = host_call_index(job->call);
	CERTCertificate *cert = NULL;
	size_t len = strlen(text);
	uint8_t *at;

	if (!from_hex(text, &bytes)) {
		nm_buffer_clear(&bytes);
		at = nm_buffer_extend(&bytes, len / 4 * 3 + 1);
		if (at == NULL || !nm_base64_decode(text, len, at, &bytes.len))
			bytes.len = 0;
	}
	if (bytes.len != 0 &&
	    (cert = host_owa_own_certificate(job, nm_buffer_bytes(&bytes))) ==
		NULL &&
	    (cert = nm_index_by_key_id(ix, nm_buffer_bytes(&bytes))) != NULL)
		cert = host_owa_own_certificate(job,
		    (struct nm_bytes){ cert->derCert.data, cert->derCert.len });
	nm_buffer_reset(&bytes);
	return cert;
}

/* The page may say which one it means: the name of that member is not known, so
 * all are looked at. */
static void
find_hints(struct host_owa_job *job, char **address, CERTCertificate **named)
{
	struct host_slices all = host_slices_of(job->params);
	struct host_slice name, value;
	char *text;

	while (host_slices_next(&all, &name, &value)) {
		if (name.len == 6 && memcmp(name.text, "__type", 6) == 0)
			continue;
		if ((text = host_slice_string(value, HINT_MAX)) == NULL)
			continue;
		if (strchr(text, '@') != NULL && *address == NULL) {
			*address = text;
			continue;
		}
		if (*named == NULL)
			*named = named_by(job, text);
		free(text);
	}
}

enum host_owa_code
host_owa_signing_certificate(struct host_owa_job *job, struct nm_buffer *out)
{
	CERTCertificate *cert = NULL, *named = NULL;
	enum nm_error error = NM_OK;
	char *address = NULL;

	find_hints(job, &address, &named);
	if (named != NULL && host_owa_on(job, HOST_OWA_USER_CHOICE, true))
		cert = CERT_DupCertificate(named);
	else
		error = host_owa_choose_signer(job, address, &cert);
	/* none for that address: somebody else's is no answer */
	if (error == NM_OK) {
		uint8_t *at;

		nm_buffer_byte(out, '"');
		at = nm_buffer_extend(
		    out, nm_base64_encoded_size(cert->derCert.len));
		if (at != NULL)
			nm_base64_encode(
			    cert->derCert.data, cert->derCert.len, (char *)at);
		nm_buffer_byte(out, '"');
		CERT_DestroyCertificate(cert);
	}
	if (named != NULL)
		CERT_DestroyCertificate(named);
	free(address);
	if (error != NM_OK && error != NM_ERR_USER_DECLINED &&
	    host_owa_on(job, HOST_OWA_CARDS_ONLY, false))
		return HOST_OWA_CANNOT_ACCESS_CARD;
	return host_owa_code(error, HOST_OWA_OTHER);
}
