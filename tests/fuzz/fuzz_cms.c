/* SPDX-License-Identifier: MPL-2.0 */
/* The CMS reader without keys: every content type up to its content, signed
 * and compressed data to their end, each level read by a reader again. */
#include <nss.h>

#include <nssmime/cms.h>

#include "fuzz.h"

struct record {
	struct nm_buffer content;
	unsigned begun, ended;
	struct nm_buffer told; /* of signers and certificates */
};

static enum nm_error
begin(void *arg, struct nm_cms_layer *layer, struct nm_stage **next)
{
	struct record *r = arg;

	r->begun++;
	nm_buffer_format(&r->told, "%s ", nm_layer_type_name(layer->type));
	if (layer->type == NM_LAYER_SIGNED &&
	    !nm_signed_has_content(layer->signed_data))
		return NM_OK;
	*next = nm_collector_new(&r->content, 4 * 1024 * 1024);
	return *next != NULL ? NM_OK : NM_ERR_INTERNAL;
}

static void
tell_signed(struct record *r, const struct nm_signed *s)
{
	must(nm_signed_signer_count(s) <= NM_MAX_SIGNERS);
	must(nm_signed_certificate_count(s) <= NM_MAX_CERTIFICATES);
	for (size_t i = 0; i < nm_signed_signer_count(s); i++) {
		const struct nm_signer *signer = nm_signed_signer(s, i);

		nm_buffer_format(&r->told, "%d %d %x %d;", (int)signer->digest,
		    (int)signer->algorithm, (unsigned)signer->reasons,
		    (int)signer->has_signing_time);
		nm_buffer_append(
		    &r->told, signer->signature.data, signer->signature.len);
	}
	for (size_t i = 0; i < nm_signed_certificate_count(s); i++) {
		struct nm_bytes cert = nm_signed_certificate(s, i);

		nm_buffer_append(&r->told, cert.data, cert.len);
	}
}

static enum nm_error
end(void *arg, struct nm_cms_layer *layer)
{
	struct record *r = arg;

	r->ended++;
	must(r->ended <= r->begun);
	if (layer->type == NM_LAYER_SIGNED)
		tell_signed(r, layer->signed_data);
	return NM_OK;
}

static enum nm_error
run(struct record *r, const uint8_t *data, size_t size, uint32_t seed)
{
	static const struct nm_cms_handler handler = { begin, end };
	struct nm_stage *s = nm_cms_reader_new(&handler, r, NULL, NULL);
	enum nm_error err;

	must(s != NULL);
	err = fuzz_feed(s, data, size, seed);
	nm_stage_free(&s);
	must(err != NM_OK || r->begun == r->ended);
	return err;
}

static void
clear(struct record *r)
{
	nm_buffer_reset(&r->content);
	nm_buffer_reset(&r->told);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	must(NSS_NoDB_Init(NULL) == SECSuccess);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record whole = { .begun = 0 }, pieces = { .begun = 0 };
	enum nm_error err = run(&whole, data, size, 0);

	must(run(&pieces, data, size, (uint32_t)size + 1) == err);
	must(whole.begun == pieces.begun);
	if (err == NM_OK) {
		must(fuzz_same(&whole.told, &pieces.told));
		must(fuzz_same(&whole.content, &pieces.content));
	}
	clear(&whole);
	clear(&pieces);
	return 0;
}
