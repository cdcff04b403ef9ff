/* SPDX-License-Identifier: MPL-2.0 */
/*
 * key4.db and cert9.db are SQLite databases of softoken's: a row an object, a
 * column an attribute, named "a" and its number in hexadecimal. CKA_CLASS (0)
 * and CKA_ID (0x102) are never encrypted; numbers are four bytes, big-endian.
 *
 * Opened read-only and, unless a write-ahead log waits to be read, as
 * immutable: so SQLite takes no lock, recovers nothing and leaves no file
 * beside them. What a writer changes meanwhile may make the answer wrong or
 * fail, as for any snapshot; a failure tries once more with locks.
 */
#include "database/state.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <nss.h>
#include <sqlite3.h>

#define SALT_SHA1 20 /* a salt as long as SHA-1: every NSS */
#define MAX_KEYS  10000

bool
nm_nss_knows_passwords(void)
{
	return NSS_VersionCheck(NM_NSS_PASSWORDS) == PR_TRUE;
}

static void
put_path(struct nm_buffer *b, const char *folder, const char *name)
{
	/* RFC 3986: what a file: URI cannot hold is escaped */
	for (const char *p = folder; *p != '\0'; p++) {
		if (strchr("%?#", *p) != NULL)
			nm_buffer_format(b, "%%%02x", (unsigned char)*p);
		else
			nm_buffer_byte(b, (uint8_t)*p);
	}
	nm_buffer_format(b, "/%s", name);
}

static bool
has_log(const char *folder, const char *name)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct stat st;
	bool has = false;
	char *path;

	nm_buffer_format(&b, "%s/%s-wal", folder, name);
	if ((path = nm_buffer_take_string(&b)) != NULL)
		has = stat(path, &st) == 0 && st.st_size > 0;
	free(path);
	return has;
}

static sqlite3 *
open_file(const char *folder, const char *name, bool locks)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	sqlite3 *db = NULL;
	char *uri;
	int rc;

	nm_buffer_string(&b, "file:");
	put_path(&b, folder, name);
	nm_buffer_string(&b,
	    locks || has_log(folder, name) ? "?mode=ro"
					   : "?mode=ro&immutable=1");
	if ((uri = nm_buffer_take_string(&b)) == NULL)
		return NULL;
	rc = sqlite3_open_v2(uri, &db,
	    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_PRIVATECACHE,
	    NULL);
	free(uri);
	if (rc != SQLITE_OK) {
		(void)sqlite3_close(db);
		return NULL;
	}
	(void)sqlite3_busy_timeout(db, 1000);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return db;
}

static sqlite3_stmt *
prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		return NULL;
	return st;
}

/* 1: there is a row; 0: none; -1: it failed. */
static int
step(sqlite3_stmt *st)
{
	int rc = sqlite3_step(st);

	return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : -1;
}

/* Looks for one private key (CKO_PRIVATE_KEY, 3) that a certificate
 * (CKO_CERTIFICATE, 1) shares its CKA_ID with. */
static bool
find_key(sqlite3 *keys, sqlite3 *certs, bool *has_key)
{
	sqlite3_stmt *key = NULL, *cert = NULL;
	bool ok = false;
	int more = 0;

	key =
	    prepare(keys, "SELECT a102 FROM nssPrivate WHERE a0 = x'00000003'");
	cert = prepare(certs,
	    "SELECT 1 FROM nssPublic WHERE a102 = ?1 AND "
	    "a0 = x'00000001' LIMIT 1");
	if (key == NULL || cert == NULL)
		goto out;
	for (unsigned i = 0; i < MAX_KEYS; i++) {
		if ((more = step(key)) <= 0)
			break;
		if (sqlite3_bind_value(cert, 1, sqlite3_column_value(key, 0)) !=
		    SQLITE_OK)
			goto out;
		if ((more = step(cert)) < 0)
			goto out;
		if (more == 1) {
			*has_key = true;
			break;
		}
		(void)sqlite3_reset(cert);
	}
	ok = more >= 0;
out:
	(void)sqlite3_finalize(key);
	(void)sqlite3_finalize(cert);
	return ok;
}

static bool
find_salt(sqlite3 *keys, bool *unsupported)
{
	sqlite3_stmt *st;
	bool ok = false;

	if ((st = prepare(keys,
		 "SELECT length(item1) FROM metaData "
		 "WHERE id = 'password'")) == NULL)
		return false;
	switch (step(st)) {
	case 1:
		*unsupported = sqlite3_column_int(st, 0) > SALT_SHA1 &&
		    !nm_nss_knows_passwords();
		ok = true;
		break;
	case 0: /* no password was ever set */
		ok = true;
		break;
	default:
		break;
	}
	(void)sqlite3_finalize(st);
	return ok;
}

static bool
peek(const char *folder, bool locks, struct nm_peek *out)
{
	sqlite3 *keys, *certs;
	bool ok;

	*out = (struct nm_peek){ false, false };
	keys = open_file(folder, "key4.db", locks);
	certs = open_file(folder, "cert9.db", locks);
	ok = keys != NULL && certs != NULL &&
	    find_key(keys, certs, &out->has_key) &&
	    find_salt(keys, &out->password_unsupported);
	(void)sqlite3_close(keys);
	(void)sqlite3_close(certs);
	return ok;
}

bool
nm_peek_password(const char *folder, bool locks, struct nm_buffer *out)
{
	sqlite3 *keys = open_file(folder, "key4.db", locks);
	sqlite3_stmt *st = NULL;
	int more = -1;

	if (keys != NULL)
		st = prepare(keys,
		    "SELECT item1, item2 FROM metaData WHERE id = 'password'");
	if (st != NULL && (more = step(st)) == 1) {
		for (int i = 0; i < 2; i++)
			nm_buffer_append(out, sqlite3_column_blob(st, i),
			    (size_t)sqlite3_column_bytes(st, i));
	}
	(void)sqlite3_finalize(st);
	(void)sqlite3_close(keys);
	return more >= 0 && !nm_buffer_failed(out);
}

static bool
missing(const char *folder, const char *name)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct stat st;
	bool gone = false;
	char *path;

	nm_buffer_format(&b, "%s/%s", folder, name);
	if ((path = nm_buffer_take_string(&b)) != NULL)
		gone = stat(path, &st) != 0 || st.st_size == 0;
	free(path);
	return gone;
}

enum nm_error
nm_database_peek(
    const char *folder, struct nm_peek *out, struct nm_fault *fault)
{
	*out = (struct nm_peek){ false, false };
	if (missing(folder, "cert9.db")) {
		return nm_fail(fault, NM_ERR_DATABASE_UNAVAILABLE,
		    "There is no certificate database in the folder");
	}
	if (missing(folder, "key4.db"))
		return NM_OK;
	if (peek(folder, false, out) || peek(folder, true, out))
		return NM_OK;
	*out = (struct nm_peek){ false, false };
	return nm_fail(fault, NM_ERR_DATABASE_UNAVAILABLE,
	    "The certificate database cannot be read");
}
