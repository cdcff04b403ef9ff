/* SPDX-License-Identifier: MPL-2.0 */
/* Dates of mails and of RFC 3339. */
#include <nssmime/mime.h>

#include "fuzz.h"

static void
write_again(const struct nm_date *d)
{
	struct nm_date again;
	char text[32];

	nm_date_format(d, text, sizeof(text));
	must(strlen(text) < sizeof(text));
	must(nm_date_parse_rfc3339(text, &again));
	must(d->seconds == again.seconds && d->offset == again.offset);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct nm_date d;

	if (nm_date_parse_mail(text, &d))
		write_again(&d);
	if (nm_date_parse_rfc3339(text, &d))
		write_again(&d);
	free(text);
	return 0;
}
