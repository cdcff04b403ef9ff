/* SPDX-License-Identifier: MPL-2.0 */
#include "log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = { "error", "warning", "info", "debug" };

enum host_log_level
host_log_level(const char *name)
{
	for (unsigned i = 0; name != NULL && i < 4; i++) {
		if (strcmp(name, names[i]) == 0)
			return (enum host_log_level)i;
	}
	return HOST_LOG_ERROR;
}

void
host_log(enum host_log_level wanted, enum host_log_level level,
    const char *format, ...)
{
	char line[512];
	va_list args;
	size_t at, len;
	int n;

	if (level > wanted)
		return;
	at = (size_t)snprintf(
	    line, sizeof(line), "nssmime-host: %s: ", names[level]);
	va_start(args, format);
	n = vsnprintf(line + at, sizeof(line) - at - 1, format, args);
	va_end(args);
	if (n < 0)
		return;
	len = strlen(line);
	/* one record is one line, whatever names came into it */
	for (size_t i = at; i < len; i++) {
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	}
	line[len++] = '\n';
	/* one write, so that lines of several threads stay whole */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}
