/* SPDX-License-Identifier: MPL-2.0 */
/* What the pieces that make an entity 7-bit clean share. */
#ifndef NM_MIME_SEVEN_BIT_H
#define NM_MIME_SEVEN_BIT_H

#include <nssmime/mime.h>

#define NM_MAX_LINE 998 /* RFC 5322 section 2.1.1 */

/* ---- clean_line.c ------------------------------------------------------ */

/* Whether all lines are 7-bit, not too long, without NUL and bare CR, and none
 * is one that mbox files or their readers change. */
bool nm_is_clean(const uint8_t *data, size_t len);

/* How a stage makes lines clean: by means that change nothing of what they
 * say in the coding that they are in. */
enum nm_cleaning {
	NM_CLEAN_BASE64,  /* foreign bytes go, long lines are broken */
	NM_CLEAN_QUOTED,  /* bytes are escaped, soft breaks put in */
	NM_CLEAN_OUTSIDE, /* preamble and epilogue: nobody reads them */
	NM_CLEAN_REFUSE	  /* nothing can be done: an error */
};
struct nm_stage *nm_clean_line_new(
    enum nm_cleaning cleaning, struct nm_stage *next, struct nm_fault *fault);

/* ---- ascii_header.c ---------------------------------------------------- */

/*
 * Writes a header block with its empty line: `raw` as it is where it is clean
 * and `coding` is NULL, else the fields, those that are not clean encoded, and
 * `coding` as their Content-Transfer-Encoding.
 */
enum nm_error nm_ascii_header_write(struct nm_buffer *out,
    const struct nm_header *header, struct nm_bytes raw, const char *coding,
    struct nm_fault *fault);

#endif
