/* SPDX-License-Identifier: MPL-2.0 */
/* Address lists, the comparison of addresses, addresses in display names. */
#include <nssmime/mime.h>

#include "fuzz.h"

static void
compare(const char *address)
{
	char *once = nm_address_normalise(address), *twice;

	if (once == NULL)
		return;
	twice = nm_address_normalise(once);
	must(twice != NULL && strcmp(once, twice) == 0);
	must(nm_address_equal(address, address));
	must(nm_address_equal(address, once));
	free(once);
	free(twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), *found = NULL;
	struct nm_mailboxes list;

	if (nm_mailboxes_parse(text, &list) == NM_OK) {
		for (size_t i = 0; i < list.count; i++) {
			const struct nm_mailbox *m = &list.items[i];

			must(m->name != NULL && m->address != NULL);
			must(strpbrk(m->address, "\r\n") == NULL);
			compare(m->address);
			if (nm_text_contains_address(m->name, &found))
				must(found != NULL);
			free(found);
			found = NULL;
		}
		nm_mailboxes_clear(&list);
	}
	compare(text);
	if (nm_text_contains_address(text, &found))
		must(found != NULL);
	free(found);
	free(text);
	return 0;
}
