/* SPDX-License-Identifier: MPL-2.0 */
#include "database.h"

#include "../../../host/canonical_json.h"
#include "../../../host/json.h"

static struct pki home;
static struct nm_database *database;

/* Digests are NSS's. */
static int
setup(void **state)
{
	char folder[256];

	(void)state;
	pki_temporary(&home);
	return nm_database_open(pki_path(&home, "db", folder), NM_DATABASE_OWN,
		   true, &database, NULL) == NM_OK
	    ? 0
	    : -1;
}

static int
teardown(void **state)
{
	(void)state;
	nm_database_close(&database);
	pki_remove(&home);
	return 0;
}

static struct json_object *
parsed(const char *text)
{
	struct json_object *value = NULL;

	assert_int_equal(
	    host_json_parse(text, strlen(text), &value, NULL), NM_OK);
	return value;
}

static enum nm_error
canonical(const char *text, struct nm_buffer *out)
{
	struct json_object *value = parsed(text);
	struct nm_stage *stage = nm_collector_new(out, 1024);
	enum nm_error error;

	assert_non_null(stage);
	nm_buffer_clear(out);
	error = host_canonical_write(value, stage);
	nm_stage_free(&stage);
	json_object_put(value);
	return error;
}

/* RFC 8785 section 3.2, for all but numbers with fractions. */
static void
one_form(void **state)
{
	static const struct {
		const char *text, *form;
	} cases[] = {
		{ " { } ", "{}" },
		{ "[ ]", "[]" },
		{ "{\"b\" : [1,\n-2, true,false ,null], \"a\":{\"d\":0,"
		  "\"c\":\"\"}}",
		    "{\"a\":{\"c\":\"\",\"d\":0},\"b\":[1,-2,true,false,"
		    "null]}" },
		{ "{\"aa\":1,\"a\":2,\"B\":3,\"\":4}",
		    "{\"\":4,\"B\":3,\"a\":2,\"aa\":1}" },
		/* escapes: the short ones, else \u and lower case; a slash
		 * and what is not ASCII stand for themselves */
		{ "[\"\\u0022\\\\\\/\\u0008\\f\\n\\r\\t\\u001F\\u007f"
		  "\\u20ac\"]",
		    "[\"\\\"\\\\/\\b\\f\\n\\r\\t\\u001f\x7f\xe2\x82\xac\"]" },
	};
	struct nm_buffer out = NM_BUFFER_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(canonical(cases[i].text, &out), NM_OK);
		nm_buffer_byte(&out, '\0');
		assert_string_equal((char *)out.data, cases[i].form);
	}
	nm_buffer_reset(&out);
}

static void
no_form(void **state)
{
	static const char *const texts[] = { "[1.5]", "{\"a\":1e3}",
		"{\"\\u00e4\":1}" };
	struct nm_buffer out = NM_BUFFER_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(
		    canonical(texts[i], &out), NM_ERR_INVALID_PARAMS);
	nm_buffer_reset(&out);
}

/* The digest is that of the form: sha256sum has told it. */
static void
digests(void **state)
{
	static const uint8_t of_form[] = { 0x43, 0x25, 0x8c, 0xff, 0x78, 0x3f,
		0xe7, 0x03, 0x6d, 0x8a, 0x43, 0x03, 0x3f, 0x83, 0x0a, 0xdf,
		0xc6, 0x0e, 0xc0, 0x37, 0x38, 0x24, 0x73, 0x54, 0x8a, 0xc7,
		0x42, 0xb8, 0x88, 0x29, 0x27, 0x77 };
	static const char *const same[] = { "{\"a\":1,\"b\":2}",
		"{ \"b\":2, \"a\" : 1 }" };
	uint8_t hash[HOST_HASH];
	struct json_object *value;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		value = parsed(same[i]);
		assert_int_equal(host_canonical_hash(value, hash), NM_OK);
		assert_memory_equal(hash, of_form, sizeof(hash));
		json_object_put(value);
	}
	value = parsed("[1.5]");
	assert_int_equal(
	    host_canonical_hash(value, hash), NM_ERR_INVALID_PARAMS);
	json_object_put(value);
}

static void
members_once(void **state)
{
	static const struct {
		const char *text;
		bool once;
	} cases[] = {
		{ "{}", true },
		{ "[]", true },
		{ "{\"a\":1,\"b\":{\"a\":2}}", true },
		{ "[{\"a\":1},{\"a\":1}]", true },
		{ "{\"a\":\":\\\":\\\\\",\"b:\":1}", true },
		{ "{\"a\":1,\"a\":1}", false },
		{ "{\"b\":[{\"a\":1,\"a\":2}]}", false },
		{ "{\"a\":1,\"\\u0061\":2}", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json_object *value = parsed(cases[i].text);

		if (host_canonical_once(cases[i].text, strlen(cases[i].text),
			value) != cases[i].once)
			fail_msg("%s", cases[i].text);
		json_object_put(value);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_form),
		cmocka_unit_test(no_form),
		cmocka_unit_test(digests),
		cmocka_unit_test(members_once),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
