/* SPDX-License-Identifier: MPL-2.0 */
/* Text from elsewhere, made fit to be shown and to be sent. */
#ifndef HOST_TEXT_H
#define HOST_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include <nssmime/buffer.h>

/*
 * The length of the UTF-8 sequence at the start of `data` and its character
 * in *c, or 0 if it is not one (RFC 3629: no surrogates, no overlong forms).
 */
size_t host_utf8_next(const uint8_t *data, size_t len, uint32_t *c);
/* How many bytes at the start are valid UTF-8. */
size_t host_utf8_valid(const uint8_t *data, size_t len);
/* Appends with what is no UTF-8 replaced by U+FFFD. */
void host_utf8_repair(struct nm_buffer *out, const uint8_t *data, size_t len);
/*
 * Appends text for a window: control characters become spaces, characters
 * that turn or hide others are left out, what is no UTF-8 becomes U+FFFD; at
 * most `most` bytes, with an ellipsis where it is cut.
 */
void host_text_clean(struct nm_buffer *out, const char *text, size_t most);
/* The same, and host names in both their forms: after one with A-labels its
 * Unicode form in parentheses, and the other way round. */
void host_text_show(struct nm_buffer *out, const char *text, size_t most);

#endif
