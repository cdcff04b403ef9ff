/* SPDX-License-Identifier: MPL-2.0 */
#include "home.h"

#include "wire.h"

#include "../../../host/candidate_json.h"

static int
setup(void **state)
{
	(void)home_setup(state);
	assert_int_equal(pki_run(&home,
			     "mkdir -p .pki/nssdb elsewhere; "
			     "ln -s .pki/nssdb link; "
			     "touch .pki/nssdb/cert9.db elsewhere/cert9.db"),
	    0);
	return 0;
}

/* The caller's own first, the settings' among them; a folder is found by any
 * of its names. */
static void
found_anew(void **state)
{
	struct nm_candidates all;
	const struct nm_candidate *c;
	struct host_call *call;
	char path[256], setting[300];
	struct wire w;

	(void)state;
	wire_open(&w);
	w.caller.kind = NM_DATABASE_SHARED;
	(void)snprintf(setting, sizeof(setting), "sql:%s",
	    pki_path(&home, "elsewhere", path));
	w.settings.database = setting;
	call = wire_call(&w, "1");
	assert_int_equal(host_candidates(call, &all), NM_OK);
	assert_int_equal(all.count, 3);
	c = host_candidate_at(&all, pki_path(&home, ".pki/nssdb", path));
	assert_non_null(c);
	assert_int_equal(c->kind, NM_DATABASE_SHARED);
	assert_ptr_equal(
	    host_candidate_at(&all, pki_path(&home, "link", path)), c);
	c = host_candidate_at(&all, pki_path(&home, "elsewhere", path));
	assert_non_null(c);
	assert_int_equal(c->kind, NM_DATABASE_CONFIGURED);
	assert_null(host_candidate_at(&all, "/nowhere"));
	assert_null(host_candidate_at(&all, ""));
	nm_candidates_clear(&all);
	wire_done(&w, call);
	wire_close(&w);
}

/* A client never learns a path. */
static void
without_the_path(void **state)
{
	char id[] = "0123456789abcdef", path[] = "/home/secret/db";
	char label[400];
	const struct nm_candidate c = { .id = id,
		.label = label,
		.path = path,
		.kind = NM_DATABASE_THUNDERBIRD };
	struct nm_fault fault = { NM_OK, "" };
	struct json_object *object;
	struct host_build b;
	const char *text;

	(void)state;
	memset(label, 'x', sizeof(label));
	label[sizeof(label) - 1] = '\0';
	label[0] = '\xff';
	host_build_begin(&b);
	host_candidate_add(&b, &c);
	assert_int_equal(host_build_end(&b, &object, &fault), NM_OK);
	text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
	assert_null(strstr(text, "secret"));
	assert_non_null(strstr(text, "\"kind\":\"thunderbird\""));
	assert_non_null(strstr(text, "\"id\":\"0123456789abcdef\""));
	assert_true(strlen(host_string(object, "label")) <= 256);
	assert_memory_equal(host_string(object, "label"), "\xef\xbf\xbdx", 4);
	json_object_put(object);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_anew),
		cmocka_unit_test(without_the_path),
	};

	return cmocka_run_group_tests(tests, setup, home_teardown);
}
