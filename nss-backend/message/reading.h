/* SPDX-License-Identifier: MPL-2.0 */
/* What the files that read a message share. */
#ifndef NSSMIME_MESSAGE_READING_H
#define NSSMIME_MESSAGE_READING_H

#include <nssmime/message.h>

#include "sender.h"

struct nm_reading {
	struct nm_read_options options;
	struct nm_stage *output; /* lent */
	struct nm_fault *fault;
	struct nm_read_result result;
	struct nm_sender sender;
	bool header_seen;  /* of the message itself */
	bool part_seen;	   /* the part asked for */
	size_t part_layer; /* layers before this one are not the part's */
	struct nm_stage *root;
};

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

/* ---- verdict.c ---- */

/* Sums the layers up: result->signature, encryption, reasons. */
void nm_reading_judge(struct nm_reading *r);

#endif
