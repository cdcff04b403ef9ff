/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cms/ber.h"

#define BYTES(...)                                                             \
	(struct nm_bytes)                                                      \
	{                                                                      \
		(const uint8_t[]){ __VA_ARGS__ },                              \
		    sizeof((const uint8_t[]){ __VA_ARGS__ })                   \
	}

/* Writes down what it is told: sequences and [0] are descended into, OCTET
 * STRINGs streamed, SETs captured, [1] skipped, the rest captured. */
struct log {
	struct nm_buffer text;
};

static enum nm_error
log_begin(void *arg, unsigned depth, uint8_t tag, enum nm_ber_action *action)
{
	struct log *l = arg;

	nm_buffer_format(&l->text, "<%u:%02x", depth, tag);
	if (tag == 0x30 || tag == 0xa0)
		*action = NM_BER_DESCEND;
	else if (tag == 0x04 || tag == 0x24 || tag == 0x82 || tag == 0xa2)
		*action = NM_BER_STREAM;
	else if (tag == 0xa1 || tag == 0x81)
		*action = NM_BER_SKIP;
	else
		*action = NM_BER_CAPTURE;
	return NM_OK;
}

static enum nm_error
log_element(void *arg, unsigned depth, const struct nm_tlv *tlv)
{
	struct log *l = arg;

	nm_buffer_format(&l->text, "=%u:", depth);
	for (size_t i = 0; i < tlv->raw.len; i++)
		nm_buffer_format(&l->text, "%02x", tlv->raw.data[i]);
	return NM_OK;
}

static enum nm_error
log_data(void *arg, const uint8_t *data, size_t len)
{
	struct log *l = arg;

	nm_buffer_byte(&l->text, '\'');
	nm_buffer_append(&l->text, data, len);
	nm_buffer_byte(&l->text, '\'');
	return NM_OK;
}

static enum nm_error
log_end(void *arg, unsigned depth, uint8_t tag)
{
	struct log *l = arg;

	nm_buffer_format(&l->text, ">%u:%02x", depth, tag);
	return NM_OK;
}

static const struct nm_ber_handler logger = { log_begin, log_element, log_data,
	log_end };

static enum nm_error
run(struct nm_bytes in, size_t step, size_t bound, char **text,
    struct nm_fault *fault)
{
	struct log l = { NM_BUFFER_INIT };
	struct nm_ber *b = nm_ber_new(&logger, &l, bound, fault);
	enum nm_error e = NM_OK;

	assert_non_null(b);
	for (size_t at = 0; e == NM_OK && at < in.len; at += step)
		e = nm_ber_write(
		    b, in.data + at, step < in.len - at ? step : in.len - at);
	if (e == NM_OK)
		e = nm_ber_finish(b);
	assert_int_equal(e == NM_OK, nm_ber_done(b));
	nm_ber_free(&b);
	if (text != NULL)
		*text = nm_buffer_take_string(&l.text);
	else
		nm_buffer_reset(&l.text);
	return e;
}

