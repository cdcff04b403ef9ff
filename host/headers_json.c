/* SPDX-License-Identifier: MPL-2.0 */
#include "headers_json.h"

#include "json_build.h"

/* Text of a header that is worth showing; a frame has to hold them all. */
#define TEXT_MAX      4096
#define LONG_TEXT_MAX 16384 /* References */
#define MAILBOX_MAX   1024
#define MAILBOXES_MAX 100
#define NAME_MAX_SIZE 128
#define NAMES_MAX     256

static const char *
source_name(enum nm_header_source source)
{
	return source == NM_SOURCE_PROTECTED ? "protected" : "outer";
}

static struct json_object *
finish(struct host_build *b)
{
	struct json_object *object = NULL;

	return host_build_end(b, &object, NULL) == NM_OK ? object : NULL;
}

static struct json_object *
mailboxes_json(const struct nm_mailboxes *boxes, enum nm_header_source source)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0;
	     array != NULL && i < boxes->count && i < MAILBOXES_MAX; i++) {
		struct host_build b;

		host_build_begin(&b);
		host_build_text(&b, "name", boxes->items[i].name, MAILBOX_MAX);
		host_build_text(
		    &b, "address", boxes->items[i].address, MAILBOX_MAX);
		host_build_string(&b, "source", source_name(source));
		if (!host_array_add(array, finish(&b))) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

static struct json_object *
text_json(const char *text, size_t max, enum nm_header_source source)
{
	struct host_build b;

	host_build_begin(&b);
	host_build_text(&b, "value", text, max);
	host_build_string(&b, "source", source_name(source));
	return finish(&b);
}

static struct json_object *
names_json(const struct nm_names *names)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array != NULL && i < names->count && i < NAMES_MAX;
	     i++) {
		if (!host_array_add(array,
			host_text_json(names->items[i], NAME_MAX_SIZE))) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

static struct json_object *
others_json(const struct nm_read_result *result)
{
	struct host_build b;

	host_build_begin(&b);
	for (size_t i = 0; i < result->field_count; i++) {
		const struct nm_read_field *f = &result->fields[i];

		host_build_add(
		    &b, f->name, text_json(f->value, LONG_TEXT_MAX, f->source));
	}
	return finish(&b);
}

struct json_object *
host_headers_json(const struct nm_read_result *result)
{
	static const char *const schemes[] = { "none", "rfc9788", "rfc8551",
		"draft" };
	struct host_build b;
	char date[40];

	host_build_begin(&b);
	host_build_add(
	    &b, "from", mailboxes_json(&result->from, result->from_source));
	host_build_add(
	    &b, "to", mailboxes_json(&result->to, result->to_source));
	host_build_add(
	    &b, "cc", mailboxes_json(&result->cc, result->cc_source));
	if (result->subject != NULL)
		host_build_add(&b, "subject",
		    text_json(
			result->subject, TEXT_MAX, result->subject_source));
	if (result->has_date) {
		nm_date_format(&result->date, date, sizeof(date));
		host_build_add(
		    &b, "date", text_json(date, TEXT_MAX, result->date_source));
	}
	host_build_add(&b, "other", others_json(result));
	if (result->from_differs)
		host_build_add(&b, "otherFrom",
		    mailboxes_json(&result->other_from,
			result->from_source == NM_SOURCE_OUTER
			    ? NM_SOURCE_PROTECTED
			    : NM_SOURCE_OUTER));
	host_build_string(&b, "protection", schemes[result->scheme]);
	if (result->scheme != NM_SCHEME_NONE)
		host_build_string(
		    &b, "intent", result->cipher ? "cipher" : "clear");
	host_build_add(&b, "confidential", names_json(&result->confidential));
	host_build_add(&b, "removed", names_json(&result->removed));
	host_build_add(&b, "differing", names_json(&result->differing));
	return finish(&b);
}

struct json_object *
host_legacy_json(const struct nm_read_result *result)
{
	static const char *const what[] = { "lines", "element", "part" };
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array != NULL && i < result->legacy_count; i++) {
		struct host_build b;

		host_build_begin(&b);
		host_build_string(&b, "part", result->legacy[i].part);
		host_build_string(&b, "hide", what[result->legacy[i].what]);
		if (!host_array_add(array, finish(&b))) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}
