/* SPDX-License-Identifier: MPL-2.0 */
/* Opening and closing a database of the test PKI. */
#ifndef NSSMIME_TESTS_DATABASE_H
#define NSSMIME_TESTS_DATABASE_H

#include "pki.h"

#include <nss.h>

#include <nssmime/database.h>

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

#endif
