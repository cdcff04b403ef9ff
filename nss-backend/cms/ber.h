/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A push reader of BER (X.690): definite and indefinite lengths, primitive
 * and constructed strings, lengths in any number of octets. Holds only what
 * it was told to capture. Tag numbers above 30 are refused.
 */
#ifndef NSSMIME_CMS_BER_H
#define NSSMIME_CMS_BER_H

#include <nssmime/cms.h>

enum nm_ber_action {
	NM_BER_DESCEND, /* report the children, then end() */
	NM_BER_CAPTURE, /* collect it all, then element() */
	NM_BER_STREAM,	/* an OCTET STRING, or one IMPLICITly tagged, primitive
			   or constructed: data() for its bytes, then end() */
	NM_BER_SKIP	/* no further call for it */
};

struct nm_ber_handler {
	/* An element begins, at `depth` (0: outermost). */
	enum nm_error (*begin)(
	    void *arg, unsigned depth, uint8_t tag, enum nm_ber_action *action);
	/* A captured element, normalised: definite lengths and primitive
	 * strings (byte for byte as it came if it was so already). */
	enum nm_error (*element)(
	    void *arg, unsigned depth, const struct nm_tlv *tlv);
	enum nm_error (*data)(void *arg, const uint8_t *data, size_t len);
	enum nm_error (*end)(void *arg, unsigned depth, uint8_t tag);
};

struct nm_ber;

/* `capture_limit`: the bytes that all captures together may take. */
struct nm_ber *nm_ber_new(const struct nm_ber_handler *handler, void *arg,
    size_t capture_limit, struct nm_fault *fault);
void nm_ber_free(struct nm_ber **b);
/* Bytes after the outermost element's end are ignored. */
enum nm_error nm_ber_write(struct nm_ber *b, const uint8_t *data, size_t len);
/* NM_ERR_MALFORMED_MESSAGE when the outermost element is not complete;
 * NM_ERR_NOT_SMIME when there was no byte at all. */
enum nm_error nm_ber_finish(struct nm_ber *b);
bool nm_ber_done(const struct nm_ber *b);

/* Rewrites one BER element with definite lengths and primitive strings; depth
 * bounded by NM_MAX_BER_DEPTH. False: malformed. */
bool nm_ber_normalise(struct nm_bytes ber, struct nm_buffer *out);

#endif
