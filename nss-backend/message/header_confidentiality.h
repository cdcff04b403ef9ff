/* SPDX-License-Identifier: MPL-2.0 */
/* Header confidentiality policies (RFC 9788 section 3). */
#ifndef NSSMIME_MESSAGE_HEADER_CONFIDENTIALITY_H
#define NSSMIME_MESSAGE_HEADER_CONFIDENTIALITY_H

#include <nssmime/message.h>

/* What becomes of a field outside of an encrypted message. */
enum nm_confidentiality {
	NM_FIELD_SHOWN,	   /* as it is */
	NM_FIELD_OBSCURED, /* with another value */
	NM_FIELD_REMOVED
};

/* *value: the other value; the caller frees it. */
enum nm_error nm_header_confidentiality(
    const struct nm_protect_options *options, const struct nm_field *f,
    enum nm_confidentiality *what, char **value);

#endif
