/* SPDX-License-Identifier: MPL-2.0 */
#include "set.h"

#include <stdlib.h>
#include <string.h>

/* The shorter one is taken as if zeros followed it. */
static int
compare(const void *a, const void *b)
{
	const struct nm_bytes *x = a, *y = b;
	size_t len = x->len < y->len ? x->len : y->len;
	int order = len == 0 ? 0 : memcmp(x->data, y->data, len);

	if (order != 0)
		return order;
	return (x->len > y->len) - (x->len < y->len);
}

void
nm_set_put(struct nm_buffer *out, uint8_t tag, const struct nm_buffer *elements,
    bool once)
{
	struct nm_bytes cursor = nm_buffer_bytes(elements), *sorted = NULL;
	size_t count = 0, mark;
	struct nm_tlv t;

	while (nm_der_next(&cursor, &t))
		count++;
	if (cursor.len != 0 || nm_buffer_failed(elements) ||
	    (sorted = calloc(count + 1, sizeof(*sorted))) == NULL) {
		out->failed = true;
		return;
	}
	cursor = nm_buffer_bytes(elements);
	for (size_t i = 0; i < count && nm_der_next(&cursor, &t); i++)
		sorted[i] = t.raw;
	qsort(sorted, count, sizeof(*sorted), compare);
	mark = nm_der_begin(out, tag);
	for (size_t i = 0; i < count; i++) {
		if (once && i != 0 && nm_bytes_equal(sorted[i], sorted[i - 1]))
			continue;
		nm_buffer_append(out, sorted[i].data, sorted[i].len);
	}
	nm_der_end(out, mark);
	free(sorted);
}
