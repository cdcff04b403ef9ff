/* SPDX-License-Identifier: MPL-2.0 */
/*
 * MIME as far as signatures depend on it: header blocks, transfer codings,
 * canonical line ends, multipart framing (RFC 2045, 2046, 2047, 2231, 5322,
 * 6532, 8551 section 3.1). Knows nothing of CMS.
 *
 * Unless said otherwise the stages accept lines that end in CRLF or in a bare
 * LF, pass bytes on untouched, and leave `next` to their maker.
 */
#ifndef NSSMIME_MIME_H
#define NSSMIME_MIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nssmime/buffer.h>
#include <nssmime/error.h>
#include <nssmime/limits.h>
#include <nssmime/stage.h>

/* ---- header.c: a header block -------------------------------------- */

/* One field. The bytes are lent by the header it came from. */
struct nm_field {
	struct nm_bytes name; /* without colon and white space */
	struct nm_bytes raw;  /* the whole field with its final line end */
	const char *value;    /* unfolded (line ends removed, RFC 5322 2.2.3),
				 trimmed, NUL-terminated; undecoded */
};

struct nm_header; /* fields in their order */

/*
 * Parses a header block (`data` ends with the last field's line end; the
 * empty line is not part of it). Tolerant as mail needs: a byte order mark and
 * an mbox "From " line at the start are dropped, a line that is no field is
 * dropped and counted as malformed, a CR alone ends a line, NUL bytes are
 * refused. Bounded by NM_MAX_HEADER_*.
 */
enum nm_error nm_header_parse(const uint8_t *data, size_t len,
    struct nm_header **out, struct nm_fault *fault);
void nm_header_free(struct nm_header **h);

size_t nm_header_count(const struct nm_header *h);
const struct nm_field *nm_header_at(const struct nm_header *h, size_t i);
/* The nth (from 0) field of that name, case ignored; NULL: none. */
const struct nm_field *nm_header_find(
    const struct nm_header *h, const char *name, size_t nth);
bool nm_field_is(const struct nm_field *f, const char *name);
/* How many lines of the block were no fields (RFC 5322 section 2.2). */
size_t nm_header_strays(const struct nm_header *h);

/* Writes "Name: value" folded at 78 columns where it has spaces, with CRLF. */
void nm_field_write(struct nm_buffer *out, const char *name, const char *value);

/* ---- parameter.c: structured values (RFC 2045 5.1, 2231) ------------ */

struct nm_parameter {
	char *name;  /* lower case, without RFC 2231 marks */
	char *value; /* UTF-8, continuations joined, charset decoded */
};

/* A Content-Type, Content-Disposition and their like. */
struct nm_value {
	char *type; /* lower case: "multipart/signed", "attachment" */
	struct nm_parameter *parameters;
	size_t count;
};

/* A value that cannot be parsed gives type "" and what parameters it has. */
enum nm_error nm_value_parse(const char *text, struct nm_value *out);
void nm_value_clear(struct nm_value *v);
/* NULL: not there. The first of several of one name counts. */
const char *nm_value_parameter(const struct nm_value *v, const char *name);
/* Appends "; name=value": token, quoted-string, or RFC 2231 as it needs. */
void nm_parameter_write(
    struct nm_buffer *out, const char *name, const char *value);

/* The Content-Type that counts for a header: the first field, or text/plain
 * (RFC 2045 5.2). */
enum nm_error nm_header_content_type(
    const struct nm_header *h, struct nm_value *out);

/* ---- encoded_word.c: RFC 2047 --------------------------------------- */

/* Decodes to UTF-8 (raw UTF-8 passes, RFC 6532; what cannot be decoded
 * becomes U+FFFD; C0 controls become spaces). Charsets by iconv(3). NULL:
 * memory. */
