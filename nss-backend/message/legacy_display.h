/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Legacy Display elements (RFC 9788 sections 5.2.2 and 5.2.3): fields that are
 * not to be seen outside, at the top of the text for readers that do not know
 * that they are inside.
 */
#ifndef NSSMIME_MESSAGE_LEGACY_DISPLAY_H
#define NSSMIME_MESSAGE_LEGACY_DISPLAY_H

#include <nssmime/mime.h>

/* Takes an entity and writes one that has the element in its main body parts.
 * `lines`: UTF-8, each with "\n"; lent, as `next` is. */
struct nm_stage *nm_legacy_display_new(
    const char *lines, struct nm_stage *next, struct nm_fault *fault);

/* ---- legacy_element.c ---- */

/* Whether text in this charset (NULL: none is named) has ASCII's bytes for
 * ASCII's characters. */
bool nm_charset_holds_ascii(const char *charset);
/* The lines in a charset, with CRLF and the empty line that ends them. What
 * the charset does not have becomes "?". */
enum nm_error nm_legacy_plain(
    const char *lines, const char *charset, struct nm_buffer *out);
/* The same as HTML, in ASCII. */
void nm_legacy_html(const char *lines, struct nm_buffer *out);

/* ---- html_body.c ---- */

/* Writes HTML on with `element` (copied) at the start of its body. */
struct nm_stage *nm_html_body_new(
    struct nm_bytes element, struct nm_stage *next);

#endif
