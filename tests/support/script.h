/* SPDX-License-Identifier: MPL-2.0 */
/* An asker that answers from a list. */
#ifndef NSSMIME_TESTS_SCRIPT_H
#define NSSMIME_TESTS_SCRIPT_H

#include <stdlib.h>
#include <string.h>

#include <nssmime/database.h>

struct script {
	const char *answers[8]; /* NULL: the user declines */
	unsigned asked;
	unsigned again; /* of the last question */
};

static inline enum nm_error
script_answer(void *arg, const struct nm_question *q, char **password)
{
	struct script *s = arg;
	const char *answer = s->asked < 8 ? s->answers[s->asked] : NULL;

	s->asked++;
	s->again = q->again;
	if (answer == NULL)
		return NM_ERR_USER_DECLINED;
	*password = strdup(answer);
	return *password != NULL ? NM_OK : NM_ERR_INTERNAL;
}

static inline enum nm_error
script_confirm(void *arg, const struct nm_question *q)
{
	(void)q;
	((struct script *)arg)->asked++;
	return NM_OK;
}

static inline struct nm_asker
script_asker(struct script *s)
{
	return (
	    struct nm_asker){ s, script_answer, script_answer, script_confirm };
}

#endif
