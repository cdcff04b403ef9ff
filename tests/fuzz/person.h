/* SPDX-License-Identifier: MPL-2.0 */
/* The database of the test PKI (NSSMIME_TEST_PKI names its folder), and whole
 * messages read and protected with it. */
#ifndef NSSMIME_FUZZ_PERSON_H
#define NSSMIME_FUZZ_PERSON_H

#include <time.h>

#include <nssmime/message.h>

#include "fuzz.h"

struct person {
	struct nm_database *db;
	struct nm_index *index;
	char home[256]; /* a copy of the database: files are left alone */
	int64_t now;
};

static inline void
person_open(struct person *p)
{
	const char *pki = getenv("NSSMIME_TEST_PKI");
	struct nm_fault fault = { 0 };
	char command[1024];

	if (pki == NULL) {
		(void)fputs("NSSMIME_TEST_PKI names no folder\n", stderr);
		exit(2);
	}
	(void)snprintf(p->home, sizeof(p->home), "/tmp/nssmime-fuzz-XXXXXX");
	must(mkdtemp(p->home) != NULL);
	(void)snprintf(
	    command, sizeof(command), "cp '%s'/db/*.db '%s'/", pki, p->home);
	must(system(command) == 0);
	if (nm_database_open(p->home, NM_DATABASE_CONFIGURED, false, &p->db,
		&fault) != NM_OK ||
	    nm_index_new(p->db, &p->index, &fault) != NM_OK) {
		(void)fprintf(stderr, "%s\n", fault.text);
		exit(2);
	}
	p->now = (int64_t)time(NULL);
}

static inline void
person_close(struct person *p)
{
	char command[512];

	nm_index_free(&p->index);
	nm_database_close(&p->db);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", p->home);
	must(system(command) == 0);
}

/* What a reading came to. */
struct outcome {
	enum nm_error error;
	enum nm_status signature;
	enum nm_coverage encryption;
	nm_reasons reasons;
	size_t layers;
	struct nm_buffer content;
};

static inline void
outcome_clear(struct outcome *o)
{
	nm_buffer_reset(&o->content);
}

static inline void
outcome_check(const struct nm_read_result *r)
{
	must(r->layer_count <= NM_MAX_NESTING);
	must(r->signature != NM_STATUS_VALID ||
	    nm_reasons_status(r->reasons) == NM_STATUS_VALID);
	for (size_t i = 0; i < r->layer_count; i++)
		must(r->layers[i].signer_count <= NM_MAX_SIGNERS);
	/* nothing that is not signed is ever valid */
	if (r->signature == NM_STATUS_VALID) {
		must(r->from.count == 1);
		must(r->embedded_count == 0);
	}
}

static inline void
person_read(struct person *p, enum nm_content_kind kind, struct nm_bytes in,
    uint32_t seed, struct outcome *out)
{
	struct nm_read_options options = {
		.kind = kind, .db = p->db, .index = p->index, .now = p->now
	};
	struct nm_stage *end = nm_collector_new(&out->content, SIZE_MAX);
	struct nm_reading *reading = NULL;
	struct nm_fault fault = { 0 };
	const struct nm_read_result *r;

	out->error = NM_ERR_INTERNAL;
	if (end != NULL)
		out->error = nm_reading_new(&options, end, &fault, &reading);
	if (out->error == NM_OK)
		out->error =
		    fuzz_feed(nm_reading_stage(reading), in.data, in.len, seed);
	if (out->error == NM_OK) {
		r = nm_reading_result(reading);
		outcome_check(r);
		out->signature = r->signature;
		out->encryption = r->encryption;
		out->reasons = r->reasons;
		out->layers = r->layer_count;
		if (nm_buffer_failed(&out->content))
			out->error = NM_ERR_INTERNAL;
	}
	nm_reading_free(&reading);
	nm_stage_free(&end);
}

static inline bool
outcome_same(const struct outcome *a, const struct outcome *b)
{
	return a->error == b->error &&
	    (a->error != NM_OK ||
		(a->signature == b->signature &&
		    a->encryption == b->encryption &&
		    a->reasons == b->reasons && a->layers == b->layers &&
		    fuzz_same(&a->content, &b->content)));
}

static inline void
outcome_tell(const char *what, const struct outcome *o)
{
	(void)fprintf(stderr,
	    "%s: %s, signature %s, encryption %d, reasons %x, %zu layers, %zu "
	    "bytes\n",
	    what, nm_error_kind(o->error), nm_status_name(o->signature),
	    (int)o->encryption, (unsigned)o->reasons, o->layers,
	    o->content.len);
}

/* How to protect. */
struct manner {
	enum nm_content_kind kind;
	bool sign, opaque, pss, encrypt, oaep, triple;
	enum nm_cipher cipher;
	const char *from; /* the fingerprint of who signs; NULL: by From */
	const char *to;	  /* an address */
};

static inline enum nm_error
person_protect(struct person *p, const struct manner *m, struct nm_bytes in,
    uint32_t seed, struct nm_buffer *out)
{
	struct nm_protect_recipient to = { .address = m->to };
	struct nm_protect_options options = { .kind = m->kind,
		.db = p->db,
		.index = p->index,
		.now = p->now,
		.sign = m->sign,
		.sign_certificate = m->from,
		.opaque = m->opaque,
		.pss = m->pss,
		.include = NM_INCLUDE_CHAIN,
		.encrypt = m->encrypt,
		.recipients = &to,
		.recipient_count = 1,
		.recipients_given = true,
		.cipher = m->cipher,
		.oaep = m->oaep,
		.triple_wrap = m->triple };
	struct nm_stage *end = nm_collector_new(out, SIZE_MAX);
	struct nm_protect_outputs outputs = { .output = end };
	struct nm_protecting *protecting = NULL;
	struct nm_fault fault = { 0 };
	enum nm_error err = NM_ERR_INTERNAL;

	if (end != NULL)
		err =
		    nm_protecting_new(&options, &outputs, &fault, &protecting);
	if (err == NM_OK)
		err = fuzz_feed(
		    nm_protecting_stage(protecting), in.data, in.len, seed);
	nm_protecting_free(&protecting);
	nm_stage_free(&end);
	return err == NM_OK && nm_buffer_failed(out) ? NM_ERR_INTERNAL : err;
}

#endif
