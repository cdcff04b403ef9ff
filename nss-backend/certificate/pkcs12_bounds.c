/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Password-based algorithms say themselves how long they take: a file of a
 * few hundred bytes can ask for 2^31 iterations. So the counts are read
 * before NSS gets to work (RFC 7292 section 4, RFC 8018, RFC 9579). Files are
 * often BER, NSS's own among them; the structure is made DER first.
 */
#include "certificate/pkcs12.h"

#include <string.h>

#include "cms/ber.h"

#define MAX_ITERATIONS 10000000u
#define MAX_TOTAL      40000000u /* several bags, each with its own */

static const uint8_t pkcs7_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
	0x07, 0x01 };
static const uint8_t pkcs7_encrypted[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
	0x01, 0x07, 0x06 };
static const uint8_t shrouded_key_bag[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
	0x01, 0x0c, 0x0a, 0x01, 0x02 };
/* pkcs-5: .13 PBES2, .14 PBMAC1, .1 to .11 PBES1; .12 PBKDF2 */
static const uint8_t pkcs5[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
	0x05 };
/* pkcs-12PbeIds */
static const uint8_t pkcs12_pbe[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
	0x0c, 0x01 };

static bool
oid_is(struct nm_bytes oid, const uint8_t *what, size_t len)
{
	return oid.len == len && memcmp(oid.data, what, len) == 0;
}
#define IS(oid, what) oid_is(oid, what, sizeof(what))

static bool
count(struct nm_bytes value, uint64_t *total)
{
	uint64_t n;

	if (!nm_der_uint(value, &n) || n > MAX_ITERATIONS)
		return false;
	*total += n;
	return *total <= MAX_TOTAL;
}

bool
nm_pbe_check(struct nm_bytes oid, struct nm_bytes parameters, uint64_t *total)
{
	struct nm_tlv seq, kdf, e, salt, n;

	if (!nm_der_take(&parameters, 0x30, &seq))
		return false;
	if (oid.len == sizeof(pkcs5) + 1 &&
	    memcmp(oid.data, pkcs5, sizeof(pkcs5)) == 0 &&
	    (oid.data[sizeof(pkcs5)] == 13 || oid.data[sizeof(pkcs5)] == 14)) {
		/* { keyDerivationFunc, encryptionScheme }; PBKDF2-params
		 * start as the older schemes' do */
		if (!nm_der_take(&seq.value, 0x30, &kdf) ||
		    !nm_der_take(&kdf.value, 0x06, &e) ||
		    e.value.len != sizeof(pkcs5) + 1 ||
		    memcmp(e.value.data, pkcs5, sizeof(pkcs5)) != 0 ||
		    !nm_der_take(&kdf.value, 0x30, &seq))
			return false;
	} else if (!(oid.len == sizeof(pkcs12_pbe) + 1 &&
		       memcmp(oid.data, pkcs12_pbe, sizeof(pkcs12_pbe)) == 0) &&
	    !(oid.len == sizeof(pkcs5) + 1 &&
		memcmp(oid.data, pkcs5, sizeof(pkcs5)) == 0)) {
		return false;
	}
	return nm_der_next(&seq.value, &salt) &&
	    nm_der_take(&seq.value, 0x02, &n) && count(n.value, total);
}

static bool
check_algorithm(struct nm_bytes algorithm, uint64_t *total)
{
	struct nm_tlv oid;

	return nm_der_take(&algorithm, 0x06, &oid) &&
	    nm_pbe_check(oid.value, algorithm, total);
}

/* MacData ::= SEQUENCE { mac DigestInfo, macSalt, iterations DEFAULT 1 } */
static bool
check_mac(struct nm_bytes mac, uint64_t *total)
{
	struct nm_tlv info, salt, n, algorithm, oid;

	if (!nm_der_take(&mac, 0x30, &info) ||
	    !nm_der_take(&mac, 0x04, &salt) ||
	    !nm_der_take(&info.value, 0x30, &algorithm) ||
	    !nm_der_take(&algorithm.value, 0x06, &oid))
		return false;
	/* PBMAC1's count is in its parameters (RFC 9579) */
	if (oid.value.len == sizeof(pkcs5) + 1 &&
	    memcmp(oid.value.data, pkcs5, sizeof(pkcs5)) == 0 &&
	    !nm_pbe_check(oid.value, algorithm.value, total))
		return false;
	return !nm_der_take(&mac, 0x02, &n) || count(n.value, total);
}

