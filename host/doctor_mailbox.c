/* SPDX-License-Identifier: MPL-2.0 */
/* Whether there is a certificate for the address of a mailbox, in the database
 * that Outlook on the web is served from. */
#include "doctor.h"

#include <stdlib.h>
#include <time.h>

#include <nssmime/certificate.h>

#include "doctor_aside.h"
#include "doctor_database.h"
#include "session.h"

#define SECONDS 60 /* a token may be slow to say who it is */

static void
tell(struct host_doctor *d, struct nm_database *db, enum nm_error error)
{
	char *sql;

	if (error == NM_OK || error == NM_ERR_CERTIFICATE_AMBIGUOUS) {
		host_finding_ok(&d->findings, "certificate",
		    "There is a certificate that signs for %s", d->mailbox);
		return;
	}
	host_finding_problem(&d->findings, "certificate",
	    error == NM_ERR_CERTIFICATE_UNUSABLE
		? "The certificate for %s cannot be used to sign"
		: "There is no certificate with a private key for %s",
	    d->mailbox);
	if ((sql = host_doctor_sql(db)) == NULL)
		d->findings.failed = true;
	else
		host_finding_remedy(&d->findings, "pk12util", "-d", sql, "-i",
		    "certificate.p12", NULL);
	free(sql);
}

static void
look_into(struct host_doctor *d, const void *arg)
{
	const struct host_choice *chosen = arg;
	struct nm_database *db = NULL;
	struct nm_index *ix = NULL;
	struct nm_choice choice;

	/* what is wrong with the database itself is told of elsewhere */
	if (nm_database_open_to_read(chosen->folder, chosen->kind, &db, NULL) !=
	    NM_OK)
		return;
	if (nm_index_new(db, &ix, NULL) == NM_OK) {
		tell(d, db,
		    nm_choose_signer(
			ix, db, d->mailbox, (int64_t)time(NULL), &choice));
		nm_choice_clear(&choice);
	}
	nm_index_free(&ix);
	nm_database_close(&db);
}

void
host_doctor_mailbox(struct host_doctor *d)
{
	const struct host_caller caller = { .name = "",
		.kind = NM_DATABASE_SHARED };
	struct host_choice choice;

	if (d->mailbox == NULL ||
	    host_session_choose(&caller, &d->settings, &choice, NULL) != NM_OK)
		return;
	(void)host_doctor_aside(d, SECONDS, look_into, &choice);
	free(choice.folder);
}
