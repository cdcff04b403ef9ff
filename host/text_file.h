/* SPDX-License-Identifier: MPL-2.0 */
/* Small files, read whole. */
#ifndef HOST_TEXT_FILE_H
#define HOST_TEXT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

/* malloc'd, with NUL after it; NULL: it is longer (EFBIG), no file, or cannot
 * be read: errno says why. Waits for nobody. */
char *host_text_file(const char *path, size_t most, size_t *len);
/* The same of one that is open. */
char *host_text_of(int fd, size_t most, size_t *len);
/* Of a JSON value from one: whether it is a list with that string. */
bool host_list_has(struct json_object *list, const char *wanted);

#endif
