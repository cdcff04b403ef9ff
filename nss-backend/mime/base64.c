/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/mime.h>

#include <stdlib.h>
#include <string.h>

#define FOREIGN 0x80 /* no character of the alphabet */

/* Tables written out by the preprocessor: entry(0), entry(1), ... */
#define ROW4(entry, i) entry(i), entry((i) + 1), entry((i) + 2), entry((i) + 3)
#define ROW16(entry, i)                                                        \
	ROW4(entry, i), ROW4(entry, (i) + 4), ROW4(entry, (i) + 8),            \
	    ROW4(entry, (i) + 12)
#define ROW64(entry, i)                                                        \
	ROW16(entry, i), ROW16(entry, (i) + 16), ROW16(entry, (i) + 32),       \
	    ROW16(entry, (i) + 48)
#define ROW256(entry, i)                                                       \
	ROW64(entry, i), ROW64(entry, (i) + 64), ROW64(entry, (i) + 128),      \
	    ROW64(entry, (i) + 192)

/* RFC 4648, table 1, both ways. */
#define VALUE(c)                                                               \
	(uint8_t)((c) >= 'A' && (c) <= 'Z' ? (c) - 'A'                         \
		: (c) >= 'a' && (c) <= 'z' ? (c) - 'a' + 26                    \
		: (c) >= '0' && (c) <= '9' ? (c) - '0' + 52                    \
		: (c) == '+'		   ? 62                                \
		: (c) == '/'		   ? 63                                \
					   : FOREIGN)
#define CHARACTER(v)                                                           \
	(char)((v) < 26	    ? 'A' + (v)                                        \
		: (v) < 52  ? 'a' + (v)-26                                     \
		: (v) < 62  ? '0' + (v)-52                                     \
		: (v) == 62 ? '+'                                              \
			    : '/')

static const uint8_t values[256] = { ROW256(VALUE, 0) };

/* The same where it belongs in a group of 24 bits. */
#define BAD	     0x80000000u
#define PLACED(c, n) (VALUE(c) == FOREIGN ? BAD : (uint32_t)VALUE(c) << (n))
#define FIRST(c)     PLACED(c, 18)
#define SECOND(c)    PLACED(c, 12)
#define THIRD(c)     PLACED(c, 6)
#define FOURTH(c)    PLACED(c, 0)
static const uint32_t first[256] = { ROW256(FIRST, 0) };
static const uint32_t second[256] = { ROW256(SECOND, 0) };
static const uint32_t third[256] = { ROW256(THIRD, 0) };
static const uint32_t fourth[256] = { ROW256(FOURTH, 0) };

/* Twelve bits are two characters. */
#define PAIR(i)                                                                \
	{                                                                      \
		CHARACTER((i) / 64), CHARACTER((i) % 64)                       \
	}
static const char pairs[4096][2] = { ROW256(PAIR, 0), ROW256(PAIR, 256),
	ROW256(PAIR, 512), ROW256(PAIR, 768), ROW256(PAIR, 1024),
	ROW256(PAIR, 1280), ROW256(PAIR, 1536), ROW256(PAIR, 1792),
	ROW256(PAIR, 2048), ROW256(PAIR, 2304), ROW256(PAIR, 2560),
	ROW256(PAIR, 2816), ROW256(PAIR, 3072), ROW256(PAIR, 3328),
	ROW256(PAIR, 3584), ROW256(PAIR, 3840) };

/* Decodes groups of four until one has another character in it; returns how
 * many characters these were. */
static size_t
decode_run(const uint8_t *in, size_t len, uint8_t *out)
{
	const uint8_t *p = in, *end = in + (len - len % 4);
	uint32_t group;

	for (; p < end; p += 4, out += 3) {
		group = first[p[0]] | second[p[1]] | third[p[2]] | fourth[p[3]];
		if ((group & BAD) != 0)
			break;
		out[0] = (uint8_t)(group >> 16);
		out[1] = (uint8_t)(group >> 8);
		out[2] = (uint8_t)group;
	}
	return (size_t)(p - in);
}

