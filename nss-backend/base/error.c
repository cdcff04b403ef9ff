/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/error.h>

#include <stdarg.h>
#include <stdio.h>

static const struct {
	const char *kind;
	const char *text;
} errors[NM_ERR_COUNT] = {
	[NM_OK] = { "ok", "Nothing is wrong" },
	[NM_ERR_PARSE] = { "parse-error", "The frame is not valid JSON" },
	[NM_ERR_INVALID_REQUEST] = { "invalid-request",
	    "The frame is not a valid request" },
	[NM_ERR_UNKNOWN_METHOD] = { "unknown-method",
	    "There is no such method" },
	[NM_ERR_INVALID_PARAMS] = { "invalid-params",
	    "The parameters are not valid" },
	[NM_ERR_INTERNAL] = { "internal", "An internal error occurred" },
	[NM_ERR_TOO_LARGE] = { "too-large", "The data is too large" },
	[NM_ERR_BUSY] = { "busy", "Too much is under way; try again later" },
	[NM_ERR_CANCELLED] = { "cancelled", "The operation was cancelled" },
	[NM_ERR_ORIGIN_NOT_ALLOWED] = { "origin-not-allowed",
	    "The caller is not allowed to use this program" },
	[NM_ERR_USER_DECLINED] = { "user-declined", "The user declined" },
	[NM_ERR_POLICY_FORBIDS] = { "policy-forbids",
	    "The administrator's policy forbids this" },
	[NM_ERR_DATABASE_UNAVAILABLE] = { "database-unavailable",
	    "The certificate database cannot be opened" },
	[NM_ERR_DATABASE_READ_ONLY] = { "database-read-only",
	    "The certificate database cannot be written to" },
	[NM_ERR_PASSWORD_REQUIRED] = { "password-required",
	    "The certificate database is locked by a password" },
	[NM_ERR_WRONG_PASSWORD] = { "wrong-password",
	    "The password is not right" },
	[NM_ERR_TOKEN_ABSENT] = { "token-absent", "The token is not present" },
	[NM_ERR_CERTIFICATE_NOT_FOUND] = { "certificate-not-found",
	    "There is no such certificate" },
	[NM_ERR_CERTIFICATE_AMBIGUOUS] = { "certificate-ambiguous",
	    "Several certificates are equally suitable" },
	[NM_ERR_CERTIFICATE_UNUSABLE] = { "certificate-unusable",
	    "The certificate cannot be used for this" },
	[NM_ERR_NO_PRIVATE_KEY] = { "no-private-key",
	    "There is no private key for this" },
	[NM_ERR_NOT_SMIME] = { "not-smime", "The content is not S/MIME" },
	[NM_ERR_MALFORMED_MESSAGE] = { "malformed-message",
	    "The message is malformed" },
	[NM_ERR_UNSUPPORTED_ALGORITHM] = { "unsupported-algorithm",
	    "The message uses an algorithm that is not supported" },
	[NM_ERR_INTEGRITY_FAILURE] = { "integrity-failure",
	    "The message was altered or its key does not fit" },
	[NM_ERR_DIRECTORY_UNREACHABLE] = { "directory-unreachable",
	    "The directory cannot be reached" },
	[NM_ERR_PROMPT_UNAVAILABLE] = { "prompt-unavailable",
	    "No window can be shown to ask the user" },
	[NM_ERR_CONFIGURATION_INVALID] = { "configuration-invalid",
	    "The configuration is not valid" },
	[NM_ERR_STORAGE_FAILED] = { "storage-failed",
	    "Something could not be stored" },
	[NM_ERR_PASSWORD_FORMAT_UNSUPPORTED] = { "password-format-unsupported",
	    "This version of NSS cannot check the database's password" },
};

const char *
nm_error_kind(enum nm_error code)
{
	if ((unsigned)code >= NM_ERR_COUNT)
		code = NM_ERR_INTERNAL;
	return errors[code].kind;
}

const char *
nm_error_text(enum nm_error code)
{
	if ((unsigned)code >= NM_ERR_COUNT)
		code = NM_ERR_INTERNAL;
	return errors[code].text;
}

enum nm_error
nm_fail(struct nm_fault *fault, enum nm_error code, const char *format, ...)
{
	va_list args;

	if (fault == NULL || fault->code != NM_OK)
		return code;
	fault->code = code;
	va_start(args, format);
	(void)vsnprintf(fault->text, sizeof(fault->text), format, args);
	va_end(args);
	return code;
}
