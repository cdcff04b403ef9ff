/* SPDX-License-Identifier: MPL-2.0 */
/* Header blocks, and an entity split into header and body. */
#include <nssmime/mime.h>

#include "fuzz.h"
#include "mime/seven_bit.h"

static void
fields(const struct nm_header *h)
{
	struct nm_value type;

	must(nm_header_count(h) <= NM_MAX_HEADER_FIELDS);
	for (size_t i = 0; i < nm_header_count(h); i++) {
		const struct nm_field *f = nm_header_at(h, i);

		must(f->name.len != 0 && f->value != NULL);
		must(strpbrk(f->value, "\n") == NULL);
		must(f->raw.len >= f->name.len);
	}
	if (nm_header_content_type(h, &type) == NM_OK)
		nm_value_clear(&type);
	must(nm_header_coding(h) <= NM_CODING_UNKNOWN);
}

/* What is made 7-bit clean is clean, and can be read again. */
static void
cleaned(const struct nm_header *h, struct nm_bytes raw)
{
	struct nm_buffer out = NM_BUFFER_INIT;
	struct nm_header *again = NULL;

	if (nm_ascii_header_write(&out, h, raw, "base64", NULL) == NM_OK) {
		must(nm_is_clean(out.data, out.len));
		must(nm_header_parse(out.data, out.len, &again, NULL) == NM_OK);
		must(nm_header_coding(again) == NM_CODING_BASE64);
		/* the empty line that it ended with counts as one */
		must(nm_header_strays(again) <= 1);
		nm_header_free(&again);
	}
	nm_buffer_reset(&out);
}

struct split {
	struct nm_buffer raw, body;
	struct nm_stage *end;
};

static enum nm_error
take_header(void *arg, struct nm_header *header, bool *keep,
    struct nm_bytes raw, struct nm_stage **body)
{
	struct split *s = arg;

	(void)header;
	(void)keep;
	nm_buffer_append(&s->raw, raw.data, raw.len);
	*body = nm_collector_new(&s->body, SIZE_MAX);
	return NM_OK;
}

static enum nm_error
split(const uint8_t *data, size_t size, uint32_t seed, struct split *s)
{
	static const struct nm_entity_handler handler = { take_header, NULL };
	struct nm_stage *entity = nm_entity_new(&handler, s, NULL);
	enum nm_error err;

	must(entity != NULL);
	err = fuzz_feed(entity, data, size, seed);
	nm_stage_free(&entity);
	return err;
}

static void
entity(const uint8_t *data, size_t size)
{
	struct split whole = { .end = NULL }, pieces = { .end = NULL };
	enum nm_error err = split(data, size, 0, &whole);

	must(split(data, size, (uint32_t)size + 7, &pieces) == err);
	if (err == NM_OK) {
		must(fuzz_same(&whole.raw, &pieces.raw));
		must(fuzz_same(&whole.body, &pieces.body));
		/* no byte is lost */
		must(whole.raw.len + whole.body.len == size);
	}
	nm_buffer_reset(&whole.raw);
	nm_buffer_reset(&whole.body);
	nm_buffer_reset(&pieces.raw);
	nm_buffer_reset(&pieces.body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nm_header *h = NULL;

	if (nm_header_parse(data, size, &h, NULL) == NM_OK) {
		fields(h);
		/* it ends with a line's end, or something would join it */
		if (size == 0 || data[size - 1] == '\n')
			cleaned(h, (struct nm_bytes){ data, size });
		nm_header_free(&h);
	}
	entity(data, size);
	return 0;
}
