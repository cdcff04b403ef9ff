/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The part tree of the innermost entity: finds S/MIME parts that sit among
 * other parts, and the one part that a client asked for.
 */
#ifndef NSSMIME_MESSAGE_STRUCTURE_H
#define NSSMIME_MESSAGE_STRUCTURE_H

#include <nssmime/message.h>

#include "smime_type.h"

struct nm_structure_handler {
	/* An S/MIME part among others (or in an embedded message). */
	enum nm_error (*embedded)(void *arg, const char *part, const char *type,
	    enum nm_smime_type smime, bool says_signed);
	/* The wanted part is met; *into takes it as an entity; it is finished
	 * and freed by whoever feeds it. */
	enum nm_error (*wanted)(void *arg, struct nm_stage **into);
	/* A part that has no others inside, and is not in a message in the
	 * message; `root`: it is all there is. NULL: of no interest. */
	enum nm_error (*leaf)(void *arg, const char *part, bool root,
	    const struct nm_value *type);
};

/*
 * Takes one entity. `part`: the part wanted, or NULL. Parts are numbered as
 * IMAP does (RFC 9051 6.4.5): the parts of the root multipart 1, 2, ...
 */
struct nm_stage *nm_structure_new(const char *part,
    const struct nm_structure_handler *handler, void *arg,
    struct nm_fault *fault);

#endif
