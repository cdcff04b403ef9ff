/* SPDX-License-Identifier: MPL-2.0 */
/*
 * How far a text goes on without anything special in it: in a mail that is
 * megabytes. Blocks are looked at as a whole, which compilers turn into
 * vectors, and only one that has something in it byte by byte.
 */
#ifndef HOST_OWA_RUN_H
#define HOST_OWA_RUN_H

#include <stdbool.h>
#include <stddef.h>
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

/* Up to a backslash or what is no ASCII. */
static inline const char *
host_run_unescaped(const char *at, const char *end)
{
	for (; end - at >= HOST_RUN_BLOCK; at += HOST_RUN_BLOCK) {
		uint8_t found = 0;

		for (int i = 0; i < HOST_RUN_BLOCK; i++) {
			uint8_t c = (uint8_t)at[i];

			found |= (uint8_t)((c >= 0x80) | (c == '\\'));
		}
		if (found != 0)
			break;
	}
	while (at < end && (uint8_t)*at < 0x80 && *at != '\\')
		at++;
	return at;
}

/* Whether a JSON text of ASCII can hold it as it is. */
static inline bool
host_run_is_plain(char c)
{
	return (uint8_t)c >= ' ' && (uint8_t)c <= '~' && c != '"' && c != '\\';
}

/* Up to what is not plain in that sense. */
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
	while (at < end && host_run_is_plain(*at))
		at++;
	return at;
}

/* How many quotes and backslashes there are. */
static inline size_t
host_run_count(const char *text, size_t len)
{
	const char *end = text + len;
	size_t count = 0;

	for (; end - text >= HOST_RUN_BLOCK; text += HOST_RUN_BLOCK) {
		uint8_t found = 0;

		for (int i = 0; i < HOST_RUN_BLOCK; i++)
			found = (uint8_t)(found +
			    ((text[i] == '"') | (text[i] == '\\')));
		count += found;
	}
	for (; text < end; text++)
		count += *text == '"' || *text == '\\' ? 1 : 0;
	return count;
}

#endif
