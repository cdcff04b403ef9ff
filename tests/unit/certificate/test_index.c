/* SPDX-License-Identifier: MPL-2.0 */
#include "open.h"

#include <time.h>

static struct pki pki;

static int
setup(void **state)
{
	(void)state;
	pki_make_odd(&pki);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	pki_remove(&pki);
	return 0;
}

static size_t
count(struct nm_index *ix, const char *address, CERTCertificate **first)
{
	CERTCertificate **found;
	size_t n;

	assert_int_equal(nm_index_by_address(ix, address, &found, &n), NM_OK);
	if (first != NULL)
		*first = n > 0 ? found[0] : NULL;
	free(found);
	return n;
}

static void
lookups(void **state)
{
	struct nm_database *db = open_db(&pki, "db");
	char fingerprint[NM_FINGERPRINT_SIZE];
	CERTCertificate *alice, *bob, *found;
	SECItem id = { siBuffer, NULL, 0 };
	struct nm_index *ix;

	(void)state;
	assert_int_equal(nm_index_new(db, &ix, NULL), NM_OK);
	alice = load(&pki, "alice");
	bob = load(&pki, "bob");
	assert_int_equal(count(ix, "alice@example.org", &found), 1);
	assert_true(found == alice);
	assert_int_equal(count(ix, "ALICE@Example.Org", NULL), 1);
	assert_int_equal(count(ix, "alice@example.or", NULL), 0);
	assert_int_equal(count(ix, "lice@example.org", NULL), 0);
	assert_int_equal(count(ix, "", NULL), 0);
	assert_int_equal(count(ix, "many@example.org", NULL), 1);
	assert_int_equal(count(ix, "many.two@example.org", NULL), 1);
	assert_int_equal(count(ix, "bob-subject@example.org", NULL), 1);
	/* both forms of an internationalised domain meet */
	assert_int_equal(count(ix, "many3@bücher.example", NULL), 1);
	assert_int_equal(count(ix, "jürgen@xn--bcher-kva.example", NULL), 1);

	nm_certificate_fingerprint(bob, fingerprint);
	assert_true(nm_index_by_fingerprint(ix, fingerprint) == bob);
	fingerprint[63] ^= 1;
	assert_null(nm_index_by_fingerprint(ix, fingerprint));
	assert_null(nm_index_by_fingerprint(ix, ""));
	assert_true(
	    nm_index_by_issuer_serial(ix,
		(struct nm_bytes){ bob->derIssuer.data, bob->derIssuer.len },
		(struct nm_bytes){
		    bob->serialNumber.data, bob->serialNumber.len }) == bob);
	assert_null(nm_index_by_issuer_serial(ix,
	    (struct nm_bytes){ alice->derIssuer.data, alice->derIssuer.len },
	    (struct nm_bytes){
		bob->serialNumber.data, bob->serialNumber.len }));
	assert_int_equal(
	    CERT_FindSubjectKeyIDExtension(alice, &id), SECSuccess);
	assert_true(nm_index_by_key_id(
			ix, (struct nm_bytes){ id.data, id.len }) == alice);
	assert_null(
	    nm_index_by_key_id(ix, (struct nm_bytes){ id.data, id.len - 1 }));
	SECITEM_FreeItem(&id, PR_FALSE);
	assert_true(nm_index_own(ix, bob));
	found = load(&pki, "ca");
	assert_false(nm_index_own(ix, found));
	CERT_DestroyCertificate(found);
	assert_true(nm_index_count(ix) >= 16);
	assert_non_null(nm_index_at(ix, 15));
	assert_null(nm_index_at(ix, nm_index_count(ix)));
	CERT_DestroyCertificate(alice);
	CERT_DestroyCertificate(bob);
	nm_index_free(&ix);
	assert_null(ix);
	close_db(&db);
}

static void
swap(uint8_t *data, size_t len, const char *from, const char *to)
{
	uint8_t *at = memmem(data, len, from, strlen(from));

	assert_non_null(at);
	memcpy(at, to, strlen(to));
}

/* Senders write a name again that they have read: UTF8Strings become
 * PrintableStrings, and serial numbers have zeros before them. */
