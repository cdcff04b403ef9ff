/* SPDX-License-Identifier: MPL-2.0 */
/* One's own certificates, address by address. */
#include "doctor_database.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <nssmime/certificate.h>
#include <nssmime/mime.h>

#define DAYS_AHEAD 30
#define DAY	   INT64_C(86400)
#define MOST	   200 /* addresses */

static const struct {
	enum nm_reason reason;
	const char *words;
} causes[] = {
	{ NM_REASON_EXPIRED, "it has expired" },
	{ NM_REASON_NOT_YET_VALID, "it is not valid yet" },
	{ NM_REASON_REVOKED, "it was revoked" },
	{ NM_REASON_ISSUER_UNKNOWN,
	    "the certificate of whoever issued it is missing" },
	{ NM_REASON_ISSUER_UNTRUSTED, "whoever issued it is not trusted" },
	{ NM_REASON_NAME_CONSTRAINT,
	    "whoever issued it may not issue for this address" },
	{ NM_REASON_USAGE_NOT_PERMITTED, "it was not issued for that use" },
	{ NM_REASON_WEAK_KEY, "its key is too weak" },
	{ NM_REASON_WEAK_DIGEST, "it was signed by a weak digest" },
};

struct addresses {
	char *items[MOST];
	size_t count;
};

static void
add_address(struct addresses *all, const char *address)
{
	char *plain = nm_address_normalise(address);

	for (size_t i = 0; plain != NULL && i < all->count; i++) {
		if (strcmp(all->items[i], plain) == 0) {
			free(plain);
			return;
		}
	}
	if (plain != NULL && all->count < MOST)
		all->items[all->count++] = plain;
	else
		free(plain);
}

/* The addresses of the certificates whose key is here. */
static void
find_addresses(
    struct nm_index *ix, struct nm_database *db, struct addresses *out)
{
	struct nm_certificate c;

	out->count = 0;
	for (size_t i = 0; i < nm_index_count(ix); i++) {
		CERTCertificate *cert = nm_index_at(ix, i);

		if (!nm_index_own(ix, cert) ||
		    nm_certificate_describe(db, cert, &c) != NM_OK)
			continue;
		for (size_t j = 0; j < c.address_count; j++)
			add_address(out, c.addresses[j]);
		nm_certificate_clear(&c);
	}
}

static const char *
cause(nm_reasons reasons)
{
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		if ((reasons & NM_REASON_BIT(causes[i].reason)) != 0)
			return causes[i].words;
	}
	return "it cannot be checked";
}

/* ---- remedies ------------------------------------------------------------ */

/* A request for a new one, for an authority to sign. */
static void
request_anew(struct host_doctor *d, struct nm_database *db, const char *address)
{
	struct nm_buffer name = NM_BUFFER_INIT;
	char *sql = host_doctor_sql(db), *subject;

	/* RFC 4514: what would end the value is quoted */
	nm_buffer_string(&name, "CN=");
	for (const char *p = address; *p != '\0'; p++)
		nm_buffer_format(&name, "%s%c",
		    strchr(",+\"\\<>;=", *p) != NULL ? "\\" : "", *p);
	subject = nm_buffer_take_string(&name);
	if (sql != NULL && subject != NULL)
		host_finding_remedy(&d->findings, "certutil", "-R", "-d", sql,
		    "-s", subject, "-7", address, "-g", "3072", "-a", "-o",
		    "request.pem", NULL);
	else
		d->findings.failed = true;
	free(subject);
	free(sql);
}

/* Another way for those whose issuer is what is wrong. */
static void
mend(struct host_doctor *d, struct nm_database *db, const char *address,
    nm_reasons reasons)
{
	char *sql = NULL;

	if ((reasons & NM_REASON_BIT(NM_REASON_NOT_YET_VALID)) != 0) {
		/* the clock may be what is wrong */
		host_finding_remedy(&d->findings, "timedatectl", NULL);
		return;
	}
	if ((reasons &
		(NM_REASON_BIT(NM_REASON_ISSUER_UNKNOWN) |
		    NM_REASON_BIT(NM_REASON_ISSUER_UNTRUSTED))) == 0) {
		request_anew(d, db, address);
		return;
	}
	if ((sql = host_doctor_sql(db)) == NULL)
		d->findings.failed = true;
	else
		host_finding_remedy(&d->findings, "certutil", "-A", "-d", sql,
		    "-n", "issuer", "-t", ",C,", "-i", "issuer.pem", NULL);
	free(sql);
}

