/* SPDX-License-Identifier: MPL-2.0 */
/*
 * NSS keeps its database, its password callback, its HTTP client and its
 * choice of a path engine in globals: all of them are set here.
 */
#include "database/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cert.h>
#include <nss.h>
#include <prerror.h>
#include <secerr.h>
#include <secmod.h>

#include "database/network.h"

const char *
nm_nss_error(void)
{
	const char *name = PR_ErrorToName(PR_GetError());

	return name != NULL ? name : "no error code";
}

char *
nm_folder_parse(const char *name)
{
	if (strncmp(name, "sql:", 4) == 0)
		name += 4;
	return name[0] == '/' ? strdup(name) : NULL;
}

/*
 * Never answers by itself: passwords are asked for by token.c before NSS
 * would need them. Only a reader with a keypad of its own is told to ask
 * there, and only while a token is being unlocked (`arg`).
 */
static char *
password(PK11SlotInfo *slot, PRBool retry, void *arg)
{
	if (arg == NULL || retry || !PK11_ProtectedAuthenticationPath(slot))
		return NULL;
	return PORT_Strdup(PK11_PW_TRY);
}

/* PKCS #12's passwords and names (RFC 7292, appendix B.1): UCS-2 in network
 * byte order. Without it SEC_PKCS12Encode fails and says nothing. */
static PRBool
ucs2(PRBool to_unicode, unsigned char *in, unsigned in_len, unsigned char *out,
    unsigned room, unsigned *out_len, PRBool swap)
{
	(void)swap;
	return PORT_UCS2_UTF8Conversion(
	    to_unicode, in, in_len, out, room, out_len);
}

static char *
in_folder(const char *folder, const char *name)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	nm_buffer_format(&b, "%s/%s", folder, name);
	return nm_buffer_take_string(&b);
}

/* F_OK: is it there; W_OK: may it be written. */
static bool
may(const char *folder, const char *name, int mode)
{
	char *path = in_folder(folder, name);
	bool ok = path != NULL && access(path, mode) == 0;

	free(path);
	return ok;
}

/* Makes a folder and those above it, for the user alone. */
static bool
make_folders(const char *folder)
{
	char *path = strdup(folder), *slash;
	bool ok = path != NULL;

	for (slash = path; ok && slash != NULL;) {
		slash = strchr(slash + 1, '/');
		if (slash != NULL)
			*slash = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			ok = false;
		if (slash != NULL)
			*slash = '/';
	}
	free(path);
	return ok;
}

static enum nm_error
start(struct nm_database *db, bool create, struct nm_fault *fault)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	PRUint32 flags = NSS_INIT_NOROOTINIT;
	mode_t mask;
	SECStatus rv;
	char *name;

	if (!db->writable)
		flags |= NSS_INIT_READONLY;
	/* without pkcs11.txt NSS would write one */
	if (!create && !may(db->folder, "pkcs11.txt", F_OK))
		flags |= NSS_INIT_NOMODDB;
	nm_buffer_format(&b, "sql:%s", db->folder);
	if ((name = nm_buffer_take_string(&b)) == NULL)
		return NM_ERR_INTERNAL;
	mask = umask(077);
	rv = NSS_Initialize(name, "", "", SECMOD_DB, flags);
	(void)umask(mask);
	free(name);
	if (rv != SECSuccess) {
		return nm_fail(fault, NM_ERR_DATABASE_UNAVAILABLE,
		    "The certificate database cannot be opened (%s)",
		    nm_nss_error());
	}
	return NM_OK;
}

/* A module of root certificates, for this process alone: nothing is written
 * into pkcs11.txt. */
static void
load_roots(void)
{
	static const char spec[] =
	    "name=\"Root Certificates\" library=\"libnssckbi.so\"";
	char text[sizeof(spec)];
	SECMODModule *module;

	if (SECMOD_HasRootCerts())
		return;
	memcpy(text, spec, sizeof(text));
	module = SECMOD_LoadUserModule(text, NULL, PR_FALSE);
	if (module != NULL)
		SECMOD_DestroyModule(module); /* the list keeps it */
}

