/* SPDX-License-Identifier: MPL-2.0 */
/* Transfer codings both ways, the wire's base64, and canonical line ends. */
#include <nssmime/mime.h>

#include "fuzz.h"

static struct nm_stage *
base64_decoder(struct nm_stage *next, void *arg)
{
	(void)arg;
	return nm_base64_decoder_new(next);
}

static struct nm_stage *
base64_encoder(struct nm_stage *next, void *arg)
{
	(void)arg;
	return nm_base64_encoder_new(next);
}

static struct nm_stage *
quoted_decoder(struct nm_stage *next, void *arg)
{
	(void)arg;
	return nm_quoted_printable_decoder_new(next);
}

static struct nm_stage *
quoted_encoder(struct nm_stage *next, void *arg)
{
	(void)arg;
	return nm_quoted_printable_encoder_new(next);
}

static struct nm_stage *
canonical(struct nm_stage *next, void *arg)
{
	(void)arg;
	return nm_canonical_new(next);
}

typedef struct nm_stage *(*maker)(struct nm_stage *next, void *arg);

/* What `first` makes of the input, and then `second` of that. */
static void
two(maker first, maker second, struct nm_bytes in, struct nm_buffer *between,
    struct nm_buffer *out)
{
	must(fuzz_through(first, NULL, in, between) == NM_OK);
	must(
	    fuzz_through(second, NULL, nm_buffer_bytes(between), out) == NM_OK);
}

static void
wire(struct nm_bytes in)
{
	uint8_t *data = malloc(in.len / 4 * 3 + 1), *again;
	size_t len, again_len, encoded;
	char *text;

	must(data != NULL);
	if (nm_base64_decode((const char *)in.data, in.len, data, &len)) {
		must(nm_base64_encoded_size(len) == in.len);
		must((text = malloc(in.len + 1)) != NULL);
		nm_base64_encode(data, len, text);
		/* strict: one text alone says it */
		must(in.len == 0 || memcmp(text, in.data, in.len) == 0);
		free(text);
	}
	free(data);
	encoded = nm_base64_encoded_size(in.len);
	must((text = malloc(encoded + 1)) != NULL);
	must((again = malloc(encoded / 4 * 3 + 1)) != NULL);
	nm_base64_encode(in.data, in.len, text);
	must(nm_base64_decode(text, encoded, again, &again_len));
	must(again_len == in.len);
	must(in.len == 0 || memcmp(again, in.data, in.len) == 0);
	free(text);
	free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nm_bytes in = { data, size };
	struct nm_buffer a = NM_BUFFER_INIT, b = NM_BUFFER_INIT,
			 c = NM_BUFFER_INIT, d = NM_BUFFER_INIT;

	two(base64_encoder, base64_decoder, in, &a, &b);
	must(nm_bytes_equal(nm_buffer_bytes(&b), in));
	nm_buffer_reset(&a);
	nm_buffer_reset(&b);
	/* a text, after its line ends were made canonical */
	two(canonical, canonical, in, &a, &b);
	must(fuzz_same(&a, &b));
	two(quoted_encoder, quoted_decoder, nm_buffer_bytes(&a), &c, &d);
	must(fuzz_same(&a, &d));
	nm_buffer_reset(&a);
	nm_buffer_reset(&b);
	nm_buffer_reset(&c);
	nm_buffer_reset(&d);
	must(fuzz_through(base64_decoder, NULL, in, &a) == NM_OK);
	must(fuzz_through(quoted_decoder, NULL, in, &b) == NM_OK);
	nm_buffer_reset(&a);
	nm_buffer_reset(&b);
	wire(in);
	return 0;
}
