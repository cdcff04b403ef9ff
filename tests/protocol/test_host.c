/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The operations of the test host: the program's own frames, streams, threads
 * and prompts under methods that do nothing but exercise them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "operations.h"

static const struct host_schema echo_schema[] = {
	{ .name = "content",
	    .type = HOST_OBJECT,
	    .required = true,
	    .of = host_content_schema },
	{ .name = "output", .type = HOST_OBJECT, .of = host_output_schema },
	{ .name = "copyStreams", .type = HOST_MAP, .of = host_output_schema },
	{ .name = NULL },
};

static const struct host_schema sleep_schema[] = {
	{ .name = "milliseconds", .type = HOST_SIZE, .required = true },
	{ .name = "blocking", .type = HOST_BOOLEAN },
	{ .name = "commit", .type = HOST_BOOLEAN },
	{ .name = "end", .type = HOST_BOOLEAN },
	{ .name = NULL },
};

static const char *const askings[] = { "password", "new", "confirm", "save",
	NULL };
static const struct host_schema ask_schema[] = {
	{ .name = "asking",
	    .type = HOST_STRING,
	    .required = true,
	    .values = askings },
	{ .name = "what", .type = HOST_STRING },
	{ .name = "detail", .type = HOST_STRING },
	{ .name = "again", .type = HOST_SIZE },
	{ .name = NULL },
};

static const struct host_schema clock_schema[] = {
	{ .name = "seconds", .type = HOST_SIZE, .required = true },
	{ .name = NULL },
};

static const struct host_schema result_schema[] = {
	{ .name = "size", .type = HOST_SIZE, .required = true },
	{ .name = NULL },
};

static const struct host_schema all_schema[] = {
	{ .name = "string", .type = HOST_STRING, .values = askings },
	{ .name = "text", .type = HOST_STRING },
	{ .name = "boolean", .type = HOST_BOOLEAN },
	{ .name = "positive", .type = HOST_POSITIVE },
	{ .name = "size", .type = HOST_SIZE },
	{ .name = "object", .type = HOST_OBJECT, .of = result_schema },
	{ .name = "strings", .type = HOST_STRINGS },
	{ .name = "objects", .type = HOST_OBJECTS, .of = result_schema },
	{ .name = "mixed", .type = HOST_MIXED, .of = result_schema },
	{ .name = "map", .type = HOST_MAP, .of = result_schema },
	{ .name = "base64", .type = HOST_BASE64 },
	{ .name = "time", .type = HOST_TIME },
	{ .name = NULL },
};

/* content to output, and to each of the copies afterwards what came last */
static enum nm_error
echo(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct json_object *copies = host_member(params, "copyStreams");
	struct json_object_iterator at, end;
	struct nm_stage *out = NULL, *copy = NULL;
	enum nm_error err;

	if ((err = host_output_new(
		 call, host_member(params, "output"), &out)) != NM_OK)
		return err;
	err = host_call_feed(call, host_member(params, "content"), out);
	if (err == NM_OK && copies != NULL) {
		at = json_object_iter_begin(copies);
		end = json_object_iter_end(copies);
		for (; err == NM_OK && !json_object_iter_equal(&at, &end);
		     json_object_iter_next(&at)) {
			err = host_output_new(
			    call, json_object_iter_peek_value(&at), &copy);
			if (err == NM_OK)
				err = nm_stage_write(copy, "copy", 4);
			if (err == NM_OK)
				err = nm_stage_finish(copy);
			nm_stage_free(&copy);
		}
	}
	if (err == NM_OK && (*result = json_object_new_object()) != NULL)
		json_object_object_add(
		    *result, "content", host_output_result(out));
	nm_stage_free(&out);
	return err;
}

/* How far the program's clock is ahead: the linker has every call of
 * clock_gettime() come here, so that a test need not wait for minutes. */
static atomic_llong ahead;

int __real_clock_gettime(clockid_t clock, struct timespec *ts);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ts);

int
__wrap_clock_gettime(clockid_t clock, struct timespec *ts)
{
	int failed = __real_clock_gettime(clock, ts);

	if (failed == 0 && clock == CLOCK_MONOTONIC)
		ts->tv_sec += (time_t)atomic_load(&ahead);
	return failed;
}

static enum nm_error
set_clock(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	(void)call;
	(void)atomic_fetch_add(
	    &ahead, json_object_get_int64(host_member(params, "seconds")));
	*result = json_object_new_object();
	return NM_OK;
}

static void
do_sleep(void *arg)
{
	(void)usleep((useconds_t)(*(const uint64_t *)arg * 1000));
}

static enum nm_error
sleep_for(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	uint64_t ms =
	    json_object_get_uint64(host_member(params, "milliseconds"));

	if (host_boolean(params, "commit", false) && !host_call_commit(call))
		return NM_ERR_CANCELLED;
	if (host_boolean(params, "blocking", false))
		host_call_blocking(call, do_sleep, &ms);
	else
		do_sleep(&ms);
	if (host_boolean(params, "end", false))
		host_call_end_connection(call);
	*result = json_object_new_object();
	return NM_OK;
}

