/* SPDX-License-Identifier: MPL-2.0 */
/*
 * bench_client HOST METHOD PARAMS INPUT OUTPUT COUNT
 *
 * Starts the host as a browser does, and has it do one operation COUNT times
 * on the file INPUT; PARAMS are its params as JSON, without content and
 * output. COUNT 1: content and output are streams; more: they are inline, and
 * one run before is not counted. The last output goes to the file OUTPUT.
 * Prints a JSON object: seconds to the reply to hello, of the first run, of
 * the counted runs together; the engine's greatest memory in KiB.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <json-c/json.h>

#include <nssmime/buffer.h>
#include <nssmime/mime.h>

#include "scan.h"

#define CHUNK	   (384u * 1024u)
#define FRAME_ROOM (1024u * 1024u)
/* So much that it never has to be renewed: the host bounds what is under way
 * by itself. */
#define CREDIT "1000000000000"

struct client {
	FILE *to, *from;
	pid_t host;
	char *frame; /* the last one that was received */
	size_t len;
	uint8_t *data;
	FILE *out; /* takes what comes on the output stream */
	uint64_t streams;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint64_t credit; /* for the input stream */
	bool over;
	struct json_object *result; /* of the request under way */
};

static void __attribute__((noreturn)) fail(const char *what)
{
	perror(what);
	exit(1);
}

static double
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
start(struct client *c, const char *program)
{
	int in[2], out[2];

	if (pipe(in) != 0 || pipe(out) != 0 || (c->host = fork()) < 0)
		fail("start");
	if (c->host == 0) {
		(void)dup2(in[0], STDIN_FILENO);
		(void)dup2(out[1], STDOUT_FILENO);
		for (unsigned i = 0; i < 2; i++) {
			(void)close(in[i]);
			(void)close(out[i]);
		}
		(void)execl(program, program,
		    "/usr/lib/mozilla/native-messaging-hosts/nssmime.json",
		    "thunderbird@nssmime", (char *)NULL);
		fail(program);
	}
	(void)close(in[0]);
	(void)close(out[1]);
	c->to = fdopen(in[1], "w");
	c->from = fdopen(out[0], "r");
	c->frame = malloc(FRAME_ROOM + 1);
	c->data = malloc(FRAME_ROOM);
	if (c->to == NULL || c->from == NULL || c->frame == NULL ||
	    c->data == NULL)
		fail("start");
	/* frames are large: straight from and to the pipes */
	(void)setvbuf(c->from, NULL, _IONBF, 0);
	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_cond_init(&c->changed, NULL);
}

static void
send_frame(struct client *c, const char *text, size_t len)
{
	uint32_t size = (uint32_t)len;

	if (fwrite(&size, sizeof(size), 1, c->to) != 1 ||
	    fwrite(text, 1, len, c->to) != len || fflush(c->to) != 0)
		fail("send");
}

static void
receive(struct client *c)
{
	uint32_t size;

	if (fread(&size, sizeof(size), 1, c->from) != 1 || size > FRAME_ROOM ||
	    fread(c->frame, 1, size, c->from) != size)
		fail("receive");
	c->len = size;
	c->frame[size] = '\0';
}

static struct json_object *
member(struct json_object *object, const char *name)
{
	struct json_object *found = NULL;

	(void)json_object_object_get_ex(object, name, &found);
	return found;
}

static void
take_data(struct client *c, const char *text, size_t len)
{
	size_t size;

	if (!nm_base64_decode(text, len, c->data, &size) ||
	    fwrite(c->data, 1, size, c->out) != size)
		fail("output");
}

/* One frame; true: it was the reply. */
static bool
take(struct client *c)
{
	struct json_object *frame;
	const char *data;
	uint64_t stream;
	size_t len;
	bool reply;

	receive(c);
	if (host_scan_data(c->frame, c->len, &stream, &data, &len)) {
		take_data(c, data, len);
		return false;
	}
	if ((frame = json_tokener_parse(c->frame)) == NULL)
		fail("reply");
	(void)pthread_mutex_lock(&c->lock);
	c->credit +=
	    json_object_get_uint64(member(member(frame, "params"), "bytes"));
	reply = member(frame, "id") != NULL;
	if (reply) {
		c->result = json_object_get(member(frame, "result"));
		if (c->result == NULL) {
			(void)fprintf(stderr, "%s\n", c->frame);
			exit(1);
		}
		c->over = true;
	}
	(void)pthread_cond_signal(&c->changed);
	(void)pthread_mutex_unlock(&c->lock);
	json_object_put(frame);
	return reply;
}

static void *
take_all(void *arg)
{
	while (!take(arg))
		;
	return NULL;
}

static void
reset(struct client *c)
{
	json_object_put(c->result);
	c->result = NULL;
	c->over = false;
	c->credit = 0;
}

