/* SPDX-License-Identifier: MPL-2.0 */
#include "structure.h"

#include <stdlib.h>
#include <string.h>

#include "chain.h"

/* What all nodes of one walk share. */
struct walk {
	const struct nm_structure_handler *handler;
	void *arg;
	struct nm_fault *fault;
	char *wanted;
};

/*
 * One entity of the tree: its header is read, and the body then sent to a
 * multipart reader, to the message inside, or nowhere. A node whose number is
 * the wanted one is given away whole.
 */
struct node {
	struct walk *walk;
	unsigned depth;
	bool message;			      /* the body of message/rfc822 */
	bool in_message;		      /* ... or inside one */
	bool digest;			      /* a part of multipart/digest */
	bool divides_digest;		      /* ... or that itself */
	char number[2 * NM_MAX_NESTING + 16]; /* "" for the root */
};

struct root {
	struct node node;
	struct walk walk;
};

static struct nm_stage *node_new(const struct node *like);

static enum nm_error
multipart_part(void *arg, unsigned index, struct nm_stage **part)
{
	const struct node *n = arg;
	struct node child = { .walk = n->walk,
		.depth = n->depth + 1,
		.in_message = n->in_message,
		.digest = n->divides_digest };
	int len;

	len = n->number[0] == '\0'
	    ? snprintf(child.number, sizeof(child.number), "%u", index)
	    : snprintf(child.number, sizeof(child.number), "%s.%u", n->number,
		  index);
	if (len < 0 || (size_t)len >= sizeof(child.number))
		return nm_fail(n->walk->fault, NM_ERR_MALFORMED_MESSAGE,
		    "MIME parts are nested deeper than %u", NM_MAX_NESTING);
	if (n->walk->wanted != NULL &&
	    strcmp(child.number, n->walk->wanted) == 0)
		return n->walk->handler->wanted(n->walk->arg, part);
	*part = node_new(&child);
	return *part == NULL ? NM_ERR_INTERNAL : NM_OK;
}

static const struct nm_multipart_handler multipart_handler = {
	.part = multipart_part
};

/* A part of multipart/digest is a message unless it says otherwise (RFC 2046
 * section 5.1.5). */
static enum nm_error
type_of(
    const struct node *n, const struct nm_header *header, struct nm_value *type)
{
	if (n->digest && nm_header_find(header, "Content-Type", 0) == NULL)
		return nm_value_parse("message/rfc822", type);
	return nm_header_content_type(header, type);
}

/* The message inside. It may be encoded (RFC 6532 3.5), in message/rfc822 as
 * well, whatever RFC 2046 5.2.1 says. */
static struct nm_stage *
message_new(const struct node *n, const struct nm_header *header)
{
	struct node inside = { .walk = n->walk,
		.depth = n->depth + 1,
		.message = true,
		.in_message = true };
	struct nm_stage *stages[2];

	(void)snprintf(inside.number, sizeof(inside.number), "%s",
	    n->number[0] == '\0' ? "1" : n->number);
	stages[1] = node_new(&inside);
	stages[0] = nm_decoder_new(nm_header_coding(header), stages[1]);
	return nm_chain_new(stages, 2);
}

/* A boundary that cannot be one leaves a body that nobody can divide: it is
 * shown as it is, not refused. */
static bool
is_divided(const struct nm_value *type)
{
	return strncmp(type->type, "multipart/", 10) == 0 &&
	    nm_value_parameter(type, "boundary") != NULL;
}

/* A message that is not divided has a part 1 all the same, which is all of it
 * (RFC 9051 section 6.4.5). */
static bool
is_wanted_whole(const struct node *n, const struct nm_value *type)
{
	const char *wanted = n->walk->wanted;
	size_t len = strlen(n->number);

	if (wanted == NULL || is_divided(type))
		return false;
	if (len == 0)
		return strcmp(wanted, "1") == 0;
	return n->message && strncmp(wanted, n->number, len) == 0 &&
	    strcmp(wanted + len, ".1") == 0;
}

