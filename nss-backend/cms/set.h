/* SPDX-License-Identifier: MPL-2.0 */
/* SET OF in DER: its elements in order (X.690 11.6). */
#ifndef NSSMIME_CMS_SET_H
#define NSSMIME_CMS_SET_H

#include <nssmime/cms.h>

/* Writes a SET OF with this tag around the elements that `elements` holds one
 * after the other; each kept as it is. Those equal to another are written
 * once if `once`. */
void nm_set_put(struct nm_buffer *out, uint8_t tag,
    const struct nm_buffer *elements, bool once);

#endif
