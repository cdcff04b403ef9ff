/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What the fuzz targets share. A target is an input function as libFuzzer has
 * it; what it claims about its parser is checked by must(), since a parser
 * that does not crash may still be wrong.
 */
#ifndef NSSMIME_FUZZ_H
#define NSSMIME_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nssmime/buffer.h>
#include <nssmime/stage.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(claim)                                                            \
	do {                                                                   \
		if (!(claim)) {                                                \
			(void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, \
			    __LINE__, #claim);                                 \
			abort();                                               \
		}                                                              \
	} while (0)

/* The input in a block of its own, with a NUL behind it: a string where there
 * is no other NUL in it. */
static inline char *
fuzz_string(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	must(text != NULL);
	if (size != 0)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* Writes the input to a stage: as it lies there for seed 0, else in pieces that
 * follow from the seed, each in a block of its own; then finishes it. */
static inline enum nm_error
fuzz_feed(struct nm_stage *s, const uint8_t *data, size_t size, uint32_t seed)
{
	enum nm_error err = NM_OK;
	uint8_t *piece;
	size_t n;

	if (seed == 0) {
		err = nm_stage_write(s, data, size);
		size = 0;
	}
	for (; size != 0 && err == NM_OK; data += n, size -= n) {
		seed = seed * 1664525u + 1013904223u;
		n = 1 + (seed >> 8) % (seed >> 31 != 0 ? 3 : 200);
		n = n < size ? n : size;
		must((piece = malloc(n)) != NULL);
		memcpy(piece, data, n);
		err = nm_stage_write(s, piece, n);
		free(piece);
	}
	return err == NM_OK ? nm_stage_finish(s) : err;
}

static inline bool
fuzz_same(const struct nm_buffer *a, const struct nm_buffer *b)
{
	return nm_bytes_equal(nm_buffer_bytes(a), nm_buffer_bytes(b));
}

/* What the stage that `make` makes gives for the input; how it comes changes
 * nothing. */
static inline enum nm_error
fuzz_through(struct nm_stage *(*make)(struct nm_stage *next, void *arg),
    void *arg, struct nm_bytes in, struct nm_buffer *out)
{
	struct nm_buffer again = NM_BUFFER_INIT;
	enum nm_error first = NM_OK, err;

	for (uint32_t seed = 0; seed < 3; seed++) {
		struct nm_buffer *into = seed == 0 ? out : &again;
		struct nm_stage *end = nm_collector_new(into, SIZE_MAX);
		struct nm_stage *stage;

		must(end != NULL && (stage = make(end, arg)) != NULL);
		err = fuzz_feed(stage, in.data, in.len, seed);
		nm_stage_free(&stage);
		nm_stage_free(&end);
		if (seed == 0)
			first = err;
		must(err == first);
		must(err != NM_OK || seed == 0 || fuzz_same(out, &again));
		nm_buffer_reset(&again);
	}
	return first;
}

#endif
