/* SPDX-License-Identifier: MPL-2.0 */
#include "certificate_json.h"

#include <stdlib.h>
#include <string.h>

#include "json_build.h"
#include "reasons_json.h"

#define MAX_NAME      1024
#define MAX_SERIAL    128
#define MAX_ADDRESS   320 /* RFC 5321 4.5.3.1: 64, "@", 255 */
#define MAX_ADDRESSES 100

static const char *
trust_name(enum nm_trust trust)
{
	switch (trust) {
	case NM_TRUST_TRUSTED:
		return "trusted";
	case NM_TRUST_UNTRUSTED:
		return "untrusted";
	case NM_TRUST_INHERITED:
		break;
	}
	return "inherited";
}

struct json_object *
host_addresses_json(const struct nm_certificate *c)
{
	struct json_object *array = json_object_new_array();
	size_t listed = 0;

	if (array == NULL)
		return NULL;
	for (size_t i = 0; i < c->address_count; i++) {
		if (listed == MAX_ADDRESSES)
			break;
		if (strlen(c->addresses[i]) > MAX_ADDRESS)
			continue;
		if (!host_array_add(
			array, host_text_json(c->addresses[i], MAX_ADDRESS))) {
			json_object_put(array);
			return NULL;
		}
		listed++;
	}
	return array;
}

static struct json_object *
usages_json(unsigned usages)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {
		{ NM_USAGE_SIGN, "sign" },
		{ NM_USAGE_ENCRYPT, "encrypt" },
		{ NM_USAGE_AUTHORITY, "authority" },
	};
	struct json_object *array = json_object_new_array();

	if (array == NULL)
		return NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((usages & names[i].bit) != 0 &&
		    !host_array_add(
			array, json_object_new_string(names[i].name))) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

static struct json_object *
key_json(const struct nm_certificate *c)
{
	struct host_build b;
	struct json_object *key = NULL;

	host_build_begin(&b);
	host_build_string(
	    &b, "type", c->key_type != NULL ? c->key_type : "unknown");
	if (c->curve != NULL)
		host_build_text(&b, "curve", c->curve, MAX_SERIAL);
	else if (c->key_bits != 0)
		host_build_int(&b, "bits", c->key_bits);
	(void)host_build_end(&b, &key, NULL);
	return key;
}

struct json_object *
host_described_json(const struct nm_certificate *c)
{
	struct host_build b;
	struct json_object *out = NULL;

	host_build_begin(&b);
	host_build_string(&b, "fingerprint", c->fingerprint);
	host_build_text(&b, "subject", c->subject, MAX_NAME);
	host_build_text(&b, "issuer", c->issuer, MAX_NAME);
	host_build_text(&b, "serial", c->serial, MAX_SERIAL);
	host_build_add(&b, "addresses", host_addresses_json(c));
	host_build_time(&b, "notBefore", c->not_before);
	host_build_time(&b, "notAfter", c->not_after);
	host_build_add(&b, "key", key_json(c));
	host_build_add(&b, "usages", usages_json(c->usages));
	host_build_bool(&b, "own", c->own);
	host_build_text(&b, "token", c->token, MAX_NAME);
	host_build_string(&b, "trust", trust_name(c->trust));
	(void)host_build_end(&b, &out, NULL);
	return out;
}

static struct json_object *
purpose_json(nm_reasons reasons)
{
	struct host_build b;
	struct json_object *out = NULL;

	host_build_begin(&b);
	host_build_bool(&b, "usable", host_reasons_usable(reasons));
	host_build_add(&b, "reasons", host_reasons_json(reasons));
	(void)host_build_end(&b, &out, NULL);
	return out;
}

struct json_object *
host_certificate_status_json(
    const struct nm_certificate *c, nm_reasons sign, nm_reasons encrypt)
{
	struct host_build b, status;
	struct json_object *purposes = NULL, *out = NULL;

	b.object = host_described_json(c);
	b.failed = b.object == NULL;
	host_build_begin(&status);
	host_build_add(&status, "sign", purpose_json(sign));
	host_build_add(&status, "encrypt", purpose_json(encrypt));
	(void)host_build_end(&status, &purposes, NULL);
	host_build_add(&b, "status", purposes);
	(void)host_build_end(&b, &out, NULL);
	return out;
}

enum nm_error
host_certificate_json(struct nm_database *db, CERTCertificate *cert,
    int64_t now, struct json_object **out, struct nm_fault *fault)
{
	struct nm_certificate c = { 0 };
	struct nm_path_question signing = { .purpose = NM_PURPOSE_SIGN,
		.when = now };
	struct nm_path_question encrypting = { .purpose = NM_PURPOSE_ENCRYPT,
		.when = now };
	nm_reasons sign, encrypt;

	*out = NULL;
	if (nm_certificate_describe(db, cert, &c) == NM_OK &&
	    nm_path_reasons(db, cert, &signing, &sign) == NM_OK &&
	    nm_path_reasons(db, cert, &encrypting, &encrypt) == NM_OK)
		*out = host_certificate_status_json(&c, sign, encrypt);
	nm_certificate_clear(&c);
	return *out != NULL ? NM_OK
			    : nm_fail(fault, NM_ERR_INTERNAL, "Out of memory");
}

