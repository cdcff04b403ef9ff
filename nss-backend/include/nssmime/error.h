/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Errors. One enum serves the library and the wire: the wire's `kind` is
 * nm_error_kind() of it. Functions that can fail return it; 0 is success.
 * Functions that can say more take a `struct nm_fault *`, which may be NULL.
 */
#ifndef NSSMIME_ERROR_H
#define NSSMIME_ERROR_H

#include <stddef.h>

enum nm_error {
	NM_OK = 0,
	NM_ERR_PARSE,
	NM_ERR_INVALID_REQUEST,
	NM_ERR_UNKNOWN_METHOD,
	NM_ERR_INVALID_PARAMS,
	NM_ERR_INTERNAL,
	NM_ERR_TOO_LARGE,
	NM_ERR_BUSY,
	NM_ERR_CANCELLED,
	NM_ERR_ORIGIN_NOT_ALLOWED,
	NM_ERR_USER_DECLINED,
	NM_ERR_POLICY_FORBIDS,
	NM_ERR_DATABASE_UNAVAILABLE,
	NM_ERR_DATABASE_READ_ONLY,
	NM_ERR_PASSWORD_REQUIRED,
	NM_ERR_WRONG_PASSWORD,
	NM_ERR_TOKEN_ABSENT,
	NM_ERR_CERTIFICATE_NOT_FOUND,
	NM_ERR_CERTIFICATE_AMBIGUOUS,
	NM_ERR_CERTIFICATE_UNUSABLE,
	NM_ERR_NO_PRIVATE_KEY,
	NM_ERR_NOT_SMIME,
	NM_ERR_MALFORMED_MESSAGE,
	NM_ERR_UNSUPPORTED_ALGORITHM,
	NM_ERR_INTEGRITY_FAILURE,
	NM_ERR_DIRECTORY_UNREACHABLE,
	NM_ERR_PROMPT_UNAVAILABLE,
	NM_ERR_CONFIGURATION_INVALID,
	NM_ERR_STORAGE_FAILED,
	NM_ERR_PASSWORD_FORMAT_UNSUPPORTED,
	NM_ERR_COUNT
};

/*
 * What went wrong, in words for a person: one English sentence without a
 * full stop, without contents of messages, passwords or key material.
 */
struct nm_fault {
	enum nm_error code;
	char text[256];
};

/* The wire's word for an error, e.g. "malformed-message". */
const char *nm_error_kind(enum nm_error code);

/* A general English sentence for an error, for when no fault says more. */
const char *nm_error_text(enum nm_error code);

/*
 * Records `code` and a sentence in `fault` (unless NULL or already set: the
 * first failure is the cause) and returns `code`, so that a caller may write
 * `return nm_fail(...)`.
 */
enum nm_error nm_fail(struct nm_fault *fault, enum nm_error code,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
