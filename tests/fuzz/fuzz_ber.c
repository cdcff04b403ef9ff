/* SPDX-License-Identifier: MPL-2.0 */
/* The BER reader, told what to do with each element by the input's first
 * bytes, and the normaliser. */
#include "cms/ber.h"
#include "fuzz.h"

struct record {
	struct nm_buffer calls; /* what was called, with bytes joined */
	unsigned open;
	uint8_t plan;
	unsigned elements;
};

static enum nm_error
begin(void *arg, unsigned depth, uint8_t tag, enum nm_ber_action *action)
{
	struct record *r = arg;

	must(depth <= NM_MAX_BER_DEPTH);
	/* down to a depth that the plan names, then one of the others */
	if (depth < (r->plan & 7u) && (tag & 0x20) != 0) {
		*action = NM_BER_DESCEND;
		r->open++;
	} else {
		*action = (enum nm_ber_action)(
		    NM_BER_CAPTURE + (r->plan / 8 + r->elements) % 3);
		if (*action == NM_BER_STREAM && (tag & 0xdf) != 0x04 &&
		    (tag & 0xc0) != 0x80)
			*action = NM_BER_SKIP;
		if (*action == NM_BER_STREAM)
			r->open++;
	}
	r->elements++;
	nm_buffer_format(&r->calls, "b%u.%02x.%d", depth, tag, (int)*action);
	return NM_OK;
}

static enum nm_error
element(void *arg, unsigned depth, const struct nm_tlv *tlv)
{
	struct nm_bytes raw = tlv->raw;
	struct record *r = arg;
	struct nm_tlv again;

	must(nm_der_next(&raw, &again) && raw.len == 0);
	must(again.tag == tlv->tag);
	must(nm_bytes_equal(again.value, tlv->value));
	nm_buffer_format(&r->calls, "e%u.", depth);
	nm_buffer_append(&r->calls, tlv->raw.data, tlv->raw.len);
	return NM_OK;
}

static enum nm_error
data(void *arg, const uint8_t *bytes, size_t len)
{
	nm_buffer_append(&((struct record *)arg)->calls, bytes, len);
	return NM_OK;
}

static enum nm_error
end(void *arg, unsigned depth, uint8_t tag)
{
	struct record *r = arg;

	must(r->open != 0);
	r->open--;
	nm_buffer_format(&r->calls, "n%u.%02x", depth, tag);
	return NM_OK;
}

static enum nm_error
run(struct record *r, const uint8_t *bytes, size_t size, bool by_bytes)
{
	static const struct nm_ber_handler handler = { begin, element, data,
		end };
	struct nm_ber *b = nm_ber_new(&handler, r, 65536, NULL);
	enum nm_error err = NM_OK;

	must(b != NULL);
	for (size_t i = 0; by_bytes && i < size && err == NM_OK; i++)
		err = nm_ber_write(b, bytes + i, 1);
	if (!by_bytes)
		err = nm_ber_write(b, bytes, size);
	if (err == NM_OK && (err = nm_ber_finish(b)) == NM_OK) {
		must(nm_ber_done(b));
		must(r->open == 0);
	}
	nm_ber_free(&b);
	return err;
}

static void
normalise(struct nm_bytes ber)
{
	struct nm_buffer once = NM_BUFFER_INIT, twice = NM_BUFFER_INIT;
	struct nm_bytes at;
	struct nm_tlv tlv;

	if (nm_ber_normalise(ber, &once)) {
		at = nm_buffer_bytes(&once);
		must(nm_der_next(&at, &tlv) && at.len == 0);
		must(nm_ber_normalise(nm_buffer_bytes(&once), &twice));
		must(fuzz_same(&once, &twice));
	}
	nm_buffer_reset(&once);
	nm_buffer_reset(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct record whole = { .calls = NM_BUFFER_INIT };
	struct record pieces = { .calls = NM_BUFFER_INIT };
	enum nm_error err;

	if (size == 0)
		return 0;
	whole.plan = pieces.plan = bytes[0];
	err = run(&whole, bytes + 1, size - 1, false);
	must(run(&pieces, bytes + 1, size - 1, true) == err);
	must(err != NM_OK || fuzz_same(&whole.calls, &pieces.calls));
	normalise((struct nm_bytes){ bytes + 1, size - 1 });
	nm_buffer_reset(&whole.calls);
	nm_buffer_reset(&pieces.calls);
	return 0;
}
