/* SPDX-License-Identifier: MPL-2.0 */
/* database.status: the database that is open, and what the NSS in use can
 * do. Never a path. */
#include <stdlib.h>

#include <nss.h>

#include "candidate_json.h"
#include "json_build.h"
#include "operation.h"

static const struct host_schema params_schema[] = {
	{ .name = NULL },
};

static struct json_object *
names_json(const char *const *names, size_t room)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array != NULL && i < room && names[i] != NULL; i++) {
		if (!host_array_add(array, json_object_new_string(names[i]))) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

#define NAMES_JSON(list) names_json((list), sizeof(list) / sizeof((list)[0]))

static struct json_object *
algorithms_json(void)
{
	struct nm_abilities can;
	struct host_build b;
	struct json_object *out = NULL;

	nm_abilities_find(&can);
	host_build_begin(&b);
	host_build_add(&b, "signature", NAMES_JSON(can.signature));
	host_build_add(&b, "digest", NAMES_JSON(can.digest));
	host_build_add(&b, "keyManagement", NAMES_JSON(can.key_management));
	host_build_add(
	    &b, "contentEncryption", NAMES_JSON(can.content_encryption));
	(void)host_build_end(&b, &out, NULL);
	return out;
}

static struct json_object *
token_json(const struct nm_token_info *token)
{
	struct host_build b;
	struct json_object *out = NULL;

	host_build_begin(&b);
	host_build_text(&b, "name", token->name, sizeof(token->name));
	host_build_bool(&b, "needsPassword", token->needs_password);
	host_build_bool(&b, "unlocked", token->unlocked);
	host_build_bool(&b, "removable", token->removable);
	(void)host_build_end(&b, &out, NULL);
	return out;
}

static struct json_object *
tokens_json(struct nm_database *db)
{
	struct json_object *array = json_object_new_array();
	struct nm_token_info *tokens = NULL;
	size_t count = 0;

	if (array == NULL)
		return NULL;
	if (nm_tokens_list(db, &tokens, &count) != NM_OK)
		count = 0;
	for (size_t i = 0; array != NULL && i < count; i++) {
		if (!host_array_add(array, token_json(&tokens[i]))) {
			json_object_put(array);
			array = NULL;
		}
	}
	free(tokens);
	return array;
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct nm_database *db = host_call_database(call);
	struct nm_candidates all;
	const struct nm_candidate *c;
	struct host_build b;
	enum nm_error error;

	(void)params;
	error = host_candidates(call, &all);
	if (error != NM_OK)
		return error;
	c = host_candidate_at(&all, nm_database_folder(db));
	if (c == NULL) {
		nm_candidates_clear(&all);
		return nm_fail(host_call_fault(call),
		    NM_ERR_DATABASE_UNAVAILABLE,
		    "The certificate database is no longer there");
	}
	host_build_begin(&b);
	host_candidate_add(&b, c);
	host_candidate_problem_add(&b, call, c);
	host_build_bool(&b, "writable", nm_database_writable(db));
	host_build_string(&b, "nss", NSS_GetVersion());
	host_build_add(&b, "algorithms", algorithms_json());
	host_build_add(&b, "tokens", tokens_json(db));
	nm_candidates_clear(&all);
	return host_build_end(&b, result, host_call_fault(call));
}

const struct host_operation host_op_database_status = {
	"database.status",
	handle,
	params_schema,
	HOST_DATABASE,
	"Tells which database is open, its tokens, and what NSS can do",
};
