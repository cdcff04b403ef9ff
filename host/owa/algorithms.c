/* SPDX-License-Identifier: MPL-2.0 */
#include "algorithms.h"

#include <stdlib.h>
#include <string.h>

/* One entry. */
struct entry {
	unsigned id;
	const char *oid;
	size_t oid_len;
};

struct known {
	unsigned id;
	int algorithm; /* 0: never sent */
	const char *oid;
};

static const struct known ciphers[] = {
	{ 0x6601, NM_CIPHER_NONE, NULL }, /* DES */
	{ 0x6602, NM_CIPHER_NONE, NULL }, /* RC2 */
	{ 0x6603, NM_CIPHER_NONE, NULL }, /* triple DES */
	{ 0x660e, NM_CIPHER_AES128_CBC, "2.16.840.1.101.3.4.1.2" },
	{ 0x660f, NM_CIPHER_AES192_CBC, "2.16.840.1.101.3.4.1.22" },
	{ 0x6610, NM_CIPHER_AES256_CBC, "2.16.840.1.101.3.4.1.42" },
	/* Windows has no numbers for these: by the OID behind another's */
	{ 0, NM_CIPHER_AES128_GCM, "2.16.840.1.101.3.4.1.6" },
	{ 0, NM_CIPHER_AES192_GCM, "2.16.840.1.101.3.4.1.26" },
	{ 0, NM_CIPHER_AES256_GCM, "2.16.840.1.101.3.4.1.46" },
	{ 0, -1, NULL },
};

static const struct known digests[] = {
	{ 0x8003, NM_DIGEST_NONE, NULL }, /* MD5 */
	{ 0x8004, NM_DIGEST_NONE, NULL }, /* SHA-1 */
	{ 0x800c, NM_DIGEST_SHA256, "2.16.840.1.101.3.4.2.1" },
	{ 0x800d, NM_DIGEST_SHA384, "2.16.840.1.101.3.4.2.2" },
	{ 0x800e, NM_DIGEST_SHA512, "2.16.840.1.101.3.4.2.3" },
	{ 0, -1, NULL },
};

static void
skip_blank(const char **at)
{
	*at += strspn(*at, " \t\r\n");
}

static bool
parse_oid(const char **at, struct entry *out)
{
	skip_blank(at);
	out->oid = *at;
	out->oid_len = strspn(*at, "0123456789.");
	*at += out->oid_len;
	return out->oid_len >= 3 && strchr("012", out->oid[0]) != NULL &&
	    out->oid[1] == '.' && out->oid[out->oid_len - 1] != '.';
}

/* One entry up to the ';' behind it, or the end. */
static bool
parse_entry(const char **at, struct entry *out)
{
	size_t len;

	*out = (struct entry){ 0, NULL, 0 };
	skip_blank(at);
	if (strncmp(*at, "0x", 2) == 0 || strncmp(*at, "0X", 2) == 0)
		*at += 2;
	len = strspn(*at, "0123456789abcdefABCDEF");
	if (len != 4)
		return false;
	out->id = (unsigned)strtoul(*at, NULL, 16);
	*at += len;
	skip_blank(at);
	if (**at == ':') {
		++*at;
		skip_blank(at);
		len = strspn(*at, "0123456789");
		if (len == 0 || len > 5)
			return false;
		*at += len; /* the numbers that are sent imply it */
		skip_blank(at);
	}
	if (**at == ',') {
		++*at;
		if (!parse_oid(at, out))
			return false;
		skip_blank(at);
	}
	return **at == ';' || **at == '\0';
}

static const struct known *
find(const struct known *table, const struct entry *e)
{
	const struct known *k;

	for (k = table; e->oid != NULL && k->algorithm >= 0; k++) {
		if (k->oid != NULL && strlen(k->oid) == e->oid_len &&
		    memcmp(k->oid, e->oid, e->oid_len) == 0)
			return k;
	}
	for (k = table; k->algorithm >= 0; k++) {
		if (k->id == e->id && k->id != 0)
			return k;
	}
	return NULL;
}

static int
choose(const char *list, const struct known *table, int otherwise,
    struct host_owa_algorithms *out)
{
	const struct known *k;
	int chosen = 0;
	struct entry e;

	*out = (struct host_owa_algorithms){ false, false };
	if (list == NULL || list[strspn(list, " \t\r\n;")] == '\0')
		return otherwise;
	while (*list != '\0') {
		skip_blank(&list);
		if (*list == ';') {
			list++;
			continue;
		}
		if (*list == '\0')
			break;
		if (!parse_entry(&list, &e)) {
			out->malformed = true;
			return otherwise;
		}
		k = find(table, &e);
		if (chosen == 0 && k != NULL && k->algorithm != 0)
			chosen = k->algorithm;
		else if (chosen == 0)
			out->refused = true;
	}
	return chosen != 0 ? chosen : otherwise;
}

enum nm_cipher
host_owa_cipher(const char *list, struct host_owa_algorithms *out)
{
	int chosen = choose(list, ciphers, NM_CIPHER_AES256_CBC, out);

	return (enum nm_cipher)chosen;
}

enum nm_digest
host_owa_digest(const char *list, struct host_owa_algorithms *out)
{
	int chosen = choose(list, digests, NM_DIGEST_SHA256, out);

	return (enum nm_digest)chosen;
}
