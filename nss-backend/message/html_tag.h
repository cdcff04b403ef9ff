/* SPDX-License-Identifier: MPL-2.0 */
/* The little that is understood of HTML: where tags and texts end. */
#ifndef NSSMIME_MESSAGE_HTML_TAG_H
#define NSSMIME_MESSAGE_HTML_TAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the text is; NULL: nowhere. */
const uint8_t *nm_html_find(
    const uint8_t *p, const uint8_t *end, const char *text);
/* Past the ">" of a tag, whose attributes may hold others; NULL: not there. */
const uint8_t *nm_html_tag_end(const uint8_t *p, const uint8_t *end);
/* Whether a name is among those, whose list ends with NULL. */
bool nm_html_is_name(const uint8_t *p, size_t len, const char *const *names);
/* Past the end tag of an element that holds text and no tags; NULL: not
 * there. */
const uint8_t *nm_html_text_end(
    const uint8_t *p, const uint8_t *end, const uint8_t *name, size_t len);
/* Whether the attributes, from behind a tag's name to before its ">", have the
 * element in this class. */
bool nm_html_has_class(const uint8_t *p, const uint8_t *end, const char *class);

#endif
