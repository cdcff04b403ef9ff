/* SPDX-License-Identifier: MPL-2.0 */
#include "wire.h"

#include <poll.h>
#include <stdio.h>

/* The broker: answers the windows that come, and keeps what they said. */
struct broker {
	struct wire *wire;
	enum nm_error error;
	const char *answer;
	unsigned windows; /* to be shown before it stops */
	char text[4096];
	enum host_asking asking;
	unsigned again;
	char name[256];
	struct nm_buffer file;
};

static void
next_message(struct broker *b, struct nm_buffer *buffer, struct host_message *m)
{
	struct pollfd fd = { b->wire->broker, POLLIN, 0 };

	for (;;) {
		assert_true(poll(&fd, 1, 5000) > 0);
		nm_buffer_clear(buffer);
		switch (host_channel_receive(b->wire->broker, buffer, m)) {
		case HOST_RECEIVED:
			return;
		case HOST_NOTHING:
			continue;
		case HOST_GONE:
			fail();
		}
	}
}

static void *
answer_windows(void *arg)
{
	struct broker *b = arg;
	struct nm_buffer buffer = NM_BUFFER_INIT;
	struct host_message m;
	uint32_t id;

	while (b->windows != 0) {
		next_message(b, &buffer, &m);
		id = m.id;
		b->asking = m.asking;
		b->again = m.again;
		if (m.type == HOST_SAVE) {
			(void)snprintf(b->name, sizeof(b->name), "%.*s",
			    (int)m.text.len, (const char *)m.text.data);
			do {
				next_message(b, &buffer, &m);
				assert_int_equal(m.type, HOST_SAVE_DATA);
				nm_buffer_append(
				    &b->file, m.text.data, m.text.len);
			} while (m.text.len != 0);
		} else {
			assert_true(m.type == HOST_ASK || m.type == HOST_USE ||
			    m.type == HOST_ALLOW || m.type == HOST_FORGET);
			(void)snprintf(b->text, sizeof(b->text), "%.*s",
			    (int)m.text.len, (const char *)m.text.data);
		}
		b->windows--;
		m = (struct host_message){
			.type = HOST_ANSWER, .id = id, .error = b->error
		};
		if (b->answer != NULL)
			m.text = (struct nm_bytes){ (const uint8_t *)b->answer,
				strlen(b->answer) };
		(void)pthread_mutex_lock(&b->wire->e.lock);
		host_prompt_answer(&b->wire->e, &m);
		(void)pthread_mutex_unlock(&b->wire->e.lock);
	}
	nm_buffer_reset(&buffer);
	return NULL;
}

struct scene {
	struct wire wire;
	struct broker broker;
	struct host_call *call;
	pthread_t thread;
};

/* A call that holds the baton, as an operation's thread does. */
static void
begin(struct scene *s, enum nm_error error, const char *answer)
{
	memset(s, 0, sizeof(*s));
	wire_open(&s->wire);
	s->call = wire_call(&s->wire, "1");
	assert_true(host_baton_try(&s->wire.e.baton));
	s->broker = (struct broker){
		.wire = &s->wire, .error = error, .answer = answer
	};
}

static void
expect_window(struct scene *s)
{
	s->broker.windows = 1;
	assert_int_equal(
	    pthread_create(&s->thread, NULL, answer_windows, &s->broker), 0);
}

static void
shown(struct scene *s)
{
	assert_int_equal(pthread_join(s->thread, NULL), 0);
	assert_int_equal(s->broker.windows, 0);
}

static void
end(struct scene *s)
{
	wire_done(&s->wire, s->call);
	wire_close(&s->wire);
	nm_buffer_reset(&s->broker.file);
}

static void
what_a_window_says(void **state)
{
	static const struct nm_question q = { "Unlock the database",
		"token\x1b[1m\nname \xe2\x80\xae"
		"evil mail@xn--bcher-kva.example",
		0 };
	struct scene s;
	char *password = NULL;

	(void)state;
	begin(&s, NM_OK, "secret");
	s.call->origin = strdup("https://b\xc3\xbc"
				"cher.example");
	expect_window(&s);
	assert_int_equal(
	    host_prompt_asker.password(s.call, &q, &password), NM_OK);
	shown(&s);
	assert_string_equal(password, "secret");
	nm_secret_free(&password);
	assert_int_equal(s.broker.asking, HOST_ASK_PASSWORD);
	/* the fixed words first; then whose, cleaned, names in both forms */
	assert_string_equal(s.broker.text,
	    "Unlock the database\n\nAsked for by Thunderbird.\n"
	    "Website: https://b\xc3\xbc"
	    "cher.example (xn--bcher-kva.example)\n"
	    "Concerning: token [1m name evil mail@xn--bcher-kva.example "
	    "(b\xc3\xbc"
	    "cher.example)");
	/* something is open now: the idle lock counts from here */
	assert_true(s.wire.e.key_used != 0);
	end(&s);
}

static void
without_details(void **state)
{
	static const struct nm_question q = { "Delete it?", NULL, 0 };
	struct scene s;

	(void)state;
	begin(&s, NM_OK, NULL);
	expect_window(&s);
	assert_int_equal(host_prompt_asker.confirm(s.call, &q), NM_OK);
	shown(&s);
	assert_int_equal(s.broker.asking, HOST_ASK_CONFIRM);
	assert_string_equal(
	    s.broker.text, "Delete it?\n\nAsked for by Thunderbird.");
	assert_int_equal(s.wire.e.key_used, 0);
	end(&s);
}

