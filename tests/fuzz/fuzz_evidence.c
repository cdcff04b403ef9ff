/* SPDX-License-Identifier: MPL-2.0 */
/* A file of evidence: what is read of it keeps to its own bounds, and its
 * canonical form is the same file. */
#include "fuzz.h"
#include "evidence_file.h"

#include <nss.h>

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	must(NSS_NoDB_Init(NULL) == SECSuccess);
	return 0;
}

static void
check_places(const struct nm_record *record)
{
	const size_t most = record->exhibits.certificate_count;

	for (size_t i = 0; i < record->layer_count; i++) {
		const struct nm_record_layer *layer = &record->layers[i];

		for (size_t s = 0; s < layer->signer_count; s++) {
			const struct nm_exhibit_chain *chain =
			    &layer->signers[s].chain;

			for (size_t c = 0; c < chain->count; c++)
				must(chain->links[c] < most);
		}
	}
	must(record->exhibits.size <= NM_MAX_EVIDENCE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct nm_buffer form = NM_BUFFER_INIT;
	struct host_evidence first, again;
	struct nm_stage *stage;

	if (host_evidence_parse(text, size, &first, NULL) == NM_OK) {
		check_places(&first.record);
		must((stage = nm_collector_new(&form, SIZE_MAX)) != NULL);
		/* outside of the record there may be what has no such form */
		if (host_canonical_write(first.root, stage) == NM_OK) {
			must(host_evidence_parse((const char *)form.data,
				 form.len, &again, NULL) == NM_OK);
			must(memcmp(first.hash, again.hash, HOST_HASH) == 0);
			must(first.unchanged == again.unchanged);
			host_evidence_clear(&again);
		}
		nm_stage_free(&stage);
		host_evidence_clear(&first);
	}
	nm_buffer_reset(&form);
	free(text);
	return 0;
}
