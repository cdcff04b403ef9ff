/* SPDX-License-Identifier: MPL-2.0 */
/* The checks within one open database. */
#ifndef HOST_DOCTOR_DATABASE_H
#define HOST_DOCTOR_DATABASE_H

#include <nssmime/database.h>

#include "doctor.h"

/* Whether one's own certificates can be used, and for how long. */
void host_doctor_certificates(struct host_doctor *d, struct nm_database *db);
/* The modules of PKCS #11, and the tokens that they have. */
void host_doctor_tokens(struct host_doctor *d, struct nm_database *db);

/* "sql:" and the folder, as NSS's own tools take it; malloc'd; NULL: memory. */
char *host_doctor_sql(struct nm_database *db);

#endif
