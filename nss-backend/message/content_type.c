/* SPDX-License-Identifier: MPL-2.0 */
#include "content_type.h"

#include <stdlib.h>
#include <string.h>

static bool
stays(const char *parameter, const char *set, const char *charset)
{
	if (strcmp(parameter, "hp") == 0)
		return set == NULL || strcmp(set, "hp") != 0;
	return strcmp(parameter, "hp-legacy-display") != 0 &&
	    strcmp(parameter, "protected-headers") != 0 &&
	    (charset == NULL || strcmp(parameter, "charset") != 0);
}

enum nm_error
nm_content_type_write(struct nm_buffer *out, const struct nm_header *header,
    const char *name, const char *value, const char *charset)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_value v;
	enum nm_error error;
	char *text;

	if ((error = nm_header_content_type(header, &v)) != NM_OK)
		return error;
	/* What is none is this one (RFC 2045 section 5.2). */
	nm_buffer_string(&b, v.type[0] == '\0' ? "text/plain" : v.type);
	for (size_t i = 0; i < v.count; i++) {
		if (stays(v.parameters[i].name, name, charset))
			nm_parameter_write(
			    &b, v.parameters[i].name, v.parameters[i].value);
	}
	nm_value_clear(&v);
	if (charset != NULL)
		nm_parameter_write(&b, "charset", charset);
	if (name != NULL)
		nm_parameter_write(&b, name, value);
	if ((text = nm_buffer_take_string(&b)) == NULL)
		return NM_ERR_INTERNAL;
	nm_field_write(out, "Content-Type", text);
	free(text);
	return NM_OK;
}
