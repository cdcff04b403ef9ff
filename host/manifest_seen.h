/* SPDX-License-Identifier: MPL-2.0 */
/* The file that names a host, as a browser takes it: links are followed, and
 * what it names is looked at. */
#ifndef HOST_MANIFEST_SEEN_H
#define HOST_MANIFEST_SEEN_H

#include <stdbool.h>

#include "browsers.h"

enum host_seen {
	HOST_SEEN_NOTHING, /* there is no file */
	HOST_SEEN_UNREADABLE,
	HOST_SEEN_BROKEN,  /* no browser makes anything of it */
	HOST_SEEN_CALLERS, /* our extension may not start what it names */
	HOST_SEEN_OTHER,   /* another program of another's */
	HOST_SEEN_GONE,	   /* an nssmime-host that is not there */
	HOST_SEEN_NOT_EXECUTABLE,
	HOST_SEEN_COPY, /* an nssmime-host, but not this one */
	HOST_SEEN_THIS,
};

struct host_manifest_seen {
	enum host_seen what;
	char *file;
	char *program; /* NULL: it names none */
	bool link;     /* the file is one */
};

/* `program`: the path of this one; `owa`: the file for Outlook on the web's
 * extension. False: memory, or there is no home. */
bool host_manifest_see(const struct host_browser *browser, bool everyone,
    bool owa, const char *program, struct host_manifest_seen *out);
void host_manifest_seen_clear(struct host_manifest_seen *s);
/* Whether the browser looks no further than to that file. */
bool host_manifest_decides(
    const struct host_browser *browser, const struct host_manifest_seen *s);

#endif
