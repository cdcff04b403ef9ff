/* SPDX-License-Identifier: MPL-2.0 */
/* Certificates, reasons and texts as the wire has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "certificate_json.h"
#include "json_build.h"
#include "reasons_json.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char fingerprint[] = "0123456789abcdef0123456789abcdef"
				  "0123456789abcdef0123456789abcdef";

/* A certificate as nm_certificate_describe() would tell it; nothing in it is
 * owned. */
static struct nm_certificate
sample(char **addresses, size_t count)
{
	static char subject[] = "CN=Alice", issuer[] = "CN=Example Root",
		    serial[] = "0a1b", token[] = "NSS Certificate DB";
	struct nm_certificate c = { .subject = subject,
		.issuer = issuer,
		.serial = serial,
		.addresses = addresses,
		.address_count = count,
		.not_before = 0,
		.not_after = INT64_C(1764043200),
		.key_type = "rsa",
		.key_bits = 2048,
		.usages = NM_USAGE_SIGN | NM_USAGE_ENCRYPT,
		.own = true,
		.token = token,
		.trust = NM_TRUST_INHERITED };

	memcpy(c.fingerprint, fingerprint, sizeof(fingerprint));
	return c;
}

static void
assert_json(struct json_object *json, const char *expected)
{
	assert_non_null(json);
	assert_string_equal(
	    json_object_to_json_string_ext(
		json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
	    expected);
	json_object_put(json);
}

static void
test_members(void **state)
{
	char alice[] = "alice@example.org";
	char *addresses[] = { alice };
	struct nm_certificate c = sample(addresses, 1);

	(void)state;
	assert_json(host_described_json(&c),
	    "{\"fingerprint\":\"0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef\","
	    "\"subject\":\"CN=Alice\",\"issuer\":\"CN=Example Root\","
	    "\"serial\":\"0a1b\",\"addresses\":[\"alice@example.org\"],"
	    "\"notBefore\":\"1970-01-01T00:00:00Z\","
	    "\"notAfter\":\"2025-11-25T04:00:00Z\","
	    "\"key\":{\"type\":\"rsa\",\"bits\":2048},"
	    "\"usages\":[\"sign\",\"encrypt\"],\"own\":true,"
	    "\"token\":\"NSS Certificate DB\",\"trust\":\"inherited\"}");
}

static void
test_other_members(void **state)
{
	struct nm_certificate c = sample(NULL, 0);
	struct json_object *json, *key;

	(void)state;
	c.key_type = "ec";
	c.curve = "P-256";
	c.usages = NM_USAGE_AUTHORITY;
	c.token = NULL;
	c.trust = NM_TRUST_UNTRUSTED;
	json = host_described_json(&c);
	assert_non_null(json);
	key = json_object_object_get(json, "key");
	assert_string_equal(
	    json_object_get_string(json_object_object_get(key, "curve")),
	    "P-256");
	assert_null(json_object_object_get(key, "bits"));
	/* There, and null. */
	assert_true(json_object_object_get_ex(json, "token", &key));
	assert_null(key);
	assert_string_equal(
	    json_object_get_string(json_object_object_get(json, "trust")),
	    "untrusted");
	json_object_put(json);
}

/* Whatever a certificate says, a page of them fits in a frame. */
static void
test_bounds(void **state)
{
	enum {
		MANY = 3000,
		LONG = 100000
	};
	char *text = malloc(LONG + 1), *address = malloc(320 + 1);
	char **addresses = calloc(MANY, sizeof(*addresses));
	struct json_object *json, *array;
	struct nm_certificate c;

	(void)state;
	assert_true(text != NULL && address != NULL && addresses != NULL);
	memset(text, '\001', LONG); /* six bytes each in JSON */
	text[LONG] = '\0';
	memset(address, '\001', 320);
	address[320] = '\0';
	for (size_t i = 0; i < MANY; i++)
		addresses[i] = i % 2 == 0 ? address : text;
	c = sample(addresses, MANY);
	c.subject = c.issuer = c.serial = c.token = text;
	json = host_described_json(&c);
	assert_non_null(json);
	array = json_object_object_get(json, "addresses");
	assert_int_equal(json_object_array_length(array), 100);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(json_object_get_string_len(
				     json_object_array_get_idx(array, i)),
		    320);
	assert_int_equal(
	    json_object_get_string_len(json_object_object_get(json, "subject")),
	    1024);
	assert_true(host_json_size(json) < 256 * 1024);
	json_object_put(json);
	free(addresses);
	free(address);
	free(text);
}

static void
test_text(void **state)
{
	static const struct {
		const char *text;
		size_t max;
		const char *json;
	} cases[] = {
		{ "", 10, "\"\"" },
		{ "abc", 3, "\"abc\"" },
		{ "abcd", 3, "\"abc\"" },
		{ "abc", 0, "\"\"" },
		{ "J\xc3\xbcrgen", 10, "\"J\xc3\xbcrgen\"" },
		/* never cut inside a character */
		{ "J\xc3\xbcrgen", 2, "\"J\"" },
		{ "J\xc3\xbcrgen", 3, "\"J\xc3\xbc\"" },
		{ "\xf0\x9f\x93\xa7", 3, "\"\"" },
		/* what is not UTF-8: a byte of Latin-1, an overlong slash, a
		 * surrogate */
		{ "J\xfcrgen", 99, "\"J\xef\xbf\xbdrgen\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_json(
		    host_text_json(cases[i].text, cases[i].max), cases[i].json);
}

static void
test_not_utf8(void **state)
{
	static const char *const texts[] = { "\xc0\xaf", "\xed\xa0\x80",
		"\xf8\x88\x80\x80\x80", "\x80", "ab\xc3", "\xff\xfe" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct json_object *json = host_text_json(texts[i], 99);

		assert_non_null(json);
		assert_non_null(
		    strstr(json_object_get_string(json), "\xef\xbf\xbd"));
		for (const char *p = json_object_get_string(json); *p != '\0';
		     p++)
			assert_true((unsigned char)*p < 0x80 ||
			    strchr("\xef\xbf\xbd", *p) != NULL);
		json_object_put(json);
	}
}

static void
test_reasons(void **state)
{
	(void)state;
	assert_json(host_reasons_json(0), "[]");
	assert_json(host_reasons_json(NM_REASON_BIT(NM_REASON_EXPIRED) |
			NM_REASON_BIT(NM_REASON_CONTENT_ALTERED)),
	    "[\"content-altered\",\"expired\"]");
	assert_true(host_reasons_usable(0));
	assert_true(
	    host_reasons_usable(NM_REASON_BIT(NM_REASON_EXPIRED_SINCE)));
	assert_false(host_reasons_usable(NM_REASON_BIT(NM_REASON_EXPIRED)));
	assert_false(
	    host_reasons_usable(NM_REASON_BIT(NM_REASON_ISSUER_UNKNOWN)));
	assert_false(
	    host_reasons_usable(NM_REASON_BIT(NM_REASON_EXPIRED_SINCE) |
		NM_REASON_BIT(NM_REASON_REVOKED)));
}

/* Two chains that share an issuer: one entry, both of its faults. */
static void
test_chains(void **state)
{
	struct nm_certificate chain[2] = { sample(NULL, 0), sample(NULL, 0) };
	nm_reasons first[] = { 0, NM_REASON_BIT(NM_REASON_EXPIRED) };
	nm_reasons second[] = { NM_REASON_BIT(NM_REASON_WEAK_KEY),
		NM_REASON_BIT(NM_REASON_WEAK_DIGEST) };
	struct json_object *table = json_object_new_object(), *entry;

	(void)state;
	chain[1].fingerprint[0] = 'f';
	assert_json(host_chain_json(chain, first, 2, table),
	    "[\"0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef\","
	    "\"f123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef\"]");
	chain[0].fingerprint[0] = 'e';
	json_object_put(host_chain_json(chain, second, 2, table));
	assert_int_equal(json_object_object_length(table), 3);
	entry = json_object_object_get(table, chain[1].fingerprint);
	assert_json(json_object_get(json_object_object_get(entry, "reasons")),
	    "[\"expired\",\"weak-digest\"]");
	entry = json_object_object_get(table, chain[0].fingerprint);
	assert_json(json_object_get(json_object_object_get(entry, "reasons")),
	    "[\"weak-key\"]");
	assert_json(host_chain_json(NULL, NULL, 0, table), "[]");
	json_object_put(table);
}

static void
test_base64(void **state)
{
	struct json_object *object = json_object_new_object();
	struct nm_buffer data = NM_BUFFER_INIT;
	struct nm_fault fault = { NM_OK, "" };
	struct host_build b;
	struct json_object *out;

	(void)state;
	json_object_object_add(
	    object, "data", json_object_new_string("AAEC/w=="));
	assert_int_equal(
	    host_base64_member(object, "data", &data, &fault), NM_OK);
	assert_int_equal(data.len, 4);
	assert_memory_equal(data.data, "\000\001\002\377", 4);
	host_build_begin(&b);
	host_build_base64(&b, "data", nm_buffer_bytes(&data));
	assert_int_equal(host_build_end(&b, &out, &fault), NM_OK);
	assert_json(out, "{\"data\":\"AAEC/w==\"}");
	nm_buffer_clear(&data);
	json_object_object_add(object, "data", json_object_new_string("A"));
	assert_int_equal(host_base64_member(object, "data", &data, &fault),
	    NM_ERR_INVALID_PARAMS);
	assert_int_equal(fault.code, NM_ERR_INVALID_PARAMS);
	assert_int_equal(data.len, 0);
	nm_buffer_reset(&data);
	json_object_put(object);
}

/* A failed allocation anywhere is told at the end, and nothing leaks. */
static void
test_sticky(void **state)
{
	struct nm_fault fault = { NM_OK, "" };
	struct json_object *out;
	struct host_build b;

	(void)state;
	host_build_begin(&b);
	host_build_bool(&b, "first", true);
	host_build_add(&b, "second", NULL);
	host_build_int(&b, "third", 3);
	assert_int_equal(host_build_end(&b, &out, &fault), NM_ERR_INTERNAL);
	assert_null(out);
	assert_int_equal(fault.code, NM_ERR_INTERNAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_other_members),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_not_utf8),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_chains),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_sticky),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
