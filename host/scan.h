/* SPDX-License-Identifier: MPL-2.0 */
/* stream.data frames, recognised without building a tree of them. */
#ifndef HOST_SCAN_H
#define HOST_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Whether `text` is a stream.data notification with exactly the members it
 * should have, in any order, none of them twice and no escapes in it. What is
 * not recognised takes the way of every other frame, which comes to the same
 * result. The base64 in *data is lent and not checked yet.
 *
 * Where it is not recognised, *stream is the number of the stream whose data
 * it began as, else 0: for what turns out to be no JSON at all.
 */
bool host_scan_data(const char *text, size_t len, uint64_t *stream,
    const char **data, size_t *data_len);

#endif
