/* SPDX-License-Identifier: MPL-2.0 */
/* A database of the test PKI, and certificates from its files. */
#ifndef NSSMIME_TESTS_OPEN_H
#define NSSMIME_TESTS_OPEN_H

#include "pki.h"
#include "script.h"

#include <nss.h>

#include <nssmime/certificate.h>

static inline struct nm_database *
open_db(const struct pki *p, const char *name)
{
	struct nm_database *db;
	struct nm_fault fault = { 0 };
	char path[256];

	if (nm_database_open(pki_path(p, name, path), NM_DATABASE_CONFIGURED,
		false, &db, &fault) != NM_OK)
		fail_msg("%s", fault.text);
	return db;
}

/* All references were let go, or NSS would not stop. */
static inline void
close_db(struct nm_database **db)
{
	nm_database_close(db);
	assert_null(*db);
	assert_false(NSS_IsInitialized());
}

/* <name>.der */
static inline CERTCertificate *
load(const struct pki *p, const char *name)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	CERTCertificate *cert;
	char file[64];

	(void)snprintf(file, sizeof(file), "%s.der", name);
	pki_read(p, file, &b);
	cert = nm_certificate_decode(b.data, b.len, NULL);
	nm_buffer_reset(&b);
	assert_non_null(cert);
	return cert;
}

static inline void
pki_make_odd(struct pki *p)
{
	const char *slash = strrchr(__FILE__, '/');

	pki_make(p);
	assert_int_equal(pki_run(p, "%.*s/../../support/pki-odd.sh .",
			     (int)(slash - __FILE__), __FILE__),
	    0);
}

#endif
