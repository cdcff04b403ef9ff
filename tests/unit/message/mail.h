/* SPDX-License-Identifier: MPL-2.0 */
/* Reading and protecting mails on the database of the test PKI. */
#ifndef NSSMIME_TESTS_MAIL_H
#define NSSMIME_TESTS_MAIL_H

#include "../certificate/open.h"
#include "../mime/feed.h"

#include <time.h>

#include <nssmime/message.h>

/* One PKI and one database for a program's tests. */
static struct pki mail_pki;
static struct nm_database *mail_db;
static struct nm_index *mail_index;

static inline int
mail_setup(void **state)
{
	(void)state;
	pki_make(&mail_pki);
	assert_int_equal(pki_run(&mail_pki,
			     "for f in *.crt; do openssl x509 -in \"$f\" "
			     "-outform DER -out \"${f%%.crt}.der\"; done"),
	    0);
	mail_db = open_db(&mail_pki, "db");
	assert_int_equal(nm_index_new(mail_db, &mail_index, NULL), NM_OK);
	return 0;
}

static inline int
mail_teardown(void **state)
{
	(void)state;
	nm_index_free(&mail_index);
	close_db(&mail_db);
	pki_remove(&mail_pki);
	return 0;
}

static inline const char *
mail_fingerprint(const char *name, char out[NM_FINGERPRINT_SIZE])
{
	CERTCertificate *cert = load(&mail_pki, name);

	nm_certificate_fingerprint(cert, out);
	CERT_DestroyCertificate(cert);
	return out;
}

/* ---- reading ----------------------------------------------------------- */

struct mail {
	struct nm_reading *reading;
	const struct nm_read_result *result;
	struct nm_stage *end;
	struct nm_buffer output;
	struct nm_fault fault;
};

static inline struct nm_read_options
mail_reads(void)
{
	struct nm_read_options o;

	memset(&o, 0, sizeof(o));
	o.kind = NM_CONTENT_MESSAGE;
	o.db = mail_db;
	o.index = mail_index;
	o.now = time(NULL);
	return o;
}

static inline void
mail_clear(struct mail *m)
{
	nm_reading_free(&m->reading);
	nm_stage_free(&m->end);
	nm_buffer_reset(&m->output);
	memset(m, 0, sizeof(*m));
}

/* The outcome of one way to feed it. */
static inline enum nm_error
mail_read_way(const struct nm_read_options *options, const void *data,
    size_t len, int way, struct mail *m)
{
	enum nm_error err;

	memset(m, 0, sizeof(*m));
	m->end = nm_collector_new(&m->output, SIZE_MAX);
	err = nm_reading_new(options, m->end, &m->fault, &m->reading);
	if (err == NM_OK)
		err = feed_all(nm_reading_stage(m->reading), data, len, way);
	if (err == NM_OK)
		m->result = nm_reading_result(m->reading);
	return err;
}

/* The same in whatever pieces it comes. */
static inline enum nm_error
mail_read_as(const struct nm_read_options *options, const void *data,
    size_t len, struct mail *m)
{
	enum nm_error err = mail_read_way(options, data, len, FEED_WHOLE, m);
	struct mail other;

	for (int way = FEED_BYTES; way <= FEED_RANDOM + 1; way++) {
		assert_int_equal(
		    mail_read_way(options, data, len, way, &other), err);
		if (err == NM_OK) {
			assert_int_equal(
			    other.result->reasons, m->result->reasons);
			assert_int_equal(
			    other.result->layer_count, m->result->layer_count);
			assert_bytes(
			    &other.output, m->output.data, m->output.len);
		}
		mail_clear(&other);
	}
	return err;
}

static inline void
mail_read(const struct nm_buffer *message, struct mail *m)
{
	struct nm_read_options o = mail_reads();

	if (mail_read_as(&o, message->data, message->len, m) != NM_OK)
		fail_msg("%s", m->fault.text);
}

static inline void
assert_output(const struct mail *m, const char *expected)
{
	assert_bytes(&m->output, expected, strlen(expected));
}

/* Every reason of it, all at once. */
static inline void
assert_reasons(nm_reasons found, nm_reasons expected)
{
	if (found == expected)
		return;
	for (unsigned i = 0; i < NM_REASON_COUNT; i++) {
		if (((found ^ expected) & NM_REASON_BIT(i)) != 0)
			print_error("%s %s\n",
			    (found & NM_REASON_BIT(i)) != 0 ? "unexpected"
							    : "missing",
			    nm_reason_name((enum nm_reason)i));
	}
	fail();
}

