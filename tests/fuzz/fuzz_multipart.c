/* SPDX-License-Identifier: MPL-2.0 */
/* Multipart framing; the input's first line is the boundary. */
#include <nssmime/mime.h>

#include "fuzz.h"
#include "mime/multipart.h"

struct record {
	struct nm_buffer all; /* parts and what is outside, in their order */
	unsigned parts, ended;
	bool closed, preamble, epilogue;
};

static enum nm_error
part(void *arg, unsigned index, struct nm_stage **stage)
{
	struct record *r = arg;

	must(index == ++r->parts);
	*stage = nm_collector_new(&r->all, SIZE_MAX);
	return NM_OK;
}

static enum nm_error
end(void *arg, unsigned parts, bool closed, bool preamble, bool epilogue)
{
	struct record *r = arg;

	must(parts == r->parts && r->ended == 0);
	r->ended++;
	r->closed = closed;
	r->preamble = preamble;
	r->epilogue = epilogue;
	return NM_OK;
}

static enum nm_error
outside(void *arg, const uint8_t *data, size_t len)
{
	nm_buffer_append(&((struct record *)arg)->all, data, len);
	return NM_OK;
}

/* False: it is no boundary. */
static bool
run(struct record *r, const char *boundary, struct nm_bytes in, uint32_t seed)
{
	static const struct nm_multipart_handler handler = { part, end };
	struct nm_stage *s = nm_multipart_new(boundary, &handler, r, NULL);

	if (s == NULL)
		return false;
	nm_multipart_set_outside(s, outside);
	must(fuzz_feed(s, in.data, in.len, seed) == NM_OK);
	must(r->ended == 1);
	/* with what is outside of the parts it is the input */
	must(nm_bytes_equal(nm_buffer_bytes(&r->all), in));
	nm_stage_free(&s);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record whole = { .parts = 0 }, pieces = { .parts = 0 };
	char *text = fuzz_string(data, size), *line = strchr(text, '\n');
	struct nm_bytes body;

	if (line == NULL || line == text || line - text > 70)
		goto out;
	*line++ = '\0';
	body.data = (const uint8_t *)line;
	body.len = size - (size_t)(line - text);
	if (!run(&whole, text, body, 0))
		goto out;
	must(run(&pieces, text, body, (uint32_t)size + 1));
	must(whole.parts == pieces.parts && whole.closed == pieces.closed);
	must(whole.preamble == pieces.preamble);
	must(whole.epilogue == pieces.epilogue);
out:
	nm_buffer_reset(&whole.all);
	nm_buffer_reset(&pieces.all);
	free(text);
	return 0;
}
