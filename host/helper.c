/* SPDX-License-Identifier: MPL-2.0 */
#include "helper.h"

#include <stdlib.h>

#include "change.h"
#include "download.h"
#include "pinentry.h"
#include "text.h"
#include "window.h"

/* Of a name in a window: an Assuan line is short. */
#define SHOWN 200

/* In words of its own: the engine's are not to be believed where files of the
 * user's are written. */
static enum nm_error
save(const struct host_helper *h, const char *proposal, struct nm_bytes file,
    char **saved)
{
	struct host_window w = {
		.what = "Save a file with your certificate and its private "
			"key?",
		.by = h->caller->name
	};
	struct nm_buffer lines = NM_BUFFER_INIT;
	char *folder, *name, *shown = NULL;
	enum nm_error err = NM_ERR_STORAGE_FAILED;

	folder = host_download_folder();
	name = host_download_name(proposal);
	if (folder == NULL || name == NULL)
		goto out;
	nm_buffer_string(&lines, "File: ");
	host_text_clean(&lines, name, SHOWN);
	nm_buffer_string(&lines, "\nFolder: ");
	host_text_clean(&lines, folder, SHOWN);
	if ((shown = nm_buffer_take_string(&lines)) == NULL)
		goto out;
	w.lines = shown;
	err = host_window_confirm(h->settings->pinentry, HOST_ASK_SAVE, &w);
	if (err == NM_OK)
		err = host_download_write(folder, name, file, saved);
out:
	free(shown);
	free(name);
	free(folder);
	return err;
}

void
host_helper_run(const struct host_helper *h, const struct host_message *m,
    const char *text, struct nm_bytes file)
{
	struct nm_fault fault = { .code = NM_OK };
	enum nm_error err;
	char *said = NULL;

	if (m->type == HOST_SAVE)
		err = save(h, text, file, &said);
	else if (m->type == HOST_USE)
		err = host_change_use(h, text, &fault);
	else if (m->type == HOST_ALLOW)
		err = host_change_allow(h, text, &fault);
	else
		err = host_pinentry_ask(
		    h->settings->pinentry, m->asking, m->again, text, &said);
	host_channel_answer(h->channel, m->id, err,
	    err != NM_OK && fault.code == err ? fault.text : said);
	nm_secret_free(&said);
}
