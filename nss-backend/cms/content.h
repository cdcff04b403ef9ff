/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What reader.c drives: one content type being read. The calls are those of
 * ber.h with depths counted from the content's own SEQUENCE (0: a field of
 * that SEQUENCE's children is depth 1).
 */
#ifndef NSSMIME_CMS_CONTENT_H
#define NSSMIME_CMS_CONTENT_H

#include "ber.h"

struct nm_content;

struct nm_content_ops {
	enum nm_error (*begin)(struct nm_content *, unsigned depth, uint8_t tag,
	    enum nm_ber_action *action);
	enum nm_error (*element)(
	    struct nm_content *, unsigned depth, const struct nm_tlv *tlv);
	enum nm_error (*data)(struct nm_content *, const uint8_t *, size_t);
	enum nm_error (*end)(struct nm_content *, unsigned depth, uint8_t tag);
	/* The ContentInfo is complete: check, finish the next stage, and call
	 * the handler's end(). */
	enum nm_error (*finish)(struct nm_content *);
	void (*free)(struct nm_content *);
};

/* What every content type is given. */
struct nm_content_env {
	const struct nm_cms_handler *handler;
	void *arg;
	const struct nm_cms_keys *keys;
	struct nm_fault *fault;
};

struct nm_content { /* embedded first in each */
	const struct nm_content_ops *ops;
	struct nm_content_env env;
};

struct nm_content *nm_signed_content_new(const struct nm_content_env *env);
/* `authenticated`: AuthEnvelopedData (RFC 5083). */
struct nm_content *nm_enveloped_content_new(
    const struct nm_content_env *env, bool authenticated);
struct nm_content *nm_compressed_content_new(const struct nm_content_env *env);

#endif
