/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The user's NSS certificate database: finding, opening, tokens, passwords.
 * NSS opens one main database in a process and keeps it in globals; that
 * state lives behind database/database.c and nowhere else.
 */
#ifndef NSSMIME_DATABASE_H
#define NSSMIME_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <certt.h>
#include <pk11pub.h>

#include <nssmime/buffer.h>
#include <nssmime/error.h>

enum nm_database_kind {
	NM_DATABASE_THUNDERBIRD,
	NM_DATABASE_FIREFOX,
	NM_DATABASE_SHARED,	/* ~/.pki/nssdb, ~/.local/share/pki/nssdb */
	NM_DATABASE_CONFIGURED, /* named by the settings file */
	NM_DATABASE_OWN		/* ~/.local/share/nssmime */
};
const char *nm_database_kind_name(enum nm_database_kind kind);

/* ---- candidates.c ---------------------------------------------------- */

/* Why a database cannot be used. */
enum nm_candidate_problem {
	NM_CANDIDATE_USABLE, /* it can, as far as files tell */
	NM_CANDIDATE_FOLDER_UNREADABLE,
	NM_CANDIDATE_NO_FOLDER,
	NM_CANDIDATE_NO_DATABASE, /* in the folder that the settings name */
	NM_CANDIDATE_OLD_FORM,	  /* cert8.db alone */
	NM_CANDIDATE_UNREADABLE,
	/* its keys cannot; told by nm_database_peek() alone */
	NM_CANDIDATE_PASSWORD_FORMAT,
};
/* A sentence, and the code for clients. */
const char *nm_candidate_problem_text(enum nm_candidate_problem problem);
const char *nm_candidate_problem_code(enum nm_candidate_problem problem);

struct nm_candidate {
	char *id;    /* stable over runs, tells nothing of the path: the first
			16 hex digits of the SHA-256 of the real path. NULL
			before nm_candidates_identify() */
	char *label; /* for people: "Thunderbird, profile default-release" */
	char *path;  /* the folder; never leaves the host but in prompts */
	enum nm_database_kind kind;
	bool is_default; /* the product's default profile */
	bool exists;	 /* cert9.db is there */
	enum nm_candidate_problem problem;
};

struct nm_candidates {
	struct nm_candidate *items;
	size_t count;
};

/*
 * Every database that may be used, in the order of the contract's default
 * for `caller` (Thunderbird's own first for Thunderbird, ...), the own one
 * last (also when it does not exist yet). Reads profiles.ini (and
 * installs.ini) of Thunderbird and Firefox in their several folders (classic,
 * XDG, snap, flatpak), the shared folders, and `configured` ("sql:<folder>"
 * or a folder, NULL: none). Looks at files only: NSS is not started, so
 * whether a private key is inside is told by nm_database_has_key().
 */
enum nm_error nm_candidates_find(enum nm_database_kind caller,
    const char *configured, struct nm_candidates *out, struct nm_fault *fault);
/* Fills in the ids, for which NSS computes a digest. */
enum nm_error nm_candidates_identify(
    struct nm_candidates *c, struct nm_fault *fault);
void nm_candidates_clear(struct nm_candidates *c);

/* ---- peek.c ----------------------------------------------------------- */

/*
 * What can be told from the files of a database without opening it with NSS
 * in this process: whether a certificate with a private key is inside, and
 * whether the primary password has a form that the NSS in use cannot check.
 */
struct nm_peek {
	bool has_key;
	bool password_unsupported;
};
enum nm_error nm_database_peek(
    const char *folder, struct nm_peek *out, struct nm_fault *fault);

/* From this version on NSS hashes passwords by SHA-384, and tells the digest
 * by the length of the salt (Mozilla's bug 1990242); those before it take
 * every salt for SHA-1's. */
#define NM_NSS_PASSWORDS_MAJOR 3
#define NM_NSS_PASSWORDS_MINOR 118
#define NM_NSS_PASSWORDS       "3.118"
/* Whether the NSS in use checks the passwords of every form. */
bool nm_nss_knows_passwords(void);

/* ---- database.c -------------------------------------------------------- */

struct nm_database;

/*
 * Starts NSS on the database in `folder`. `create`: makes the folder (0700)
 * and an empty database without password if there is none. Opens for writing
 * where the files allow it, else for reading; opening and reading leave the
 * files byte for byte. Also: the PKIX engine on, an HTTP client that always
 * refuses, UCS-2 conversion for PKCS #12, a password callback that never
 * answers by itself (see token.c), libnssckbi's roots if the database does
 * not load them.
 */
enum nm_error nm_database_open(const char *folder, enum nm_database_kind kind,
    bool create, struct nm_database **out, struct nm_fault *fault);
/* Opens one that is there for reading alone, whatever its files allow. */
enum nm_error nm_database_open_to_read(const char *folder,
    enum nm_database_kind kind, struct nm_database **out,
    struct nm_fault *fault);
/* Logs out and shuts NSS down. */
void nm_database_close(struct nm_database **db);

