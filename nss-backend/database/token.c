/* SPDX-License-Identifier: MPL-2.0 */
#include "database/state.h"

#include <stdlib.h>
#include <string.h>

#include <nss.h>
#include <pkcs11.h>
#include <prerror.h>
#include <secerr.h>

#define TRIES 3

PK11SlotList *
nm_slots(void)
{
	return PK11_GetAllTokens(
	    CKM_INVALID_MECHANISM, PR_FALSE, PR_FALSE, NULL);
}

bool
nm_slot_counts(PK11SlotInfo *slot)
{
	return PK11_IsInternalKeySlot(slot) ||
	    (!PK11_IsInternal(slot) && PK11_IsPresent(slot));
}

/* softoken asks for a login also where no password was set yet; then there is
 * nothing to unlock. */
static bool
has_password(PK11SlotInfo *slot)
{
	return PK11_NeedLogin(slot) && !PK11_NeedUserInit(slot);
}

bool
nm_token_locked(PK11SlotInfo *slot)
{
	return has_password(slot) && !PK11_IsLoggedIn(slot, NULL);
}

static void
describe(PK11SlotInfo *slot, struct nm_token_info *out)
{
	const char *name = PK11_GetTokenName(slot);
	size_t len = strlen(name);

	memset(out, 0, sizeof(*out));
	if (len >= sizeof(out->name)) {
		len = sizeof(out->name) - 1;
		/* not in the middle of a character of UTF-8 */
		while (len > 0 && ((unsigned char)name[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(out->name, name, len);
	out->needs_password = has_password(slot);
	out->unlocked = !nm_token_locked(slot);
	out->removable = PK11_IsRemovable(slot);
	out->internal = PK11_IsInternalKeySlot(slot);
}

static void
list(struct nm_database *db, PK11SlotInfo *slot, struct nm_token_info *out)
{
	bool usable = nm_password_follow(db, slot, NULL) == NM_OK;

	describe(slot, out);
	out->needs_password = out->needs_password || !usable;
	out->unlocked = out->unlocked && usable;
}

enum nm_error
nm_tokens_list(
    struct nm_database *db, struct nm_token_info **out, size_t *count)
{
	PK11SlotListElement *e;
	PK11SlotList *slots;
	size_t n = 0, room = 1;

	*out = NULL;
	*count = 0;
	if ((slots = nm_slots()) == NULL)
		return NM_ERR_DATABASE_UNAVAILABLE;
	for (e = slots->head; e != NULL; e = e->next)
		room++;
	if ((*out = calloc(room, sizeof(**out))) == NULL) {
		PK11_FreeSlotList(slots);
		return NM_ERR_INTERNAL;
	}
	/* the database's own first */
	for (int pass = 0; pass < 2; pass++) {
		for (e = slots->head; e != NULL && n < room; e = e->next) {
			if (!nm_slot_counts(e->slot) ||
			    PK11_HasRootCerts(e->slot) ||
			    PK11_IsInternalKeySlot(e->slot) != (pass == 0))
				continue;
			list(db, e->slot, &(*out)[n++]);
		}
	}
	PK11_FreeSlotList(slots);
	*count = n;
	return NM_OK;
}

static enum nm_error
unsupported(struct nm_fault *fault)
{
	return nm_fail(fault, NM_ERR_PASSWORD_FORMAT_UNSUPPORTED,
	    "The password was set by NSS " NM_NSS_PASSWORDS " or newer, which "
	    "NSS %s cannot check: install a newer NSS, or Thunderbird from the "
	    "system's packages, or take the password away where it was set, "
	    "or use another database",
	    NSS_GetVersion());
}

static bool
password_unsupported(struct nm_database *db, PK11SlotInfo *slot)
{
	struct nm_peek peek;

	return PK11_IsInternalKeySlot(slot) &&
	    nm_database_peek(db->folder, &peek, NULL) == NM_OK &&
	    peek.password_unsupported;
}

/* A card that would be blocked by one more wrong PIN is left alone after a
 * wrong one; CKF_USER_PIN_LOCKED is beyond help. */
static bool
last_chance(PK11SlotInfo *slot)
{
	CK_TOKEN_INFO info;

	memset(&info, 0, sizeof(info));
	return !PK11_IsInternal(slot) &&
	    PK11_GetTokenInfo(slot, &info) == SECSuccess &&
	    (info.flags & (CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED)) != 0;
}

static void
remember(struct nm_database *db, PK11SlotInfo *slot)
{
	if (PK11_IsInternalKeySlot(slot))
		nm_password_remember(db);
}

/*
 * Asks for the password and logs in by it. *kept, unless NULL, becomes the
 * password that was right, for the caller to free.
 */
static enum nm_error
login(struct nm_database *db, PK11SlotInfo *slot, const struct nm_asker *asker,
    char **kept, struct nm_fault *fault)
{
	struct nm_question q = { "Unlock the certificate database",
		PK11_GetTokenName(slot), 0 };
	enum nm_error error;
	char *text = NULL;
	SECStatus rv;

	if (!PK11_IsInternal(slot))
		q.what = "Unlock the security token";
	for (; q.again < TRIES; q.again++) {
		if (q.again > 0 && last_chance(slot))
			break;
		error = asker->password(asker->arg, &q, &text);
		if (error != NM_OK)
			return error;
		remember(db, slot);
		rv = PK11_CheckUserPassword(slot, text);
		if (rv == SECSuccess && kept != NULL) {
			*kept = text;
			return NM_OK;
		}
		nm_secret_free(&text);
		if (rv == SECSuccess)
			return NM_OK;
		/* SECWouldBlock is how NSS says: wrong */
		if (rv != SECWouldBlock &&
		    PR_GetError() != SEC_ERROR_BAD_PASSWORD) {
			return nm_fail(fault, NM_ERR_TOKEN_ABSENT,
			    "The token cannot be unlocked (%s)",
			    nm_nss_error());
		}
	}
	return nm_fail(fault, NM_ERR_WRONG_PASSWORD,
	    "The password was wrong %u times", q.again);
}

/* A reader with a keypad: the user types there, nothing passes through us. */
static enum nm_error
keypad(PK11SlotInfo *slot, const struct nm_asker *asker, struct nm_fault *fault)
{
	union {
		const struct nm_asker *in;
		void *out;
	} arg = { .in = asker };

	if (PK11_Authenticate(slot, PR_TRUE, arg.out) == SECSuccess)
		return NM_OK;
	return nm_fail(fault, NM_ERR_WRONG_PASSWORD,
	    "The token was not unlocked at its reader (%s)", nm_nss_error());
}

enum nm_error
nm_token_unlock(struct nm_database *db, PK11SlotInfo *slot,
    const struct nm_asker *asker, struct nm_fault *fault)
{
	enum nm_error error;

	if ((error = nm_password_follow(db, slot, fault)) != NM_OK ||
	    !nm_token_locked(slot))
		return error;
	if (password_unsupported(db, slot))
		return unsupported(fault);
	if (asker == NULL) {
		return nm_fail(fault, NM_ERR_PASSWORD_REQUIRED, "%s",
		    PK11_IsInternal(slot) ? "The certificate database is locked"
					  : "The security token is locked");
	}
	if (PK11_ProtectedAuthenticationPath(slot))
		error = keypad(slot, asker, fault);
	else
		error = login(db, slot, asker, NULL, fault);
	return error;
}

static PK11SlotInfo *
find(const char *name, struct nm_fault *fault)
{
	PK11SlotInfo *slot = NULL;
	PK11SlotListElement *e;
	PK11SlotList *slots;

	if (name == NULL)
		return PK11_GetInternalKeySlot();
	if ((slots = nm_slots()) != NULL) {
		for (e = slots->head; e != NULL && slot == NULL; e = e->next) {
			struct nm_token_info info;

			if (!nm_slot_counts(e->slot))
				continue;
			describe(e->slot, &info);
			if (strcmp(info.name, name) == 0)
				slot = PK11_ReferenceSlot(e->slot);
		}
		PK11_FreeSlotList(slots);
	}
	if (slot == NULL) {
		(void)nm_fail(fault, NM_ERR_TOKEN_ABSENT,
		    "There is no token of that name");
	}
	return slot;
}

enum nm_error
nm_token_unlock_named(struct nm_database *db, const char *name,
    const struct nm_asker *asker, struct nm_fault *fault)
{
	PK11SlotInfo *slot = find(name, fault);
	enum nm_error error;

	if (slot == NULL)
		return NM_ERR_TOKEN_ABSENT;
	error = nm_token_unlock(db, slot, asker, fault);
	PK11_FreeSlot(slot);
	return error;
}

void
nm_tokens_lock(struct nm_database *db)
{
	(void)db;
	PK11_LogoutAll();
}

enum nm_error
nm_token_change_password(struct nm_database *db, const char *name,
    const struct nm_asker *asker, struct nm_fault *fault)
{
	struct nm_question q = { "Choose a new password", NULL, 0 };
	char *old = NULL, *new = NULL;
	PK11SlotInfo *slot;
	enum nm_error error;
	SECStatus rv;

	if (asker == NULL) {
		return nm_fail(fault, NM_ERR_PASSWORD_REQUIRED,
		    "A new password must be asked for");
	}
	if ((slot = find(name, fault)) == NULL)
		return NM_ERR_TOKEN_ABSENT;
	if ((error = nm_password_follow(db, slot, fault)) != NM_OK)
		goto out;
	if (PK11_IsInternal(slot) && !db->writable) {
		error = nm_fail(fault, NM_ERR_DATABASE_READ_ONLY,
		    "The certificate database cannot be written to");
		goto out;
	}
	if (password_unsupported(db, slot)) {
		error = unsupported(fault);
		goto out;
	}
	/* the old one is asked for also where the token is unlocked */
	if (has_password(slot) &&
	    (error = login(db, slot, asker, &old, fault)) != NM_OK)
		goto out;
	q.detail = PK11_GetTokenName(slot);
	if ((error = asker->new_password(asker->arg, &q, &new)) != NM_OK)
		goto out;
	rv = PK11_NeedUserInit(slot)
	    ? PK11_InitPin(slot, NULL, new)
	    : PK11_ChangePW(slot, old != NULL ? old : "", new);
	if (rv != SECSuccess) {
		error = nm_fail(fault, NM_ERR_STORAGE_FAILED,
		    "The password cannot be changed (%s)", nm_nss_error());
	}
	nm_database_changed(db);
	remember(db, slot);
out:
	nm_secret_free(&old);
	nm_secret_free(&new);
	PK11_FreeSlot(slot);
	return error;
}