/* A window has room for a line of Assuan, whatever comes in. */
static void
long_texts(void **state)
{
	char detail[5000];
	struct nm_question q = { "Sure?", detail, 0 };
	struct scene s;

	(void)state;
	memset(detail, 'x', sizeof(detail));
	detail[sizeof(detail) - 1] = '\0';
	begin(&s, NM_OK, NULL);
	expect_window(&s);
	assert_int_equal(host_prompt_asker.confirm(s.call, &q), NM_OK);
	shown(&s);
	assert_true(strlen(s.broker.text) < 960);
	assert_non_null(strstr(s.broker.text, "x\xe2\x80\xa6"));
	end(&s);
}

static void
wrong_before(void **state)
{
	static const struct nm_question q = { "Unlock", "token", 2 };
	struct scene s;
	char *password = NULL;

	(void)state;
	begin(&s, NM_OK, "x");
	expect_window(&s);
	assert_int_equal(
	    host_prompt_asker.new_password(s.call, &q, &password), NM_OK);
	shown(&s);
	assert_int_equal(s.broker.asking, HOST_ASK_NEW_PASSWORD);
	assert_int_equal(s.broker.again, 2);
	nm_secret_free(&password);
	end(&s);
}

/* Twice declined within a minute: nobody is asked for a minute. */
static void
declined_twice(void **state)
{
	static const struct nm_question q = { "Sure?", NULL, 0 };
	struct scene s;

	(void)state;
	begin(&s, NM_ERR_USER_DECLINED, NULL);
	for (int i = 0; i < 2; i++) {
		expect_window(&s);
		assert_int_equal(host_prompt_asker.confirm(s.call, &q),
		    NM_ERR_USER_DECLINED);
		shown(&s);
	}
	/* no window any more */
	assert_int_equal(
	    host_prompt_asker.confirm(s.call, &q), NM_ERR_USER_DECLINED);
	assert_int_equal(s.call->fault.code, NM_ERR_USER_DECLINED);
	/* the minute is over */
	s.wire.e.prompts.silent = 0;
	s.broker.error = NM_OK;
	expect_window(&s);
	assert_int_equal(host_prompt_asker.confirm(s.call, &q), NM_OK);
	shown(&s);
	end(&s);
}

static void
saving(void **state)
{
	struct scene s;
	uint8_t *data = calloc(1, HOST_CHANNEL_TEXT + 100);
	struct nm_bytes bytes = { data, HOST_CHANNEL_TEXT + 100 };
	char *saved = NULL;

	(void)state;
	assert_non_null(data);
	begin(&s, NM_OK, "alice-2.p12");
	data[HOST_CHANNEL_TEXT] = 7;
	expect_window(&s);
	assert_int_equal(
	    host_prompt_save(s.call, "alice.p12", bytes, &saved), NM_OK);
	shown(&s);
	assert_string_equal(saved, "alice-2.p12");
	assert_string_equal(s.broker.name, "alice.p12");
	assert_int_equal(s.broker.file.len, bytes.len);
	assert_memory_equal(s.broker.file.data, data, bytes.len);
	free(saved);
	saved = NULL;
	bytes.len = HOST_SAVE_MAX + 1;
	assert_int_equal(
	    host_prompt_save(s.call, "x", bytes, &saved), NM_ERR_TOO_LARGE);
	assert_null(saved);
	free(data);
	end(&s);
}

/* What the broker changes: it is told what about, and says why it did not. */
static void
changes(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, NM_OK, NULL);
	expect_window(&s);
	assert_int_equal(host_prompt_change(s.call, HOST_USE, "/a b"), NM_OK);
	shown(&s);
	assert_string_equal(s.broker.text, "/a b");
	/* a cancel comes too late */
	assert_true(s.call->committed);
	s.call->committed = false;
	s.broker.error = NM_ERR_STORAGE_FAILED;
	s.broker.answer = "No room";
	expect_window(&s);
	assert_int_equal(
	    host_prompt_change(s.call, HOST_ALLOW, "x"), NM_ERR_STORAGE_FAILED);
	shown(&s);
	assert_string_equal(s.call->fault.text, "No room");
	assert_false(s.call->committed);
	end(&s);
}

/* Nobody is asked, but where there is nothing to ask. */
static void
nobody_to_ask(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, NM_OK, NULL);
	s.call->may_prompt = false;
	assert_int_equal(host_prompt_change(s.call, HOST_ALLOW, "x"),
	    NM_ERR_PASSWORD_REQUIRED);
	assert_int_equal(
	    host_prompt_sign(s.call, "Sign?", "x"), NM_ERR_PASSWORD_REQUIRED);
	expect_window(&s);
	assert_int_equal(host_prompt_change(s.call, HOST_FORGET, "x"), NM_OK);
	shown(&s);
	end(&s);
}

static void
no_broker(void **state)
{
	static const struct nm_question q = { "Sure?", NULL, 0 };
	struct scene s;

	(void)state;
	begin(&s, NM_OK, NULL);
	(void)close(s.wire.broker);
	s.wire.broker = -1;
	assert_int_equal(
	    host_prompt_asker.confirm(s.call, &q), NM_ERR_PROMPT_UNAVAILABLE);
	end(&s);
}

/* An answer to a question that nobody put is none. */
static void
stray_answers(void **state)
{
	struct host_message m = { .type = HOST_ANSWER, .id = 7 };
	struct scene s;

	(void)state;
	begin(&s, NM_OK, NULL);
	host_prompt_answer(&s.wire.e, &m);
	assert_int_equal(s.wire.e.key_used, 0);
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_window_says),
		cmocka_unit_test(without_details),
		cmocka_unit_test(long_texts),
		cmocka_unit_test(wrong_before),
		cmocka_unit_test(declined_twice),
		cmocka_unit_test(saving),
		cmocka_unit_test(changes),
		cmocka_unit_test(nobody_to_ask),
		cmocka_unit_test(no_broker),
		cmocka_unit_test(stray_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
