/* SPDX-License-Identifier: MPL-2.0 */
/*
 * bench_verify DATABASE [ROUNDS [MAILS]]: how fast a small signed mail is
 * verified, its chain included and with warm caches, beside the bare check of
 * a signature by NSS in the same process. DATABASE is the one of
 * tests/support/pki.sh; alice signs, with RSA-2048.
 *
 * Once for one mail that is read again and again, as when it is shown, shown
 * again and answered; and once for mails that are new each time, of somebody
 * whose certificates were met before.
 *
 * Rates are by the time of the processor, and the two take turns, so that
 * whatever else runs slows both alike. The median of the rounds is what
 * counts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cryptohi.h>
#include <secitem.h>

#include <nssmime/message.h>

#define ROUNDS	   5
#define MAX_ROUNDS 101
#define MAILS	   2000
#define MAX_MAILS  1000000
/* more than are remembered: each is new when its turn comes again */
#define DIFFERENT 40u
/* as long as the signed attributes of a mail, which is what is signed */
#define ATTRIBUTES 190u

struct bench {
	struct nm_database *db;
	struct nm_index *index;
	CERTCertificate *signer;
	struct nm_buffer mails[DIFFERENT];
	unsigned different; /* how many of them take turns */
	unsigned next;
	uint8_t data[ATTRIBUTES];
	SECItem signature;
	SECKEYPublicKey *key;
	struct nm_fault fault;
};

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static enum nm_error
fail(struct bench *b, const char *what)
{
	return nm_fail(&b->fault, NM_ERR_INTERNAL, "%s", what);
}

/* ---- what is verified ------------------------------------------------ */

/* The signer's own header and text, as most mails are; each another. */
static void
write_mail(struct nm_buffer *out, unsigned number)
{
	char date[64];
	time_t t = time(NULL);
	struct tm tm;

	(void)gmtime_r(&t, &tm);
	(void)strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", &tm);
	nm_buffer_format(out,
	    "From: Alice <alice@example.org>\r\n"
	    "To: Bob <bob@example.org>\r\n"
	    "Subject: Hello\r\n"
	    "Date: %s\r\n"
	    "Message-ID: <1@example.org>\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n\r\n",
	    date);
	for (unsigned i = 0; i < 12; i++)
		nm_buffer_string(
		    out, "What a person writes in a line, more or less.\r\n");
	nm_buffer_format(out, "%u\r\n", number);
}

static enum nm_error
sign_mail(struct bench *b, unsigned number)
{
	struct nm_protect_options options = { .kind = NM_CONTENT_MESSAGE,
		.db = b->db,
		.index = b->index,
		.now = time(NULL),
		.sign = true,
		.include = NM_INCLUDE_CHAIN };
	struct nm_stage *end = nm_collector_new(&b->mails[number], SIZE_MAX);
	struct nm_protect_outputs outputs = { .output = end };
	struct nm_protecting *p = NULL;
	struct nm_buffer plain = NM_BUFFER_INIT;
	enum nm_error error = NM_ERR_INTERNAL;

	write_mail(&plain, number);
	if (end != NULL && !nm_buffer_failed(&plain))
		error = nm_protecting_new(&options, &outputs, &b->fault, &p);
	if (error == NM_OK)
		error = nm_stage_write(
		    nm_protecting_stage(p), plain.data, plain.len);
	if (error == NM_OK)
		error = nm_stage_finish(nm_protecting_stage(p));
	if (error == NM_OK) {
		b->signer = nm_index_by_fingerprint(
		    b->index, nm_protecting_result(p)->signed_by);
		if (b->signer == NULL)
			error = fail(b, "The signer is not in the index");
	}
	nm_protecting_free(&p);
	nm_stage_free(&end);
	nm_buffer_reset(&plain);
	return error;
}

/* By the same key. */
static enum nm_error
sign_data(struct bench *b)
{
	SECKEYPrivateKey *key = PK11_FindKeyByAnyCert(b->signer, NULL);
	SECStatus rv = SECFailure;

	memset(b->data, 'x', sizeof(b->data));
	if (key != NULL) {
		rv = SEC_SignData(&b->signature, b->data, sizeof(b->data), key,
		    SEC_OID_PKCS1_SHA256_WITH_RSA_ENCRYPTION);
		SECKEY_DestroyPrivateKey(key);
	}
	b->key = CERT_ExtractPublicKey(b->signer);
	return rv == SECSuccess && b->key != NULL ? NM_OK
						  : fail(b, "NSS cannot sign");
}

/* ---- the two ways ---------------------------------------------------- */

