/* SPDX-License-Identifier: MPL-2.0 */
#include "json.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "bounds.h"
#include "text.h"

/* A number, a literal, or what is between them: all else that stands outside
 * of strings is no JSON (RFC 8259 section 2), though json-c takes some of it
 * (names in single quotes, NaN, Infinity); it also takes control characters in
 * strings (section 7). */
static bool
is_token(char c)
{
	return c != '\0' &&
	    strchr(" \t\r\n{}[]:,+-.0123456789eEtrufalsn", c) != NULL;
}

/* Values are counted roughly from above: each but the first follows one of
 * these characters. A small text must not become a large tree. */
static enum nm_error
look_over(const char *text, size_t len, struct nm_fault *fault)
{
	size_t count = 1;
	bool string = false;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			string = !string;
		else if (string && text[i] == '\\')
			i++;
		else if (string ? (uint8_t)text[i] < ' ' : !is_token(text[i]))
			return nm_fail(
			    fault, NM_ERR_PARSE, "The text is not JSON");
		else if (!string && strchr(",:[{", text[i]) != NULL &&
		    ++count > HOST_MAX_VALUES)
			return nm_fail(fault, NM_ERR_TOO_LARGE,
			    "The JSON text has more than %u values",
			    HOST_MAX_VALUES);
	}
	return NM_OK;
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
	/* json-c's own check lets overlong forms pass */
	if (host_utf8_valid((const uint8_t *)text, len) != len)
		return nm_fail(fault, NM_ERR_PARSE, "The text is not UTF-8");
	if ((err = look_over(text, len, fault)) != NM_OK)
		return err;
	if ((tokener = json_tokener_new_ex(HOST_MAX_JSON_DEPTH)) == NULL)
		return nm_fail(fault, NM_ERR_INTERNAL, "Out of memory");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	root = json_tokener_parse_ex(tokener, text, (int)len);
	end = json_tokener_get_parse_end(tokener);
	/* A number or a literal that stands alone ends with the text. */
	if (json_tokener_get_error(tokener) == json_tokener_continue) {
		root = json_tokener_parse_ex(tokener, "", 1);
		end = len;
	}
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
