/* SPDX-License-Identifier: MPL-2.0 */
#include "window.h"

#include <stdlib.h>

#include "pinentry.h"
#include "text.h"

/* An Assuan line has 1,000 bytes: what is fixed, and these. */
#define WHAT_MAX   160
#define ORIGIN_MAX 300
#define DETAIL_MAX 340

char *
host_window_text(const struct host_window *w)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	host_text_clean(&b, w->what, WHAT_MAX);
	nm_buffer_format(&b, "\n\nAsked for by %s.", w->by);
	if (w->origin != NULL) {
		nm_buffer_string(&b, "\nWebsite: ");
		host_text_show(&b, w->origin, ORIGIN_MAX);
	}
	if (w->lines != NULL)
		nm_buffer_format(&b, "\n%s", w->lines);
	if (w->detail != NULL && *w->detail != '\0') {
		nm_buffer_string(&b, "\nConcerning: ");
		host_text_show(&b, w->detail, DETAIL_MAX);
	}
	return nm_buffer_take_string(&b);
}

enum nm_error
host_window_confirm(
    const char *program, enum host_asking asking, const struct host_window *w)
{
	char *text = host_window_text(w), *none = NULL;
	enum nm_error err;

	if (text == NULL)
		return NM_ERR_INTERNAL;
	err = host_pinentry_ask(program, asking, 0, text, &none);
	free(text);
	return err;
}