/* Puts what a fingerprint of a chain stands for in the table, once; what is
 * wrong with it may differ between two chains: then both count. */
static bool
table_add(struct json_object *table, const struct nm_certificate *c,
    nm_reasons reasons)
{
	struct json_object *entry, *known, *merged;
	nm_reasons all = reasons;

	if (json_object_object_get_ex(table, c->fingerprint, &entry)) {
		known = json_object_object_get(entry, "reasons");
		for (unsigned i = 0; i < NM_REASON_COUNT; i++) {
			for (size_t j = 0; j < json_object_array_length(known);
			     j++) {
				if (strcmp(nm_reason_name((enum nm_reason)i),
					json_object_get_string(
					    json_object_array_get_idx(
						known, j))) == 0)
					all |= NM_REASON_BIT(i);
			}
		}
	} else {
		entry = host_described_json(c);
		if (entry == NULL)
			return false;
		if (json_object_object_add(table, c->fingerprint, entry) != 0) {
			json_object_put(entry);
			return false;
		}
	}
	merged = host_reasons_json(all);
	if (merged == NULL ||
	    json_object_object_add(entry, "reasons", merged) != 0) {
		json_object_put(merged);
		return false;
	}
	return true;
}

static bool
link_add(struct json_object *chain, struct json_object *table,
    const struct nm_certificate *c, nm_reasons reasons)
{
	return table_add(table, c, reasons) &&
	    host_array_add(chain, json_object_new_string(c->fingerprint));
}

struct json_object *
host_path_json(struct nm_database *db, const struct nm_path *path,
    struct json_object *table)
{
	struct json_object *chain = json_object_new_array();
	bool good = chain != NULL;

	for (size_t i = 0; good && i < path->count; i++) {
		struct nm_certificate c = { 0 };

		good = nm_certificate_describe(db, path->links[i].cert, &c) ==
			NM_OK &&
		    link_add(chain, table, &c, path->links[i].reasons);
		nm_certificate_clear(&c);
	}
	if (!good) {
		json_object_put(chain);
		chain = NULL;
	}
	return chain;
}

struct json_object *
host_chain_json(const struct nm_certificate *certs, const nm_reasons *reasons,
    size_t count, struct json_object *table)
{
	struct json_object *chain = json_object_new_array();
	bool good = chain != NULL;

	for (size_t i = 0; good && i < count; i++)
		good = link_add(chain, table, &certs[i], reasons[i]);
	if (!good) {
		json_object_put(chain);
		chain = NULL;
	}
	return chain;
}

enum nm_error
host_certificate_named(
    struct host_call *call, struct json_object *params, CERTCertificate **out)
{
	CERTCertificate *cert;

	*out = NULL;
	cert = nm_index_by_fingerprint(
	    host_call_index(call), host_string(params, "fingerprint"));
	if (cert == NULL)
		return nm_fail(host_call_fault(call),
		    NM_ERR_CERTIFICATE_NOT_FOUND,
		    "No certificate has this fingerprint");
	*out = CERT_DupCertificate(cert);
	return NM_OK;
}

char *
host_certificate_line(struct nm_database *db, CERTCertificate *cert)
{
	struct nm_certificate c = { 0 };
	struct nm_buffer line = NM_BUFFER_INIT;
	char *text = NULL;

	if (nm_certificate_describe(db, cert, &c) == NM_OK) {
		/* a window has room for some 300 bytes of it */
		nm_buffer_format(&line, "%.110s", c.subject);
		if (c.address_count > 0)
			nm_buffer_format(&line, ", for %.80s", c.addresses[0]);
		nm_buffer_format(&line,
		    ", issued by %.60s, serial number %.40s", c.issuer,
		    c.serial);
		text = nm_buffer_take_string(&line);
	}
	nm_certificate_clear(&c);
	return text;
}

enum nm_error
host_confirm(struct host_call *call, const char *what, const char *detail,
    const char *needs)
{
	const struct nm_asker *asker = host_call_asker(call);
	struct nm_question q = { .what = what, .detail = detail };
	enum nm_error error;

	if (asker == NULL)
		return nm_fail(host_call_fault(call), NM_ERR_PASSWORD_REQUIRED,
		    "%s", needs);
	error = asker->confirm(asker->arg, &q);
	return error == NM_OK
	    ? NM_OK
	    : nm_fail(host_call_fault(call), error, "%s", nm_error_text(error));
}

enum nm_error
host_certificate_confirm(struct host_call *call, CERTCertificate *cert,
    const char *what, const char *needs)
{
	char *line = host_certificate_line(host_call_database(call), cert);
	enum nm_error error;

	if (line == NULL)
		return nm_fail(host_call_fault(call), NM_ERR_INTERNAL,
		    "There is not enough memory");
	error = host_confirm(call, what, line, needs);
	free(line);
	return error;
}
