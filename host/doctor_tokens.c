/* SPDX-License-Identifier: MPL-2.0 */
#include "doctor_database.h"

#include <stdlib.h>
#include <string.h>

#include <secmod.h>

#include "package.h"

static bool
has_token(const SECMODModule *module)
{
	for (int i = 0; i < module->slotCount; i++) {
		if (PK11_IsPresent(module->slots[i]))
			return true;
	}
	return false;
}

/* NSS's own, and the one with the authorities of all browsers. */
static bool
is_everyones(const SECMODModule *module)
{
	for (int i = 0; i < module->slotCount; i++) {
		if (PK11_HasRootCerts(module->slots[i]))
			return true;
	}
	return module->internal || module->dllName == NULL;
}

static void
check_readers(struct host_doctor *d)
{
	SECMODListLock *lock = SECMOD_GetDefaultModuleListLock();

	SECMOD_GetReadLock(lock);
	for (SECMODModuleList *m = SECMOD_GetDefaultModuleList(); m != NULL;
	     m = m->next) {
		if (is_everyones(m->module) || has_token(m->module))
			continue;
		host_finding_note(&d->findings, "empty",
		    "The module %s (%s) sees no card or token: plug it in, "
		    "and see whether the system does",
		    m->module->commonName, m->module->dllName);
		host_finding_remedy(
		    &d->findings, "systemctl", "status", "pcscd.socket", NULL);
	}
	SECMOD_ReleaseReadLock(lock);
}

/* Those that NSS has tried to load. */
static void
check_modules(struct host_doctor *d, struct nm_database *db)
{
	char *sql = host_doctor_sql(db);

	for (SECMODModuleList *m = SECMOD_GetDeadModuleList(); m != NULL;
	     m = m->next) {
		const char *library = m->module->dllName;

		if (m->module->loaded || library == NULL || sql == NULL)
			continue;
		host_finding_problem(&d->findings, "module",
		    "The module %s cannot be loaded: %s is missing, or is no "
		    "module",
		    m->module->commonName, library);
		if (strstr(library, "opensc") != NULL)
			host_package_remedy(&d->findings, HOST_PACKAGE_OPENSC);
		else
			host_finding_remedy(&d->findings, "modutil", "-dbdir",
			    sql, "-delete", m->module->commonName, NULL);
	}
	free(sql);
}

void
host_doctor_tokens(struct host_doctor *d, struct nm_database *db)
{
	struct nm_token_info *tokens = NULL;
	size_t count = 0;

	check_modules(d, db);
	check_readers(d);
	if (nm_tokens_list(db, &tokens, &count) != NM_OK)
		count = 0;
	for (size_t i = 0; i < count; i++) {
		if (tokens[i].internal)
			continue;
		host_finding_ok(&d->findings, "token", "%s is there%s",
		    tokens[i].name,
		    tokens[i].needs_password
			? ", and its PIN is asked for when it is needed"
			: "");
	}
	free(tokens);
}
