/* SPDX-License-Identifier: MPL-2.0 */
/* A database of the test PKI, and certificates from its files. */
#ifndef NSSMIME_TESTS_OPEN_H
#define NSSMIME_TESTS_OPEN_H

#include "database.h"
#include "script.h"

#include <nssmime/certificate.h>

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

#endif