static void
written_again(void **state)
{
	struct nm_database *db = open_db(&pki, "db");
	CERTCertificate *bob = load(&pki, "bob");
	SECItem *issuer = SECITEM_DupItem(&bob->derIssuer);
	struct nm_bytes serial = { bob->serialNumber.data,
		bob->serialNumber.len };
	struct nm_buffer longer = NM_BUFFER_INIT;
	struct nm_bytes name;
	struct nm_index *ix;

	(void)state;
	assert_int_equal(nm_index_new(db, &ix, NULL), NM_OK);
	assert_non_null(issuer);
	name = (struct nm_bytes){ issuer->data, issuer->len };
	swap(issuer->data, issuer->len,
	    "\x0c\x07"
	    "Example",
	    "\x13");
	swap(issuer->data, issuer->len,
	    "\x0c\x0c"
	    "Example Root",
	    "\x13");
	assert_true(nm_index_by_issuer_serial(ix, name, serial) == bob);
	nm_buffer_append(&longer, "\0\0", 2);
	nm_buffer_append(&longer, serial.data, serial.len);
	assert_true(nm_index_by_issuer_serial(
			ix, name, nm_buffer_bytes(&longer)) == bob);
	longer.data[longer.len - 1] ^= 1;
	assert_null(
	    nm_index_by_issuer_serial(ix, name, nm_buffer_bytes(&longer)));
	swap(issuer->data, issuer->len, "Root", "Toot");
	assert_null(nm_index_by_issuer_serial(ix, name, serial));
	name.len--;
	assert_null(nm_index_by_issuer_serial(ix, name, serial));
	nm_buffer_reset(&longer);
	SECITEM_FreeItem(issuer, PR_TRUE);
	CERT_DestroyCertificate(bob);
	nm_index_free(&ix);
	close_db(&db);
}

static void
follows_changes(void **state)
{
	struct nm_database *db;
	CERTCertificate *alice, *mallory;
	struct nm_index *ix;
	size_t before;

	(void)state;
	assert_int_equal(pki_run(&pki, "cp -r db moving"), 0);
	db = open_db(&pki, "moving");
	assert_int_equal(nm_index_new(db, &ix, NULL), NM_OK);
	assert_int_equal(count(ix, "mallory@example.org", NULL), 0);
	before = nm_index_count(ix);
	/* another process writes */
	assert_int_equal(
	    pki_run(&pki,
		"certutil -A -d sql:moving -n mallory -t ,, -i mallory.crt"),
	    0);
	assert_int_equal(count(ix, "mallory@example.org", &mallory), 1);
	assert_int_equal(nm_index_count(ix), before + 1);
	assert_false(nm_index_own(ix, mallory));
	/* then its key comes, and is seen though the object is the same */
	assert_int_equal(
	    pki_run(
		&pki, "pk12util -i mallory.p12 -d sql:moving -W nssmime -K ''"),
	    0);
	assert_int_equal(count(ix, "mallory@example.org", &mallory), 1);
	assert_true(nm_index_own(ix, mallory));
	/* what is lent survives one change */
	assert_int_equal(count(ix, "alice@example.org", &alice), 1);
	assert_int_equal(
	    pki_run(&pki, "certutil -D -d sql:moving -n alice"), 0);
	(void)nm_index_count(ix);
	assert_non_null(alice->subjectName);
	nm_index_free(&ix);
	close_db(&db);
}

static void
two_thousand(void **state)
{
	struct nm_database *db;
	CERTCertificate *found;
	struct nm_index *ix;
	char address[64];

	(void)state;
	/* each with its own name, number and key, put in by one certutil */
	assert_int_equal(
	    pki_run(&pki,
		"mkdir big; certutil -N -d sql:big --empty-password\n"
		"python3 - <<'E'\n"
		"import re, subprocess\n"
		"der = open('bob.der', 'rb').read()\n"
		"at = der.index(b'bob@example.org')\n"
		"cn = der.rindex(b'bob', 0, at)\n"
		"key = der.index(b'\\x02\\x82\\x01\\x01\\x00') + 40\n"
		"out = open('big.batch', 'w')\n"
		"for i in range(2000):\n"
		"    d = bytearray(der)\n"
		"    d[at:at + 15] = b'p%%04d@big.tests' %% i\n"
		"    d[cn:cn + 3] = b'%%03x' %% i\n"
		"    d[17:20] = b'%%03x' %% i\n"
		"    d[key:key + 3] = b'%%03x' %% i\n"
		"    open('big/%%d.der' %% i, 'wb').write(d)\n"
		"    out.write('-A -n n%%d -t ,, -i big/%%d.der\\n' %% (i, "
		"i))\n"
		"E\n"
		"certutil -B -i big.batch -d sql:big; rm big/*.der"),
	    0);
	db = open_db(&pki, "big");
	assert_int_equal(nm_index_new(db, &ix, NULL), NM_OK);
	assert_true(nm_index_count(ix) >= 2000);
	for (int i = 0; i < 2000; i++) {
		snprintf(address, sizeof(address), "P%04d@Big.Tests", i);
		assert_int_equal(count(ix, address, &found), 1);
		snprintf(address, sizeof(address), "p%04d@big.tests", i);
		assert_non_null(memmem(found->derCert.data, found->derCert.len,
		    address, strlen(address)));
	}
	assert_int_equal(count(ix, "p2000@big.tests", NULL), 0);
	nm_index_free(&ix);
	close_db(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lookups),
		cmocka_unit_test(written_again),
		cmocka_unit_test(follows_changes),
		cmocka_unit_test(two_thousand),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