static enum nm_error
read_mail(struct bench *b)
{
	struct nm_read_options options = { .kind = NM_CONTENT_MESSAGE,
		.db = b->db,
		.index = b->index,
		.now = time(NULL) };
	const struct nm_buffer *mail = &b->mails[b->next++ % b->different];
	struct nm_buffer output = NM_BUFFER_INIT;
	struct nm_stage *end = nm_collector_new(&output, SIZE_MAX);
	struct nm_reading *r = NULL;
	enum nm_error error = NM_ERR_INTERNAL;

	if (end != NULL)
		error = nm_reading_new(&options, end, &b->fault, &r);
	if (error == NM_OK)
		error =
		    nm_stage_write(nm_reading_stage(r), mail->data, mail->len);
	if (error == NM_OK)
		error = nm_stage_finish(nm_reading_stage(r));
	if (error == NM_OK &&
	    (nm_reading_result(r)->signature != NM_STATUS_VALID ||
		nm_reading_result(r)->layers[0].signers[0].chain_count != 3))
		error = fail(b, "The mail is not valid");
	nm_reading_free(&r);
	nm_stage_free(&end);
	nm_buffer_reset(&output);
	return error;
}

static enum nm_error
check_signature(struct bench *b)
{
	return VFY_VerifyDataDirect(b->data, sizeof(b->data), b->key,
		   &b->signature, SEC_OID_PKCS1_RSA_ENCRYPTION, SEC_OID_SHA256,
		   NULL, NULL) == SECSuccess
	    ? NM_OK
	    : fail(b, "NSS finds the signature bad");
}

/* Of one round: how many in a second. */
static enum nm_error
measure(struct bench *b, enum nm_error (*once)(struct bench *b), long count,
    double *rate)
{
	enum nm_error error = NM_OK;
	double begun = now();

	for (long i = 0; error == NM_OK && i < count; i++)
		error = once(b);
	*rate = (double)count / (now() - begun);
	return error;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *values, long count)
{
	qsort(values, (size_t)count, sizeof(*values), by_value);
	return values[count / 2];
}

static enum nm_error
compare(struct bench *b, const char *what, unsigned different, long rounds,
    long mails)
{
	double whole[MAX_ROUNDS], bare[MAX_ROUNDS], ratio[MAX_ROUNDS];
	enum nm_error error;

	b->different = different;
	/* until all is warm */
	error = measure(b, read_mail, mails / 10 + 1, &whole[0]);
	if (error == NM_OK)
		error = measure(b, check_signature, mails / 10 + 1, &bare[0]);
	for (long i = 0; error == NM_OK && i < rounds; i++) {
		error = measure(b, read_mail, mails, &whole[i]);
		if (error == NM_OK)
			error = measure(b, check_signature, mails, &bare[i]);
		ratio[i] = whole[i] / bare[i];
	}
	if (error == NM_OK)
		(void)printf("%-24s %8.0f/s, bare signatures %8.0f/s: "
			     "%6.1f %%\n",
		    what, median(whole, rounds), median(bare, rounds),
		    100 * median(ratio, rounds));
	return error;
}

static enum nm_error
run(struct bench *b, const char *folder, long rounds, long mails)
{
	enum nm_error error;

	error = nm_database_open(
	    folder, NM_DATABASE_CONFIGURED, false, &b->db, &b->fault);
	if (error == NM_OK)
		error = nm_index_new(b->db, &b->index, &b->fault);
	for (unsigned i = 0; error == NM_OK && i < DIFFERENT; i++)
		error = sign_mail(b, i);
	if (error == NM_OK)
		error = sign_data(b);
	if (error == NM_OK)
		error = compare(b, "mails read again", 1, rounds, mails);
	if (error == NM_OK)
		error =
		    compare(b, "mails that are new", DIFFERENT, rounds, mails);
	if (b->key != NULL)
		SECKEY_DestroyPublicKey(b->key);
	SECITEM_FreeItem(&b->signature, PR_FALSE);
	for (unsigned i = 0; i < DIFFERENT; i++)
		nm_buffer_reset(&b->mails[i]);
	nm_index_free(&b->index);
	nm_database_close(&b->db);
	return error;
}

/* A number of the command line; 0: it is none. */
static long
number(const char *text, long most)
{
	char *end;
	long n = strtol(text, &end, 10);

	return *end == '\0' && n > 0 && n <= most ? n : 0;
}

int
main(int argc, char **argv)
{
	long rounds = argc > 2 ? number(argv[2], MAX_ROUNDS) : ROUNDS;
	long mails = argc > 3 ? number(argv[3], MAX_MAILS) : MAILS;
	struct bench b;

	memset(&b, 0, sizeof(b));
	if (argc < 2 || argc > 4 || rounds == 0 || mails == 0) {
		(void)fprintf(
		    stderr, "usage: bench_verify DATABASE [ROUNDS [MAILS]]\n");
		return 2;
	}
	if (run(&b, argv[1], rounds, mails) != NM_OK) {
		(void)fprintf(stderr, "bench_verify: %s\n", b.fault.text);
		return 1;
	}
	return 0;
}
