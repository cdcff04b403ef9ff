/* SPDX-License-Identifier: MPL-2.0 */
#include "commit_asker.h"

static enum nm_error
answered(struct host_commit_asker *a, enum nm_error error, char **password)
{
	if (error == NM_OK && !host_call_commit(a->call)) {
		nm_secret_free(password);
		error = NM_ERR_CANCELLED;
	}
	return error;
}

static enum nm_error
ask_password(void *arg, const struct nm_question *q, char **password)
{
	struct host_commit_asker *a = arg;
	enum nm_error error = a->inner->password(a->inner->arg, q, password);

	return a->last == HOST_LAST_PASSWORD ? answered(a, error, password)
					     : error;
}

static enum nm_error
ask_new_password(void *arg, const struct nm_question *q, char **password)
{
	struct host_commit_asker *a = arg;
	enum nm_error error =
	    a->inner->new_password(a->inner->arg, q, password);

	return a->last == HOST_LAST_NEW_PASSWORD ? answered(a, error, password)
						 : error;
}

static enum nm_error
ask_confirm(void *arg, const struct nm_question *q)
{
	struct host_commit_asker *a = arg;

	return a->inner->confirm(a->inner->arg, q);
}

const struct nm_asker *
host_commit_asker(struct host_commit_asker *a, struct host_call *call,
    enum host_last_question last)
{
	a->inner = host_call_asker(call);
	a->call = call;
	a->last = last;
	a->asker.arg = a;
	a->asker.password = ask_password;
	a->asker.new_password = ask_new_password;
	a->asker.confirm = ask_confirm;
	return a->inner != NULL ? &a->asker : NULL;
}
