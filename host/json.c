/* SPDX-License-Identifier: MPL-2.0 */
#include "json.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "bounds.h"
#include "text.h"

/* A literal, or what is between values: all else that stands outside of strings
 * and numbers is no JSON (RFC 8259 section 2), though json-c takes some of it
 * (names in single quotes, NaN, Infinity); it also takes control characters in
 * strings (section 7). */
static bool
is_token(char c)
{
	return c != '\0' && strchr(" \t\r\n{}[]:,etrufalsn", c) != NULL;
}

static size_t
digits(const char *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] >= '0' && p[n] <= '9')
		n++;
	return n;
}

/* The length of the number at `p` (section 6), 0: none. json-c takes "1.". */
static size_t
number_length(const char *p, size_t len)
{
	size_t at = *p == '-' ? 1 : 0, n = digits(p + at, len - at);

	if (n == 0 || (n > 1 && p[at] == '0'))
		return 0;
	at += n;
	if (at < len && p[at] == '.') {
		at++;
		if ((n = digits(p + at, len - at)) == 0)
			return 0;
		at += n;
	}
	if (at < len && (p[at] == 'e' || p[at] == 'E')) {
		at++;
		if (at < len && (p[at] == '+' || p[at] == '-'))
			at++;
		if ((n = digits(p + at, len - at)) == 0)
			return 0;
		at += n;
	}
	return at;
}

/* Values are counted roughly from above: each but the first follows one of
 * these characters. A small text must not become a large tree. */
static enum nm_error
look_over(const char *text, size_t len, struct nm_fault *fault)
{
	size_t count = 1, n;
	bool string = false, good = true;

	for (size_t i = 0; i < len && good; i++) {
		if (text[i] == '"') {
			string = !string;
		} else if (string) {
			good = (uint8_t)text[i] >= ' ';
			if (text[i] == '\\')
				i++;
		} else if (text[i] == '-' || digits(text + i, 1) != 0) {
			n = number_length(text + i, len - i);
			good = n != 0;
			i += n - 1;
		} else if (!is_token(text[i])) {
			good = false;
		} else if (strchr(",:[{", text[i]) != NULL &&
		    ++count > HOST_MAX_VALUES) {
			return nm_fail(fault, NM_ERR_TOO_LARGE,
			    "The JSON text has more than %u values",
			    HOST_MAX_VALUES);
		}
	}
	return good ? NM_OK
		    : nm_fail(fault, NM_ERR_PARSE, "The text is not JSON");
}

static bool
is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (strchr(" \t\r\n", text[i]) == NULL)
			return false;
	}
	return true;
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
