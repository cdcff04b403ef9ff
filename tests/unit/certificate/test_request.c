/* SPDX-License-Identifier: MPL-2.0 */
#include "open.h"

#include "certificate/facts.h"

#include <nssmime/request.h>

static struct pki pki;
static struct nm_database *db;
static struct nm_index *ix;
static const char *const zoe[] = { "zoe@example.org" };

static int
setup(void **state)
{
	(void)state;
	pki_make(&pki);
	assert_int_equal(
	    pki_run(&pki, "mkdir t; certutil -N -d sql:t --empty-password"), 0);
	db = open_db(&pki, "t");
	assert_int_equal(nm_index_new(db, &ix, NULL), NM_OK);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	nm_index_free(&ix);
	close_db(&db);
	pki_remove(&pki);
	return 0;
}

static void
make(const char *key, struct nm_buffer *out)
{
	struct nm_request_options o = { .subject = "CN=Zoe,O=Example",
		.addresses = zoe,
		.address_count = 1,
		.key = key };
	struct nm_fault fault = { 0 };
	struct nm_request *r;

	if (nm_request_new(db, &o, NULL, &r, &fault) != NM_OK ||
	    nm_request_make(r, out, &fault) != NM_OK)
		fail_msg("%s", fault.text);
	nm_database_changed(db);
	nm_request_free(&r);
	assert_null(r);
}

static enum nm_error
find(const struct nm_buffer *request, struct nm_pending *p)
{
	return nm_pending_find(db, ix, nm_buffer_bytes(request), p, NULL);
}

/* Each is found by its request, and gone when that was withdrawn. */
static void
made_and_withdrawn(void **state)
{
	(void)state;
	for (size_t i = 0; nm_request_keys[i] != NULL; i++) {
		struct nm_buffer request = NM_BUFFER_INIT;
		struct nm_pending p;

		make(nm_request_keys[i], &request);
		assert_int_equal(find(&request, &p), NM_OK);
		assert_string_equal(p.subject, "CN=Zoe,O=Example");
		assert_non_null(p.slot);
		assert_int_equal(nm_pending_withdraw(db, &p, NULL), NM_OK);
		assert_int_equal(
		    nm_pending_withdraw(db, &p, NULL), NM_ERR_NO_PRIVATE_KEY);
		nm_pending_clear(&p);
		assert_int_equal(find(&request, &p), NM_ERR_NO_PRIVATE_KEY);
		assert_null(p.id);
		nm_buffer_reset(&request);
	}
}

/* A key that was certified is not withdrawn. */
static void
certified(void **state)
{
	struct nm_buffer request = NM_BUFFER_INIT;
	struct nm_buffer issued = NM_BUFFER_INIT;
	struct nm_import im;
	struct nm_pending p;

	(void)state;
	make("p-256", &request);
	pki_write(&pki, "zoe.csr", request.data, request.len);
	assert_int_equal(pki_run(&pki,
			     "openssl x509 -req -inform DER -in zoe.csr -CA "
			     "ca.crt -CAkey ca.key -copy_extensions copyall "
			     "-days 9 -out zoe.crt 2>/dev/null"),
	    0);
	pki_read(&pki, "zoe.crt", &issued);
	assert_int_equal(nm_import(db, issued.data, issued.len, NM_FORM_PEM,
			     NULL, &im, NULL),
	    NM_OK);
	assert_int_equal(im.imported_count, 1);
	assert_true(nm_database_owns(db, im.imported[0]));
	assert_int_equal(find(&request, &p), NM_ERR_INVALID_PARAMS);
	assert_int_equal(
	    nm_certificate_delete(db, im.imported[0], true, NULL, NULL), NM_OK);
	nm_import_clear(&im);
	assert_int_equal(find(&request, &p), NM_ERR_NO_PRIVATE_KEY);
	nm_buffer_reset(&issued);
	nm_buffer_reset(&request);
}

static void
refused(void **state)
{
	static const struct {
		struct nm_request_options o;
		enum nm_error expected;
	} cases[] = {
		{ { "CN=x", zoe, 1, "rsa-1024", NULL }, NM_ERR_INVALID_PARAMS },
		{ { "", zoe, 1, "p-256", NULL }, NM_ERR_INVALID_PARAMS },
		{ { "x", zoe, 1, "p-256", NULL }, NM_ERR_INVALID_PARAMS },
		{ { "CN=x", zoe, 0, "p-256", NULL }, NM_ERR_INVALID_PARAMS },
		{ { "CN=x", zoe, 1, "p-256", "nowhere" }, NM_ERR_TOKEN_ABSENT },
		{ { "CN=x", zoe, 1, "p-256", "" }, NM_ERR_TOKEN_ABSENT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nm_fault fault = { 0 };
		struct nm_request *r;

		assert_int_equal(
		    nm_request_new(db, &cases[i].o, NULL, &r, &fault),
		    cases[i].expected);
		assert_int_equal(fault.code, cases[i].expected);
		assert_null(r);
	}
}

static void
general_names(void **state)
{
	static const struct {
		const char *address, *der; /* NULL: none */
		size_t len;
	} cases[] = {
		{ "a@B.c",
		    "\x81\x05"
		    "a@b.c",
		    7 },
		/* what is before the last "@" stays as it is */
		{ "\"A@\"@b.c", "\x81\x08\"A@\"@b.c", 10 },
		{ "a@b\xc3\xbc.c",
		    "\x81\x0d"
		    "a@xn--b-eha.c",
		    15 },
		{ "\xc3\xa4@b.c",
		    "\xa0\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x09\xa0\x08"
		    "\x0c\x06\xc3\xa4@b.c",
		    22 },
		{ "a", NULL, 0 },
		{ "@b.c", NULL, 0 },
		{ "a@", NULL, 0 },
		{ "a@b_c", NULL, 0 },
		{ "a@.b", NULL, 0 },
		{ "a@b.", NULL, 0 },
		{ "a@b-.c", NULL, 0 },
		{ "a@-b.c", NULL, 0 },
		{ "a\n@b.c", NULL, 0 },
		{ "<a@b.c>", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nm_buffer b = NM_BUFFER_INIT;

		assert_int_equal(nm_general_name_put(&b, cases[i].address),
		    cases[i].der != NULL);
		assert_int_equal(b.len, cases[i].len);
		if (cases[i].len != 0)
			assert_memory_equal(b.data, cases[i].der, b.len);
		nm_buffer_reset(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_and_withdrawn),
		cmocka_unit_test(certified),
		cmocka_unit_test(refused),
		cmocka_unit_test(general_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
