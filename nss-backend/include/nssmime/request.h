/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Keys of one's own, and the requests for their certificates (PKCS #10,
 * RFC 2986). The key stays where it was made; the certificate that is issued
 * for it comes in by nm_import() and finds it.
 */
#ifndef NSSMIME_REQUEST_H
#define NSSMIME_REQUEST_H

#include <nssmime/certificate.h>

/* "rsa-2048", "rsa-3072", "rsa-4096", "p-256", "p-384", "p-521", NULL */
extern const char *const nm_request_keys[];

struct nm_request_options {
	const char *subject;	      /* as RFC 4514 writes names */
	const char *const *addresses; /* for subjectAltName */
	size_t address_count;
	const char *key;   /* one of nm_request_keys */
	const char *token; /* NULL: the database's own */
};

struct nm_request;

/* Checks all of it, finds the token and unlocks it. */
enum nm_error nm_request_new(struct nm_database *db,
    const struct nm_request_options *options, const struct nm_asker *asker,
    struct nm_request **out, struct nm_fault *fault);
/* Makes the key pair and the request, DER. Takes its time, and shares nothing:
 * who calls it says nm_database_changed() afterwards. */
enum nm_error nm_request_make(
    struct nm_request *r, struct nm_buffer *out, struct nm_fault *fault);
void nm_request_free(struct nm_request **r);

/* A request whose key is here and has no certificate yet. */
struct nm_pending {
	PK11SlotInfo *slot; /* own reference */
	char *subject;
	SECItem *id; /* the key's CKA_ID */
};
/* NM_ERR_INVALID_PARAMS: it is no request, or its key has a certificate;
 * NM_ERR_NO_PRIVATE_KEY. */
enum nm_error nm_pending_find(struct nm_database *db, struct nm_index *index,
    struct nm_bytes request, struct nm_pending *out, struct nm_fault *fault);
/* Deletes its key; the token must be unlocked. */
enum nm_error nm_pending_withdraw(
    struct nm_database *db, const struct nm_pending *p, struct nm_fault *fault);
void nm_pending_clear(struct nm_pending *p);

#endif
