/* SPDX-License-Identifier: MPL-2.0 */
#include "error.h"

/* By task: other, reading CMS, reading MIME, signing, encrypting. */
static const struct {
	enum nm_error error;
	enum host_owa_code codes[5];
} table[] = {
#define ALL(code)                                                              \
	{                                                                      \
		code, code, code, code, code                                   \
	}
	{ NM_ERR_NO_PRIVATE_KEY, ALL(HOST_OWA_NO_CERTIFICATE) },
	{ NM_ERR_CERTIFICATE_NOT_FOUND,
	    { HOST_OWA_NO_CERTIFICATE, HOST_OWA_NO_CERTIFICATE,
		HOST_OWA_NO_CERTIFICATE, HOST_OWA_NO_CERTIFICATE,
		HOST_OWA_CANNOT_ENCRYPT } },
	{ NM_ERR_CERTIFICATE_UNUSABLE,
	    { HOST_OWA_NO_CERTIFICATE, HOST_OWA_CANNOT_DECRYPT,
		HOST_OWA_CANNOT_DECRYPT, HOST_OWA_CANNOT_SIGN,
		HOST_OWA_CANNOT_ENCRYPT } },
	{ NM_ERR_USER_DECLINED, ALL(HOST_OWA_USER_CANCELED) },
	{ NM_ERR_PASSWORD_REQUIRED, ALL(HOST_OWA_CANNOT_ACCESS_CARD) },
	{ NM_ERR_WRONG_PASSWORD, ALL(HOST_OWA_CANNOT_ACCESS_CARD) },
	{ NM_ERR_TOKEN_ABSENT, ALL(HOST_OWA_CANNOT_ACCESS_CARD) },
	{ NM_ERR_PROMPT_UNAVAILABLE, ALL(HOST_OWA_CANNOT_ACCESS_CARD) },
	{ NM_ERR_PASSWORD_FORMAT_UNSUPPORTED,
	    ALL(HOST_OWA_CANNOT_ACCESS_CARD) },
	{ NM_ERR_DATABASE_UNAVAILABLE, ALL(HOST_OWA_CANNOT_OPEN_STORE) },
	{ NM_ERR_TOO_LARGE, ALL(HOST_OWA_TOO_LARGE) },
	{ NM_ERR_NOT_SMIME, ALL(HOST_OWA_CANNOT_PROCESS) },
	{ NM_ERR_INVALID_PARAMS,
	    { HOST_OWA_CANNOT_PROCESS, HOST_OWA_CANNOT_PROCESS,
		HOST_OWA_CANNOT_PROCESS, HOST_OWA_CANNOT_SIGN,
		HOST_OWA_CANNOT_ENCRYPT } },
	{ NM_ERR_MALFORMED_MESSAGE,
	    { HOST_OWA_CANNOT_PROCESS, HOST_OWA_CANNOT_OPEN_TO_DECODE,
		HOST_OWA_CANNOT_PARSE_MIME, HOST_OWA_CANNOT_BUILD_MIME,
		HOST_OWA_CANNOT_BUILD_MIME } },
	{ NM_ERR_INTEGRITY_FAILURE,
	    { HOST_OWA_UNKNOWN_ERROR, HOST_OWA_CANNOT_DECRYPT,
		HOST_OWA_CANNOT_DECRYPT, HOST_OWA_CANNOT_SIGN,
		HOST_OWA_CANNOT_ENCRYPT } },
	{ NM_ERR_UNSUPPORTED_ALGORITHM,
	    { HOST_OWA_UNKNOWN_ERROR, HOST_OWA_CANNOT_DECRYPT,
		HOST_OWA_CANNOT_DECRYPT, HOST_OWA_CANNOT_SIGN,
		HOST_OWA_CANNOT_ENCRYPT } },
};

enum host_owa_code
host_owa_code(enum nm_error error, enum host_owa_task task)
{
	if (error == NM_OK)
		return HOST_OWA_NO_ERROR;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].error == error)
			return table[i].codes[task];
	}
	return HOST_OWA_UNKNOWN_ERROR;
}

void
host_owa_error_write(struct nm_buffer *out, enum host_owa_code code)
{
	nm_buffer_format(out, "{\"Data\":null,\"ErrorCode\":%d}", (int)code);
}
