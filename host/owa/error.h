/* SPDX-License-Identifier: MPL-2.0 */
/* The numbers that tell the page what went wrong. */
#ifndef HOST_OWA_ERROR_H
#define HOST_OWA_ERROR_H

#include <nssmime/buffer.h>
#include <nssmime/error.h>

enum host_owa_code {
	HOST_OWA_NO_ERROR = 0,
	HOST_OWA_UNKNOWN_ERROR = 11,
	HOST_OWA_CANNOT_DECRYPT = 13,
	HOST_OWA_CANNOT_ENCRYPT = 16,
	HOST_OWA_CANNOT_SIGN = 17,
	HOST_OWA_TOO_LARGE = 52,
	HOST_OWA_CANNOT_PARSE_MIME = 53,
	HOST_OWA_CANNOT_BUILD_MIME = 54,
	HOST_OWA_CANNOT_OPEN_TO_DECODE = 58,
	HOST_OWA_CANNOT_PROCESS = 59,
	HOST_OWA_CANNOT_OPEN_STORE = 66,
	HOST_OWA_NO_CERTIFICATE = 67,
	HOST_OWA_USER_CANCELED = 68,
	HOST_OWA_CANNOT_ACCESS_CARD = 69
};

/* What was being done; some failures have another number for each. */
enum host_owa_task {
	HOST_OWA_OTHER,
	HOST_OWA_READ_CMS,
	HOST_OWA_READ_MIME,
	HOST_OWA_SIGN,
	HOST_OWA_ENCRYPT
};

enum host_owa_code host_owa_code(enum nm_error error, enum host_owa_task task);
/* A result that says no more than that. */
void host_owa_error_write(struct nm_buffer *out, enum host_owa_code code);

#endif
