/* SPDX-License-Identifier: MPL-2.0 */
/*
 * interop_encrypt CIPHER [key-id] [ukm] [hkdf] [oaep] [kdf=DIGEST] CERT...
 *
 * Encrypts standard input to certificates in DER files and writes the
 * ContentInfo: with the library itself, for the forms that no request asks
 * the host for, and that openssl and the host have to read all the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nss.h>

#include <nssmime/cms.h>

#define MOST 8

struct request {
	enum nm_cipher cipher;
	bool hkdf;
	struct nm_encrypt_to how; /* but for the certificate */
	CERTCertificate *certs[MOST];
	size_t count;
};

static bool
load(FILE *f, struct nm_buffer *out)
{
	size_t n = 1;

	while (n != 0) {
		uint8_t *at = nm_buffer_extend(out, 65536);

		if (at == NULL)
			return false;
		n = fread(at, 1, 65536, f);
		out->len -= 65536 - n;
	}
	return ferror(f) == 0;
}

static CERTCertificate *
certificate(const char *path)
{
	struct nm_buffer der = NM_BUFFER_INIT;
	CERTCertificate *cert = NULL;
	FILE *f = fopen(path, "re");

	if (f != NULL && load(f, &der)) {
		SECItem item = { siBuffer, der.data, (unsigned)der.len };

		cert = CERT_NewTempCertificate(
		    CERT_GetDefaultCertDB(), &item, NULL, PR_FALSE, PR_TRUE);
	}
	if (f != NULL)
		(void)fclose(f);
	nm_buffer_reset(&der);
	return cert;
}

static bool
take(struct request *r, const char *word)
{
	if (strcmp(word, "key-id") == 0)
		r->how.by_key_id = true;
	else if (strcmp(word, "ukm") == 0)
		r->how.ukm = true;
	else if (strcmp(word, "hkdf") == 0)
		r->hkdf = true;
	else if (strcmp(word, "oaep") == 0)
		r->how.oaep = true;
	else if (strncmp(word, "kdf=", 4) == 0)
		r->how.kdf = nm_digest_by_name(word + 4);
	else if (r->count == MOST ||
	    (r->certs[r->count++] = certificate(word)) == NULL)
		return false;
	return true;
}

static enum nm_error
encrypt(const struct request *r, const struct nm_buffer *content,
    struct nm_buffer *out, struct nm_fault *fault)
{
	struct nm_encrypt_to to[MOST];
	struct nm_stage *collector = nm_collector_new(out, SIZE_MAX);
	struct nm_stage *stage = NULL;
	enum nm_error err = NM_ERR_INTERNAL;

	for (size_t i = 0; i < r->count; i++) {
		to[i] = r->how;
		to[i].cert = r->certs[i];
	}
	if (collector == NULL)
		return NM_ERR_INTERNAL;
	stage = nm_cms_encrypt_new(
	    to, r->count, r->cipher, r->hkdf, collector, fault, &err);
	if (stage != NULL &&
	    (err = nm_stage_write(stage, content->data, content->len)) == NM_OK)
		err = nm_stage_finish(stage);
	nm_stage_free(&stage);
	nm_stage_free(&collector);
	return err;
}

int
main(int argc, char **argv)
{
	struct request r = { .cipher = NM_CIPHER_NONE };
	struct nm_buffer content = NM_BUFFER_INIT, out = NM_BUFFER_INIT;
	struct nm_fault fault = { 0 };
	int status = 1;

	if (argc < 3 || NSS_NoDB_Init(NULL) != SECSuccess) {
		(void)fprintf(stderr, "usage: %s CIPHER [HOW...] CERT...\n",
		    argc > 0 ? argv[0] : "interop_encrypt");
		return 2;
	}
	r.cipher = nm_cipher_by_name(argv[1]);
	for (int i = 2; i < argc; i++) {
		if (!take(&r, argv[i])) {
			(void)fprintf(stderr, "cannot take %s\n", argv[i]);
			goto out;
		}
	}
	if (!load(stdin, &content) ||
	    encrypt(&r, &content, &out, &fault) != NM_OK) {
		(void)fprintf(stderr, "%s\n", fault.text);
		goto out;
	}
	if (fwrite(out.data, 1, out.len, stdout) == out.len &&
	    fflush(stdout) == 0)
		status = 0;
out:
	for (size_t i = 0; i < r.count; i++) {
		if (r.certs[i] != NULL)
			CERT_DestroyCertificate(r.certs[i]);
	}
	nm_buffer_reset(&content);
	nm_buffer_reset(&out);
	if (NSS_Shutdown() != SECSuccess)
		status = 1;
	return status;
}