/* ---- one address --------------------------------------------------------- */

static void
format_day(int64_t seconds, char out[16])
{
	time_t t = (time_t)seconds;
	struct tm day;

	if (gmtime_r(&t, &day) == NULL ||
	    strftime(out, 16, "%Y-%m-%d", &day) == 0)
		(void)strcpy(out, "an unknown day");
}

static void
tell_end(struct host_doctor *d, struct nm_database *db, const char *address,
    CERTCertificate *cert, int64_t now)
{
	struct nm_certificate c;
	char day[16];

	if (nm_certificate_describe(db, cert, &c) != NM_OK) {
		d->findings.failed = true;
		return;
	}
	format_day(c.not_after, day);
	if (c.not_after - now > DAYS_AHEAD * DAY) {
		host_finding_ok(&d->findings, "usable",
		    "%s signs and has its mail encrypted, until %s", address,
		    day);
	} else {
		host_finding_note(&d->findings, "expires",
		    "The certificate of %s expires on %s: it is time for a new "
		    "one",
		    address, day);
		request_anew(d, db, address);
	}
	nm_certificate_clear(&c);
}

static void
check_address(struct host_doctor *d, struct nm_database *db,
    struct nm_index *ix, const char *address, int64_t now)
{
	struct nm_choice sign, self;
	enum nm_error signs, opens;

	signs = nm_choose_signer(ix, db, address, now, &sign);
	opens = nm_choose_self(ix, db, address, now, &self);
	if (signs == NM_ERR_CERTIFICATE_AMBIGUOUS)
		signs = NM_OK;
	if (signs == NM_OK && opens == NM_OK) {
		tell_end(d, db, address,
		    sign.cert != NULL ? sign.cert : sign.candidates[0], now);
	} else if (signs == NM_OK) {
		host_finding_note(&d->findings, "signs",
		    "%s signs, but nobody can encrypt to it: as for its "
		    "certificate, %s",
		    address, cause(self.reasons));
		mend(d, db, address, self.reasons);
	} else if (opens == NM_OK) {
		host_finding_note(&d->findings, "opens",
		    "Mail to %s can be encrypted, but it cannot sign: as for "
		    "its certificate, %s",
		    address, cause(sign.reasons));
		mend(d, db, address, sign.reasons);
	} else {
		host_finding_problem(&d->findings, "unusable",
		    "The certificate of %s cannot be used: %s", address,
		    cause(sign.reasons));
		mend(d, db, address, sign.reasons);
	}
	nm_choice_clear(&sign);
	nm_choice_clear(&self);
}

void
host_doctor_certificates(struct host_doctor *d, struct nm_database *db)
{
	struct nm_index *ix = NULL;
	struct addresses all;
	int64_t now = (int64_t)time(NULL);
	char *sql;

	if (nm_index_new(db, &ix, NULL) != NM_OK) {
		d->findings.failed = true;
		return;
	}
	find_addresses(ix, db, &all);
	for (size_t i = 0; i < all.count; i++) {
		d->findings.about = all.items[i];
		check_address(d, db, ix, all.items[i], now);
		free(all.items[i]);
	}
	d->findings.about = nm_database_folder(db);
	if (all.count == 0) {
		host_finding_note(&d->findings, "none",
		    "There is no certificate of one's own for e-mail in %s: "
		    "signatures can be checked, but mail can neither be signed "
		    "nor decrypted",
		    nm_database_folder(db));
		if ((sql = host_doctor_sql(db)) != NULL)
			host_finding_remedy(&d->findings, "pk12util", "-d", sql,
			    "-i", "certificate.p12", NULL);
		free(sql);
	}
	nm_index_free(&ix);
}