/* Its header, which was read to see that, goes first. */
static enum nm_error
give_away(const struct node *n, struct nm_bytes header, struct nm_stage **into)
{
	enum nm_error error = n->walk->handler->wanted(n->walk->arg, into);

	return error == NM_OK ? nm_stage_write(*into, header.data, header.len)
			      : error;
}

static enum nm_error
node_body(struct node *n, const struct nm_header *header,
    const struct nm_value *type, struct nm_stage **body)
{
	const struct walk *w = n->walk;
	enum nm_smime_type smime = nm_smime_type_of(header, type);
	enum nm_error error;

	*body = NULL;
	n->divides_digest = strcmp(type->type, "multipart/digest") == 0;
	/* The root itself is no part among others: its layers were peeled. And
	 * where one part is wanted, what stands beside it is not told of. */
	if (smime != NM_SMIME_NOT && w->wanted == NULL &&
	    (n->number[0] != '\0' || n->message)) {
		error = w->handler->embedded(w->arg,
		    n->number[0] == '\0' ? "1" : n->number, type->type, smime,
		    smime == NM_SMIME_MULTIPART_SIGNED ||
			nm_smime_says_signed(type));
		if (error != NM_OK)
			return error;
		*body = nm_discard_new();
	}
	if (*body == NULL && is_divided(type))
		*body = nm_multipart_new(nm_value_parameter(type, "boundary"),
		    &multipart_handler, n, NULL);
	else if (*body == NULL &&
	    (strcmp(type->type, "message/rfc822") == 0 ||
		strcmp(type->type, "message/global") == 0))
		*body = message_new(n, header);
	if (*body == NULL && smime == NM_SMIME_NOT && !n->in_message &&
	    w->handler->leaf != NULL &&
	    (error = w->handler->leaf(w->arg,
		 n->number[0] == '\0' ? "1" : n->number, n->number[0] == '\0',
		 type)) != NM_OK)
		return error;
	if (*body == NULL)
		*body = nm_discard_new();
	return *body == NULL ? NM_ERR_INTERNAL : NM_OK;
}

static enum nm_error
node_header(void *arg, struct nm_header *header, bool *keep,
    struct nm_bytes raw, struct nm_stage **body)
{
	struct node *n = arg;
	struct nm_value type;
	enum nm_error error;

	(void)keep;
	if (n->depth > NM_MAX_NESTING)
		return nm_fail(n->walk->fault, NM_ERR_MALFORMED_MESSAGE,
		    "MIME parts are nested deeper than %u", NM_MAX_NESTING);
	if ((error = type_of(n, header, &type)) != NM_OK)
		return error;
	error = is_wanted_whole(n, &type) ? give_away(n, raw, body)
					  : node_body(n, header, &type, body);
	nm_value_clear(&type);
	return error;
}

static struct nm_stage *
node_new(const struct node *like)
{
	static const struct nm_entity_handler handler = { node_header, free };
	struct node *n = malloc(sizeof(*n));

	if (n == NULL)
		return NULL;
	*n = *like;
	return nm_entity_new(&handler, n, n->walk->fault);
}

static void
root_free(void *arg)
{
	struct root *r = arg;

	free(r->walk.wanted);
	free(r);
}

struct nm_stage *
nm_structure_new(const char *part, const struct nm_structure_handler *handler,
    void *arg, struct nm_fault *fault)
{
	static const struct nm_entity_handler root_handler = { node_header,
		root_free };
	struct root *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->node.walk = &r->walk;
	r->walk.handler = handler;
	r->walk.arg = arg;
	r->walk.fault = fault;
	if (part != NULL && (r->walk.wanted = strdup(part)) == NULL) {
		free(r);
		return NULL;
	}
	return nm_entity_new(&root_handler, r, fault);
}
