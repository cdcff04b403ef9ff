/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Values inside a JSON text, read where they stand: nothing of a mail is
 * copied that need not be, and what is copied can be wiped. Whatever a text
 * holds, it is checked once by host_slice_parse(); the others read what that
 * has found good.
 */
#ifndef HOST_OWA_SLICE_H
#define HOST_OWA_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nssmime/buffer.h>

enum host_slice_kind {
	HOST_SLICE_NONE, /* there is no such value */
	HOST_SLICE_OBJECT,
	HOST_SLICE_ARRAY,
	HOST_SLICE_STRING,
	HOST_SLICE_NUMBER,
	HOST_SLICE_TRUE,
	HOST_SLICE_FALSE,
	HOST_SLICE_NULL
};

/* The bytes of a value, lent: of a string those between the quotes. */
struct host_slice {
	enum host_slice_kind kind;
	const char *text;
	size_t len;
};

/* One whole JSON text (RFC 8259), at most HOST_MAX_JSON_DEPTH deep and of
 * HOST_MAX_VALUES values. What is no UTF-8 is let pass: strings are repaired
 * when they are decoded. False: it is none. */
bool host_slice_parse(const char *text, size_t len, struct host_slice *out);

/* Going through an object or an array. `name` is the raw text of a member's
 * name; of elements it is HOST_SLICE_NONE. */
struct host_slices {
	const char *at, *end;
	bool object;
};
struct host_slices host_slices_of(struct host_slice container);
bool host_slices_next(
    struct host_slices *s, struct host_slice *name, struct host_slice *value);

/* The members of these names, the last of several; names are compared as they
 * stand, without case. NONE: there is none, or it is no object. All in one go,
 * since each has to go past what may be a whole mail. */
void host_slice_members(struct host_slice object, const char *const *names,
    struct host_slice *out, size_t count);
struct host_slice host_slice_member(struct host_slice object, const char *name);
/* Whether it is a string of exactly this ASCII text, or false. */
bool host_slice_is(struct host_slice s, const char *text);
/* A number that is a whole one from 0 to 2^53-1. */
bool host_slice_number(struct host_slice s, uint64_t *out);
/* true, false, and what says the same as text or as a number. */
bool host_slice_boolean(struct host_slice s, bool *out);

/*
 * Decodes raw text of a string, appending UTF-8: escapes, surrogates that
 * stand alone and bytes that are no UTF-8 become U+FFFD. *high: a high
 * surrogate that the text before ended with, or 0; if it is not NULL one that
 * ends this text is kept there for the next. Returns the UTF-16 units that
 * were read.
 */
uint64_t host_slice_decode(
    struct host_slice s, struct nm_buffer *out, uint16_t *high);
/* Where the raw text may be cut at or before `len`, at least 12, so that no
 * escape and no character is divided; never 0. */
size_t host_slice_cut(const char *text, size_t all, size_t len);
/* Decoded and bounded, for the caller to wipe and free; NULL: no string, a
 * NUL in it, longer than `most` bytes, or memory. */
char *host_slice_string(struct host_slice s, size_t most);

#endif
