/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Legacy Display elements (RFC 9788 sections 5.2.2 and 5.2.3): fields that are
 * not to be seen outside, at the top of the text for readers that do not know
 * that they are inside. Those who do know leave them out (section 4.5.3).
 */
#ifndef NSSMIME_MESSAGE_LEGACY_DISPLAY_H
#define NSSMIME_MESSAGE_LEGACY_DISPLAY_H

#include <nssmime/mime.h>

/* Takes an entity and writes one that has the element in its main body parts.
 * `lines`: UTF-8, each with "\n"; lent, as `next` is. */
struct nm_stage *nm_legacy_display_new(
    const char *lines, struct nm_stage *next, struct nm_fault *fault);

/* Takes an entity and writes it without the elements of the parts that are
 * said to have one, which say so no more. What is signed by itself stays as it
 * is, and so do parts in a charset without ASCII's bytes. */
struct nm_stage *nm_legacy_omit_new(
    struct nm_stage *next, struct nm_fault *fault);

/* ---- legacy_element.c ---- */

/* Whether text in this charset (NULL: none is named) has ASCII's bytes for
 * ASCII's characters. */
bool nm_charset_holds_ascii(const char *charset);
/* The lines in a charset, with CRLF and the empty line that ends them. What
 * the charset does not have becomes "?". */
enum nm_error nm_legacy_plain(
    const char *lines, const char *charset, struct nm_buffer *out);
/* Writes text on without its lines up to and with the first empty one; all of
 * it where there is none. */
struct nm_stage *nm_legacy_plain_omit_new(struct nm_stage *next);
/* The same as HTML, in ASCII. */
void nm_legacy_html(const char *lines, struct nm_buffer *out);

/* ---- html_body.c ---- */

/* Writes HTML on with `element` (copied) at the start of its body. */
struct nm_stage *nm_html_body_new(
    struct nm_bytes element, struct nm_stage *next);

/* ---- html_element.c ---- */

#define NM_LEGACY_CLASS "header-protection-legacy-display"

/* Writes HTML on without each div of that class (RFC 9788 section
 * 4.5.3.3). */
struct nm_stage *nm_html_omit_new(struct nm_stage *next);

#endif