/* Encodes whole groups of three. */
static void
encode_run(const uint8_t *in, size_t groups, char *out)
{
	uint32_t group;

	for (; groups != 0; groups--, in += 3, out += 4) {
		group = (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];
		memcpy(out, pairs[group >> 12], 2);
		memcpy(out + 2, pairs[group & 0xfff], 2);
	}
}

size_t
nm_base64_encoded_size(size_t len)
{
	return len / 3 * 4 + (len % 3 != 0 ? 4 : 0);
}

void
nm_base64_encode(const uint8_t *data, size_t len, char *out)
{
	uint8_t tail[3] = { 0, 0, 0 };
	size_t rest = len % 3;

	encode_run(data, len / 3, out);
	if (rest == 0)
		return;
	out += len / 3 * 4;
	memcpy(tail, data + (len - rest), rest);
	encode_run(tail, 1, out);
	out[3] = '=';
	if (rest == 1)
		out[2] = '=';
}

bool
nm_base64_decode(const char *text, size_t len, uint8_t *out, size_t *out_len)
{
	const uint8_t *in = (const uint8_t *)text;
	uint8_t tail[4], last[3];
	size_t pad = 0, done;

	*out_len = 0;
	if (len % 4 != 0)
		return false;
	if (len == 0)
		return true;
	if (in[len - 1] == '=')
		pad = in[len - 2] == '=' ? 2 : 1;
	done = decode_run(in, pad == 0 ? len : len - 4, out);
	*out_len = done / 4 * 3;
	if (pad == 0)
		return done == len;
	if (done != len - 4)
		return false;
	memcpy(tail, in + done, 4);
	memset(tail + 4 - pad, 'A', pad);
	if (decode_run(tail, 4, last) != 4)
		return false;
	/* bits that are no data are zero (RFC 4648 section 3.5) */
	for (size_t i = 3 - pad; i < 3; i++) {
		if (last[i] != 0)
			return false;
	}
	memcpy(out + *out_len, last, 3 - pad);
	*out_len += 3 - pad;
	return true;
}

/* ---- the decoder stage ------------------------------------------------ */

#define DECODE_STEP 32768

struct decoder {
	struct nm_stage stage;
	struct nm_stage *next;
	uint32_t bits;	/* of a group that is not complete */
	unsigned count; /* how many characters it has */
	uint8_t out[DECODE_STEP / 4 * 3 + 3];
};

/* A group ends before its fourth character, by padding or by the end. */
static size_t
decoder_flush(struct decoder *d, uint8_t *out)
{
	size_t len = d->count < 2 ? 0 : d->count - 1;

	d->bits <<= 6 * (4 - d->count);
	if (len >= 1)
		out[0] = (uint8_t)(d->bits >> 16);
	if (len == 2)
		out[1] = (uint8_t)(d->bits >> 8);
	d->count = 0;
	d->bits = 0;
	return len;
}

/* Decodes at most DECODE_STEP bytes into d->out. */
static size_t
decode_step(struct decoder *d, const uint8_t *in, size_t len)
{
	uint8_t *out = d->out, value;
	size_t at = 0, run;

	while (at < len) {
		if (d->count == 0) {
			run = decode_run(in + at, len - at, out);
			at += run;
			out += run / 4 * 3;
			if (at == len)
				break;
		}
		value = values[in[at]];
		if (value != FOREIGN) {
			d->bits = d->bits << 6 | value;
			if (++d->count == 4) {
				*out++ = (uint8_t)(d->bits >> 16);
				*out++ = (uint8_t)(d->bits >> 8);
				*out++ = (uint8_t)d->bits;
				d->count = 0;
				d->bits = 0;
			}
		} else if (in[at] == '=' && d->count != 0) {
			out += decoder_flush(d, out);
		}
		at++;
	}
	return (size_t)(out - d->out);
}

