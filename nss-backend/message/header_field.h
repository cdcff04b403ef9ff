/* SPDX-License-Identifier: MPL-2.0 */
/* Header fields as header protection sees them (RFC 9788). */
#ifndef NSSMIME_MESSAGE_HEADER_FIELD_H
#define NSSMIME_MESSAGE_HEADER_FIELD_H

#include <nssmime/message.h>

#define NM_HP_OUTER "HP-Outer"

/* What describes the body, and so is never protected as a field of the
 * message (RFC 9787 section 1.1.1). */
bool nm_field_is_structural(const struct nm_field *f);
/* Whether a NULL-ended list has the field's name. */
bool nm_field_is_any(const struct nm_field *f, const char *const *names);

/* Whether a parameter is there and is `said`, case ignored. */
bool nm_value_says(
    const struct nm_value *value, const char *name, const char *said);

/*
 * Whether the values of two fields of one name mean the same, however they
 * are folded and encoded: servers write fields anew. `zone`: a date in another
 * time zone is another one.
 */
enum nm_error nm_field_compare(
    const struct nm_field *a, const struct nm_field *b, bool zone, bool *same);

/* Adds a name, lower case, if it is not there yet. */
enum nm_error nm_names_add(struct nm_names *names, struct nm_bytes name);
void nm_names_clear(struct nm_names *names);

/* What the outside of a message with protected fields should be. */
enum nm_outside {
	NM_OUTSIDE_SAME,   /* as the protected fields: nothing was hidden */
	NM_OUTSIDE_LISTED, /* as the HP-Outer fields */
	NM_OUTSIDE_UNKNOWN /* hidden or not, nothing says it */
};

/* What a comparison found. */
struct nm_header_difference {
	struct nm_names *differing, *confidential, *removed;
};

/*
 * Compares the protected header with the outer one (NULL: not known).
 * `whole`: it protects all fields that the sender had.
 */
enum nm_error nm_header_compare(const struct nm_header *inside,
    const struct nm_header *outside, enum nm_outside rule, bool whole,
    const struct nm_header_difference *out);

#endif
