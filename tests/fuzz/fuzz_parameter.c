/* SPDX-License-Identifier: MPL-2.0 */
/* Structured values and their parameters. */
#include <nssmime/mime.h>

#include "fuzz.h"

/* A parameter that is written is read as what it was. */
static void
write_again(const char *name, const char *value)
{
	struct nm_buffer out = NM_BUFFER_INIT;
	struct nm_value again;
	const char *found;
	char *text;

	nm_buffer_string(&out, "text/plain");
	nm_parameter_write(&out, name, value);
	must((text = nm_buffer_take_string(&out)) != NULL);
	for (const char *p = text; *p != '\0'; p++)
		must((unsigned char)*p < 0x80);
	must(nm_value_parse(text, &again) == NM_OK);
	found = nm_value_parameter(&again, name);
	must(found != NULL && strcmp(found, value) == 0);
	nm_value_clear(&again);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct nm_value v;

	if (nm_value_parse(text, &v) == NM_OK) {
		must(v.type != NULL);
		for (size_t i = 0; i < v.count; i++) {
			must(v.parameters[i].name != NULL);
			must(v.parameters[i].value != NULL);
			must(nm_value_parameter(&v, v.parameters[i].name) !=
			    NULL);
			write_again("name", v.parameters[i].value);
		}
		nm_value_clear(&v);
	}
	free(text);
	return 0;
}
