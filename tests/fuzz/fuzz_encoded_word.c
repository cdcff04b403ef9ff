/* SPDX-License-Identifier: MPL-2.0 */
/* Encoded words and character sets; the input's first line is a charset. */
#include <nssmime/mime.h>

#include "fuzz.h"
#include "text.h"

static bool
is_text(const char *text)
{
	size_t len = strlen(text);

	return host_utf8_valid((const uint8_t *)text, len) == len;
}

static void
encode(const char *text)
{
	struct nm_buffer out = NM_BUFFER_INIT;
	char *encoded, *decoded;

	nm_text_encode(&out, text);
	must((encoded = nm_buffer_take_string(&out)) != NULL);
	for (const char *p = encoded; *p != '\0'; p++)
		must((unsigned char)*p < 0x80);
	must((decoded = nm_text_decode(encoded)) != NULL);
	must(is_text(decoded));
	free(decoded);
	free(encoded);
	nm_phrase_write(&out, text);
	must((encoded = nm_buffer_take_string(&out)) != NULL);
	for (const char *p = encoded; *p != '\0'; p++)
		must((unsigned char)*p < 0x80);
	free(encoded);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), *decoded, *line;

	must((decoded = nm_text_decode(text)) != NULL);
	must(is_text(decoded));
	for (const char *p = decoded; *p != '\0'; p++)
		must((unsigned char)*p >= ' ');
	encode(decoded);
	free(decoded);
	encode(text);
	if ((line = strchr(text, '\n')) != NULL) {
		*line++ = '\0';
		decoded = nm_charset_to_utf8(
		    text, (const uint8_t *)line, size - (size_t)(line - text));
		must(decoded != NULL && is_text(decoded));
		free(decoded);
	}
	free(text);
	return 0;
}