/* A database that is made anew gets the empty password; a key could not be
 * stored in one that has none at all. */
static enum nm_error
no_password(struct nm_fault *fault)
{
	PK11SlotInfo *slot = PK11_GetInternalKeySlot();
	enum nm_error error = NM_OK;

	if (slot == NULL ||
	    (PK11_NeedUserInit(slot) &&
		PK11_InitPin(slot, NULL, "") != SECSuccess)) {
		error = nm_fail(fault, NM_ERR_STORAGE_FAILED,
		    "The certificate database cannot be made (%s)",
		    nm_nss_error());
	}
	if (slot != NULL)
		PK11_FreeSlot(slot);
	return error;
}

/* What may be done to the files. */
enum permission {
	TO_READ,
	TO_WRITE,
	TO_CREATE
};

static bool
writable(const char *folder, bool is_new)
{
	return access(folder, W_OK) == 0 &&
	    (is_new ||
		(may(folder, "cert9.db", W_OK) &&
		    (!may(folder, "key4.db", F_OK) ||
			may(folder, "key4.db", W_OK))));
}

static enum nm_error
open_database(const char *folder, enum nm_database_kind kind,
    enum permission permission, struct nm_database **out,
    struct nm_fault *fault)
{
	struct nm_database *db = NULL;
	enum nm_error error = NM_ERR_INTERNAL;
	bool is_new;

