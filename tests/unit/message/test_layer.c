/* SPDX-License-Identifier: MPL-2.0 */
#include "../mime/feed.h"

#include "message/reading.h"

static struct nm_reading reading;
static struct nm_fault fault;

static int
setup(void **state)
{
	(void)state;
	memset(&reading, 0, sizeof(reading));
	memset(&fault, 0, sizeof(fault));
	reading.fault = &fault;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	nm_read_result_clear(&reading.result);
	assert_int_equal(reading.result.layer_count, 0);
	assert_null(reading.result.layers);
	return 0;
}

static void
layers_are_numbered(void **state)
{
	size_t index = 99;

	(void)state;
	for (size_t i = 0; i < NM_MAX_NESTING; i++) {
		assert_int_equal(
		    nm_reading_add_layer(&reading, NM_LAYER_COMPRESSED,
			NM_LAYER_PKCS7_MIME, &index),
		    NM_OK);
		assert_int_equal(index, i);
	}
	assert_string_equal(reading.result.layers[0].part, "1");
	assert_string_equal(reading.result.layers[2].part, "1.1.1");
	assert_int_equal(
	    strlen(reading.result.layers[index].part), 2 * NM_MAX_NESTING - 1);
	assert_int_equal(nm_reading_add_layer(&reading, NM_LAYER_SIGNED,
			     NM_LAYER_PKCS7_MIME, &index),
	    NM_ERR_MALFORMED_MESSAGE);
	assert_non_null(strstr(fault.text, "32"));
	assert_int_equal(reading.result.layer_count, NM_MAX_NESTING);
}

/* Layers around a part that was asked for are not counted. */
static void
numbers_begin_at_the_part(void **state)
{
	size_t index;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		reading.part_layer = i < 2 ? 0 : 2;
		assert_int_equal(nm_reading_add_layer(&reading, NM_LAYER_SIGNED,
				     NM_LAYER_MULTIPART_SIGNED, &index),
		    NM_OK);
	}
	assert_string_equal(reading.result.layers[1].part, "1.1");
	assert_string_equal(reading.result.layers[2].part, "1");
}

static void
embedded_parts_are_bounded(void **state)
{
	char part[16];

	(void)state;
	for (unsigned i = 0; i < 1100; i++) {
		(void)snprintf(part, sizeof(part), "%u", i);
		assert_int_equal(nm_reading_add_embedded(&reading, part,
				     "multipart/signed", i % 2 == 0, false),
		    NM_OK);
	}
	assert_int_equal(reading.result.embedded_count, 1000);
	assert_string_equal(reading.result.embedded[999].part, "999");
	assert_string_equal(
	    reading.result.embedded[999].type, "multipart/signed");
	assert_false(reading.result.embedded[999].is_signed);
	assert_true(reading.result.embedded[998].is_signed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    layers_are_numbered, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    numbers_begin_at_the_part, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    embedded_parts_are_bounded, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
