/* SPDX-License-Identifier: MPL-2.0 */
/* The JSON of a frame: the short way of stream.data says what the long way
 * says, and each method's params pass its schema or are refused. */
#include "fuzz.h"
#include "json.h"
#include "operation.h"
#include "scan.h"
#include "schema.h"

static void
check_data(struct json_object *root, uint64_t stream, const char *data,
    size_t data_len)
{
	struct json_object *params = host_member(root, "params");
	const char *found = host_string(params, "data");

	must(strcmp(host_string(root, "method"), "stream.data") == 0);
	must(json_object_get_uint64(host_member(params, "stream")) == stream);
	must(found != NULL && strlen(found) == data_len);
	must(memcmp(found, data, data_len) == 0);
}

/* No character that JSON writes in another way. */
static bool
is_plain(const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (data[i] < ' ' || data[i] > '~' || data[i] == '\\')
			return false;
	}
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct json_object *root = NULL, *params;
	const char *found;
	size_t found_len;
	uint64_t stream;
	bool scanned = host_scan_data(text, size, &stream, &found, &found_len);

	if (host_json_parse(text, size, &root, NULL) != NM_OK) {
		must(root == NULL);
		must(!scanned || !is_plain(found, found_len));
		goto out;
	}
	if (scanned && is_plain(found, found_len))
		check_data(root, stream, found, found_len);
	params = host_member(root, "params");
	/* anything else is refused before a schema is looked for */
	if (params != NULL && !json_object_is_type(params, json_type_object))
		params = NULL;
	for (size_t i = 0; host_operations[i] != NULL; i++)
		(void)host_schema_check(
		    host_operations[i]->params, params, NULL);
	json_object_put(root);
out:
	free(text);
	return 0;
}
