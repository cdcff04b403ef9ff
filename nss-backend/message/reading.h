/* SPDX-License-Identifier: MPL-2.0 */
/* What the files that read a message share. */
#ifndef NSSMIME_MESSAGE_READING_H
#define NSSMIME_MESSAGE_READING_H

#include <nssmime/evidence.h>
#include <nssmime/message.h>

#include "sender.h"

struct nm_reading {
	struct nm_read_options options;
	struct nm_stage *output; /* lent */
	struct nm_fault *fault;
	struct nm_read_result result;
	struct nm_sender sender;
	struct nm_header *outside; /* the message's own; NULL: none */
	bool header_seen;	   /* of the message itself */
	bool binary_body;	   /* its lines are none: CMS as it is */
	bool part_seen;		   /* the part asked for */
	size_t part_layer; /* layers before this one are not the part's */
	struct nm_stage *root;
	struct nm_record *record; /* NULL: none is kept */
};

/* ---- read.c ---- */

/* When certificates are to be checked (PROTOCOL.md, "message.read"): never at
 * a time that the signer alone vouches for. */
int64_t nm_reading_path_time(const struct nm_reading *r);

/* ---- layer.c ---- */

/* A new layer inside all those before it. */
enum nm_error nm_reading_add_layer(struct nm_reading *r,
    enum nm_layer_type type, enum nm_form_of_layer form, size_t *index);
void nm_read_result_clear(struct nm_read_result *result);
void nm_read_layer_clear(struct nm_read_layer *layer);
enum nm_error nm_reading_add_embedded(struct nm_reading *r, const char *part,
    const char *type, bool is_signed, bool is_encrypted);

/* ---- signature.c ---- */

/*
 * Verifies every signer of a SignedData, fills in the layer's signers and
 * keeps certificates that are new. `content`: the digests of what they
 * signed; NULL: there is no content. Nothing in it waits: the message's
 * certificates are known to NSS only during this call, so that they never
 * complete another message's chain (findings, section 12).
 */
enum nm_error nm_reading_verify(struct nm_reading *r,
    struct nm_read_layer *layer, const struct nm_signed *data,
    const struct nm_digests *content);

/* Whether a digest was broken when the message was read, or before that when
 * it was received, by its reader's word. */
bool nm_digest_is_weak(enum nm_digest digest, bool received, int64_t at);

/* ---- revocation_info.c ---- */

/* What a RevocationInfoChoice holds, an OCSPResponse or a list, and its DER. */
enum nm_fetch_kind nm_revocation_info_kind(
    struct nm_bytes info, struct nm_bytes *der);

/* ---- record.c ---- */

/* Keeps the evidence for a layer whose signers were verified, if a record is
 * kept. May wait. */
enum nm_error nm_reading_keep_layer(struct nm_reading *r, size_t place,
    const struct nm_signed *data, const struct nm_digests *content);
/* After the verdict; `dropped`: layers that were not the part's. */
enum nm_error nm_reading_settle_record(struct nm_reading *r, size_t dropped);

/* ---- body.c ---- */

/* A stage that takes an entity inside `depth` layers, peels what S/MIME it
 * holds and sends the innermost to the output. `canonical`: its lines end in
 * CRLF for certain. */
struct nm_stage *nm_body_new(
    struct nm_reading *r, unsigned depth, bool canonical);
/* The same for a ContentInfo. `detached`: the digests of the content that a
 * multipart/signed holds beside it, and `layer` that multipart's layer; NULL:
 * the content is inside. */
struct nm_stage *nm_cms_body_new(struct nm_reading *r, unsigned depth,
    struct nm_digests *detached, size_t layer);

/* ---- detached.c ---- */

/* Takes the body of a multipart/signed. */
struct nm_stage *nm_detached_new(struct nm_reading *r, unsigned depth,
    const struct nm_value *type, bool canonical);

/* ---- protected_header.c ---- */

/* The message's own header; *keep: it is taken over. */
enum nm_error nm_reading_take_outside(
    struct nm_reading *r, struct nm_header *h, bool *keep);
/*
 * The root of the Cryptographic Payload: what header fields it protects
 * replace those of the message. *tap: NULL, or a stage that must see the body,
 * since a header is in it.
 */
enum nm_error nm_reading_take_payload(struct nm_reading *r,
    const struct nm_header *h, const struct nm_value *type,
    struct nm_stage **tap);
/* Whether one of the layers so far is an encryption. */
bool nm_reading_is_encrypted(const struct nm_reading *r);
/* After the verdict: whether the protected From counts. */
void nm_reading_settle_from(struct nm_reading *r);
void nm_read_fields_clear(struct nm_read_result *result);

/* ---- legacy_part.c ---- */

/* A part of the payload: keeps it if it shows protected fields once more. */
enum nm_error nm_reading_note_part(struct nm_reading *r, const char *part,
    bool root, const struct nm_value *type);
/* Whether what parts of the payload repeat is to be left out of the output. */
bool nm_reading_omits(const struct nm_reading *r);

/* ---- verdict.c ---- */

/* Sums the layers up: result->signature, encryption, reasons. */
void nm_reading_judge(struct nm_reading *r);
/* Whether a layer is around an encrypted one: its signer vouches for a
 * ciphertext, and may not know what is in it. */
bool nm_layer_around_encryption(const struct nm_read_result *result, size_t i);

#endif
