/* SPDX-License-Identifier: MPL-2.0 */
#include "exhibits_json.h"

#include <stdlib.h>

#include <nssmime/mime.h>

#define MAX_LINKS 64u

static const char *const kinds[] = { "ocsp", "crl", NULL };

/* ---- writing ------------------------------------------------------------ */

static struct json_object *
base64_json(const struct nm_buffer *bytes)
{
	size_t size = nm_base64_encoded_size(bytes->len);
	struct json_object *value;
	char *text = malloc(size + 1);

	if (text == NULL || size > INT32_MAX) {
		free(text);
		return NULL;
	}
	nm_base64_encode(bytes->data, bytes->len, text);
	value = json_object_new_string_len(text, (int)size);
	free(text);
	return value;
}

/* Adds an array of `count` elements, each made by `make`. */
static void
add_list(struct host_build *b, const char *name, const struct nm_exhibits *x,
    size_t count,
    struct json_object *(*make)(const struct nm_exhibits *, size_t))
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array != NULL && i < count; i++) {
		if (!host_array_add(array, make(x, i))) {
			json_object_put(array);
			array = NULL;
		}
	}
	host_build_add(b, name, array);
}

static struct json_object *
certificate_json(const struct nm_exhibits *x, size_t i)
{
	return base64_json(&x->certificates[i]);
}

static struct json_object *
material_json(const struct nm_exhibits *x, size_t i)
{
	struct json_object *object = NULL;
	struct host_build b;

	host_build_begin(&b);
	host_build_string(
	    &b, "kind", kinds[x->materials[i].kind == NM_FETCH_CRL]);
	host_build_add(&b, "data", base64_json(&x->materials[i].der));
	(void)host_build_end(&b, &object, NULL);
	return object;
}

static struct json_object *
saying_json(const struct nm_exhibits *x, size_t i)
{
	const struct nm_saying *s = &x->sayings[i];
	struct json_object *object = NULL;
	struct host_build b;

	host_build_begin(&b);
	host_build_int(&b, "revocation", (int64_t)s->material);
	host_build_int(&b, "certificate", (int64_t)s->certificate);
	host_build_string(&b, "status", nm_revocation_name(s->status));
	host_build_time(&b, "from", s->from);
	/* a list without nextUpdate does not tell */
	if (s->until != INT64_MIN)
		host_build_time(&b, "until", s->until);
	if (s->status == NM_REVOCATION_REVOKED) {
		host_build_time(&b, "revokedAt", s->revoked_at);
		host_build_int(&b, "reason", s->reason);
	}
	(void)host_build_end(&b, &object, NULL);
	return object;
}

void
host_exhibits_build(struct host_build *b, const struct nm_exhibits *x)
{
	add_list(b, "certificates", x, x->certificate_count, certificate_json);
	add_list(b, "revocation", x, x->material_count, material_json);
	add_list(b, "statements", x, x->saying_count, saying_json);
}

struct json_object *
host_exhibit_chain_json(const struct nm_exhibit_chain *c)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array != NULL && i < c->count; i++) {
		if (!host_array_add(
			array, json_object_new_int64((int64_t)c->links[i]))) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

/* ---- reading ------------------------------------------------------------ */

static void
read_certificates(
    struct host_read *r, struct json_object *object, struct nm_exhibits *out)
{
	struct nm_buffer der = NM_BUFFER_INIT;
	struct json_object *list;
	size_t count, at;

	list =
	    host_read_array(r, object, "certificates", NM_MAX_EXHIBITS, &count);
	for (size_t i = 0; r->error == NM_OK && i < count; i++) {
		nm_buffer_clear(&der);
		host_read_base64(r, json_object_array_get_idx(list, i),
		    "certificates", &der);
		host_read_failed(r,
		    nm_exhibits_add_certificate(
			out, nm_buffer_bytes(&der), &at));
		/* places count: each is there once */
		if (at != i)
			host_read_wrong(r, "certificates");
	}
	nm_buffer_reset(&der);
}

static void
read_materials(
    struct host_read *r, struct json_object *object, struct nm_exhibits *out)
{
	struct nm_buffer der = NM_BUFFER_INIT;
	struct json_object *list;
	size_t count, at;

	list =
	    host_read_array(r, object, "revocation", NM_MAX_EXHIBITS, &count);
	for (size_t i = 0; r->error == NM_OK && i < count; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		unsigned kind = host_read_choice(r, item, "kind", kinds);

		nm_buffer_clear(&der);
		host_read_base64(
		    r, json_object_object_get(item, "data"), "data", &der);
		if (r->error == NM_OK)
			host_read_failed(r,
			    nm_exhibits_add_material(out,
				kind == 0 ? NM_FETCH_OCSP : NM_FETCH_CRL,
				nm_buffer_bytes(&der), &at));
	}
	nm_buffer_reset(&der);
}

/* What the material says is read from itself, not from the record's word. */
void
host_exhibits_read(
    struct host_read *r, struct json_object *object, struct nm_exhibits *out)
{
	read_certificates(r, object, out);
	read_materials(r, object, out);
}

void
host_exhibit_chain_read(struct host_read *r, struct json_object *object,
    const char *name, const struct nm_exhibits *x, struct nm_exhibit_chain *out)
{
	struct json_object *list;
	size_t count;

	list = host_read_array(r, object, name, MAX_LINKS, &count);
	if ((out->links = calloc(count + 1, sizeof(*out->links))) == NULL) {
		host_read_failed(r, NM_ERR_INTERNAL);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		int64_t at = json_object_get_int64(item);

		if (!json_object_is_type(item, json_type_int) || at < 0 ||
		    (uint64_t)at >= x->certificate_count) {
			host_read_wrong(r, name);
			return;
		}
		out->links[out->count++] = (size_t)at;
	}
}
