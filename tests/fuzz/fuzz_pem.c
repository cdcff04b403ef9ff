/* SPDX-License-Identifier: MPL-2.0 */
/* The textual encoding of CMS. */
#include "fuzz.h"
#include "message/pem.h"

/* The PEM stage owns what is behind it: something between to be lent. */
struct lent {
	struct nm_stage stage;
	struct nm_stage *next;
};

static enum nm_error
lent_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	return nm_stage_write(((struct lent *)s)->next, data, len);
}

static enum nm_error
lent_finish(struct nm_stage *s)
{
	return nm_stage_finish(((struct lent *)s)->next);
}

static void
lent_free(struct nm_stage *s)
{
	free(s);
}

static struct nm_stage *
make(struct nm_stage *next, void *arg)
{
	static const struct nm_stage_ops ops = { lent_write, lent_finish,
		lent_free };
	struct lent *l = calloc(1, sizeof(*l));

	(void)arg;
	must(l != NULL);
	l->stage.ops = &ops;
	l->next = next;
	return nm_pem_new(&l->stage);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nm_buffer out = NM_BUFFER_INIT;

	(void)fuzz_through(make, NULL, (struct nm_bytes){ data, size }, &out);
	must(out.len <= size);
	nm_buffer_reset(&out);
	return 0;
}