static void
reads_every_shape(void **state)
{
	const struct {
		struct nm_bytes in;
		const char *expected;
	} rows[] = {
		{ BYTES(0x30, 0x00), "<0:30>0:30" },
		{ BYTES(0x30, 0x80, 0x00, 0x00), "<0:30>0:30" },
		{ BYTES(0x30, 0x05, 0x02, 0x01, 0x07, 0xa0, 0x00),
		    "<0:30<1:02=1:020107<1:a0>1:a0>0:30" },
		/* lengths with leading zeros, kept in captures */
		{ BYTES(0x30, 0x84, 0, 0, 0, 5, 0x02, 0x82, 0, 1, 7),
		    "<0:30<1:02=1:0282000107>0:30" },
		/* primitive, constructed and nested strings */
		{ BYTES(0x30, 0x04, 0x04, 0x02, 'a', 'b'),
		    "<0:30<1:04'ab'>1:04>0:30" },
		{ BYTES(0x30, 0x80, 0x24, 0x80, 0x04, 1, 'a', 0x24, 0x05, 0x04,
		      0, 0x04, 1, 'b', 0x24, 0x80, 0x04, 1, 'c', 0, 0, 0, 0, 0,
		      0),
		    "<0:30<1:24'abc'>1:24>0:30" },
		{ BYTES(0x30, 0x02, 0x04, 0x00), "<0:30<1:04>1:04>0:30" },
		{ BYTES(0x30, 0x02, 0x24, 0x00), "<0:30<1:24>1:24>0:30" },
		{ BYTES(0x30, 0x03, 0x82, 0x01, 'x'),
		    "<0:30<1:82'x'>1:82>0:30" },
		{ BYTES(0x30, 0x05, 0xa2, 0x03, 0x04, 0x01, 'x'),
		    "<0:30<1:a2'x'>1:a2>0:30" },
		/* captures are normalised */
		{ BYTES(0x30, 0x80, 0x31, 0x80, 0x02, 0x01, 0x01, 0x24, 0x80,
		      0x04, 0x01, 0xaa, 0x04, 0x01, 0xbb, 0, 0, 0, 0, 0, 0),
		    "<0:30<1:31=1:31070201010402aabb>0:30" },
		{ BYTES(0x31, 0x04, 0x30, 0x80, 0x00, 0x00),
		    "<0:31=0:31023000" },
		/* skipping */
		{ BYTES(0x30, 0x80, 0xa1, 0x80, 0xa1, 0x80, 0x02, 0x01, 0, 0, 0,
		      0, 0, 0x81, 0x01, 0xff, 0x05, 0, 0, 0),
		    "<0:30<1:a1<1:81<1:05=1:0500>0:30" },
		{ BYTES(0x30, 0x04, 0xa1, 0x02, 0xff, 0xff),
		    "<0:30<1:a1>0:30" },
		/* what follows is not looked at */
		{ BYTES(0x30, 0x00, 0xff, 0xff), "<0:30>0:30" },
		{ BYTES(0x02, 0x01, 0x05, 0xff), "<0:02=0:020105" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t step = 1; step < 8; step++) {
			char *text = NULL;

			assert_int_equal(
			    run(rows[i].in, step, 1000, &text, NULL), NM_OK);
			assert_string_equal(text, rows[i].expected);
			free(text);
		}
	}
}

static void
every_truncation_is_malformed(void **state)
{
	struct nm_bytes in = BYTES(0x30, 0x80, 0xa0, 0x82, 0x00, 0x07, 0x31,
	    0x80, 0x02, 0x01, 0x01, 0, 0, 0x24, 0x80, 0x04, 0x03, 'a', 'b', 'c',
	    0, 0, 0xa1, 0x80, 0x05, 0, 0, 0, 0, 0);

	(void)state;
	assert_int_equal(run(in, 3, 1000, NULL, NULL), NM_OK);
	for (size_t len = 1; len < in.len; len++) {
		struct nm_fault fault = { NM_OK, "" };

		assert_int_equal(run((struct nm_bytes){ in.data, len }, 4, 1000,
				     NULL, &fault),
		    NM_ERR_MALFORMED_MESSAGE);
		assert_int_equal(fault.code, NM_ERR_MALFORMED_MESSAGE);
	}
	assert_int_equal(
	    run((struct nm_bytes){ in.data, 0 }, 1, 1000, NULL, NULL),
	    NM_ERR_NOT_SMIME);
}

static void
refuses_malformed(void **state)
{
	const struct nm_bytes bad[] = {
		BYTES(0x00, 0x00),
		BYTES(0x30, 0x02, 0x00, 0x00),
		BYTES(0x30, 0x80, 0x00, 0x01, 0x00),
		BYTES(0x30, 0x80, 0x00, 0x81, 0x00),
		BYTES(0x30, 0x03, 0x02, 0x02, 0x01, 0x01),
		BYTES(0x30, 0x03, 0xa0, 0x80, 0x00, 0x00),
		BYTES(0x30, 0x80, 0x02, 0x80, 0x00, 0x00),
		BYTES(0x3f, 0x01, 0x00),
		BYTES(0x30, 0xff, 0x00),
		BYTES(0x30, 0x88, 0xff, 0, 0, 0, 0, 0, 0, 0),
		BYTES(0x30, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0),
		/* a segment of another type; indefinite inside definite */
		BYTES(0x30, 0x05, 0x24, 0x03, 0x02, 0x01, 0x01),
		BYTES(0x30, 0x04, 0x31, 0x02, 0x02, 0x01),
		BYTES(0x30, 0x03, 0x31, 0x80, 0x00, 0x00),
		BYTES(0x30, 0x06, 0x31, 0x04, 0x24, 0x02, 0x02, 0x00),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
		    run(bad[i], 1, 1000, NULL, NULL), NM_ERR_MALFORMED_MESSAGE);
		assert_int_equal(run(bad[i], 100, 1000, NULL, NULL),
		    NM_ERR_MALFORMED_MESSAGE);
	}
}

