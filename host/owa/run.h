/* SPDX-License-Identifier: MPL-2.0 */
/*
 * How far a text goes on without anything special in it: in a mail that is
 * megabytes. Blocks are looked at as a whole, which compilers turn into
 * vectors, and only one that has something in it byte by byte.
 */
#ifndef HOST_OWA_RUN_H
#define HOST_OWA_RUN_H

#include <stdint.h>

#define HOST_RUN_BLOCK 64

/* Up to a quote, a backslash or a control character. */
static inline const char *
host_run_string(const char *at, const char *end)
{
	for (; end - at >= HOST_RUN_BLOCK; at += HOST_RUN_BLOCK) {
		uint8_t found = 0;

		for (int i = 0; i < HOST_RUN_BLOCK; i++) {
			uint8_t c = (uint8_t)at[i];

			found |=
			    (uint8_t)((c < ' ') | (c == '"') | (c == '\\'));
		}
		if (found != 0)
			break;
	}
	while (at < end && (uint8_t)*at >= ' ' && *at != '"' && *at != '\\')
		at++;
	return at;
}

/* Up to what is no ASCII. */
static inline const char *
host_run_ascii(const char *at, const char *end)
{
	for (; end - at >= HOST_RUN_BLOCK; at += HOST_RUN_BLOCK) {
		uint8_t all = 0;

		for (int i = 0; i < HOST_RUN_BLOCK; i++)
			all |= (uint8_t)at[i];
		if (all >= 0x80)
			break;
	}
	while (at < end && (uint8_t)*at < 0x80)
		at++;
	return at;
}

/* Up to what a JSON text of ASCII cannot hold as it is. */
static inline const char *
host_run_plain(const char *at, const char *end)
{
	for (; end - at >= HOST_RUN_BLOCK; at += HOST_RUN_BLOCK) {
		uint8_t found = 0;

		for (int i = 0; i < HOST_RUN_BLOCK; i++) {
			uint8_t c = (uint8_t)at[i];

			found |= (uint8_t)((c < ' ') | (c > '~') | (c == '"') |
			    (c == '\\'));
		}
		if (found != 0)
			break;
	}
	while (at < end && (uint8_t)*at >= ' ' && (uint8_t)*at <= '~' &&
	    *at != '"' && *at != '\\')
		at++;
	return at;
}

#endif
