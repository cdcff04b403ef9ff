/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Certificates as the wire has them (PROTOCOL.md, "Certificates"), and the
 * two things that every operation on one does: finding it by the fingerprint
 * that the client sent, and saying in a prompt which it is.
 *
 * What a certificate says of itself is anyone's text of any length. So that
 * a page of them always fits in a frame, names are cut at 1024 bytes, at most
 * 100 addresses are listed, and none that is longer than an address may be.
 */
#ifndef HOST_CERTIFICATE_JSON_H
#define HOST_CERTIFICATE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include <nssmime/certificate.h>
#include <nssmime/reason.h>

#include "operation.h"

/* JSON bytes that lists of certificates in a reply may come to. */
#define HOST_PAGE_SIZE ((size_t)384 * 1024)

/* Its addresses. A new reference; NULL: memory. */
struct json_object *host_addresses_json(const struct nm_certificate *c);
/* Without `status`. A new reference; NULL: memory. */
struct json_object *host_described_json(const struct nm_certificate *c);

/* With `status`, by what keeps it from each purpose. */
struct json_object *host_certificate_status_json(
    const struct nm_certificate *c, nm_reasons sign, nm_reasons encrypt);
/* With `status` as it is at `now`. */
enum nm_error host_certificate_json(struct nm_database *db,
    CERTCertificate *cert, int64_t now, struct json_object **out,
    struct nm_fault *fault);

/*
 * A chain: an array of fingerprints, the certificate itself first. What they
 * stand for is added to `table` (an object, fingerprint to certificate
 * without status), each once, with `reasons`: what is wrong with that one.
 * `db` may be NULL. NULL: memory.
 */
struct json_object *host_path_json(struct nm_database *db,
    const struct nm_path *path, struct json_object *table);
/* The same from what nm_read_signer holds. */
struct json_object *host_chain_json(const struct nm_certificate *chain,
    const nm_reasons *reasons, size_t count, struct json_object *table);

/* The certificate that the member `fingerprint` of `params` names, as a
 * reference of the caller's, or NM_ERR_CERTIFICATE_NOT_FOUND. */
enum nm_error host_certificate_named(
    struct host_call *call, struct json_object *params, CERTCertificate **out);

/* One line for a prompt. malloc'd; NULL: memory. */
char *host_certificate_line(struct nm_database *db, CERTCertificate *cert);

/* Asks the user `what`, in fixed words, about the certificate or something
 * else; `needs` is what a client that lets nobody be asked is told. May
 * wait. */
enum nm_error host_certificate_confirm(struct host_call *call,
    CERTCertificate *cert, const char *what, const char *needs);
enum nm_error host_confirm(struct host_call *call, const char *what,
    const char *detail, const char *needs);

#endif
