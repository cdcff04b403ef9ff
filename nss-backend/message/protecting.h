/* SPDX-License-Identifier: MPL-2.0 */
/* What the files that protect a message share. */
#ifndef NSSMIME_MESSAGE_PROTECTING_H
#define NSSMIME_MESSAGE_PROTECTING_H

#include <nssmime/message.h>

/* Someone to encrypt to. */
struct nm_addressee {
	CERTCertificate *cert; /* own reference */
	char *address;	       /* or NULL */
	bool by_address; /* not by the certificate, which has this address */
	bool bcc;
	bool self;
};

/* One copy that leaves: the common one, or one for a Bcc recipient. */
struct nm_copy {
	struct nm_stage *output; /* lent */
	struct nm_stage *outer;	 /* the outer signature of a triple wrap */
	struct nm_stage *encrypt;
};

struct nm_protecting {
	struct nm_protect_options options; /* what it points to is lent */
	struct nm_protect_outputs outputs;
	struct nm_fault *fault;
	struct nm_protect_result result;

	char *from;  /* the one From address, or NULL */
	char *shown; /* what a Legacy Display element shows, or NULL */
	/* signer.c */
	CERTCertificate *signer;
	CERTCertificate *own_recipient; /* the sender's own, to encrypt to */
	enum nm_error own_problem;	/* why there is none, */
	nm_reasons own_reasons;		/* and what is wrong with those */
	struct nm_path path;
	CERTCertificate **include;
	struct nm_sign_as as;
	/* recipients.c */
	struct nm_evidence *evidence; /* while they are chosen */
	struct nm_addressee *addressees;
	size_t addressee_count;
	/* protect.c, from the input to the outputs */
	struct nm_stage *split;
	struct nm_stage *legacy; /* or NULL */
	struct nm_stage *seven_bit;
	struct nm_stage *canonical;
	struct nm_stage *sign;
	struct nm_stage *fan_out;
	struct nm_copy *copies;
	size_t copy_count;
};

/* ---- signer.c ---- */

/* Chooses the signing certificate, asks whether it may, unlocks its key, fills
 * p->as. `header`: of the message; NULL for a bare entity. */
enum nm_error nm_protecting_choose_signer(
    struct nm_protecting *p, const struct nm_header *header);
/* The sender's own certificate for encryption, if there is one. */
enum nm_error nm_protecting_find_self(struct nm_protecting *p);
void nm_protecting_clear_signer(struct nm_protecting *p);

/* ---- recipients.c ---- */

/* Fills p->addressees, or p->result.problems and fails. `header`: of the
 * message; NULL for a bare entity. */
enum nm_error nm_protecting_choose_recipients(
    struct nm_protecting *p, const struct nm_header *header);
void nm_protecting_clear_recipients(struct nm_protecting *p);
enum nm_error nm_protecting_add_problem(struct nm_protecting *p,
    const char *address, bool signer, enum nm_error kind, nm_reasons reasons);

#endif
