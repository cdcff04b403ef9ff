/* SPDX-License-Identifier: MPL-2.0 */
/* What a browser's file about the host says. */
#ifndef HOST_MANIFEST_TEXT_H
#define HOST_MANIFEST_TEXT_H

#include "browsers.h"

/* For the program at this path, which is UTF-8. malloc'd; NULL: memory. */
char *host_manifest_text(enum host_family family, const char *program);

#endif
