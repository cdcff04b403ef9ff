/* SPDX-License-Identifier: MPL-2.0 */
#include "text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *
host_text_of(int fd, size_t most, size_t *len)
{
	char *text = malloc(most + 2);
	struct stat st;
	ssize_t n = 1;

	*len = 0;
	if (text == NULL || fstat(fd, &st) != 0) {
		free(text);
		return NULL;
	}
	while (S_ISREG(st.st_mode) && *len <= most && n != 0) {
		n = read(fd, text + *len, most + 1 - *len);
		if (n > 0)
			*len += (size_t)n;
		else if (n < 0 && errno != EINTR)
			break;
	}
	if (n == 0) {
		text[*len] = '\0';
		return text;
	}
	if (n > 0)
		errno = S_ISREG(st.st_mode) ? EFBIG
		    : S_ISDIR(st.st_mode)   ? EISDIR
					    : EINVAL;
	free(text);
	return NULL;
}

char *
host_text_file(const char *path, size_t most, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error;
	char *text;

	if (fd < 0)
		return NULL;
	text = host_text_of(fd, most, len);
	error = errno;
	(void)close(fd);
	errno = error;
	return text;
}

bool
host_list_has(struct json_object *list, const char *wanted)
{
	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		if (json_object_is_type(one, json_type_string) &&
		    strcmp(json_object_get_string(one), wanted) == 0)
			return true;
	}
	return false;
}
