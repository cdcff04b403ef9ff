/* SPDX-License-Identifier: MPL-2.0 */
/* More of a multipart, for who writes it again. */
#ifndef NM_MIME_MULTIPART_H
#define NM_MIME_MULTIPART_H

#include <nssmime/mime.h>

/*
 * Takes the bytes that are no part's, in their order: preamble, delimiter
 * lines with the line end before them, epilogue. With the parts' bytes they
 * are the input, byte for byte. `arg` is that of the multipart's handler.
 */
typedef enum nm_error (*nm_multipart_outside)(
    void *arg, const uint8_t *data, size_t len);
void nm_multipart_set_outside(
    struct nm_stage *multipart, nm_multipart_outside take);

#endif
