/* SPDX-License-Identifier: MPL-2.0 */
/* database.candidates */
#include "candidate_json.h"
#include "json_build.h"
#include "operation.h"

static const struct host_schema params_schema[] = {
	{ .name = NULL },
};

static struct json_object *
one_json(struct host_call *call, const struct nm_candidate *c, bool in_use)
{
	struct host_build b;
	struct json_object *out = NULL;

	host_build_begin(&b);
	host_candidate_add(&b, c);
	host_build_bool(&b, "inUse", in_use);
	host_candidate_problem_add(&b, call, c);
	(void)host_build_end(&b, &out, NULL);
	return out;
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	const struct nm_database *db = host_call_database(call);
	const struct nm_candidate *used = NULL;
	struct nm_candidates all;
	struct json_object *array;
	enum nm_error error;

	(void)params;
	error = host_candidates(call, &all);
	if (error != NM_OK)
		return error;
	if (db != NULL)
		used = host_candidate_at(&all, nm_database_folder(db));
	array = json_object_new_array();
	for (size_t i = 0; array != NULL && i < all.count; i++) {
		if (!host_array_add(array,
			one_json(call, &all.items[i], &all.items[i] == used))) {
			json_object_put(array);
			array = NULL;
		}
	}
	nm_candidates_clear(&all);
	if (array == NULL)
		return nm_fail(host_call_fault(call), NM_ERR_INTERNAL,
		    "There is not enough memory");
	*result = array;
	return NM_OK;
}

const struct host_operation host_op_database_candidates = {
	"database.candidates",
	handle,
	params_schema,
	0,
	"Lists the databases that may be used",
};
