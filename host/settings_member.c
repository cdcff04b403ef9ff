/* SPDX-License-Identifier: MPL-2.0 */
#include "settings_member.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/network.h"
#include "common/question.h"
#include "owa/policy_file.h"
#include "bounds.h"
#include "origin.h"

#define CALLERS_MAX 1000
#define MINUTES_MAX 10080 /* a week */

static enum nm_error
wrong(const struct host_settings_reading *r, const char *member,
    const char *wanted)
{
	return nm_fail(r->fault, NM_ERR_CONFIGURATION_INVALID,
	    "In %s the member \"%.64s\" must be %s", r->file, member, wanted);
}

enum nm_error
host_settings_out_of_memory(const struct host_settings_reading *r)
{
	return nm_fail(r->fault, NM_ERR_INTERNAL, "Out of memory");
}

/* A string without NUL inside; NULL: it is none. */
static const char *
plain(struct json_object *value)
{
	const char *text;

	if (!json_object_is_type(value, json_type_string))
		return NULL;
	text = json_object_get_string(value);
	return strlen(text) == (size_t)json_object_get_string_len(value) ? text
									 : NULL;
}

static enum nm_error
set_string(const struct host_settings_reading *r, char **to, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return host_settings_out_of_memory(r);
	free(*to);
	*to = copy;
	return NM_OK;
}

static enum nm_error
read_database(const struct host_settings_reading *r, struct json_object *value)
{
	const char *text = plain(value);

	if (text == NULL || strncmp(text, "sql:/", 5) != 0)
		return wrong(
		    r, HOST_SETTING_DATABASE, "\"sql:\" and an absolute path");
	r->out->admin_database = r->admin;
	return set_string(r, &r->out->database, text);
}

static enum nm_error
read_pinentry(const struct host_settings_reading *r, struct json_object *value)
{
	const char *text = plain(value);

	/* an absolute path, or a name to be found by PATH */
	if (text == NULL || *text == '\0' ||
	    (*text != '/' && strchr(text, '/') != NULL))
		return wrong(r, "pinentry", "a program");
	return set_string(r, &r->out->pinentry, text);
}

static enum nm_error
read_lock_minutes(
    const struct host_settings_reading *r, struct json_object *value)
{
	int64_t n = json_object_get_int64(value);

	if (!json_object_is_type(value, json_type_int) || n < 0 ||
	    n > MINUTES_MAX)
		return wrong(r, "lockMinutes", "a number from 0 to 10080");
	r->out->lock_minutes = (unsigned)n;
	return NM_OK;
}

static enum nm_error
read_max_decompressed(
    const struct host_settings_reading *r, struct json_object *value)
{
	int64_t n = json_object_get_int64(value);

	if (!json_object_is_type(value, json_type_int) || n < 1 ||
	    n > HOST_MAX_INTEGER)
		return wrong(r, "maxDecompressed", "a number of bytes");
	r->out->max_decompressed = (unsigned long long)n;
	return NM_OK;
}

/* One of the names, which `wanted` lists; *index: which. */
static enum nm_error
read_choice(const struct host_settings_reading *r, struct json_object *value,
    const char *member, const char *wanted, const char *const *names,
    unsigned *index)
{
	const char *text = plain(value);

	for (*index = 0; names[*index] != NULL; ++*index) {
		if (text != NULL && strcmp(text, names[*index]) == 0)
			return NM_OK;
	}
	return wrong(r, member, wanted);
}

static enum nm_error
read_log(const struct host_settings_reading *r, struct json_object *value)
{
	static const char *const names[] = { "error", "warning", "info",
		"debug", NULL };
	unsigned index;
	enum nm_error err;

	err = read_choice(r, value, "log",
	    "\"error\", \"warning\", \"info\" or \"debug\"", names, &index);
	return err != NM_OK ? err
			    : set_string(r, &r->out->log_level, names[index]);
}

