/* SPDX-License-Identifier: MPL-2.0 */
#include "record_json.h"

#include <stdlib.h>
#include <string.h>

#include <nss.h>

#include "exhibits_json.h"
#include "headers_json.h"
#include "reasons_json.h"
#include "record_layer_json.h"

static const char *const modes[] = { "off", "soft", "hard", NULL };

/* ---- writing ------------------------------------------------------------ */

/* Whom it is from and when, as the message has it; the rest of its header is
 * no evidence for a verdict. */
static struct json_object *
headers_json(const struct nm_read_result *result)
{
	static const char *const names[] = { "from", "otherFrom", "date" };
	struct json_object *all = host_headers_json(result), *value;
	struct json_object *object = NULL;
	struct host_build b;

	if (all == NULL)
		return NULL;
	host_build_begin(&b);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (json_object_object_get_ex(all, names[i], &value))
			host_build_add(&b, names[i], json_object_get(value));
	}
	if (json_object_object_get_ex(all, "other", &value) &&
	    json_object_object_get_ex(value, "message-id", &value))
		host_build_add(&b, "messageId", json_object_get(value));
	json_object_put(all);
	(void)host_build_end(&b, &object, NULL);
	return object;
}

static struct json_object *
layers_json(const struct nm_record *record, const struct nm_read_result *result)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array != NULL && i < record->layer_count; i++) {
		const struct nm_record_layer *layer = &record->layers[i];

		if (!host_array_add(array,
			host_record_layer_json(
			    layer, &result->layers[layer->place]))) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

struct json_object *
host_record_json(
    const struct nm_record *record, const struct nm_read_result *result)
{
	struct json_object *object = NULL;
	struct host_build b;

	host_build_begin(&b);
	host_build_string(&b, "program", "nssmime-host " NSSMIME_VERSION);
	host_build_string(&b, "nss", NSS_GetVersion());
	host_build_time(&b, "checked", record->checked);
	host_build_time(&b, "certificatesAt", record->when);
	host_build_bool(&b, "received", record->received);
	host_build_string(&b, "revocationPolicy", modes[record->mode]);
	host_build_string(&b, "signature", nm_status_name(record->status));
	host_build_add(&b, "reasons", host_reasons_json(record->reasons));
	host_build_text(&b, "from", record->from, 1024);
	host_build_add(&b, "headers", headers_json(result));
	host_build_add(&b, "layers", layers_json(record, result));
	host_exhibits_build(&b, &record->exhibits);
	(void)host_build_end(&b, &object, NULL);
	return object;
}

/* ---- reading ------------------------------------------------------------ */

void
host_record_read(
    struct host_read *r, struct json_object *object, struct nm_record *out)
{
	struct json_object *layers;
	const char *from;
	unsigned choice;
	size_t count;

	memset(out, 0, sizeof(*out));
	out->checked = host_read_time(r, object, "checked");
	out->when = host_read_time(r, object, "certificatesAt");
	out->received = host_read_bool(r, object, "received");
	choice = host_read_choice(r, object, "revocationPolicy", modes);
	out->mode = (enum nm_revocation_mode)choice;
	choice = host_read_choice(r, object, "signature", host_status_names);
	out->status = (enum nm_status)choice;
	out->reasons = host_read_reasons(
	    r, object, "reasons", out->mode == NM_REVOCATION_HARD);
	from = host_read_string_or_null(r, object, "from");
	if (from != NULL && (out->from = strdup(from)) == NULL)
		host_read_failed(r, NM_ERR_INTERNAL);
	host_exhibits_read(r, object, &out->exhibits);
	layers = host_read_array(r, object, "layers", NM_MAX_NESTING, &count);
	if ((out->layers = calloc(count + 1, sizeof(*out->layers))) == NULL)
		host_read_failed(r, NM_ERR_INTERNAL);
	for (size_t i = 0; r->error == NM_OK && i < count; i++)
		host_record_layer_read(r, json_object_array_get_idx(layers, i),
		    out, &out->layers[out->layer_count++]);
}
