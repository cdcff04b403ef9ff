/* SPDX-License-Identifier: MPL-2.0 */
/* What the files of this floor share of an open database. */
#ifndef NSSMIME_DATABASE_STATE_H
#define NSSMIME_DATABASE_STATE_H

#include <nssmime/database.h>

/* CKA_ID of a key, and where it lies. */
struct nm_key_id {
	PK11SlotInfo *slot; /* own reference */
	uint8_t *data;
	size_t len;
};

struct nm_key_ids {
	struct nm_key_id *items;
	size_t count;
	bool known;
	uint64_t epoch;
};

struct nm_database {
	char *folder;
	int fd; /* of the folder, to look at its files */
	enum nm_database_kind kind;
	bool writable;
	uint64_t changes;	   /* of ours, counted */
	struct nm_buffer password; /* password.c: its entry, */
	uint64_t password_files;   /* and what the files were like then */
	bool outdated;
	struct nm_key_ids keys;
	bool trust_known; /* certificate/trust.c */
	uint64_t trust_epoch;
	struct {
		void *what;
		void (*release)(void *what);
	} companions[NM_COMPANION_COUNT];
};

/* keys.c */
void nm_key_ids_clear(struct nm_key_ids *ids);

/* database.c: "sql:<folder>" or "<folder>", which must be absolute; the
 * folder, malloc'd, or NULL. */
char *nm_folder_parse(const char *name);
/* What tells two states of some of its files apart. */
uint64_t nm_database_files(
    const struct nm_database *db, const char *const *names, size_t count);

/* peek.c: the entry in key4.db that passwords are checked by; nothing is
 * appended where none was ever set. False: it cannot be read. */
bool nm_peek_password(const char *folder, bool locks, struct nm_buffer *out);

/* password.c: the password that NSS has is the one in the files. */
void nm_password_remember(struct nm_database *db);
/* Notices that another program changed it: logs out, so that the new one is
 * asked for. NM_ERR_PASSWORD_REQUIRED where that is of no use. */
enum nm_error nm_password_follow(
    struct nm_database *db, PK11SlotInfo *slot, struct nm_fault *fault);

/* token.c: all present tokens that may hold the user's certificates; freed by
 * PK11_FreeSlotList; NULL: none. */
PK11SlotList *nm_slots(void);
/* Whether a slot of such a list is of interest (not the one for bare
 * cryptography). */
bool nm_slot_counts(PK11SlotInfo *slot);

/* The error of NSS in this thread, by name, for a fault's text. */
const char *nm_nss_error(void);

#endif