/* The answer goes back to the test, which the real methods never do. */
static enum nm_error
ask(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	const struct nm_asker *asker = host_call_asker(call);
	const char *asking = host_string(params, "asking"),
		   *what = host_string(params, "what"),
		   *detail = host_string(params, "detail");
	struct nm_question q = { what != NULL ? what : "What", detail,
		(unsigned)json_object_get_int(host_member(params, "again")) };
	enum nm_error err;
	char *answer = NULL;

	if (asker == NULL)
		return NM_ERR_PASSWORD_REQUIRED;
	if (strcmp(asking, "password") == 0)
		err = asker->password(asker->arg, &q, &answer);
	else if (strcmp(asking, "new") == 0)
		err = asker->new_password(asker->arg, &q, &answer);
	else if (strcmp(asking, "save") == 0)
		err = host_call_save(call, detail, "contents", 8, &answer);
	else
		err = asker->confirm(asker->arg, &q);
	if (err == NM_OK && (*result = json_object_new_object()) != NULL &&
	    answer != NULL)
		json_object_object_add(
		    *result, "answer", json_object_new_string(answer));
	nm_secret_free(&answer);
	return err;
}

/* Unlocks a token; and locks it again, where that is asked for. */
static enum nm_error
unlock(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct nm_token_info *tokens = NULL;
	enum nm_error err;
	size_t count = 0, open = 0;

	if (host_boolean(params, "lock", false))
		nm_tokens_lock(host_call_database(call));
	err = nm_token_unlock_named(host_call_database(call),
	    host_string(params, "token"), host_call_asker(call),
	    host_call_fault(call));
	if (err == NM_OK)
		err = nm_tokens_list(host_call_database(call), &tokens, &count);
	for (size_t i = 0; err == NM_OK && i < count; i++)
		open += tokens[i].needs_password && tokens[i].unlocked;
	free(tokens);
	if (err == NM_OK && (*result = json_object_new_object()) != NULL)
		json_object_object_add(
		    *result, "open", json_object_new_uint64(open));
	return err;
}

/* What a confined engine cannot do: whether it still can. */
static enum nm_error
forbidden(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	static char *const argv[] = { NULL };
	int fd;

	(void)call;
	if ((*result = json_object_new_object()) == NULL)
		return NM_ERR_INTERNAL;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	json_object_object_add(
	    *result, "network", json_object_new_boolean(fd >= 0));
	if (fd >= 0)
		(void)close(fd);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	json_object_object_add(
	    *result, "unix", json_object_new_boolean(fd >= 0));
	if (fd >= 0)
		(void)close(fd);
	(void)execve("/nonexistent", argv, argv);
	json_object_object_add(
	    *result, "programs", json_object_new_boolean(errno != EPERM));
	fd = open(
	    host_string(params, "file"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	json_object_object_add(
	    *result, "files", json_object_new_boolean(fd >= 0));
	if (fd >= 0)
		(void)close(fd);
	return NM_OK;
}

static enum nm_error
big(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	size_t size = json_object_get_uint64(host_member(params, "size"));
	char *text;

	(void)call;
	if ((text = malloc(size + 1)) == NULL)
		return NM_ERR_INTERNAL;
	memset(text, 'x', size);
	*result = json_object_new_object();
	json_object_object_add(
	    *result, "text", json_object_new_string_len(text, (int)size));
	free(text);
	return NM_OK;
}

static enum nm_error
garbage(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	(void)params;
	(void)call;
	*result = json_object_new_object();
	json_object_object_add(
	    *result, "text", json_object_new_string("a\xff\xc0z"));
	return NM_OK;
}

static enum nm_error
fail(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	(void)params;
	(void)result;
	json_object_object_add(
	    host_call_error_data(call), "more", json_object_new_string("said"));
	return nm_fail(host_call_fault(call), NM_ERR_CERTIFICATE_NOT_FOUND,
	    "There is none for \"%s\"", "x");
}

static enum nm_error
nothing(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	(void)call;
	(void)params;
	*result = json_object_new_object();
	return NM_OK;
}

static const struct host_schema unlock_schema[] = {
	{ .name = "token", .type = HOST_STRING },
	{ .name = "lock", .type = HOST_BOOLEAN },
	{ .name = NULL },
};
static const struct host_schema file_schema[] = {
	{ .name = "file", .type = HOST_STRING, .required = true },
	{ .name = NULL },
};
static const struct host_schema no_schema[] = { { .name = NULL } };

static const struct host_operation test_echo = { "test.echo", echo, echo_schema,
	0, "" };
static const struct host_operation test_sleep = { "test.sleep", sleep_for,
	sleep_schema, 0, "" };
static const struct host_operation test_clock = { "test.clock", set_clock,
	clock_schema, 0, "" };
static const struct host_operation test_ask = { "test.ask", ask, ask_schema, 0,
	"" };
static const struct host_operation test_big = { "test.big", big, result_schema,
	0, "" };
static const struct host_operation test_garbage = { "test.garbage", garbage,
	no_schema, 0, "" };
static const struct host_operation test_fail = { "test.fail", fail, no_schema,
	0, "" };
static const struct host_operation test_params = { "test.params", nothing,
	all_schema, 0, "" };
static const struct host_operation test_origin = { "test.origin", nothing,
	no_schema, HOST_ORIGIN, "" };
static const struct host_operation test_database = { "test.database", nothing,
	no_schema, HOST_DATABASE, "" };
static const struct host_operation test_unlock = { "test.unlock", unlock,
	unlock_schema, HOST_DATABASE | HOST_KEY, "" };
static const struct host_operation test_forbidden = { "test.forbidden",
	forbidden, file_schema, HOST_DATABASE, "" };

const struct host_operation *const host_operations[] = {
	&host_op_hello,
	&host_op_operation_cancel,
	&test_echo,
	&test_sleep,
	&test_clock,
	&test_ask,
	&test_big,
	&test_garbage,
	&test_fail,
	&test_params,
	&test_origin,
	&test_database,
	&test_unlock,
	&test_forbidden,
	NULL,
};
