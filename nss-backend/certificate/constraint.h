/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Name constraints (RFC 5280 section 4.2.1.10; RFC 8398 section 6 for
 * SmtpUTF8Mailbox), which NSS checks in part only: it knows nothing of
 * SmtpUTF8Mailbox, of minimum and maximum, and of some malformed names.
 */
#ifndef NSSMIME_CERTIFICATE_CONSTRAINT_H
#define NSSMIME_CERTIFICATE_CONSTRAINT_H

#include "certificate/facts.h"

/* The choices of GeneralName (RFC 5280 4.2.1.6) by their tag numbers. */
enum nm_name_form {
	NM_NAME_OTHER = 0,
	NM_NAME_RFC822 = 1,
	NM_NAME_DNS = 2,
	NM_NAME_X400 = 3,
	NM_NAME_DIRECTORY = 4,
	NM_NAME_EDI_PARTY = 5,
	NM_NAME_URI = 6,
	NM_NAME_IP = 7,
	NM_NAME_REGISTERED_ID = 8
};

struct nm_general_name {
	enum nm_name_form form;
	struct nm_bytes value; /* contents; of a directoryName the Name, DER */
};

/* ---- constraint_match.c ---- */

enum nm_match {
	NM_MATCH_NO,
	NM_MATCH_YES,
	NM_MATCH_UNKNOWN /* the name, or this form, cannot be compared */
};

/* Whether a name is inside a subtree of its form. `excluded`: a name that may
 * stand for several (a wildcard, or a mailbox whose case nobody minds) is
 * inside if one of them is. */
enum nm_match nm_name_inside(const struct nm_general_name *name,
    const struct nm_general_name *base, bool excluded);
/* Whether it is an IA5String where its form is one (RFC 5280 4.2.1.6). */
bool nm_general_name_is_ascii(const struct nm_general_name *name);
/* Whether `base` can be one of a constraint. */
bool nm_name_base_sane(const struct nm_general_name *base);

/* ---- directory_name.c ---- */

/* Whether a Name begins with the RDNs of another (RFC 5280 section 7.1). */
enum nm_match nm_directory_inside(struct nm_bytes name, struct nm_bytes base);

/* ---- constraint.c ---- */

/* A GeneralName; false: malformed. */
bool nm_general_name_read(
    const struct nm_tlv *tlv, struct nm_general_name *out);

/* Checks every certificate of a path (leaf first) against the constraints of
 * those above it: adds name-constraint and malformed to the links. */
void nm_path_check_names(struct nm_path *p);
/*
 * NSS compares names by their letter case, their white space and the order of
 * what is in an RDN, where RFC 5280 section 7 does not, and would refuse the
 * path for it. If all names of this one pass, its constraints are taken out of
 * NSS's idea of its authorities, for as long as it remembers them. What it
 * accepts has nm_path_check_names() to pass, which reads the certificates.
 */
void nm_path_judge_names(struct nm_path *p);

#endif
