/* SPDX-License-Identifier: MPL-2.0 */
#include "feed.h"

static void
check(bool mail, const char *value, const char *expected)
{
	struct nm_date d;
	char text[40];

	if (expected == NULL) {
		assert_false(mail ? nm_date_parse_mail(value, &d)
				  : nm_date_parse_rfc3339(value, &d));
		return;
	}
	assert_true(mail ? nm_date_parse_mail(value, &d)
			 : nm_date_parse_rfc3339(value, &d));
	nm_date_format(&d, text, sizeof(text));
	assert_string_equal(text, expected);
}

static void
mail(void **state)
{
	static const char *const bad[] = { "", "Fri", "Fri, 21", "21 Nov",
		"21 Nov 1997", "21 Nov 1997 09", "31 Feb 2020 00:00 +0000",
		"29 Feb 2023 00:00 +0000", "1 Foo 2020 00:00 +0000",
		"0 Jan 2020 00:00 +0000", "1 Jan 2020 24:00 +0000",
		"1 Jan 2020 00:60 +0000", "1 Jan 2020 00:00:61 +0000",
		"1 Jan 2020 00:00 +000", "1 Jan 2020 00:00 +00000",
		"1 Jan 2020 00:00 +2400", "1 Jan 2020 00:00 +0060",
		"1 Jan 2020 00:00 +1:000", "1 Jan 2020 00:00 +01:0",
		"1 Jan 2020 00:00 +01:", "1 Jan 2020 00:00 +01:000",
		"1 Jan 2020 00:00 GMT+1", "1 Jan 2020 00:00 EST+0100",
		"1 Jan 12020 00:00 +0000", "1 Jan 2020 00:00 +0000 x",
		"111 Jan 2020 00:00 +0000" };

	(void)state;
	check(true, "Fri, 21 Nov 1997 09:55:06 -0600",
	    "1997-11-21T09:55:06-06:00");
	check(true, "Tue, 24 Nov 2026 05:03:04 +0100 (CET)",
	    "2026-11-24T05:03:04+01:00");
	check(true, "1 Jan 1970 00:00 +0000", "1970-01-01T00:00:00Z");
	check(
	    true, "Thu,\t13 (day)\r Feb 1969 23:32 -0330 (Newfoundland)", NULL);
	check(true, "Thu,\t13 (day) Feb 1969 23 : 32 -0330 (Newfoundland)",
	    "1969-02-13T23:32:00-03:30");
	/* RFC 5322 section 4.3 */
	check(true, "21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06Z");
	check(true, "21 Nov 49 09:55:06 UT", "2049-11-21T09:55:06Z");
	check(true, "21 Nov 50 09:55:06 EST", "1950-11-21T09:55:06-05:00");
	check(true, "21 nov 103 09:55:06 pdt", "2003-11-21T09:55:06-07:00");
	check(true, "21 NOV 2003 09:55:06 A", "2003-11-21T09:55:06Z");
	check(true, "21 Nov 2003 09:55:06", "2003-11-21T09:55:06Z");
	check(true, "29 Feb 2000 23:59:60 +0000", "2000-03-01T00:00:00Z");
	/* not of the RFC, but sent */
	check(true, "21 Nov 2003 09:55:06 +01:30", "2003-11-21T09:55:06+01:30");
	check(
	    true, "21 Nov 2003 09:55:06 GMT-0500", "2003-11-21T09:55:06-05:00");
	check(true, "21 Nov 2003 09:55:06 utc+01:00 (x)",
	    "2003-11-21T09:55:06+01:00");
	check(true, "21 Nov 2003 09:55:06 GMT (x)", "2003-11-21T09:55:06Z");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check(true, bad[i], NULL);
}

static void
rfc3339(void **state)
{
	static const char *const bad[] = { "", "2026", "2026-11-24",
		"2026-11-24T05:03Z", "2026-11-24T05:03:04",
		"2026-11-24 05:03:04Z", "2026-11-24T05:03:04.Z",
		"2026-11-24T05:03:04Zx", "2026-11-24T05:03:04+0100",
		"2026-13-24T05:03:04Z", "2026-11-31T05:03:04Z",
		"2026-11-24T05:03:04+24:00", "26-11-24T05:03:04Z",
		"2026-11-24T05:03:04+01:00Z",
		/* in the year 10000, or before the year 0 */
		"9999-12-31T23:59:60Z", "9999-12-31T23:59:59-00:01",
		"0000-01-01T00:00:00+00:01" };

	(void)state;
	check(false, "2026-11-24T05:03:04+01:00", "2026-11-24T05:03:04+01:00");
	check(false, "1996-12-19t16:39:57-08:00", "1996-12-19T16:39:57-08:00");
	check(false, "1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50Z");
	check(false, "1990-12-31T23:59:60Z", "1991-01-01T00:00:00Z");
	check(false, "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z");
	check(false, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check(false, bad[i], NULL);
}

static void
seconds(void **state)
{
	struct nm_date d = { 0, 0 };
	char text[40];

	(void)state;
	assert_true(nm_date_parse_rfc3339("2001-09-09T01:46:40Z", &d));
	assert_int_equal(d.seconds, 1000000000);
	assert_true(nm_date_parse_rfc3339("2001-09-09T03:46:40+02:00", &d));
	assert_int_equal(d.seconds, 1000000000);
	assert_int_equal(d.offset, 120);
	/* every day there and back */
	for (int64_t day = -719528; day < 2932897; day += 13) {
		d.seconds = day * 86400 + 3661;
		d.offset = 0;
		nm_date_format(&d, text, sizeof(text));
		assert_true(nm_date_parse_rfc3339(text, &d));
		assert_int_equal(d.seconds, day * 86400 + 3661);
	}
	d.seconds = INT64_MAX;
	nm_date_format(&d, text, sizeof(text));
	assert_string_equal(text, "");
	d.seconds = 0;
	nm_date_format(&d, text, 20);
	assert_string_equal(text, "");
	d.offset = INT32_MIN;
	nm_date_format(&d, text, sizeof(text));
	assert_string_equal(text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mail),
		cmocka_unit_test(rfc3339),
		cmocka_unit_test(seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
