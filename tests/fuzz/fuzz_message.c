/* SPDX-License-Identifier: MPL-2.0 */
/* Whole messages, entities and CMS objects, read with a database that has
 * keys. How the bytes come changes nothing of the verdict. */
#include "person.h"

static struct person person;

static void
end(void)
{
	person_close(&person);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	person_open(&person);
	return atexit(end);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nm_bytes in = { data, size };

	for (int kind = NM_CONTENT_MESSAGE; kind <= NM_CONTENT_CMS; kind++) {
		struct outcome whole = { .layers = 0 },
			       pieces = { .layers = 0 };

		person_read(&person, (enum nm_content_kind)kind, in, 0, &whole);
		person_read(&person, (enum nm_content_kind)kind, in,
		    (uint32_t)size + 1, &pieces);
		/* of several faults the one that is met first depends on what
		 * the stages between have gathered */
		if (!outcome_same(&whole, &pieces) &&
		    (whole.error == NM_OK || pieces.error == NM_OK)) {
			outcome_tell("whole", &whole);
			outcome_tell("in pieces", &pieces);
			abort();
		}
		/* without a From nothing is valid */
		if (kind != NM_CONTENT_MESSAGE)
			must(whole.error != NM_OK ||
			    whole.signature != NM_STATUS_VALID);
		must(whole.error != NM_ERR_INTERNAL);
		outcome_clear(&whole);
		outcome_clear(&pieces);
	}
	return 0;
}