/* ---- protecting -------------------------------------------------------- */

#define MAIL_COPIES 4

struct sent {
	struct nm_protecting *protecting;
	const struct nm_protect_result *result;
	struct nm_buffer output;
	struct nm_buffer copies[MAIL_COPIES];
	char addresses[MAIL_COPIES][64];
	struct nm_stage *ends[MAIL_COPIES + 1];
	size_t count; /* of the copies */
	struct nm_fault fault;
};

static inline struct nm_protect_options
mail_protects(void)
{
	struct nm_protect_options o;

	memset(&o, 0, sizeof(o));
	o.kind = NM_CONTENT_MESSAGE;
	o.db = mail_db;
	o.index = mail_index;
	o.now = time(NULL);
	o.include = NM_INCLUDE_CHAIN;
	o.to_self = true;
	return o;
}

static inline enum nm_error
mail_copy(void *arg, const char *address, struct nm_stage **out)
{
	struct sent *s = arg;

	if (s->count == MAIL_COPIES)
		return NM_ERR_BUSY;
	(void)snprintf(s->addresses[s->count], sizeof(s->addresses[0]), "%s",
	    address == NULL ? "" : address);
	*out = nm_collector_new(&s->copies[s->count], SIZE_MAX);
	s->ends[1 + s->count++] = *out;
	return NM_OK;
}

static inline enum nm_error
mail_protect(
    const struct nm_protect_options *options, const char *text, struct sent *s)
{
	struct nm_protect_outputs outputs;
	enum nm_error err;

	memset(s, 0, sizeof(*s));
	s->ends[0] = nm_collector_new(&s->output, SIZE_MAX);
	outputs = (struct nm_protect_outputs){ s->ends[0], mail_copy, s };
	err = nm_protecting_new(options, &outputs, &s->fault, &s->protecting);
	if (err != NM_OK)
		return err;
	err = feed_all(nm_protecting_stage(s->protecting), text, strlen(text),
	    FEED_RANDOM + 1);
	s->result = nm_protecting_result(s->protecting);
	return err;
}

static inline void
mail_protected(
    const struct nm_protect_options *options, const char *text, struct sent *s)
{
	if (mail_protect(options, text, s) != NM_OK)
		fail_msg("%s", s->fault.text);
}

static inline void
sent_clear(struct sent *s)
{
	nm_protecting_free(&s->protecting);
	for (size_t i = 0; i <= MAIL_COPIES; i++)
		nm_stage_free(&s->ends[i]);
	nm_buffer_reset(&s->output);
	for (size_t i = 0; i < MAIL_COPIES; i++)
		nm_buffer_reset(&s->copies[i]);
}

/* ---- mails of another program ------------------------------------------ */

/* `fields`, then what `openssl cms` makes of `content` by these options. */
static inline void
mail_by_openssl(struct nm_buffer *out, const char *fields, const char *content,
    const char *options)
{
	pki_write(&mail_pki, "content", content, strlen(content));
	assert_int_equal(
	    pki_run(&mail_pki, "openssl cms -binary -in content -out made %s",
		options),
	    0);
	nm_buffer_string(out, fields);
	pki_read(&mail_pki, "made", out);
}

/* ---- texts ------------------------------------------------------------- */

/* How often it is in there. */
static inline size_t
occurrences(const struct nm_buffer *b, const char *what)
{
	const uint8_t *p = b->data, *end = p + b->len;
	size_t n = 0;

	for (; (p = memmem(p, (size_t)(end - p), what, strlen(what))) != NULL;
	     p++)
		n++;
	return n;
}

/* Puts `with` in the place of the first `what`. */
static inline void
replace(struct nm_buffer *b, const char *what, const char *with)
{
	struct nm_buffer out = NM_BUFFER_INIT;
	uint8_t *at = memmem(b->data, b->len, what, strlen(what));
	size_t start;

	assert_non_null(at);
	start = (size_t)(at - b->data);
	nm_buffer_append(&out, b->data, start);
	nm_buffer_string(&out, with);
	nm_buffer_append(
	    &out, at + strlen(what), b->len - start - strlen(what));
	nm_buffer_reset(b);
	*b = out;
}

/* Every CRLF a bare LF. */
static inline void
drop_returns(struct nm_buffer *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++) {
		if (b->data[i] != '\r')
			b->data[n++] = b->data[i];
	}
	b->len = n;
}

#endif
