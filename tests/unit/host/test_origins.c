/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "settings.h"

#define MAIL "https://mail.example"

static void
assert_permission(const struct host_settings *s, const char *origin,
    bool allowed, bool signs, bool by_admin)
{
	struct host_permission p = host_permission_of(s, origin);

	assert_int_equal(p.allowed, allowed);
	assert_int_equal(p.signs, signs);
	assert_int_equal(p.by_admin, by_admin);
}

static void
one_list(void **state)
{
	struct host_origins o = { NULL, 0 };

	(void)state;
	assert_false(host_origins_have(&o, 0, MAIL));
	assert_true(host_origins_add(&o, strdup(MAIL), false));
	assert_true(host_origins_add(&o, strdup(MAIL ":8443"), true));
	assert_int_equal(o.count, 2);
	assert_true(host_origins_have(&o, 2, MAIL));
	assert_true(host_origins_have(&o, 2, MAIL ":8443"));
	assert_false(host_origins_have(&o, 1, MAIL ":8443"));
	assert_false(host_origins_have(&o, 2, MAIL ".evil"));
	host_origins_clear(&o);
	assert_int_equal(o.count, 0);
	assert_null(o.items);
}

static void
both_lists(void **state)
{
	struct host_settings s = { .user_origins = true };

	(void)state;
	assert_permission(&s, MAIL, false, false, false);
	assert_true(host_origins_add(&s.origins, strdup(MAIL), true));
	assert_true(
	    host_origins_add(&s.origins, strdup("https://own.example"), true));
	assert_permission(&s, MAIL, true, true, false);
	assert_true(host_origins_add(&s.admin_origins, strdup(MAIL), false));
	assert_permission(&s, MAIL, true, true, true);
	assert_permission(&s, "https://own.example", true, true, false);
	/* where the user's word does not count */
	s.user_origins = false;
	assert_permission(&s, MAIL, true, false, true);
	assert_permission(&s, "https://own.example", false, false, false);
	assert_true(host_origins_add(&s.admin_origins, strdup(MAIL), true));
	assert_permission(&s, MAIL, true, true, true);
	/* more than once: it may do what any of them says */
	assert_true(host_origins_add(
	    &s.admin_origins, strdup("https://own.example"), true));
	assert_true(host_origins_add(
	    &s.admin_origins, strdup("https://own.example"), false));
	assert_permission(&s, "https://own.example", true, true, true);
	host_settings_clear(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_list),
		cmocka_unit_test(both_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