static enum nm_error
decoder_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct decoder *d = (struct decoder *)s;
	enum nm_error err;
	size_t step;

	for (; len != 0; data += step, len -= step) {
		step = len < DECODE_STEP ? len : DECODE_STEP;
		err =
		    nm_stage_write(d->next, d->out, decode_step(d, data, step));
		if (err != NM_OK)
			return err;
	}
	return NM_OK;
}

static enum nm_error
decoder_finish(struct nm_stage *s)
{
	struct decoder *d = (struct decoder *)s;
	enum nm_error err;

	err = nm_stage_write(d->next, d->out, decoder_flush(d, d->out));
	return err != NM_OK ? err : nm_stage_finish(d->next);
}

static void
decoder_free(struct nm_stage *s)
{
	struct decoder *d = (struct decoder *)s;

	nm_wipe(d, sizeof(*d));
	free(d);
}

struct nm_stage *
nm_base64_decoder_new(struct nm_stage *next)
{
	static const struct nm_stage_ops ops = { decoder_write, decoder_finish,
		decoder_free };
	struct decoder *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->stage.ops = &ops;
	d->next = next;
	return &d->stage;
}

/* ---- the encoder stage ------------------------------------------------ */

#define LINE_IN	    57u	 /* bytes that make a line of 76 (RFC 2045 6.8) */
#define LINE_OUT    78u	 /* ... and its line end */
#define ENCODE_STEP 420u /* lines at once */

struct encoder {
	struct nm_stage stage;
	struct nm_stage *next;
	size_t count; /* of bytes for a line that is not complete */
	uint8_t line[LINE_IN];
	char out[ENCODE_STEP * LINE_OUT];
};

static enum nm_error
encode_lines(struct encoder *e, const uint8_t *data, size_t lines)
{
	char *out = e->out;

	for (size_t i = 0; i < lines; i++, data += LINE_IN, out += LINE_OUT) {
		encode_run(data, LINE_IN / 3, out);
		out[LINE_OUT - 2] = '\r';
		out[LINE_OUT - 1] = '\n';
	}
	return nm_stage_write(e->next, e->out, lines * LINE_OUT);
}

static enum nm_error
encoder_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct encoder *e = (struct encoder *)s;
	enum nm_error err;
	size_t take;

	if (e->count != 0) {
		take = LINE_IN - e->count < len ? LINE_IN - e->count : len;
		memcpy(e->line + e->count, data, take);
		e->count += take;
		data += take;
		len -= take;
		if (e->count < LINE_IN)
			return NM_OK;
		e->count = 0;
		if ((err = encode_lines(e, e->line, 1)) != NM_OK)
			return err;
	}
	while (len >= LINE_IN) {
		take =
		    len / LINE_IN < ENCODE_STEP ? len / LINE_IN : ENCODE_STEP;
		if ((err = encode_lines(e, data, take)) != NM_OK)
			return err;
		data += take * LINE_IN;
		len -= take * LINE_IN;
	}
	memcpy(e->line, data, len);
	e->count = len;
	return NM_OK;
}

static enum nm_error
encoder_finish(struct nm_stage *s)
{
	struct encoder *e = (struct encoder *)s;
	enum nm_error err;
	size_t len;

	if (e->count != 0) {
		len = nm_base64_encoded_size(e->count);
		nm_base64_encode(e->line, e->count, e->out);
		memcpy(e->out + len, "\r\n", 2);
		err = nm_stage_write(e->next, e->out, len + 2);
		if (err != NM_OK)
			return err;
	}
	return nm_stage_finish(e->next);
}

static void
encoder_free(struct nm_stage *s)
{
	struct encoder *e = (struct encoder *)s;

	nm_wipe(e, sizeof(*e));
	free(e);
}

struct nm_stage *
nm_base64_encoder_new(struct nm_stage *next)
{
	static const struct nm_stage_ops ops = { encoder_write, encoder_finish,
		encoder_free };
	struct encoder *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->stage.ops = &ops;
	e->next = next;
	return &e->stage;
}