char *nm_text_decode(const char *value);
/* Encodes UTF-8 unstructured text so that the result is ASCII. */
void nm_text_encode(struct nm_buffer *out, const char *utf8);
/* Writes a display name as a phrase (RFC 5322 3.2.5) in ASCII: atoms, a
 * quoted-string or encoded-words. */
void nm_phrase_write(struct nm_buffer *out, const char *utf8);
/* Converts `charset` bytes to UTF-8 by iconv; never fails but for memory. */
char *nm_charset_to_utf8(const char *charset, const uint8_t *data, size_t len);

/* ---- address.c: RFC 5322 3.4, RFC 6532, groups, comments, obs- ------- */

struct nm_mailbox {
	char *name;    /* display name, decoded UTF-8, "" if none */
	char *address; /* local@domain, no white space or comments, or "" */
};

struct nm_mailboxes {
	struct nm_mailbox *items;
	size_t count;
	bool malformed; /* something in it could not be understood */
};

/* Groups are flattened. An address list never fails but for memory; one with
 * more than 10,000 addresses is malformed, and cut off. */
enum nm_error nm_mailboxes_parse(const char *value, struct nm_mailboxes *out);
void nm_mailboxes_clear(struct nm_mailboxes *m);

/*
 * The form in which addresses are compared: the domain lower case in A-label
 * form where it is internationalised (IDNA, so that both forms meet), the
 * local part lower case (as every deployed system treats it, RFC 8550 3), in
 * UTF-8 NFC if the library at hand can. Caller frees. NULL: no address, or no
 * memory, and errno is ENOMEM.
 */
char *nm_address_normalise(const char *address);
bool nm_address_equal(const char *a, const char *b);
/* Whether a text (a display name) contains something that reads as a mail
 * address, look-alike and invisible characters allowed for; then *found is it,
 * for the caller to free. If the text holds different ones, *found is equal to
 * no address. True with *found NULL: there is no memory to tell. */
bool nm_text_contains_address(const char *utf8, char **found);

/* ---- date.c: RFC 5322 3.3 with obs- forms, RFC 3339 ------------------ */

struct nm_date {
	int64_t seconds; /* since 1970-01-01T00:00:00Z */
	int offset;	 /* minutes east of UTC */
};
bool nm_date_parse_mail(const char *value, struct nm_date *out);
bool nm_date_parse_rfc3339(const char *value, struct nm_date *out);
/* "2026-11-24T05:03:04+01:00", or with Z when the offset is 0. `out`: at
 * least 32 bytes. */
void nm_date_format(const struct nm_date *d, char *out, size_t room);

/* ---- canonical.c: RFC 8551 3.1.1 ------------------------------------- */

/* Makes each line end CRLF: a bare LF becomes CRLF, and so does CRLF after more
 * CRs; any other bare CR stays. Copies in runs, not by bytes. */
struct nm_stage *nm_canonical_new(struct nm_stage *next);

/* ---- base64.c (RFC 2045 6.8), quoted_printable.c (6.7) --------------- */

/* Tolerant: white space and foreign bytes are skipped, missing padding at the
 * end is accepted, each padded run starts anew. */
struct nm_stage *nm_base64_decoder_new(struct nm_stage *next);
/* Lines of 76 characters, each with CRLF, the last too. */
struct nm_stage *nm_base64_encoder_new(struct nm_stage *next);
struct nm_stage *nm_quoted_printable_decoder_new(struct nm_stage *next);
/* For text: CRLF stays a line end; "From " at the start of a line, ".", and
 * white space at its end are encoded, lines stay within 76 columns. */
struct nm_stage *nm_quoted_printable_encoder_new(struct nm_stage *next);

/* Standard base64 of a whole buffer (RFC 4648 4), strict, for the wire. */
size_t nm_base64_encoded_size(size_t len); /* without NUL */
void nm_base64_encode(const uint8_t *data, size_t len, char *out);
/* `out`: at least len / 4 * 3 bytes. False: not strict base64. */
bool nm_base64_decode(
    const char *text, size_t len, uint8_t *out, size_t *out_len);

