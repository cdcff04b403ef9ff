/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The user's config.json and the administrator's policy.json, read at start;
 * what they say of origins is read again with every request that names one. A
 * file that cannot be read or has an unknown member is an error that names
 * file and member.
 */
#ifndef HOST_SETTINGS_H
#define HOST_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include <nssmime/error.h>

#include "origins.h"
#include "owa/policy.h"

#define HOST_CONFIG_NAME   "config.json"
#define HOST_POLICY_NAME   "policy.json"
#define HOST_POLICY_FOLDER NSSMIME_SYSCONFDIR "/nssmime"
#define HOST_POLICY_PATH   HOST_POLICY_FOLDER "/" HOST_POLICY_NAME

/* Whether and how strictly servers are asked about certificates. */
enum host_revocation {
	HOST_REVOCATION_OFF,  /* none is asked */
	HOST_REVOCATION_SOFT, /* one that does not answer is told */
	HOST_REVOCATION_HARD  /* one that does not answer counts */
};

/* The administrator's, for Outlook on the web. */
struct host_owa_settings {
	struct host_owa_policy policy;
	char **domains; /* where the extension is to be at work */
	size_t domain_count;
};

struct host_settings {
	char *database;	       /* "sql:<folder>" or NULL */
	bool admin_database;   /* it is the administrator who says so */
	char *pinentry;	       /* program or NULL */
	unsigned lock_minutes; /* idle lock; 0: never; default 15 */
	char *log_level;       /* "error" | "warning" | "info" | "debug" */
	struct host_origins origins;	   /* that the user allowed, */
	struct host_origins admin_origins; /* that the administrator did */
	bool user_origins; /* administrator only: whether the user's count */
	char **callers;	   /* administrator only: further caller ids */
	size_t caller_count;
	unsigned long long max_decompressed; /* bytes */
	bool pss;			     /* sign with RSASSA-PSS */
	bool oaep;			     /* encrypt with RSA-OAEP */
	enum host_revocation revocation;
	bool ocsp_nonce;       /* RFC 9654 */
	char **fetch_networks; /* administrator only: may be asked as well */
	size_t fetch_network_count;
	char *fetch_proxy;	   /* administrator only: "http://host:port" */
	char *timestamp_authority; /* its URL; NULL: none */
	struct host_owa_settings owa;
	bool owa_trace;	   /* owa/trace.h */
	char *config_path; /* where config.json is */
};

enum nm_error host_settings_load(
    struct host_settings *out, struct nm_fault *fault);
/* The same, with what is wrong with each of the two files. */
void host_settings_load_both(
    struct host_settings *out, struct nm_fault *user, struct nm_fault *admin);
/* Whether there is a file of an administrator's that counts for nothing, since
 * others than root may change it. */
bool host_settings_policy_ignored(void);
void host_settings_clear(struct host_settings *s);

/*
 * Changes of config.json (atomically: a new file renamed over the old one),
 * other members kept. Programs that change it at once wait for each other.
 */

/* The user's choice of a database. */
enum nm_error host_settings_choose_database(
    const struct host_settings *s, const char *folder, struct nm_fault *fault);
/* An origin (canonical) is allowed, and signs for as said here from now on. */
enum nm_error host_settings_keep_origin(const struct host_settings *s,
    const char *origin, bool signs, struct nm_fault *fault);
/* *dropped: it was among those that the user allowed. */
enum nm_error host_settings_drop_origin(const struct host_settings *s,
    const char *origin, bool *dropped, struct nm_fault *fault);

#endif
