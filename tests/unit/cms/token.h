/* SPDX-License-Identifier: MPL-2.0 */
/* A SoftHSM token with one of a bench's keys, in that bench's folder. */
#ifndef NSSMIME_TEST_TOKEN_H
#define NSSMIME_TEST_TOKEN_H

#include "encryption.h"

#include <pkcs11.h>
#include <secmod.h>
#include <secmodt.h>

#define TOKEN_PIN "1234"

struct token {
	SECMODModule *module;
	PK11SlotInfo *slot;
	struct who *who;
	SECKEYPrivateKey *software; /* what the token's key stands in for */
};

static const char *
token_library(void)
{
	static const char *const paths[] = {
		"/usr/lib/softhsm/libsofthsm2.so",
		"/usr/lib64/pkcs11/libsofthsm2.so",
		"/usr/lib64/libsofthsm2.so",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (access(paths[i], R_OK) == 0)
			return paths[i];
	}
	return NULL;
}

static char *
token_pin(PK11SlotInfo *slot, PRBool retry, void *arg)
{
	(void)slot;
	(void)arg;
	return retry ? NULL : PORT_Strdup(TOKEN_PIN);
}

/* False: no SoftHSM here, said so. */
static bool
token_new(struct token *t, struct bench *b)
{
	char path[256];
	FILE *f;

	memset(t, 0, sizeof(*t));
	if (token_library() == NULL) {
		print_message("SKIPPED: softhsm2 is not installed\n");
		return false;
	}
	(void)snprintf(path, sizeof(path), "%s/softhsm.conf", b->folder);
	assert_int_equal(run(b, "rm -rf tokens && mkdir tokens"), 0);
	f = fopen(path, "w");
	assert_non_null(f);
	(void)fprintf(f, "directories.tokendir = %s/tokens\n", b->folder);
	(void)fclose(f);
	assert_int_equal(setenv("SOFTHSM2_CONF", path, 1), 0);
	if (run(b,
		"softhsm2-util --init-token --free --label card --pin "
		"%s --so-pin %s >softhsm.out",
		TOKEN_PIN, TOKEN_PIN) != 0) {
		print_message("SKIPPED: softhsm2-util does not work\n");
		return false;
	}
	return true;
}

/* softhsm2-util leaves it out of what an EC key may do. */
static void
token_let_derive(const SECKEYPrivateKey *key)
{
	CK_FUNCTION_LIST_PTR f =
	    (CK_FUNCTION_LIST_PTR)PK11_GetModule(key->pkcs11Slot)->functionList;
	CK_BBOOL yes = CK_TRUE;
	CK_ATTRIBUTE derive = { CKA_DERIVE, &yes, sizeof(yes) };
	CK_SESSION_HANDLE session;

	assert_int_equal(
	    f->C_OpenSession(PK11_GetSlotID(key->pkcs11Slot),
		CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session),
	    CKR_OK);
	assert_int_equal(
	    f->C_SetAttributeValue(session, key->pkcs11ID, &derive, 1), CKR_OK);
	assert_int_equal(f->C_CloseSession(session), CKR_OK);
}

/* Puts the key of `name` on the token and makes it the key of `name`. */
static struct who *
token_who(struct token *t, struct bench *b, const char *name)
{
	char spec[512];

	assert_int_equal(
	    run(b,
		"softhsm2-util --import %s.key --token card --label %s "
		"--id 0a0b --pin %s >softhsm.out",
		name, name, TOKEN_PIN),
	    0);
	PK11_SetPasswordFunc(token_pin);
	(void)snprintf(
	    spec, sizeof(spec), "library=%s name=SoftHSM", token_library());
	t->module = SECMOD_LoadUserModule(spec, NULL, PR_FALSE);
	assert_non_null(t->module);
	assert_true(t->module->loaded);
	for (int i = 0; i < t->module->slotCount; i++) {
		if (PK11_IsPresent(t->module->slots[i]) &&
		    strcmp(PK11_GetTokenName(t->module->slots[i]), "card") == 0)
			t->slot = PK11_ReferenceSlot(t->module->slots[i]);
	}
	assert_non_null(t->slot);
	assert_int_equal(PK11_Authenticate(t->slot, PR_TRUE, NULL), SECSuccess);
	{
		SECKEYPrivateKeyList *keys =
		    PK11_ListPrivKeysInSlot(t->slot, NULL, NULL);
		SECKEYPrivateKeyListNode *node;

		assert_non_null(keys);
		node = PRIVKEY_LIST_HEAD(keys);
		assert_false(PRIVKEY_LIST_END(node, keys));
		t->who = who(b, name);
		t->software = t->who->key;
		t->who->key = SECKEY_CopyPrivateKey(node->key);
		SECKEY_DestroyPrivateKeyList(keys);
	}
	assert_false(PK11_IsInternal(t->who->key->pkcs11Slot));
	if (SECKEY_GetPrivateKeyType(t->who->key) == ecKey)
		token_let_derive(t->who->key);
	return t->who;
}

static void
token_free(struct token *t, struct bench *b)
{
	(void)b;
	SECKEY_DestroyPrivateKey(t->who->key);
	t->who->key = t->software;
	PK11_FreeSlot(t->slot);
	assert_int_equal(SECMOD_UnloadUserModule(t->module), SECSuccess);
	SECMOD_DestroyModule(t->module);
}

#endif
