/* SPDX-License-Identifier: MPL-2.0 */
#include "command_check_evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "evidence_report.h"
#include "session.h"

/* Base64 of all that a record may hold, and what is around it. */
#define MAX_FILE (NM_MAX_EVIDENCE / 3u * 4u * 2u)
#define PIECE	 65536u

struct arguments {
	const char *file;
	const char *content; /* NULL: none is named */
	bool json;
};

static bool
take_arguments(int argc, char **argv, struct arguments *out)
{
	*out = (struct arguments){ NULL, NULL, false };
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			out->json = true;
		else if (strcmp(argv[i], "--content") == 0 &&
		    out->content == NULL && i + 1 < argc)
			out->content = argv[++i];
		else if (out->file == NULL && argv[i][0] != '-')
			out->file = argv[i];
		else
			return false;
	}
	return out->file != NULL;
}

static enum nm_error
cannot_read(const char *file, struct nm_fault *fault)
{
	return nm_fail(fault, NM_ERR_PARSE, "%.150s cannot be read: %s", file,
	    strerror(errno));
}

/* Feeds a file to a stage, and finishes that. */
static enum nm_error
feed(const char *file, struct nm_stage *stage, struct nm_fault *fault)
{
	uint8_t piece[PIECE];
	enum nm_error error = NM_OK;
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = 1;

	if (fd < 0)
		return cannot_read(file, fault);
	while (error == NM_OK && (n = read(fd, piece, sizeof(piece))) > 0)
		error = nm_stage_write(stage, piece, (size_t)n);
	if (error == NM_OK)
		error =
		    n < 0 ? cannot_read(file, fault) : nm_stage_finish(stage);
	(void)close(fd);
	return error;
}

static enum nm_error
read_evidence(
    const char *file, struct host_evidence *out, struct nm_fault *fault)
{
	struct nm_buffer text = NM_BUFFER_INIT;
	struct nm_stage *all = nm_collector_new(&text, MAX_FILE);
	enum nm_error error = NM_ERR_INTERNAL;

	if (all != NULL)
		error = feed(file, all, fault);
	if (error == NM_ERR_TOO_LARGE)
		error = nm_fail(fault, error, "%.150s is too large", file);
	if (error == NM_OK)
		error = host_evidence_parse(
		    (const char *)text.data, text.len, out, fault);
	nm_stage_free(&all);
	nm_buffer_reset(&text);
	return error;
}

/* ---- the content -------------------------------------------------------- */

static enum nm_error
digest_file(
    const char *file, struct nm_digests *digests, struct nm_fault *fault)
{
	uint8_t piece[PIECE];
	enum nm_error error = NM_OK;
	FILE *f = fopen(file, "re");
	size_t n;

	if (f == NULL)
		return cannot_read(file, fault);
	while (error == NM_OK && (n = fread(piece, 1, sizeof(piece), f)) != 0)
		error = nm_digests_update(digests, piece, n);
	if (error == NM_OK && ferror(f) != 0)
		error = cannot_read(file, fault);
	(void)fclose(f);
	return error == NM_OK ? nm_digests_finish(digests) : error;
}

/* The file as a mail; what it cannot be read as is not what was signed. */
static enum nm_error
read_mail(const char *file, struct host_session *s, struct nm_stage *nowhere,
    struct nm_reading **out)
{
	struct nm_read_options options = { .kind = NM_CONTENT_MESSAGE,
		.db = s->database,
		.index = s->index,
		.now = (int64_t)time(NULL) };
	enum nm_error error;

	error = nm_reading_new(&options, nowhere, NULL, out);
	if (error == NM_OK)
		error = nm_reading_keep_record(*out);
	if (error == NM_OK)
		error = feed(file, nm_reading_stage(*out), NULL);
	if (error != NM_OK)
		nm_reading_free(out);
	return error == NM_ERR_INTERNAL ? error : NM_OK;
}

static enum nm_error
check_content(const char *file, const struct host_evidence *e,
    struct host_session *s, struct host_report *report, struct nm_fault *fault)
{
	struct nm_digests *digests = nm_digests_new(
	    NM_DIGEST_BIT(NM_DIGEST_SHA224) | NM_DIGEST_BIT(NM_DIGEST_SHA256) |
	    NM_DIGEST_BIT(NM_DIGEST_SHA384) | NM_DIGEST_BIT(NM_DIGEST_SHA512));
	struct nm_stage *nowhere = nm_discard_new();
	struct nm_reading *reading = NULL;
	enum nm_error error = NM_ERR_INTERNAL;