/* The second of two. */
static enum nm_error
read_second(const struct host_settings_reading *r, struct json_object *value,
    const char *member, const char *wanted, const char *const *names, bool *to)
{
	unsigned index;
	enum nm_error err;

	err = read_choice(r, value, member, wanted, names, &index);
	if (err == NM_OK)
		*to = index == 1;
	return err;
}

static enum nm_error
read_signature_scheme(
    const struct host_settings_reading *r, struct json_object *value)
{
	static const char *const names[] = { "pkcs1", "pss", NULL };

	return read_second(r, value, "signatureScheme", "\"pkcs1\" or \"pss\"",
	    names, &r->out->pss);
}

static enum nm_error
read_key_management(
    const struct host_settings_reading *r, struct json_object *value)
{
	static const char *const names[] = { "rsa-pkcs1", "rsa-oaep", NULL };

	return read_second(r, value, "keyManagement",
	    "\"rsa-pkcs1\" or \"rsa-oaep\"", names, &r->out->oaep);
}

static enum nm_error
read_revocation(
    const struct host_settings_reading *r, struct json_object *value)
{
	static const char *const names[] = { "off", "soft", "hard", NULL };
	unsigned index;
	enum nm_error err;

	err = read_choice(r, value, "revocation",
	    "\"off\", \"soft\" or \"hard\"", names, &index);
	if (err == NM_OK)
		r->out->revocation = (enum host_revocation)index;
	return err;
}

static enum nm_error
read_boolean(const struct host_settings_reading *r, struct json_object *value,
    const char *member, bool *to)
{
	if (!json_object_is_type(value, json_type_boolean))
		return wrong(r, member, "true or false");
	*to = json_object_get_boolean(value);
	return NM_OK;
}

static enum nm_error
read_ocsp_nonce(
    const struct host_settings_reading *r, struct json_object *value)
{
	return read_boolean(r, value, "ocspNonce", &r->out->ocsp_nonce);
}

static enum nm_error
read_owa_trace(const struct host_settings_reading *r, struct json_object *value)
{
	return read_boolean(r, value, "owaTrace", &r->out->owa_trace);
}

static enum nm_error
read_user_origins(
    const struct host_settings_reading *r, struct json_object *value)
{
	return read_boolean(r, value, "userOrigins", &r->out->user_origins);
}

/* Strings, each in the form that `canonical` makes of it (malloc'd; NULL: it
 * is none of these), added to those that are there. */
static enum nm_error
read_list(const struct host_settings_reading *r, struct json_object *value,
    const char *member, const char *wanted, size_t max,
    char *(*canonical)(const char *), char ***list, size_t *count)
{
	const char *text;
	char **grown, *item;
	size_t i, n;

	if (!json_object_is_type(value, json_type_array) ||
	    (n = json_object_array_length(value)) > max)
		return wrong(r, member, wanted);
	for (i = 0; i < n; i++) {
		text = plain(json_object_array_get_idx(value, i));
		item = text != NULL ? canonical(text) : NULL;
		if (item == NULL)
			return nm_fail(r->fault, NM_ERR_CONFIGURATION_INVALID,
			    "In %s the member \"%.64s\" must be %s; number "
			    "%zu in it is none",
			    r->file, member, wanted, i + 1);
		grown = realloc(*list, (*count + 1) * sizeof(**list));
		if (grown == NULL) {
			free(item);
			return host_settings_out_of_memory(r);
		}
		grown[(*count)++] = item;
		*list = grown;
	}
	return NM_OK;
}

static enum nm_error
add_origins(const struct host_settings_reading *r, struct json_object *value,
    const char *member, bool signs)
{
	struct host_origins *to =
	    r->admin ? &r->out->admin_origins : &r->out->origins;
	char **names = NULL;
	size_t count = 0;
	enum nm_error err;

	err = read_list(r, value, member, "an array of origins",
	    HOST_MAX_ORIGINS, host_origin_canonical, &names, &count);
	for (size_t i = 0; i < count; i++) {
		if (err != NM_OK)
			free(names[i]);
		else if (!host_origins_add(to, names[i], signs))
			err = host_settings_out_of_memory(r);
	}
	free(names);
	return err;
}

