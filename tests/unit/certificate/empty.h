/* SPDX-License-Identifier: MPL-2.0 */
/* For each test an empty database of its own, beside the odd PKI. */
#ifndef NSSMIME_TESTS_EMPTY_H
#define NSSMIME_TESTS_EMPTY_H

#include "open.h"

static struct pki pki;
static struct nm_database *db;

/* For the group. */
static inline int
empty_setup(void **state)
{
	(void)state;
	pki_make_odd(&pki);
	assert_int_equal(
	    pki_run(
		&pki, "mkdir empty; certutil -N -d sql:empty --empty-password"),
	    0);
	return 0;
}

static inline int
empty_teardown(void **state)
{
	(void)state;
	pki_remove(&pki);
	return 0;
}

/* For each test. */
static inline int
open_empty(void **state)
{
	(void)state;
	assert_int_equal(pki_run(&pki, "rm -rf t; cp -r empty t"), 0);
	db = open_db(&pki, "t");
	return 0;
}

static inline int
close_it(void **state)
{
	(void)state;
	if (db != NULL)
		close_db(&db);
	return 0;
}

#endif