/* SafeContents ::= SEQUENCE OF SafeBag { bagId, [0] bagValue, ... } */
static bool
check_bags(struct nm_bytes contents, uint64_t *total)
{
	struct nm_tlv bags, bag, oid, value, key, algorithm;

	if (!nm_der_take(&contents, 0x30, &bags))
		return false;
	while (bags.value.len != 0) {
		if (!nm_der_take(&bags.value, 0x30, &bag) ||
		    !nm_der_take(&bag.value, 0x06, &oid) ||
		    !nm_der_take(&bag.value, 0xa0, &value))
			return false;
		if (!IS(oid.value, shrouded_key_bag))
			continue;
		if (!nm_der_take(&value.value, 0x30, &key) ||
		    !nm_der_take(&key.value, 0x30, &algorithm) ||
		    !check_algorithm(algorithm.value, total))
			return false;
	}
	return true;
}

/* ContentInfo of the AuthenticatedSafe: data, or encryptedData. */
static bool
check_safe(struct nm_bytes safe, uint64_t *total)
{
	struct nm_buffer der = NM_BUFFER_INIT;
	struct nm_tlv oid, content, e;
	bool ok;

	if (!nm_der_take(&safe, 0x06, &oid) ||
	    !nm_der_take(&safe, 0xa0, &content))
		return false;
	if (IS(oid.value, pkcs7_data)) {
		ok = nm_der_take(&content.value, 0x04, &e) &&
		    nm_ber_normalise(e.value, &der) &&
		    check_bags(nm_buffer_bytes(&der), total);
		nm_buffer_reset(&der);
		return ok;
	}
	/* { version, { contentType, algorithm, ... } } (RFC 5652 section 8) */
	return IS(oid.value, pkcs7_encrypted) &&
	    nm_der_take(&content.value, 0x30, &e) &&
	    nm_der_take(&e.value, 0x02, &content) &&
	    nm_der_take(&e.value, 0x30, &content) &&
	    nm_der_take(&content.value, 0x06, &oid) &&
	    nm_der_take(&content.value, 0x30, &e) &&
	    check_algorithm(e.value, total);
}

static bool
check_all(struct nm_bytes data, uint64_t *total, bool *has_mac)
{
	struct nm_buffer der = NM_BUFFER_INIT, safes_der = NM_BUFFER_INIT;
	struct nm_tlv pfx, e, info, oid, content, safes, safe;
	struct nm_bytes cursor;
	bool ok = false;

	*has_mac = true;
	if (!nm_ber_normalise(data, &der))
		goto out;
	cursor = nm_buffer_bytes(&der);
	if (!nm_der_take(&cursor, 0x30, &pfx) ||
	    !nm_der_take(&pfx.value, 0x02, &e) ||
	    !nm_der_take(&pfx.value, 0x30, &info) ||
	    !nm_der_take(&info.value, 0x06, &oid) ||
	    !IS(oid.value, pkcs7_data) ||
	    !nm_der_take(&info.value, 0xa0, &content) ||
	    !nm_der_take(&content.value, 0x04, &e))
		goto out;
	*has_mac = pfx.value.len != 0;
	if (!*has_mac || !nm_der_take(&pfx.value, 0x30, &info) ||
	    !check_mac(info.value, total) ||
	    !nm_ber_normalise(e.value, &safes_der))
		goto out;
	cursor = nm_buffer_bytes(&safes_der);
	if (!nm_der_take(&cursor, 0x30, &safes))
		goto out;
	while (safes.value.len != 0) {
		if (!nm_der_take(&safes.value, 0x30, &safe) ||
		    !check_safe(safe.value, total))
			goto out;
	}
	ok = true;
out:
	nm_buffer_reset(&der);
	nm_buffer_reset(&safes_der);
	return ok;
}

enum nm_error
nm_pkcs12_check(struct nm_bytes data, uint64_t *total, struct nm_fault *fault)
{
	bool has_mac;

	*total = 0;
	if (check_all(data, total, &has_mac))
		return NM_OK;
	if (!has_mac) {
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "The PKCS #12 file has no password against alteration");
	}
	if (*total > MAX_TOTAL) {
		return nm_fail(fault, NM_ERR_TOO_LARGE,
		    "The PKCS #12 file asks for too many iterations");
	}
	return nm_fail(fault, NM_ERR_INVALID_PARAMS,
	    "The PKCS #12 file cannot be read, or asks for more than %u "
	    "iterations",
	    MAX_ITERATIONS);
}
