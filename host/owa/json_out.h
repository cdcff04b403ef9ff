/* SPDX-License-Identifier: MPL-2.0 */
/*
 * JSON text as it goes to the extension: of ASCII alone, so that bytes,
 * characters and units of UTF-16 are one and the same, however it is cut into
 * parts. It is written into buffers that are wiped.
 */
#ifndef HOST_OWA_JSON_OUT_H
#define HOST_OWA_JSON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nssmime/buffer.h>
#include <nssmime/stage.h>

/* The text of a string, without its quotes. What is no UTF-8 becomes U+FFFD. */
void host_out_escape(struct nm_buffer *out, const void *text, size_t len);
/* A string; NULL: null. */
void host_out_string(struct nm_buffer *out, const char *text);
/* `,"name":` and what follows; the comma only where something was before. */
void host_out_name(struct nm_buffer *out, const char *name);
void host_out_member(struct nm_buffer *out, const char *name, const char *text);
void host_out_null(struct nm_buffer *out, const char *name);
void host_out_bool(struct nm_buffer *out, const char *name, bool value);
void host_out_int(struct nm_buffer *out, const char *name, int64_t value);
void host_out_base64(
    struct nm_buffer *out, const char *name, struct nm_bytes bytes);

/* A stage that escapes what it is given into `out` (lent), which is not to grow
 * past `most` bytes: NM_ERR_TOO_LARGE. */
struct nm_stage *host_out_stage_new(struct nm_buffer *out, size_t most);

#endif
