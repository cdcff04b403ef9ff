/* SPDX-License-Identifier: MPL-2.0 */
/* The broker, and an engine that asks for what it should not: the test has the
 * engine's end of the channel. */
#include "home.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "../../../host/broker.h"
#include "../../../host/channel.h"

#define CONFIG ".config/nssmime/config.json"
#define SITE   "https://mail.example"

struct stage {
	int channel;
	int gate; /* the engine's process is there until it is closed */
	pid_t broker;
	uint32_t asked;
	struct nm_buffer packet;
};

static int
setup(void **state)
{
	char path[256];

	(void)home_setup(state);
	setenv("NSSMIME_TEST_PINENTRY", pki_path(&home, "answers", path), 1);
	return 0;
}

/* In a process of its own: the broker, with a child that does nothing. */
static void
be_broker(int channel, int gate)
{
	static const struct host_caller caller = { .name = "The test",
		.kind = NM_DATABASE_FIREFOX };
	struct host_settings settings;
	sigset_t set;
	pid_t engine;
	char byte;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	if ((engine = fork()) == 0)
		_exit(read(gate, &byte, 1) == 0 ? 0 : 1);
	if (engine < 0 || host_settings_load(&settings, NULL) != NM_OK)
		_exit(2);
	_exit(host_broker_run(channel, engine, &caller, &settings));
}

static void
begin(struct stage *s, const char *config, const char *answers)
{
	struct nm_buffer text = NM_BUFFER_INIT;
	int ends[2], gate[2];

	*s = (struct stage){ .packet = NM_BUFFER_INIT };
	assert_int_equal(pki_run(&home,
			     "rm -rf .config .pki answers.*\n"
			     "mkdir -p .config/nssmime .pki/nssdb\n"
			     "touch .pki/nssdb/cert9.db"),
	    0);
	pki_write(&home, "answers", answers, strlen(answers));
	nm_buffer_format(&text, "{\"pinentry\": \"%s/pinentry.py\"%s}",
	    NSSMIME_SUPPORT, config);
	pki_write(&home, CONFIG, (const char *)text.data, text.len);
	nm_buffer_reset(&text);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
	if ((s->broker = fork()) == 0) {
		(void)close(ends[1]);
		(void)close(gate[1]);
		be_broker(ends[0], gate[0]);
	}
	assert_true(s->broker > 0);
	(void)close(ends[0]);
	(void)close(gate[0]);
	s->channel = ends[1];
	s->gate = gate[1];
}

static void
end(struct stage *s)
{
	int status = -1;

	(void)close(s->gate);
	assert_int_equal(waitpid(s->broker, &status, 0), s->broker);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	(void)close(s->channel);
	nm_buffer_reset(&s->packet);
}

static uint32_t
put(struct stage *s, enum host_message_type type, enum host_asking asking,
    const char *text)
{
	struct host_message m = { .type = type,
		.id = ++s->asked,
		.asking = asking,
		.text = { (const uint8_t *)text, strlen(text) } };

	assert_true(host_channel_send(s->channel, &m));
	return m.id;
}

static enum nm_error
receive(struct stage *s, uint32_t id)
{
	struct pollfd fd = { s->channel, POLLIN, 0 };
	struct host_message m;

	assert_true(poll(&fd, 1, 60000) > 0);
	nm_buffer_clear(&s->packet);
	assert_int_equal(
	    host_channel_receive(s->channel, &s->packet, &m), HOST_RECEIVED);
	assert_int_equal(m.type, HOST_ANSWER);
	assert_int_equal(m.id, id);
	return m.error;
}

static enum nm_error
ask(struct stage *s, enum host_message_type type, const char *text)
{
	return receive(s, put(s, type, HOST_ASK_CONFIRM, text));
}

static bool
holds(const char *file, const char *words)
{
	return pki_run(&home, "grep -qF '%s' %s", words, file) == 0;
}

/* ---- what is shown is what is written ----------------------------------- */

static void
an_origin(void **state)
{
	struct stage s;

	(void)state;
	begin(&s, "", "confirm\ndecline\ncancel\nconfirm\n");
	assert_int_equal(ask(&s, HOST_ALLOW, SITE), NM_OK);
	assert_true(holds("answers.log",
	    "desc=Read and write protected mail (S/MIME) on this website?"));
	assert_true(holds("answers.log",
	    "Asked for by The test.\\nWebsite: https://mail.example ok="));
	assert_true(holds(CONFIG, SITE));
	assert_false(holds(CONFIG, "signingOrigins"));
	/* what is kept is not asked again; closing the window is no */
	assert_int_equal(ask(&s, HOST_ALLOW, SITE), NM_OK);
	assert_false(holds(CONFIG, "signingOrigins"));
	assert_int_equal(ask(&s, HOST_ALLOW, SITE), NM_OK);
	assert_true(holds(CONFIG, "signingOrigins"));
	assert_int_equal(ask(&s, HOST_FORGET, SITE), NM_OK);
	assert_false(holds(CONFIG, SITE));
	end(&s);
}

