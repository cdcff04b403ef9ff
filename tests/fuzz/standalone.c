/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Runs a fuzz target on files and on all files of folders, without libFuzzer:
 * with any compiler, in every build.
 */
#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>

#include "fuzz.h"

#define LARGEST (64u * 1024u * 1024u)

/* Targets that need nothing at the start leave it out. */
int __attribute__((weak)) LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static bool
run_file(const char *path, size_t size)
{
	uint8_t *data = NULL;
	FILE *f = fopen(path, "re");
	bool good = false;

	if (f == NULL || size > LARGEST ||
	    (data = malloc(size == 0 ? 1 : size)) == NULL)
		goto out;
	/* named, so that a crash tells of which file */
	(void)fprintf(stderr, "%s\n", path);
	if (fread(data, 1, size, f) != size)
		goto out;
	(void)LLVMFuzzerTestOneInput(data, size);
	good = true;
out:
	free(data);
	if (f != NULL)
		(void)fclose(f);
	return good;
}

/* Counts the files in *count; false: something cannot be read. */
static bool
run_path(const char *path, size_t *count)
{
	char inside[PATH_MAX];
	struct dirent *entry;
	struct stat st;
	bool good = true;
	DIR *folder;

	if (stat(path, &st) != 0)
		return false;
	if (!S_ISDIR(st.st_mode)) {
		++*count;
		return run_file(path, (size_t)st.st_size);
	}
	if ((folder = opendir(path)) == NULL)
		return false;
	while (good && (entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		good = snprintf(inside, sizeof(inside), "%s/%s", path,
			   entry->d_name) < (int)sizeof(inside) &&
		    run_path(inside, count);
	}
	(void)closedir(folder);
	return good;
}

int
main(int argc, char **argv)
{
	size_t count = 0;

	(void)LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++) {
		if (!run_path(argv[i], &count)) {
			perror(argv[i]);
			return 1;
		}
	}
	(void)printf("%zu inputs\n", count);
	return count != 0 ? 0 : 1;
}