/* ---- coding.c: RFC 2045 6 --------------------------------------------- */

enum nm_coding {
	NM_CODING_7BIT,
	NM_CODING_8BIT,
	NM_CODING_BINARY,
	NM_CODING_BASE64,
	NM_CODING_QUOTED_PRINTABLE,
	NM_CODING_UNKNOWN
};
/* Content-Transfer-Encoding (comments and case ignored), default 7bit, also
 * where it is empty. */
enum nm_coding nm_header_coding(const struct nm_header *h);
/* The decoder for a coding; 7bit, 8bit, binary and unknown give a stage that
 * passes bytes on. */
struct nm_stage *nm_decoder_new(enum nm_coding coding, struct nm_stage *next);

/* ---- entity.c: splits an entity into header and body ------------------ */

struct nm_entity_handler {
	/*
	 * The header is complete (maybe empty). `raw` are its bytes as they
	 * came, with the empty line that ends it (absent when the input ended
	 * in the header). Sets *body to the stage that takes the body; it is
	 * written to, finished at the end, and freed by the entity stage.
	 * The header is lent for this call; take it over with *keep = true.
	 */
	enum nm_error (*header)(void *arg, struct nm_header *header, bool *keep,
	    struct nm_bytes raw, struct nm_stage **body);
	/* Called once the body's stage is freed; NULL: `arg` is lent. */
	void (*free)(void *arg);
};

/* With a handler that frees it `arg` is taken over, in failure as well. */
struct nm_stage *nm_entity_new(
    const struct nm_entity_handler *handler, void *arg, struct nm_fault *fault);

/* ---- multipart.c: RFC 2046 5.1 ---------------------------------------- */

struct nm_multipart_handler {
	/* Part `index` (from 1) begins: *part takes its bytes, from the line
	 * after the delimiter to before the line end that belongs to the next
	 * delimiter; the multipart stage finishes and frees it. */
	enum nm_error (*part)(
	    void *arg, unsigned index, struct nm_stage **part);
	/* All is over. `closed`: the close-delimiter was seen. `preamble`,
	 * `epilogue`: whether they hold anything but white space. NULL: nobody
	 * wants to know. */
	enum nm_error (*end)(void *arg, unsigned parts, bool closed,
	    bool preamble, bool epilogue);
};

/* Lines longer than any delimiter are passed through in pieces: memory does
 * not depend on them. A delimiter line is "--boundary" [ "--" ] and trailing
 * white space, exactly (no prefix matches). */
struct nm_stage *nm_multipart_new(const char *boundary,
    const struct nm_multipart_handler *handler, void *arg,
    struct nm_fault *fault);

/* ---- seven_bit.c: RFC 8551 3.1.2, 3.1.3 ------------------------------- */

/*
 * Takes an entity (header and body, CRLF) and writes one that means the same,
 * is 7-bit clean, has no line over 998 bytes and none that starts with
 * "From " or ">From ". Leaves of multiparts and of message/rfc822 are
 * re-encoded where they must be (their Content-Transfer-Encoding rewritten),
 * all else stays byte for byte; an entity that is clean passes unchanged.
 * Parts inside multipart/signed and multipart/encrypted are never touched.
 * Header fields with raw 8-bit values are encoded (RFC 2047, RFC 2231).
 * Looks ahead at most 256 KiB of a leaf; past that it takes the safe coding
 * (quoted-printable for text, base64 for the rest) unless the leaf has one.
 */
struct nm_stage *nm_seven_bit_new(
    struct nm_stage *next, struct nm_fault *fault);

/* ---- boundary.c ------------------------------------------------------- */

/* A fresh boundary from 16 random bytes: never in the content but by a chance
 * of 2^-128. `out`: at least 48 bytes. */
void nm_boundary_write(const uint8_t random[16], char *out, size_t room);

#endif