enum nm_database_kind nm_database_get_kind(const struct nm_database *db);
bool nm_database_writable(const struct nm_database *db);
const char *nm_database_folder(const struct nm_database *db);
/* Whether a module is loaded besides NSS's own and the one of the roots: what
 * cards need. */
bool nm_database_has_modules(const struct nm_database *db);
/* Whether another program gave it its first password since it was opened: only
 * a process that opens it anew can use its keys. */
bool nm_database_outdated(const struct nm_database *db);
/* Changes each time the certificates or keys on disk may have changed (mtime
 * and size of cert9.db, key4.db and their -wal, and every change of ours, and
 * tokens coming and going). For caches. Cheap: a few stat calls. */
uint64_t nm_database_epoch(struct nm_database *db);
/* To be called by whoever writes to the database through NSS. */
void nm_database_changed(struct nm_database *db);

/* What a floor above keeps for as long as the database is open, such as a
 * cache; released before NSS stops. One of each kind. */
enum nm_companion {
	NM_COMPANION_ACQUAINTANCE, /* message/acquaintance.c */
	NM_COMPANION_COUNT
};
void *nm_database_companion(struct nm_database *db, enum nm_companion which);
void nm_database_accompany(struct nm_database *db, enum nm_companion which,
    void *companion, void (*release)(void *companion));

/* ---- keys.c ------------------------------------------------------------ */

/* The token that has the private key of a certificate (a new reference; NULL:
 * none). Needs no password. Cached until the epoch changes. */
PK11SlotInfo *nm_database_key_slot(
    struct nm_database *db, CERTCertificate *cert);
bool nm_database_owns(struct nm_database *db, CERTCertificate *cert);
/* Whether its private key is on a token that is not NSS's own: a card. */
bool nm_database_on_card(struct nm_database *db, CERTCertificate *cert);
/* The CKA_ID that NSS gives to the keys it stores: the SHA-1 of the public
 * value. NULL: a key of an unknown kind. */
SECItem *nm_key_id(SECKEYPublicKey *key);
/* The token that has the private key with this id. */
PK11SlotInfo *nm_database_id_slot(struct nm_database *db, const SECItem *id);

/* ---- objects.c --------------------------------------------------------- */

#define NM_OBJECT_VALUES 4
/* A search among the objects that a token stores and shows without a
 * password. */
struct nm_object_search {
	CK_OBJECT_CLASS class;
	struct nm_bytes subject; /* CKA_SUBJECT; empty: any */
	CK_ATTRIBUTE_TYPE types[NM_OBJECT_VALUES];
	size_t count;
	/* Gets the values of one object, lent; false: enough. */
	bool (*each)(void *arg, const struct nm_bytes *values);
};
void nm_objects_find(
    PK11SlotInfo *slot, const struct nm_object_search *what, void *arg);

/* ---- token.c ----------------------------------------------------------- */

/*
 * How the library asks the user; the host implements it with its pinentry.
 * Both may block. `again`: how many wrong passwords were given before.
 */
struct nm_question {
	const char *what;   /* fixed words: "Unlock the certificate database" */
	const char *detail; /* may be NULL: token, certificate, file; hostile
			       text, cleaned by the implementation */
	unsigned again;
};
struct nm_asker {
	void *arg;
	/* *password: UTF-8, malloc'd, freed by nm_secret_free(). */
	enum nm_error (*password)(
	    void *arg, const struct nm_question *q, char **password);
	/* A new password, asked twice. */
	enum nm_error (*new_password)(
	    void *arg, const struct nm_question *q, char **password);
	enum nm_error (*confirm)(void *arg, const struct nm_question *q);
};

struct nm_token_info {
	char name[64];
	bool needs_password;
	bool unlocked;
	bool removable;
	bool internal; /* the database itself */
};

/* The database's own token (the key slot) first, then the external ones that
 * are present. *out is malloc'd. */
enum nm_error nm_tokens_list(
    struct nm_database *db, struct nm_token_info **out, size_t *count);

/* The password prompts of a token that needs one, up to three tries;
 * NM_ERR_PASSWORD_REQUIRED when `asker` is NULL and it is locked, and when the
 * database is outdated;
 * NM_ERR_PASSWORD_FORMAT_UNSUPPORTED instead of a wrong password where that
 * is the reason. Does nothing for an unlocked one. */
enum nm_error nm_token_unlock(struct nm_database *db, PK11SlotInfo *slot,
    const struct nm_asker *asker, struct nm_fault *fault);
/* By name; NULL: the database's own. */
enum nm_error nm_token_unlock_named(struct nm_database *db, const char *name,
    const struct nm_asker *asker, struct nm_fault *fault);
/* Logs out of every token. */
void nm_tokens_lock(struct nm_database *db);
bool nm_token_locked(PK11SlotInfo *slot);
enum nm_error nm_token_change_password(struct nm_database *db, const char *name,
    const struct nm_asker *asker, struct nm_fault *fault);

/* What the NSS in use can do, found at run time (design.md): for
 * database.status. Each a NULL-terminated list of wire names (static). */
struct nm_abilities {
	const char *signature[16];
	const char *digest[16];
	const char *key_management[16];
	const char *content_encryption[16];
};
void nm_abilities_find(struct nm_abilities *out);

#endif