/* `count` times `unit`. */
static struct nm_bytes
repeat(struct nm_buffer *b, struct nm_bytes unit, size_t count)
{
	nm_buffer_clear(b);
	for (size_t i = 0; i < count; i++)
		nm_buffer_append(b, unit.data, unit.len);
	return nm_buffer_bytes(b);
}

static void
depth_is_bounded(void **state)
{
	const struct nm_bytes units[] = {
		BYTES(0x30, 0x80), /* descended into */
		BYTES(0x24, 0x80), /* streamed */
		BYTES(0x31, 0x80), /* captured */
		BYTES(0xa1, 0x80), /* skipped */
	};
	struct nm_buffer b = NM_BUFFER_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		struct nm_fault fault = { NM_OK, "" };

		assert_int_equal(run(repeat(&b, units[i], 100000), 4096,
				     1000000, NULL, &fault),
		    NM_ERR_MALFORMED_MESSAGE);
		assert_non_null(strstr(fault.text, "64"));
	}
	/* definite, inside a capture */
	nm_buffer_clear(&b);
	for (size_t i = 200; i != 0; i--) {
		size_t inside = (i - 1) * 4;

		nm_buffer_byte(&b, 0x31);
		nm_buffer_byte(&b, 0x82);
		nm_buffer_byte(&b, (uint8_t)(inside >> 8));
		nm_buffer_byte(&b, (uint8_t)inside);
	}
	assert_int_equal(run(nm_buffer_bytes(&b), 4096, 100000, NULL, NULL),
	    NM_ERR_MALFORMED_MESSAGE);
	nm_buffer_reset(&b);
}

static void
captures_are_bounded(void **state)
{
	struct nm_bytes two = BYTES(0x30, 0x80, 0x31, 0x03, 0x02, 0x01, 0x01,
	    0x31, 0x80, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00);
	struct nm_fault fault = { NM_OK, "" };

	(void)state;
	assert_int_equal(run(two, 1, 11, NULL, &fault), NM_OK);
	assert_int_equal(
	    run(two, 1, 10, NULL, &fault), NM_ERR_MALFORMED_MESSAGE);
	assert_non_null(strstr(fault.text, "10 bytes"));
	/* a length that memory could not hold is refused when it is met */
	assert_int_equal(
	    run(BYTES(0x31, 0x86, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01), 1,
		1000, NULL, NULL),
	    NM_ERR_MALFORMED_MESSAGE);
}

struct sum {
	uint64_t bytes;
	size_t calls;
};

static enum nm_error
sum_begin(void *arg, unsigned depth, uint8_t tag, enum nm_ber_action *action)
{
	(void)arg;
	(void)tag;
	*action = depth == 0 ? NM_BER_DESCEND : NM_BER_STREAM;
	return NM_OK;
}

static enum nm_error
sum_element(void *arg, unsigned depth, const struct nm_tlv *tlv)
{
	(void)arg;
	(void)depth;
	(void)tlv;
	return NM_ERR_INTERNAL;
}

static enum nm_error
sum_data(void *arg, const uint8_t *data, size_t len)
{
	struct sum *s = arg;

	for (size_t i = 0; i < len; i++) {
		if (data[i] != (uint8_t)((s->bytes + i) % 251))
			return NM_ERR_INTERNAL;
	}
	s->bytes += len;
	s->calls++;
	return NM_OK;
}

static enum nm_error
sum_end(void *arg, unsigned depth, uint8_t tag)
{
	(void)arg;
	(void)depth;
	(void)tag;
	return NM_OK;
}

/* Many short segments come on in few calls, and in order. */
static void
gathers_short_segments(void **state)
{
	static const struct nm_ber_handler handler = { sum_begin, sum_element,
		sum_data, sum_end };
	struct sum s = { 0, 0 };
	struct nm_ber *b = nm_ber_new(&handler, &s, 1000, NULL);
	uint8_t segment[4 + 5000];
	uint64_t sent = 0;

	(void)state;
	assert_int_equal(
	    nm_ber_write(b, BYTES(0x30, 0x80, 0x24, 0x80).data, 4), NM_OK);
	for (size_t i = 0; i < 100000; i++) {
		size_t len = i % 1000 == 999 ? 5000 : i % 7;

		segment[0] = 0x04;
		segment[1] = 0x82;
		segment[2] = (uint8_t)(len >> 8);
		segment[3] = (uint8_t)len;
		for (size_t k = 0; k < len; k++)
			segment[4 + k] = (uint8_t)((sent + k) % 251);
		sent += len;
		assert_int_equal(nm_ber_write(b, segment, 4 + len), NM_OK);
	}
	assert_int_equal(nm_ber_write(b, BYTES(0, 0, 0, 0).data, 4), NM_OK);
	assert_int_equal(nm_ber_finish(b), NM_OK);
	assert_true(s.bytes == sent);
	assert_true(s.calls < 400);
	nm_ber_free(&b);
	assert_null(b);
}

