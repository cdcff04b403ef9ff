/* SPDX-License-Identifier: MPL-2.0 */
#include "copies.h"

#include <stdlib.h>
#include <string.h>

#include <nssmime/mime.h>

#include "json_build.h"

static bool
is_taken(const struct host_copies *c, const struct json_object *stream)
{
	for (size_t i = 0; i < c->count; i++) {
		if (c->items[i].stream == stream)
			return true;
	}
	return false;
}

/* The first stream that is left: for this address, or with NULL for any. A
 * copy without an address goes by the name "". */
static struct json_object *
find_stream(
    const struct host_copies *c, const char *address, const char **found)
{
	struct json_object_iterator at, end;

	if (c->streams == NULL)
		return NULL;
	at = json_object_iter_begin(c->streams);
	end = json_object_iter_end(c->streams);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		struct json_object *stream = json_object_iter_peek_value(&at);
		const char *name = json_object_iter_peek_name(&at);

		if (is_taken(c, stream) ||
		    (address != NULL && strcmp(name, address) != 0 &&
			!nm_address_equal(name, address)))
			continue;
		*found = name;
		return stream;
	}
	return NULL;
}

enum nm_error
host_copies_check(const struct host_copies *c, struct nm_fault *fault)
{
	const char *name;

	if (find_stream(c, NULL, &name) == NULL)
		return NM_OK;
	return nm_fail(fault, NM_ERR_INVALID_PARAMS,
	    "\"copyStreams\" names \"%.200s\", for whom there is no copy",
	    name);
}

enum nm_error
host_copies_add(void *arg, const char *address, struct nm_stage **out)
{
	struct host_copies *c = arg;
	struct host_copy *all, *copy;
	struct json_object *stream;
	const char *name;
	enum nm_error error;

	all = reallocarray(c->items, c->count + 1, sizeof(*all));
	if (all == NULL)
		return NM_ERR_INTERNAL;
	c->items = all;
	if (address == NULL)
		address = "";
	stream = find_stream(c, address, &name);
	copy = &all[c->count];
	copy->output = NULL;
	copy->stream = stream;
	if ((copy->address = strdup(address)) == NULL)
		return NM_ERR_INTERNAL;
	c->count++;
	error = host_output_new(c->call, stream, &copy->output);
	*out = copy->output;
	return error;
}

void
host_copies_clear(struct host_copies *c)
{
	for (size_t i = 0; i < c->count; i++) {
		nm_stage_free(&c->items[i].output);
		free(c->items[i].address);
	}
	free(c->items);
}

struct json_object *
host_copies_json(const struct host_copies *c)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array != NULL && i < c->count; i++) {
		struct json_object *content, *stream, *entry = NULL;
		struct host_build b;

		host_build_begin(&b);
		host_build_string(&b, "address", c->items[i].address);
		content = host_output_result(c->items[i].output);
		stream = host_member(content, "stream");
		if (stream != NULL) {
			host_build_add(&b, "stream", json_object_get(stream));
			json_object_put(content);
		} else {
			host_build_add(&b, "content", content);
		}
		if (host_build_end(&b, &entry, NULL) != NM_OK ||
		    !host_array_add(array, entry)) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}