static void
a_database(void **state)
{
	struct stage s;
	char path[256];

	(void)state;
	begin(&s, "", "decline\nconfirm\n");
	(void)pki_path(&home, ".pki/nssdb", path);
	assert_int_equal(ask(&s, HOST_USE, path), NM_ERR_USER_DECLINED);
	assert_false(holds(CONFIG, "nssdb"));
	assert_int_equal(ask(&s, HOST_USE, path), NM_OK);
	assert_true(holds("answers.log",
	    "desc=Use this certificate database from now on?\\n\\n"
	    "Asked for by The test.\\nConcerning: Shared database, in /"));
	assert_true(holds("answers.log", "/.pki/nssdb"));
	assert_true(holds(CONFIG, "/.pki/nssdb"));
	end(&s);
}

/* ---- what it does not do ------------------------------------------------ */

/* Neither asked about nor written. */
static void
what_is_no_origin(void **state)
{
	static const char *const texts[] = { "", "mail.example",
		"https://mail.example/", "HTTPS://mail.example",
		"http://mail.example",
		"https://mail.example\nWebsite: https://bank.example",
		"https://\xc3\xbc.example" };
	struct stage s;

	(void)state;
	begin(&s, "", "confirm\nconfirm\n");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_not_equal(ask(&s, HOST_ALLOW, texts[i]), NM_OK);
		assert_int_not_equal(ask(&s, HOST_FORGET, texts[i]), NM_OK);
	}
	assert_false(holds("answers.log", "CONFIRM"));
	assert_false(holds(CONFIG, "rigins"));
	end(&s);
}

static void
what_is_no_database(void **state)
{
	struct stage s;
	char path[256];

	(void)state;
	begin(&s, "", "confirm\n");
	assert_int_equal(pki_run(&home, "mkdir db && touch db/cert9.db"), 0);
	assert_int_equal(ask(&s, HOST_USE, pki_path(&home, "db", path)),
	    NM_ERR_DATABASE_UNAVAILABLE);
	assert_int_equal(
	    ask(&s, HOST_USE, pki_path(&home, ".pki/nssdb/../../db", path)),
	    NM_ERR_DATABASE_UNAVAILABLE);
	assert_false(holds("answers.log", "CONFIRM"));
	assert_false(holds(CONFIG, "database"));
	end(&s);
}

/* A window in the engine's words changes nothing, whatever it says. */
static void
words_of_the_engine(void **state)
{
	struct stage s;

	(void)state;
	begin(&s, "", "confirm\nconfirm\n");
	assert_int_equal(ask(&s, HOST_ASK, "Allow " SITE "?"), NM_OK);
	assert_false(holds(CONFIG, SITE));
	/* the broker's own windows are not its to show, and who tries is
	 * heard no more */
	(void)put(&s, HOST_ASK, HOST_ASK_ALLOW, SITE);
	(void)put(&s, HOST_ALLOW, HOST_ASK_CONFIRM, SITE);
	end(&s);
	assert_false(holds("answers.log", "Do not allow"));
}

/* Taking a right away waits for no window. */
static void
forgotten_beside_a_window(void **state)
{
	struct host_message m = { .type = HOST_ABANDON };
	struct stage s;

	(void)state;
	begin(&s, ", \"origins\": [\"" SITE "\"]", "hang\n");
	m.id = put(&s, HOST_ASK, HOST_ASK_CONFIRM, "Sure?");
	assert_int_equal(ask(&s, HOST_FORGET, SITE), NM_OK);
	assert_false(holds(CONFIG, SITE));
	assert_true(host_channel_send(s.channel, &m));
	assert_int_equal(receive(&s, m.id), NM_ERR_CANCELLED);
	end(&s);
}

static void
settings_that_are_wrong(void **state)
{
	struct stage s;

	(void)state;
	begin(&s, "", "confirm\nconfirm\n");
	/* the broker has read them by then */
	assert_int_equal(ask(&s, HOST_ASK, "Ready?"), NM_OK);
	pki_write(&home, CONFIG, "{\"colour\": 1}", 13);
	assert_int_equal(
	    ask(&s, HOST_ALLOW, SITE), NM_ERR_CONFIGURATION_INVALID);
	nm_buffer_byte(&s.packet, 0);
	assert_non_null(strstr((char *)s.packet.data, "colour"));
	assert_true(holds(CONFIG, "colour"));
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_origin),
		cmocka_unit_test(a_database),
		cmocka_unit_test(what_is_no_origin),
		cmocka_unit_test(what_is_no_database),
		cmocka_unit_test(words_of_the_engine),
		cmocka_unit_test(forgotten_beside_a_window),
		cmocka_unit_test(settings_that_are_wrong),
	};

	return cmocka_run_group_tests(tests, setup, home_teardown);
}