	*out = NULL;
	if (NSS_IsInitialized()) {
		return nm_fail(fault, NM_ERR_INTERNAL,
		    "A certificate database is open already");
	}
	if ((db = calloc(1, sizeof(*db))) == NULL ||
	    (db->folder = nm_folder_parse(folder)) == NULL) {
		free(db);
		return nm_fail(fault, NM_ERR_INTERNAL,
		    "The folder of the database is not absolute");
	}
	db->kind = kind;
	db->fd = -1;
	is_new = !may(db->folder, "cert9.db", F_OK);
	if (is_new && permission != TO_CREATE) {
		error = nm_fail(fault, NM_ERR_DATABASE_UNAVAILABLE,
		    "There is no certificate database in the folder");
		goto out;
	}
	if (is_new && !make_folders(db->folder)) {
		error = nm_fail(fault, NM_ERR_STORAGE_FAILED,
		    "The folder of the database cannot be made");
		goto out;
	}
	db->writable = permission != TO_READ && writable(db->folder, is_new);
	db->fd = open(db->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (db->fd < 0) {
		error = nm_fail(fault, NM_ERR_DATABASE_UNAVAILABLE,
		    "The folder of the database cannot be opened");
		goto out;
	}
	if ((error = start(db, is_new, fault)) != NM_OK)
		goto out;
	/* before anything is verified: findings on the older path engine */
	(void)CERT_SetUsePKIXForValidation(PR_TRUE);
	(void)SEC_RegisterDefaultHttpClient(&nm_no_network);
	PORT_SetUCS2_ASCIIConversionFunction(ucs2);
	PK11_SetPasswordFunc(password);
	load_roots();
	if (is_new && (error = no_password(fault)) != NM_OK) {
		(void)NSS_Shutdown();
		goto out;
	}
	nm_password_remember(db);
	*out = db;
	db = NULL;
out:
	if (db != NULL) {
		if (db->fd >= 0)
			(void)close(db->fd);
		free(db->folder);
		free(db);
	}
	return error;
}

enum nm_error
nm_database_open(const char *folder, enum nm_database_kind kind, bool create,
    struct nm_database **out, struct nm_fault *fault)
{
	return open_database(
	    folder, kind, create ? TO_CREATE : TO_WRITE, out, fault);
}

enum nm_error
nm_database_open_to_read(const char *folder, enum nm_database_kind kind,
    struct nm_database **out, struct nm_fault *fault)
{
	return open_database(folder, kind, TO_READ, out, fault);
}

void
nm_database_close(struct nm_database **db)
{
	if (*db == NULL)
		return;
	for (int i = 0; i < NM_COMPANION_COUNT; i++)
		nm_database_accompany(*db, (enum nm_companion)i, NULL, NULL);
	nm_key_ids_clear(&(*db)->keys);
	PK11_LogoutAll();
	(void)NSS_Shutdown();
	(void)close((*db)->fd);
	nm_buffer_reset(&(*db)->password);
	free((*db)->folder);
	free(*db);
	*db = NULL;
}

enum nm_database_kind
nm_database_get_kind(const struct nm_database *db)
{
	return db->kind;
}

bool
nm_database_writable(const struct nm_database *db)
{
	return db->writable;
}

const char *
nm_database_folder(const struct nm_database *db)
{
	return db->folder;
}

static bool
is_usual(const SECMODModule *module)
{
	if (module->internal || !module->loaded)
		return true;
	for (int i = 0; i < module->slotCount; i++) {
		if (!PK11_HasRootCerts(module->slots[i]))
			return false;
	}
	return module->slotCount != 0;
}

bool
nm_database_has_modules(const struct nm_database *db)
{
	SECMODListLock *lock = SECMOD_GetDefaultModuleListLock();
	bool has = false;

	(void)db;
	SECMOD_GetReadLock(lock);
	for (const SECMODModuleList *m = SECMOD_GetDefaultModuleList();
	     m != NULL; m = m->next)
		has = has || !is_usual(m->module);
	SECMOD_ReleaseReadLock(lock);
	return has;
}

void
nm_database_changed(struct nm_database *db)
{
	db->changes++;
}

void *
nm_database_companion(struct nm_database *db, enum nm_companion which)
{
	return db->companions[which].what;
}

void
nm_database_accompany(struct nm_database *db, enum nm_companion which,
    void *companion, void (*release)(void *companion))
{
	if (db->companions[which].what != NULL)
		db->companions[which].release(db->companions[which].what);
	db->companions[which].what = companion;
	db->companions[which].release = release;
}

/* FNV-1a over 64-bit words: enough to tell two states apart. */
static void
mix(uint64_t *hash, uint64_t word)
{
	*hash = (*hash ^ word) * UINT64_C(0x100000001b3);
	*hash ^= *hash >> 29;
}

uint64_t
nm_database_files(
    const struct nm_database *db, const char *const *names, size_t count)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	struct stat st;

	for (size_t i = 0; i < count; i++) {
		/* several times for each message: no path is put together */
		if (fstatat(db->fd, names[i], &st, 0) == 0) {
			mix(&hash, (uint64_t)st.st_ino);
			mix(&hash, (uint64_t)st.st_size);
			mix(&hash, (uint64_t)st.st_mtim.tv_sec);
			mix(&hash, (uint64_t)st.st_mtim.tv_nsec);
		}
		mix(&hash, i);
	}
	return hash;
}

uint64_t
nm_database_epoch(struct nm_database *db)
{
	static const char *const files[] = { "cert9.db", "cert9.db-wal",
		"key4.db", "key4.db-wal" };
	uint64_t hash =
	    nm_database_files(db, files, sizeof(files) / sizeof(files[0]));
	PK11SlotListElement *e;
	PK11SlotList *slots;

	mix(&hash, db->changes);
	/* what a token shows may depend on being logged in */
	if ((slots = nm_slots()) != NULL) {
		for (e = slots->head; e != NULL; e = e->next) {
			if (!nm_slot_counts(e->slot))
				continue;
			mix(&hash, (uint64_t)PK11_GetSlotID(e->slot));
			mix(&hash, (uint64_t)PK11_GetSlotSeries(e->slot));
			mix(&hash, nm_token_locked(e->slot) ? 1 : 2);
		}
		PK11_FreeSlotList(slots);
	}
	return hash;
}
