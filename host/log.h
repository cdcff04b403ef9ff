/* SPDX-License-Identifier: MPL-2.0 */
/* Diagnostics on standard error: never contents, passwords or keys. */
#ifndef HOST_LOG_H
#define HOST_LOG_H

enum host_log_level {
	HOST_LOG_ERROR,
	HOST_LOG_WARNING,
	HOST_LOG_INFO,
	HOST_LOG_DEBUG
};

/* By the settings' word; NULL or unknown: only errors. */
enum host_log_level host_log_level(const char *name);
/* Writes a line if `level` is within what is wanted. */
void host_log(enum host_log_level wanted, enum host_log_level level,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