static enum nm_error
read_origins(const struct host_settings_reading *r, struct json_object *value)
{
	return add_origins(r, value, HOST_SETTING_ORIGINS, false);
}

static enum nm_error
read_signing_origins(
    const struct host_settings_reading *r, struct json_object *value)
{
	return add_origins(r, value, HOST_SETTING_SIGNING_ORIGINS, true);
}

static char *
caller(const char *text)
{
	return *text != '\0' ? strdup(text) : NULL;
}

static enum nm_error
read_callers(const struct host_settings_reading *r, struct json_object *value)
{
	return read_list(r, value, "callers", "an array of extension ids",
	    CALLERS_MAX, caller, &r->out->callers, &r->out->caller_count);
}

static char *
network(const char *text)
{
	struct host_network parsed;

	return host_network_parse(text, &parsed) ? strdup(text) : NULL;
}

static enum nm_error
read_fetch_networks(
    const struct host_settings_reading *r, struct json_object *value)
{
	return read_list(r, value, "fetchNetworks",
	    "an array of at most 100 networks like \"10.0.0.0/8\"",
	    HOST_MAX_NETWORKS, network, &r->out->fetch_networks,
	    &r->out->fetch_network_count);
}

static enum nm_error
read_fetch_proxy(
    const struct host_settings_reading *r, struct json_object *value)
{
	const char *text = plain(value);

	if (text == NULL || !host_proxy_valid(text))
		return wrong(r, "fetchProxy", "like \"http://host:port\"");
	return set_string(r, &r->out->fetch_proxy, text);
}

static bool
is_url(const char *text)
{
	size_t scheme = strncmp(text, "http://", 7) == 0 ? 7
	    : strncmp(text, "https://", 8) == 0		 ? 8
							 : 0;

	if (scheme == 0 || text[scheme] == '\0' || text[scheme] == '/' ||
	    strlen(text) > HOST_MAX_URL)
		return false;
	for (; *text != '\0'; text++) {
		if (*text <= ' ' || *text > '~')
			return false;
	}
	return true;
}

static enum nm_error
read_timestamp_authority(
    const struct host_settings_reading *r, struct json_object *value)
{
	const char *text = plain(value);

	if (text == NULL || !is_url(text))
		return wrong(r, "timestampAuthority",
		    "the address of an http or https server");
	return set_string(r, &r->out->timestamp_authority, text);
}

static const struct {
	const char *name;
	enum nm_error (*read)(
	    const struct host_settings_reading *, struct json_object *);
	bool admin_only;
} members[] = {
	{ HOST_SETTING_DATABASE, read_database, false },
	{ "pinentry", read_pinentry, false },
	{ "lockMinutes", read_lock_minutes, false },
	{ "log", read_log, false },
	{ HOST_SETTING_ORIGINS, read_origins, false },
	{ HOST_SETTING_SIGNING_ORIGINS, read_signing_origins, false },
	{ "maxDecompressed", read_max_decompressed, false },
	{ "signatureScheme", read_signature_scheme, false },
	{ "keyManagement", read_key_management, false },
	{ "revocation", read_revocation, false },
	{ "ocspNonce", read_ocsp_nonce, false },
	{ "timestampAuthority", read_timestamp_authority, false },
	{ "userOrigins", read_user_origins, true },
	{ "owaTrace", read_owa_trace, false },
	{ "owa", host_owa_policy_read, true },
	{ "callers", read_callers, true },
	{ "fetchNetworks", read_fetch_networks, true },
	{ "fetchProxy", read_fetch_proxy, true },
};

enum nm_error
host_settings_member(const struct host_settings_reading *r, const char *name,
    struct json_object *value)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (strcmp(members[i].name, name) == 0 &&
		    (r->admin || !members[i].admin_only))
			return members[i].read(r, value);
	}
	return nm_fail(r->fault, NM_ERR_CONFIGURATION_INVALID,
	    "%s has an unknown member \"%.64s\"", r->file, name);
}
