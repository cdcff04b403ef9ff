/* SPDX-License-Identifier: MPL-2.0 */
#include "feed.h"

#include <nssmime/mime.h>

#define PIECE ((size_t)64 * 1024)

enum nm_error
host_owa_feed(
    struct host_call *call, struct host_slice string, struct nm_stage *into)
{
	struct nm_buffer piece = NM_BUFFER_INIT;
	struct host_slice now = string;
	enum nm_error error = NM_OK;
	uint16_t high = 0;

	while (error == NM_OK && string.len != 0) {
		now.text = string.text;
		now.len = host_slice_cut(string.text, string.len, PIECE);
		string.text += now.len;
		string.len -= now.len;
		(void)host_slice_decode(
		    now, &piece, string.len != 0 ? &high : NULL);
		error = nm_buffer_failed(&piece)
		    ? NM_ERR_INTERNAL
		    : host_call_feed_bytes(call, piece.data, piece.len, into);
		nm_buffer_clear(&piece);
	}
	nm_buffer_reset(&piece);
	return error;
}

enum nm_error
host_owa_feed_base64(
    struct host_call *call, struct host_slice string, struct nm_stage *into)
{
	struct nm_stage *borrowed = nm_borrow_new(into), *decoder = NULL;
	enum nm_error error = NM_ERR_INTERNAL;

	if (borrowed != NULL &&
	    (decoder = nm_base64_decoder_new(borrowed)) != NULL)
		error = host_owa_feed(call, string, decoder);
	if (error == NM_OK)
		error = nm_stage_finish(decoder);
	nm_stage_free(&decoder);
	nm_stage_free(&borrowed);
	return error;
}
