/* SPDX-License-Identifier: MPL-2.0 */
/* What a check-up finds: sentences for people, each with a command that mends
 * what is not as it should be. */
#ifndef HOST_FINDING_H
#define HOST_FINDING_H

#include <stdbool.h>

#include <json-c/json.h>

enum host_finding_level {
	HOST_FINDING_OK,
	HOST_FINDING_NOTE,   /* works, but somebody should know */
	HOST_FINDING_PROBLEM /* something does not work */
};
const char *host_finding_level_name(enum host_finding_level level);

struct host_findings {
	struct json_object *all; /* array of objects, as --json has them */
	const char *check;	 /* whose findings come now, */
	const char *about; /* and about which of several things; or NULL */
	bool failed;	   /* memory: something is missing */
};

void host_findings_begin(struct host_findings *f);
void host_findings_clear(struct host_findings *f);
/* How many are of this level. */
unsigned host_findings_count(
    const struct host_findings *f, enum host_finding_level level);

/*
 * Adds one. `id` tells within its check what it is about; the sentence, whose
 * pieces may be anyone's text, has no full stop.
 */
void host_finding_ok(struct host_findings *f, const char *id,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* After these two the remedy is told. */
void host_finding_note(struct host_findings *f, const char *id,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
void host_finding_problem(struct host_findings *f, const char *id,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * The command that mends what was added last, word by word, NULL at the end;
 * each is quoted for the shell where it has to be. The second one says that
 * it takes root.
 */
void host_finding_remedy(struct host_findings *f, const char *word, ...)
    __attribute__((sentinel));
void host_finding_root_remedy(struct host_findings *f, const char *word, ...)
    __attribute__((sentinel));
/* The file needs another mode, which its owner gives it. */
void host_finding_mode_remedy(
    struct host_findings *f, const char *mode, const char *path);
/* Whoever is asked has to change that file. */
void host_finding_edit_remedy(
    struct host_findings *f, const char *path, bool root);
/* One that is ready for the shell, with what is none of its words. */
void host_finding_remedy_line(struct host_findings *f, const char *line);

/* A word as the shell takes it literally; malloc'd; NULL: memory. */
char *host_shell_word(const char *word);

#endif
