/* SPDX-License-Identifier: MPL-2.0 */
/* The program that started the host: an add-on, by its id. */
#ifndef HOST_CALLER_H
#define HOST_CALLER_H

#include <stdbool.h>

#include <nssmime/database.h>

#include "settings.h"

/*
 * The id of the extension in Chromium's family. It follows from the public
 * key in manifest/chromium-key.txt: the first 16 bytes of the SHA-256 of the
 * decoded key, in hex, with the digits 0 to f written a to p. The extension's
 * manifest must have that key as its member `key`.
 */
#define HOST_CHROMIUM_ID "gejigdcljmkinaiihdaffecocdjoloci"
/* The reduced one is for where add-ons may not reach into Thunderbird. */
#define HOST_THUNDERBIRD_ID "thunderbird@nssmime"
#define HOST_REDUCED_ID	    "thunderbird-reduced@nssmime"
#define HOST_FIREFOX_ID	    "webmail@nssmime"
/* Microsoft's extensions for Outlook on the web: the one that administrators
 * install, and the one of Edge's store. */
#define HOST_OWA_ID	 "maafgiompdekodanheihhgilkjchcakm"
#define HOST_OWA_EDGE_ID "gamjhjfeblghkihfjdpmbpajhlpmobbp"

#define HOST_CALLER_ID_ROOM 128

struct host_caller {
	char id[HOST_CALLER_ID_ROOM];
	const char *name;	    /* for people: "Thunderbird" */
	enum nm_database_kind kind; /* whose databases come first */
	bool webmail;		    /* must say for which origin it asks */
	bool owa;		    /* speaks the other dialect (owa/) */
};

/*
 * Whether these arguments are a browser's, and then who it is; an id that is
 * too long or has foreign characters is left empty, which no list allows.
 */
bool host_caller_parse(int argc, char *const *argv, struct host_caller *out);
/* Whether the built-in list or the administrator's has it. */
bool host_caller_allowed(
    const struct host_caller *caller, const struct host_settings *settings);

#endif