static void
normalises(void **state)
{
	const struct {
		struct nm_bytes in, out;
	} rows[] = {
		{ BYTES(0x30, 0x80, 0x00, 0x00), BYTES(0x30, 0x00) },
		/* untouched: kept to the byte */
		{ BYTES(0x30, 0x83, 0, 0, 4, 0x02, 0x81, 0x01, 0x01),
		    BYTES(0x30, 0x83, 0, 0, 4, 0x02, 0x81, 0x01, 0x01) },
		/* one child changes: the length shrinks, its sibling stays */
		{ BYTES(0x30, 0x83, 0, 0, 8, 0x30, 0x80, 0, 0, 0x02, 0x81, 0x01,
		      0x01),
		    BYTES(0x30, 0x06, 0x30, 0x00, 0x02, 0x81, 0x01, 0x01) },
		/* strings */
		{ BYTES(
		      0x24, 0x80, 0x04, 1, 'a', 0x24, 0x03, 0x04, 1, 'b', 0, 0),
		    BYTES(0x04, 0x02, 'a', 'b') },
		{ BYTES(0x2c, 0x06, 0x0c, 1, 'a', 0x04, 1, 'b'),
		    BYTES(0x0c, 0x02, 'a', 'b') },
		{ BYTES(0x23, 0x08, 0x03, 2, 0, 0xaa, 0x03, 2, 4, 0xf0),
		    BYTES(0x03, 0x03, 4, 0xaa, 0xf0) },
		/* EXTERNAL is no string */
		{ BYTES(0x28, 0x80, 0x02, 1, 1, 0, 0),
		    BYTES(0x28, 0x03, 0x02, 1, 1) },
	};
	const struct nm_bytes bad[] = {
		BYTES(0x30, 0x80, 0x00),
		BYTES(0x30, 0x00, 0x00),
		BYTES(0x04, 0x80, 0x00, 0x00),
		BYTES(0x24, 0x03, 0x02, 1, 1),
		BYTES(0x23, 0x08, 0x03, 2, 1, 0xaa, 0x03, 2, 4, 0xf0),
		BYTES(0x23, 0x02, 0x03, 0),
		BYTES(0x30, 0x02, 0x00, 0x00),
		BYTES(0x30, 0x03, 0x1f, 0x01, 0x00),
	};
	struct nm_buffer b = NM_BUFFER_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		nm_buffer_clear(&b);
		assert_true(nm_ber_normalise(rows[i].in, &b));
		assert_true(nm_bytes_equal(nm_buffer_bytes(&b), rows[i].out));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		nm_buffer_clear(&b);
		assert_false(nm_ber_normalise(bad[i], &b));
	}
	nm_buffer_reset(&b);
}

/* 4 MiB of nested indefinite elements and of two-byte ones: linear. */
static void
normalises_without_quadratic_work(void **state)
{
	struct nm_buffer in = NM_BUFFER_INIT, out = NM_BUFFER_INIT;
	struct nm_bytes outer = BYTES(0x30, 0x80), unit = BYTES(0x05, 0x00);

	(void)state;
	for (int i = 0; i < NM_MAX_BER_DEPTH - 1; i++)
		nm_buffer_append(&in, outer.data, outer.len);
	for (int i = 0; i < 2 * 1024 * 1024; i++)
		nm_buffer_append(&in, unit.data, unit.len);
	for (int i = 0; i < NM_MAX_BER_DEPTH - 1; i++)
		nm_buffer_append(&in, "\0\0", 2);
	assert_true(nm_ber_normalise(nm_buffer_bytes(&in), &out));
	nm_buffer_reset(&in);
	nm_buffer_reset(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_shape),
		cmocka_unit_test(every_truncation_is_malformed),
		cmocka_unit_test(refuses_malformed),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(captures_are_bounded),
		cmocka_unit_test(gathers_short_segments),
		cmocka_unit_test(normalises),
		cmocka_unit_test(normalises_without_quadratic_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