	if (digests != NULL && nowhere != NULL)
		error = digest_file(file, digests, fault);
	if (error == NM_OK)
		error = read_mail(file, s, nowhere, &reading);
	if (error == NM_OK)
		host_report_content(report, e,
		    reading != NULL ? nm_reading_record(reading) : NULL,
		    digests);
	nm_reading_free(&reading);
	nm_stage_free(&nowhere);
	nm_digests_free(&digests);
	return error;
}

/* ---- printing ----------------------------------------------------------- */

static const char *
sum(const struct host_report *report)
{
	if (!report->holds)
		return "THE RECORD DOES NOT HOLD.";
	return report->trusted
	    ? "The record holds: what it says is borne out by what is in it."
	    : "The record holds, if those whom it names were to be trusted: "
	      "what it says\nis borne out by what is in it.";
}

static bool
print_words(const struct host_report *report)
{
	const char *last = "";

	for (size_t i = 0; i < json_object_array_length(report->findings);
	     i++) {
		struct json_object *f =
		    json_object_array_get_idx(report->findings, i);
		const char *about = host_string(f, "about");
		struct json_object *holds = host_member(f, "holds");

		if (strcmp(about, last) != 0)
			(void)printf("%s%s:\n", i == 0 ? "" : "\n", about);
		last = about;
		(void)printf("  %s %s.\n",
		    holds == NULL			 ? "    "
			: json_object_get_boolean(holds) ? "[ok]"
							 : "[NO]",
		    host_string(f, "words"));
	}
	return printf("\n%s\n", sum(report)) > 0 && fflush(stdout) == 0;
}

static bool
print_json(const struct host_report *report)
{
	struct json_object *json = host_report_json(report);
	bool ok = json != NULL &&
	    puts(json_object_to_json_string_ext(json,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE)) >=
		0 &&
	    fflush(stdout) == 0;

	json_object_put(json);
	return ok;
}

/* ---- the command -------------------------------------------------------- */

static enum nm_error
check(const struct arguments *a, const struct host_evidence *e,
    struct host_session *s, struct host_report *report, struct nm_fault *fault)
{
	enum nm_error error;

	error = host_report_check(report, e, s->database, fault);
	if (error == NM_OK && a->content != NULL)
		error = check_content(a->content, e, s, report, fault);
	return error == NM_OK && report->failed ? NM_ERR_INTERNAL : error;
}

static enum nm_error
open_database(struct host_session *s, struct nm_fault *fault)
{
	const struct host_caller nobody = { .name = "",
		.kind = NM_DATABASE_SHARED };
	struct host_settings settings;
	enum nm_error error;

	error = host_settings_load(&settings, fault);
	if (error == NM_OK)
		error = host_session_open(
		    s, &nobody, &settings, HOST_LOG_ERROR, fault);
	host_settings_clear(&settings);
	return error;
}

int
host_command_check_evidence(int argc, char **argv)
{
	struct nm_fault fault = { .code = NM_OK };
	struct host_session session = { NULL, NULL };
	struct host_evidence evidence = { 0 };
	struct host_report report = { .findings = NULL };
	struct arguments a;
	enum nm_error error;
	int status = 2;

	if (!take_arguments(argc, argv, &a))
		return host_command_usage(HOST_CHECK_EVIDENCE);
	/* digests are NSS's: it has to run before anything is read */
	error = open_database(&session, &fault);
	if (error == NM_OK)
		error = read_evidence(a.file, &evidence, &fault);
	if (error == NM_OK) {
		host_report_begin(&report);
		error = check(&a, &evidence, &session, &report, &fault);
	}
	if (error != NM_OK)
		(void)fprintf(stderr, "nssmime-host: %s\n",
		    fault.code != NM_OK ? fault.text : nm_error_text(error));
	else if (a.json ? print_json(&report) : print_words(&report))
		status = report.holds ? 0 : 1;
	host_report_clear(&report);
	host_evidence_clear(&evidence);
	host_session_close(&session);
	return status;
}
