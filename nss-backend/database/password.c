/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The primary password may be set or changed by another program while the
 * database is open here. NSS does not notice: it goes on with the key that it
 * made from the password before. What it signs and decrypts by that fails, and
 * what it stores nobody can read any more.
 */
#include "database/state.h"

static uint64_t
look_at_files(const struct nm_database *db)
{
	static const char *const files[] = { "key4.db", "key4.db-wal" };

	return nm_database_files(db, files, 2);
}

void
nm_password_remember(struct nm_database *db)
{
	db->password_files = look_at_files(db);
	nm_buffer_clear(&db->password);
	(void)nm_peek_password(db->folder, true, &db->password);
}

/* One that cannot be read just now is looked at the next time. */
static bool
differs(const struct nm_database *db, bool locks)
{
	struct nm_buffer now = NM_BUFFER_INIT;
	bool differ;

	differ = nm_peek_password(db->folder, locks, &now) &&
	    !nm_bytes_equal(
		nm_buffer_bytes(&now), nm_buffer_bytes(&db->password));
	nm_buffer_reset(&now);
	return differ;
}

static bool
was_changed(struct nm_database *db)
{
	uint64_t files = look_at_files(db);

	if (files == db->password_files)
		return false;
	/* without locks it may have been half of a change */
	if (differs(db, false) && differs(db, true))
		return true;
	db->password_files = files;
	return false;
}

enum nm_error
nm_password_follow(
    struct nm_database *db, PK11SlotInfo *slot, struct nm_fault *fault)
{
	if (!PK11_IsInternalKeySlot(slot) || !was_changed(db))
		return NM_OK;
	if (!PK11_NeedLogin(slot)) {
		/* it would take any password for wrong */
		db->outdated = true;
		return nm_fail(fault, NM_ERR_PASSWORD_REQUIRED,
		    "The certificate database was given a password: try again, "
		    "and it is asked for");
	}
	(void)PK11_Logout(slot);
	(void)PK11_TokenRefresh(slot); /* it may have none now */
	nm_password_remember(db);
	return NM_OK;
}

bool
nm_database_outdated(const struct nm_database *db)
{
	return db->outdated;
}
