/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What a token stores, asked for by PKCS #11 itself: NSS remembers trust and
 * revocation lists, and does not see when another program changes them.
 */
#include <nssmime/database.h>

#include <stdlib.h>
#include <string.h>

#include <pkcs11.h>
#include <secmodt.h>

#define MAX_VALUE (16u * 1024u * 1024u)
#define AT_ONCE	  64u

struct search {
	CK_FUNCTION_LIST_PTR f;
	CK_SESSION_HANDLE session;
	const struct nm_object_search *what;
	void *arg;
};

/* The values of one object: their lengths first. False: stop. */
static bool
tell(const struct search *s, CK_OBJECT_HANDLE object)
{
	CK_ATTRIBUTE found[NM_OBJECT_VALUES];
	struct nm_bytes values[NM_OBJECT_VALUES];
	size_t count = s->what->count, room = 0;
	uint8_t *buffer = NULL;
	bool more = true;

	for (size_t i = 0; i < count; i++)
		found[i] = (CK_ATTRIBUTE){ s->what->types[i], NULL, 0 };
	if (s->f->C_GetAttributeValue(
		s->session, object, found, (CK_ULONG)count) != CKR_OK)
		return true;
	for (size_t i = 0; i < count; i++) {
		if (found[i].ulValueLen > MAX_VALUE)
			return true;
		room += found[i].ulValueLen;
	}
	if ((buffer = malloc(room + 1)) == NULL)
		return false;
	room = 0;
	for (size_t i = 0; i < count; i++) {
		found[i].pValue = buffer + room;
		values[i] =
		    (struct nm_bytes){ buffer + room, found[i].ulValueLen };
		room += found[i].ulValueLen;
	}
	if (s->f->C_GetAttributeValue(
		s->session, object, found, (CK_ULONG)count) == CKR_OK)
		more = s->what->each(s->arg, values);
	free(buffer);
	return more;
}

/* Copies, since PKCS #11 takes what it only reads by types that are not
 * const. */
static bool
begin(const struct search *s)
{
	CK_OBJECT_CLASS class = s->what->class;
	CK_ATTRIBUTE template[2] = { { CKA_CLASS, &class, sizeof(class) },
		{ CKA_SUBJECT, NULL, s->what->subject.len } };
	void *subject = NULL;
	bool begun;

	if (s->what->subject.len != 0) {
		if ((subject = malloc(s->what->subject.len)) == NULL)
			return false;
		memcpy(subject, s->what->subject.data, s->what->subject.len);
		template[1].pValue = subject;
	}
	begun = s->f->C_FindObjectsInit(
		    s->session, template, subject != NULL ? 2 : 1) == CKR_OK;
	free(subject);
	return begun;
}

void
nm_objects_find(
    PK11SlotInfo *slot, const struct nm_object_search *what, void *arg)
{
	SECMODModule *module = PK11_GetModule(slot);
	struct search s = { .what = what, .arg = arg };
	CK_OBJECT_HANDLE handles[AT_ONCE];
	CK_OBJECT_HANDLE *all = NULL, *grown;
	size_t count = 0;
	CK_ULONG n = 0;

	if (module == NULL || module->functionList == NULL)
		return;
	s.f = (CK_FUNCTION_LIST_PTR)module->functionList;
	if (s.f->C_OpenSession(PK11_GetSlotID(slot), CKF_SERIAL_SESSION, NULL,
		NULL, &s.session) != CKR_OK)
		return;
	/* all handles first: a search allows nothing beside it */
	if (begin(&s)) {
		while (s.f->C_FindObjects(s.session, handles, AT_ONCE, &n) ==
			CKR_OK &&
		    n != 0) {
			grown = reallocarray(all, count + n, sizeof(*grown));
			if (grown == NULL)
				break;
			all = grown;
			memcpy(all + count, handles, n * sizeof(*all));
			count += n;
		}
		(void)s.f->C_FindObjectsFinal(s.session);
	}
	for (size_t i = 0; i < count && tell(&s, all[i]); i++)
		;
	free(all);
	(void)s.f->C_CloseSession(s.session);
}
