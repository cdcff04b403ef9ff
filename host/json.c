/* SPDX-License-Identifier: MPL-2.0 */
#include "json.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "bounds.h"

/* Counts values roughly from above: each but the first follows one of these
 * characters. A small text must not become a large tree. */
static bool
has_few_values(const char *text, size_t len)
{
	size_t count = 1;
	bool string = false;

	for (size_t i = 0; i < len; i++) {
		switch (text[i]) {
		case '"':
			string = !string;
			break;
		case '\\':
			if (string)
				i++;
			break;
		case ',':
		case ':':
		case '[':
		case '{':
			if (!string && ++count > HOST_MAX_VALUES)
				return false;
			break;
		default:
			break;
		}
	}
	return true;
}

static bool
is_blank(const char *text, size_t len)
{
	return strspn(text, " \t\r\n") >= len;
}

enum nm_error
host_json_parse(const char *text, size_t len, struct json_object **out,
    struct nm_fault *fault)
{
	struct json_tokener *tokener;
	struct json_object *root = NULL;
	enum nm_error err = NM_OK;
	size_t end;

	*out = NULL;
	if (len == 0 || len > INT_MAX - 1 || memchr(text, '\0', len) != NULL)
		return nm_fail(fault, NM_ERR_PARSE, "The text is not JSON");
	if (!has_few_values(text, len))
		return nm_fail(fault, NM_ERR_TOO_LARGE,
		    "The JSON text has more than %u values", HOST_MAX_VALUES);
	if ((tokener = json_tokener_new_ex(HOST_MAX_JSON_DEPTH)) == NULL)
		return nm_fail(fault, NM_ERR_INTERNAL, "Out of memory");
	json_tokener_set_flags(tokener,
	    JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tokener, text, (int)len);
	end = json_tokener_get_parse_end(tokener);
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    end > len || !is_blank(text + end, len - end)) {
		json_object_put(root);
		root = NULL;
		err = nm_fail(fault, NM_ERR_PARSE, "The text is not JSON: %s",
		    json_tokener_get_error(tokener) == json_tokener_success
			? "something follows it"
			: json_tokener_error_desc(
			      json_tokener_get_error(tokener)));
	}
	json_tokener_free(tokener);
	*out = root;
	return err;
}