static void
hello(struct client *c)
{
	static const char text[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":{}}";

	send_frame(c, text, sizeof(text) - 1);
	(void)take_all(c);
	reset(c);
}

/* {"jsonrpc", "id", "method", "params": {PARAMS members, MORE}} */
static void
send_request(struct client *c, const char *method, const char *params,
    const struct nm_buffer *more)
{
	struct nm_buffer text = NM_BUFFER_INIT;
	size_t len = strlen(params);

	nm_buffer_format(&text,
	    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"%s\",\"params\":%.*s%s",
	    method, (int)len - 1, params, len > 2 ? "," : "");
	nm_buffer_append(&text, more->data, more->len);
	nm_buffer_string(&text, "}}");
	send_frame(c, (const char *)text.data, text.len);
	nm_buffer_reset(&text);
}

/* ---- content in the frames of request and reply ---- */

static void
inline_run(struct client *c, const char *method, const char *params,
    const struct nm_buffer *more)
{
	struct json_object *data;

	reset(c);
	send_request(c, method, params, more);
	(void)take_all(c);
	rewind(c->out);
	data = member(member(c->result, "content"), "data");
	take_data(c, json_object_get_string(data),
	    (size_t)json_object_get_string_len(data));
}

static void
put_inline(struct nm_buffer *more, FILE *in)
{
	uint8_t *content = malloc(FRAME_ROOM);
	size_t len;

	if (content == NULL)
		fail("content");
	len = fread(content, 1, FRAME_ROOM, in);
	nm_buffer_string(more, "\"content\":{\"data\":\"");
	nm_base64_encode(content, len,
	    (char *)nm_buffer_extend(more, nm_base64_encoded_size(len)));
	nm_buffer_string(more, "\"}");
	free(content);
}

/* ---- content as streams ---- */

static size_t
wait_credit(struct client *c)
{
	size_t got;

	(void)pthread_mutex_lock(&c->lock);
	while (c->credit == 0 && !c->over)
		(void)pthread_cond_wait(&c->changed, &c->lock);
	got = c->over ? 0 : c->credit < CHUNK ? (size_t)c->credit : CHUNK;
	c->credit -= got;
	(void)pthread_mutex_unlock(&c->lock);
	return got;
}

static void
feed(struct client *c, FILE *in, uint64_t stream)
{
	uint8_t *piece = malloc(CHUNK);
	char *text = malloc(FRAME_ROOM);
	size_t want, got = 1;
	int len;

	if (piece == NULL || text == NULL)
		fail("feed");
	while (got != 0 && (want = wait_credit(c)) != 0) {
		got = fread(piece, 1, want, in);
		len = snprintf(text, 200,
		    "{\"jsonrpc\":\"2.0\",\"method\":\"stream.data\","
		    "\"params\":{\"stream\":%" PRIu64 ",\"data\":\"",
		    stream);
		nm_base64_encode(piece, got, text + len);
		len += (int)nm_base64_encoded_size(got);
		memcpy(text + len, "\"}}", 3);
		if (got != 0)
			send_frame(c, text, (size_t)len + 3);
	}
	len = snprintf(text, 200,
	    "{\"jsonrpc\":\"2.0\",\"method\":\"stream.end\","
	    "\"params\":{\"stream\":%" PRIu64 "}}",
	    stream);
	send_frame(c, text, (size_t)len);
	free(piece);
	free(text);
}

static void
stream_run(struct client *c, const char *method, const char *params, FILE *in)
{
	struct nm_buffer more = NM_BUFFER_INIT;
	uint64_t stream = ++c->streams;
	pthread_t taker;

	reset(c);
	nm_buffer_format(&more,
	    "\"content\":{\"stream\":%" PRIu64 "},\"output\":{\"stream\":"
	    "%" PRIu64 ",\"credit\":" CREDIT "}",
	    stream, ++c->streams);
	send_request(c, method, params, &more);
	if (pthread_create(&taker, NULL, take_all, c) != 0)
		fail("thread");
	feed(c, in, stream);
	(void)pthread_join(taker, NULL);
	nm_buffer_reset(&more);
}

/* ---- */

/* The greatest memory of the host's child, the engine, in KiB. */
static long
peak(pid_t host)
{
	char path[96], line[256];
	long child = 0, kib = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children",
	    (long)host, (long)host);
	if ((f = fopen(path, "re")) != NULL) {
		if (fscanf(f, "%ld", &child) != 1)
			child = 0;
		(void)fclose(f);
	}
	(void)snprintf(path, sizeof(path), "/proc/%ld/status", child);
	if ((f = fopen(path, "re")) != NULL) {
		while (fgets(line, sizeof(line), f) != NULL)
			(void)sscanf(line, "VmHWM: %ld", &kib);
		(void)fclose(f);
	}
	return kib;
}

int
main(int argc, char **argv)
{
	struct nm_buffer more = NM_BUFFER_INIT;
	struct client c = { .host = -1 };
	double begun, greeted, first, all = 0;
	long count, memory;
	int status;
	FILE *in;

	if (argc != 7 || (count = strtol(argv[6], NULL, 10)) < 1) {
		(void)fprintf(stderr,
		    "usage: bench_client HOST METHOD PARAMS INPUT OUTPUT "
		    "COUNT\n");
		return 2;
	}
	if ((in = fopen(argv[4], "re")) == NULL ||
	    (c.out = fopen(argv[5], "we")) == NULL)
		fail("open");
	begun = now();
	start(&c, argv[1]);
	hello(&c);
	greeted = now();
	if (count > 1) {
		put_inline(&more, in);
		inline_run(&c, argv[2], argv[3], &more);
		first = now();
		for (long i = 0; i < count; i++)
			inline_run(&c, argv[2], argv[3], &more);
		all = now() - first;
	} else {
		stream_run(&c, argv[2], argv[3], in);
		first = now();
		all = first - greeted;
	}
	memory = peak(c.host);
	(void)fclose(c.to);
	if (waitpid(c.host, &status, 0) < 0 || status != 0)
		fail("the host's end");
	(void)printf("{\"hello\": %.6f, \"first\": %.6f, \"all\": %.6f, "
		     "\"peak\": %ld}\n",
	    greeted - begun, first - greeted, all, memory);
	reset(&c);
	nm_buffer_reset(&more);
	free(c.frame);
	free(c.data);
	(void)fclose(c.from);
	(void)fclose(in);
	return fclose(c.out) == 0 ? 0 : 1;
}
