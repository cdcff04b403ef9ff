/* SPDX-License-Identifier: MPL-2.0 */
#include "policy_file.h"

#include <stdlib.h>
#include <string.h>

#include "algorithms.h"
#include "policy.h"

#define DOMAINS	    "allowedDomains"
#define DOMAINS_MAX 1000
#define DOMAIN_MAX  255

static enum nm_error
wrong(const struct host_settings_reading *r, struct host_slice name,
    const char *wanted)
{
	return nm_fail(r->fault, NM_ERR_CONFIGURATION_INVALID,
	    "In %s the member \"owa.%.*s\" must be %s", r->file,
	    name.len < 64 ? (int)name.len : 64, name.text, wanted);
}

/* As the extension gets it: a host, an origin or a pattern. */
static char *
domain(struct host_slice value)
{
	char *text = host_slice_string(value, DOMAIN_MAX);

	for (const char *at = text; at != NULL && *at != '\0'; at++) {
		if (*at <= ' ' || *at > '~') {
			free(text);
			return NULL;
		}
	}
	if (text != NULL && *text == '\0') {
		free(text);
		return NULL;
	}
	return text;
}

static enum nm_error
read_domains(const struct host_settings_reading *r, struct host_slice name,
    struct host_slice value)
{
	static const char wanted[] = "an array of at most 1000 names of hosts";
	struct host_owa_settings *s = &r->out->owa;
	struct host_slices all = host_slices_of(value);
	struct host_slice none, item;
	char **grown, *text;

	if (value.kind != HOST_SLICE_ARRAY)
		return wrong(r, name, wanted);
	while (host_slices_next(&all, &none, &item)) {
		if (s->domain_count == DOMAINS_MAX ||
		    (text = domain(item)) == NULL)
			return wrong(r, name, wanted);
		grown = reallocarray(
		    s->domains, s->domain_count + 1, sizeof(char *));
		if (grown == NULL) {
			free(text);
			return host_settings_out_of_memory(r);
		}
		s->domains = grown;
		s->domains[s->domain_count++] = text;
	}
	return NM_OK;
}

static enum nm_error
read_setting(const struct host_settings_reading *r, struct host_slice name,
    struct host_slice value)
{
	if (name.len == strlen(DOMAINS) &&
	    memcmp(name.text, DOMAINS, name.len) == 0)
		return read_domains(r, name, value);
	switch (host_owa_policy_take(&r->out->owa.policy, name, value)) {
	case HOST_OWA_TAKEN:
		return NM_OK;
	case HOST_OWA_UNKNOWN:
		return nm_fail(r->fault, NM_ERR_CONFIGURATION_INVALID,
		    "%s has an unknown member \"owa.%.*s\"", r->file,
		    name.len < 64 ? (int)name.len : 64, name.text);
	case HOST_OWA_WRONG:
		break;
	}
	return wrong(r, name, "as Set-SmimeConfig has it");
}

/* In a file of one's own a list that is not understood is a mistake, not a
 * reason to take the default. */
static enum nm_error
check_lists(const struct host_settings_reading *r)
{
	const struct host_owa_policy *p = &r->out->owa.policy;
	struct host_owa_algorithms ciphers, digests;

	(void)host_owa_cipher(
	    p->lists[HOST_OWA_ENCRYPTION_ALGORITHMS], &ciphers);
	(void)host_owa_digest(p->lists[HOST_OWA_SIGNING_ALGORITHMS], &digests);
	if (!ciphers.malformed && !digests.malformed)
		return NM_OK;
	return nm_fail(r->fault, NM_ERR_CONFIGURATION_INVALID,
	    "In %s the member \"owa.%s\" must be like \"6610;660F\"", r->file,
	    ciphers.malformed ? "EncryptionAlgorithms" : "SigningAlgorithms");
}

enum nm_error
host_owa_policy_read(
    const struct host_settings_reading *r, struct json_object *value)
{
	const char *text = json_object_to_json_string_ext(
	    value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	struct host_slice root, name, setting;
	struct host_slices all;
	enum nm_error error;

	if (text == NULL)
		return host_settings_out_of_memory(r);
	if (!host_slice_parse(text, strlen(text), &root) ||
	    root.kind != HOST_SLICE_OBJECT)
		return nm_fail(r->fault, NM_ERR_CONFIGURATION_INVALID,
		    "In %s the member \"owa\" must be an object", r->file);
	all = host_slices_of(root);
	while (host_slices_next(&all, &name, &setting)) {
		if ((error = read_setting(r, name, setting)) != NM_OK)
			return error;
	}
	return check_lists(r);
}
