/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/mime.h>

#include <string.h>

void
nm_boundary_write(const uint8_t random[16], char *out, size_t room)
{
	static const char digits[] = "0123456789abcdef";
	/* "=_" is in neither base64 nor quoted-printable (RFC 2045 section
	 * 6.7, note 5), so that encoded content is safe without chance. */
	static const char prefix[] = "=_nssmime_";
	size_t at = sizeof(prefix) - 1;

	if (room < at + 32 + 1) {
		if (room != 0)
			*out = '\0';
		return;
	}
	memcpy(out, prefix, at);
	for (size_t i = 0; i < 16; i++) {
		out[at++] = digits[random[i] >> 4];
		out[at++] = digits[random[i] & 0x0f];
	}
	out[at] = '\0';
}
