/* SPDX-License-Identifier: MPL-2.0 */
/*
 * One request under way, as its handler sees it.
 *
 * A handler is plain synchronous code. It runs in a thread of its own, but
 * only while it holds the engine's baton, so nothing in the engine needs
 * locks: the baton is given away only inside the calls marked "may wait"
 * below (and offered to the others between slices of a long content). While
 * one of those waits, other operations run and the database may change.
 */
#ifndef HOST_OPERATION_H
#define HOST_OPERATION_H

#include <stdbool.h>

#include <json-c/json.h>

#include <nssmime/certificate.h>
#include <nssmime/database.h>
#include <nssmime/fetch.h>
#include <nssmime/stage.h>

#include "schema.h"

struct host_call;
struct host_settings;

/* Makes *result (a JSON object, owned by the caller) or fails; what the fault
 * says becomes the error's message. */
typedef enum nm_error (*host_handler)(struct host_call *call,
    struct json_object *params, struct json_object **result);

#define HOST_AT_ONCE                                                           \
	1u		 /* answers in the event loop, never waits, and before \
			    the database is opened */
#define HOST_DATABASE 2u /* needs the database: opened before it runs */
#define HOST_ORIGIN   4u /* webmail callers must send `origin` */
#define HOST_KEY      8u /* may use a private key: puts off the idle lock */
#define HOST_WEBMAIL  16u /* for the webmail callers alone */
#define HOST_ANY_ORIGIN                                                        \
	32u /* `origin` is what it is about: it need not be allowed */

struct host_operation {
	const char *name;
	host_handler handler;
	const struct host_schema *params;
	unsigned flags;
	const char *help; /* one line */
};

/* The one table, operations.c, ended by NULL. Each row is defined in the file
 * that implements it and declared in operations.h. */
extern const struct host_operation *const host_operations[];

struct nm_fault *host_call_fault(struct host_call *call);
/* Members for the error's `data`, beside `kind`. */
struct json_object *host_call_error_data(struct host_call *call);
/* NULL: not open (only where HOST_DATABASE is not among the flags). */
struct nm_database *host_call_database(struct host_call *call);
struct nm_index *host_call_index(struct host_call *call);
const struct host_settings *host_call_settings(struct host_call *call);
/* Whether the next connection could be one with a newer NSS. */
bool host_call_newer_nss(const struct host_call *call);
/* Whose databases come first for the program that started the host. */
enum nm_database_kind host_call_caller_kind(struct host_call *call);
/* Asks by the host's pinentry; NULL when the request says "prompt": "never".
 * Its functions may wait. */
const struct nm_asker *host_call_asker(struct host_call *call);
/* Asks servers about certificates; NULL where none may be asked: by the
 * settings, or by the request (`online` is its member of that name, true where
 * it has none). `get` may wait; `keep` takes an element of the array that `get`
 * filled, at its place. */
const struct nm_fetcher *host_call_fetcher(struct host_call *call, bool online);
/* The same, for the time: NULL where the settings have no authority. */
const struct nm_fetcher *host_call_timestamper(
    struct host_call *call, bool online);
/* The settings' word on revocation, and the fetcher above. */
struct nm_revocation_policy host_call_revocation(
    struct host_call *call, bool online);
/* The origin that the request is made for, canonical; NULL: none. */
const char *host_call_origin(const struct host_call *call);
/* Whether the user is to be asked before something is signed: it is for an
 * origin that may not sign without. */
bool host_call_asks_to_sign(const struct host_call *call);
/* From here on something is written that a cancel cannot take back. False:
 * it was cancelled before. */
bool host_call_commit(struct host_call *call);

/*
 * Feeds the request's `content` (inline data or a stream) to `head` in slices
 * and finishes it. May wait. Shows progress. NM_ERR_CANCELLED at any time.
 */
enum nm_error host_call_feed(
    struct host_call *call, struct json_object *content, struct nm_stage *head);

/* The same for bytes at hand, without the finish. */
enum nm_error host_call_feed_bytes(struct host_call *call, const uint8_t *data,
    size_t len, struct nm_stage *head);

/*
 * A last stage for what an operation puts out: with `output` (the request's
 * `output` object, or one of its `copyStreams`) to that stream, waiting for
 * credit; without (NULL) kept for the result, NM_ERR_TOO_LARGE past 512 KiB.
 * Freed by nm_stage_free().
 */
enum nm_error host_output_new(
    struct host_call *call, struct json_object *output, struct nm_stage **out);
/* After its finish: an inline output as {"data": base64} (new reference), or
 * {"stream": T}. */
struct json_object *host_output_result(struct nm_stage *output);

/* Runs `work` without the baton: for what blocks and shares nothing, like a
 * slow external token. */
void host_call_blocking(
    struct host_call *call, void (*work)(void *), void *arg);

/*
 * Writes a file into the user's download folder. The broker does it, and asks
 * the user first by a window of its own that names the file, so no other
 * confirmation is needed. `name` is a proposal, cleaned and made unique;
 * *saved (malloc'd) is the name without folder that was taken. May wait.
 * NM_ERR_PASSWORD_REQUIRED when the request says "prompt": "never".
 */
enum nm_error host_call_save(struct host_call *call, const char *name,
    const void *data, size_t len, char **saved);

/*
 * The broker changes the user's settings, where the engine may not write: the
 * database of the connections to come; what the request's origin may do. It
 * asks the user first, by windows of its own, but for what takes rights away.
 * May wait. NM_ERR_PASSWORD_REQUIRED when the request says "prompt": "never".
 */
enum nm_error host_call_use_database(
    struct host_call *call, const char *folder);
enum nm_error host_call_allow_origin(struct host_call *call);
enum nm_error host_call_forget_origin(struct host_call *call);

/* Ends the connection after this call's reply has been written. */
void host_call_end_connection(struct host_call *call);

#endif
