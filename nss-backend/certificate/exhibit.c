/* SPDX-License-Identifier: MPL-2.0 */
/* What a path check took, kept for the next one. */
#include <nssmime/evidence.h>

#include <stdlib.h>
#include <string.h>

void
nm_exhibit_chain_clear(struct nm_exhibit_chain *c)
{
	free(c->links);
	*c = (struct nm_exhibit_chain){ NULL, 0 };
}

void
nm_exhibits_clear(struct nm_exhibits *x)
{
	for (size_t i = 0; i < x->certificate_count; i++)
		nm_buffer_reset(&x->certificates[i]);
	for (size_t i = 0; i < x->material_count; i++)
		nm_buffer_reset(&x->materials[i].der);
	free(x->certificates);
	free(x->materials);
	free(x->sayings);
	memset(x, 0, sizeof(*x));
}

/* Whether there is room for that many bytes more in one more thing. */
static bool
has_room(struct nm_exhibits *x, size_t len)
{
	if (x->certificate_count + x->material_count >= NM_MAX_EXHIBITS ||
	    len > NM_MAX_EVIDENCE - x->size)
		return false;
	x->size += len;
	return true;
}

static enum nm_error
copy(struct nm_buffer *to, struct nm_bytes der)
{
	*to = (struct nm_buffer)NM_BUFFER_INIT;
	nm_buffer_append(to, der.data, der.len);
	return nm_buffer_failed(to) ? NM_ERR_INTERNAL : NM_OK;
}

enum nm_error
nm_exhibits_add_certificate(
    struct nm_exhibits *x, struct nm_bytes der, size_t *at)
{
	struct nm_buffer *more;

	for (*at = 0; *at < x->certificate_count; ++*at) {
		if (nm_bytes_equal(nm_buffer_bytes(&x->certificates[*at]), der))
			return NM_OK;
	}
	if (!has_room(x, der.len))
		return NM_ERR_TOO_LARGE;
	more = reallocarray(
	    x->certificates, x->certificate_count + 1, sizeof(*more));
	if (more == NULL)
		return NM_ERR_INTERNAL;
	x->certificates = more;
	return copy(&more[x->certificate_count++], der);
}

enum nm_error
nm_exhibits_add_material(struct nm_exhibits *x, enum nm_fetch_kind kind,
    struct nm_bytes der, size_t *at)
{
	struct nm_material *more;

	for (*at = 0; *at < x->material_count; ++*at) {
		if (x->materials[*at].kind == kind &&
		    nm_bytes_equal(
			nm_buffer_bytes(&x->materials[*at].der), der))
			return NM_OK;
	}
	if (!has_room(x, der.len))
		return NM_ERR_TOO_LARGE;
	more = reallocarray(x->materials, x->material_count + 1, sizeof(*more));
	if (more == NULL)
		return NM_ERR_INTERNAL;
	x->materials = more;
	more[x->material_count].kind = kind;
	return copy(&more[x->material_count++].der, der);
}
