/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Whole messages, protected in a manner that the first byte names. What was
 * protected is 7-bit clean, and reads as covered by all that was asked for.
 */
#include "mime/seven_bit.h"
#include "person.h"

static struct person person;
static char signer[NM_FINGERPRINT_SIZE];

static void
end(void)
{
	person_close(&person);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	CERTCertificate **certs = NULL;
	size_t count = 0;

	(void)argc;
	(void)argv;
	person_open(&person);
	/* elliptic curves sign fast */
	must(nm_index_by_address(
		 person.index, "carol@example.org", &certs, &count) == NM_OK &&
	    count == 1);
	nm_certificate_fingerprint(certs[0], signer);
	free(certs);
	return atexit(end);
}

/* What follows the fields of the message, which are its maker's affair, but
 * for an entity, which has no others than those of MIME. */
static struct nm_bytes
own_part(const struct manner *m, const struct nm_buffer *out)
{
	const uint8_t *at = out->data;

	if (m->kind == NM_CONTENT_MESSAGE) {
		at = memmem(out->data, out->len, "\r\n\r\n", 4);
		must(at != NULL);
	}
	return (struct nm_bytes){ at, out->len - (size_t)(at - out->data) };
}

static void
check(const struct manner *m, const struct nm_buffer *out)
{
	struct outcome read = { .layers = 0 };
	struct nm_bytes own = own_part(m, out);

	must(nm_is_clean(own.data, own.len));
	person_read(&person, m->kind, nm_buffer_bytes(out), 0, &read);
	must(read.error == NM_OK);
	must(read.layers >= (size_t)m->sign + m->encrypt + m->triple);
	if (m->encrypt)
		must(read.encryption == NM_COVERAGE_FULL);
	/* From may be anybody, but what was signed was not altered */
	if (m->sign)
		must(
		    (read.reasons &
			(NM_REASON_BIT(NM_REASON_CONTENT_ALTERED) |
			    NM_REASON_BIT(NM_REASON_SIGNATURE_MISMATCH))) == 0);
	outcome_clear(&read);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nm_buffer out = NM_BUFFER_INIT;
	struct manner m = { .from = signer, .to = "bob@example.org" };
	struct nm_bytes in;

	if (size == 0)
		return 0;
	m.sign = (data[0] & 1) != 0;
	m.encrypt = (data[0] & 2) != 0 || !m.sign;
	m.opaque = (data[0] & 4) != 0;
	m.triple = m.sign && m.encrypt && (data[0] & 8) != 0;
	m.cipher =
	    (data[0] & 16) != 0 ? NM_CIPHER_AES256_GCM : NM_CIPHER_AES256_CBC;
	m.kind = (data[0] & 32) != 0 ? NM_CONTENT_ENTITY : NM_CONTENT_MESSAGE;
	m.oaep = (data[0] & 64) != 0;
	in.data = data + 1;
	in.len = size - 1;
	if (person_protect(&person, &m, in, (uint32_t)size % 3, &out) == NM_OK)
		check(&m, &out);
	nm_buffer_reset(&out);
	return 0;
}
