/* SPDX-License-Identifier: MPL-2.0 */
#include "cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/question.h"

#define NAME_LENGTH 16 /* hex digits */
#define NEW_PREFIX  ".new-"
#define NEW_AGE	    3600 /* seconds after which one was left behind */
#define HASH_START  UINT64_C(0xcbf29ce484222325)

static const char magic[8] = "NMFETCH1";

struct fetch_cache {
	int folder;
	char *path;
	unsigned count; /* of files written, for their first names */
};

/* A file: this, the URL, the request, the answer. */
struct head {
	char magic[8];
	uint32_t kind;
	uint32_t url_len;
	uint32_t request_len;
	uint32_t answer_len;
	int64_t until;
	uint64_t hash; /* of all that follows: against what breaks on disks */
};

/* FNV-1a. It finds files; that it can be made to collide costs its maker one
 * fetch more, since the whole question is compared. */
static uint64_t
hash_bytes(uint64_t hash, struct nm_bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		hash = (hash ^ b.data[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static void
name_of(const struct fetch_key *key, char name[NAME_LENGTH + 1])
{
	uint8_t kind = (uint8_t)key->kind;
	uint64_t hash;

	hash = hash_bytes(HASH_START, (struct nm_bytes){ &kind, 1 });
	hash = hash_bytes(hash, key->url);
	/* the URL has no NUL: here it ends */
	hash = hash_bytes(hash, (struct nm_bytes){ (const uint8_t *)"", 1 });
	hash = hash_bytes(hash, key->request);
	(void)snprintf(
	    name, NAME_LENGTH + 1, "%016llx", (unsigned long long)hash);
}

/* ---- the folder ----------------------------------------------------- */

static bool
is_ours(int fd, mode_t type)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == type &&
	    st.st_uid == geteuid();
}

/* Below `parent`, made if it is not there; -1. Closes the parent. */
static int
enter(int parent, const char *name)
{
	int fd = -1;

	if (parent >= 0 &&
	    (mkdirat(parent, name, 0700) == 0 || errno == EEXIST)) {
		fd = openat(parent, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		(void)close(parent);
	} else if (parent >= 0) {
		(void)close(parent);
	}
	return fd;
}

struct fetch_cache *
fetch_cache_open(const char *folder)
{
	struct fetch_cache *c = calloc(1, sizeof(*c));
	int parent;

	if (c == NULL)
		return NULL;
	(void)mkdir(folder, 0700);
	parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	c->folder = enter(enter(parent, "nssmime"), "fetch");
	if (c->folder < 0 || !is_ours(c->folder, S_IFDIR) ||
	    fchmod(c->folder, 0700) != 0 ||
	    asprintf(&c->path, "%s/nssmime/fetch", folder) < 0) {
		c->path = NULL;
		fetch_cache_close(&c);
	}
	return c;
}

void
fetch_cache_close(struct fetch_cache **c)
{
	if (*c == NULL)
		return;
	if ((*c)->folder >= 0)
		(void)close((*c)->folder);
	free((*c)->path);
	free(*c);
	*c = NULL;
}

const char *
fetch_cache_path(const struct fetch_cache *c)
{
	return c->path;
}

/* ---- reading -------------------------------------------------------- */

static bool
read_exactly(int fd, void *data, size_t len)
{
	uint8_t *at = data;
	ssize_t n = 0;

	while (len != 0 && ((n = read(fd, at, len)) > 0 || errno == EINTR)) {
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
		if (n == 0)
			break;
	}
	return len == 0;
}

static bool
head_fits(const struct head *head, const struct fetch_key *key, int64_t now)
{
	return memcmp(head->magic, magic, sizeof(magic)) == 0 &&
	    head->kind == (uint32_t)key->kind &&
	    head->url_len == key->url.len &&
	    head->request_len == key->request.len && head->answer_len != 0 &&
	    head->answer_len <= host_question_size(key->kind) &&
	    head->until > now && head->until <= now + FETCH_CACHE_AGE;
}

static bool
body_fits(
    const struct head *head, const struct fetch_key *key, struct nm_bytes body)
{
	struct nm_bytes url = { body.data, key->url.len },
			request = { body.data + url.len, key->request.len };

	return nm_bytes_equal(url, key->url) &&
	    nm_bytes_equal(request, key->request) &&
	    hash_bytes(HASH_START, body) == head->hash;
}

static bool
read_entry(
    int fd, const struct fetch_key *key, int64_t now, struct nm_buffer *answer)
{
	struct head head;
	uint8_t *body, more;
	size_t len;

	if (!is_ours(fd, S_IFREG) || !read_exactly(fd, &head, sizeof(head)) ||
	    !head_fits(&head, key, now))
		return false;
	len = key->url.len + key->request.len + head.answer_len;
	body = nm_buffer_extend(answer, len);
	if (body == NULL || !read_exactly(fd, body, len) ||
	    read(fd, &more, 1) != 0 ||
	    !body_fits(&head, key, nm_buffer_bytes(answer)))
		return false;
	nm_buffer_consume(answer, key->url.len + key->request.len);
	return true;
}

bool
fetch_cache_get(struct fetch_cache *c, const struct fetch_key *key, int64_t now,
    struct nm_buffer *answer)
{
	char name[NAME_LENGTH + 1];
	bool found;
	int fd;

	nm_buffer_reset(answer);
	if (c == NULL)
		return false;
	name_of(key, name);
	fd = openat(
	    c->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	found = read_entry(fd, key, now, answer);
	(void)close(fd);
	if (!found)
		nm_buffer_reset(answer);
	return found;
}

/* ---- writing -------------------------------------------------------- */

static bool
write_exactly(int fd, struct nm_bytes data)
{
	ssize_t n;

	while (data.len != 0) {
		n = write(fd, data.data, data.len);
		if (n < 0 && errno != EINTR)
			return false;
		data.data += n > 0 ? n : 0;
		data.len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* The time of change is that until which it holds: what is over is seen
 * without opening it. */
static bool
write_entry(
    int fd, const struct fetch_key *key, int64_t until, struct nm_bytes answer)
{
	struct head head = { .kind = (uint32_t)key->kind,
		.url_len = (uint32_t)key->url.len,
		.request_len = (uint32_t)key->request.len,
		.answer_len = (uint32_t)answer.len,
		.until = until };
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = (time_t)until } };

	memcpy(head.magic, magic, sizeof(magic));
	head.hash = hash_bytes(HASH_START, key->url);
	head.hash = hash_bytes(head.hash, key->request);
	head.hash = hash_bytes(head.hash, answer);
	return write_exactly(fd,
		   (struct nm_bytes){ (const uint8_t *)&head, sizeof(head) }) &&
	    write_exactly(fd, key->url) && write_exactly(fd, key->request) &&
	    write_exactly(fd, answer) && futimens(fd, times) == 0;
}

struct file {
	char name[NAME_LENGTH + 1];
	int64_t until;
	uint64_t size;
};

static int
by_until(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	return x->until < y->until ? -1 : x->until > y->until;
}

/* Lists what is good, removes what is over. */
static size_t
list_files(int folder, DIR *dir, int64_t now, struct file *files)
{
	struct dirent *entry;
	struct stat st;
	size_t count = 0, len;
	bool is_new;

	while ((entry = readdir(dir)) != NULL) {
		len = strlen(entry->d_name);
		is_new = strncmp(entry->d_name, NEW_PREFIX,
			     sizeof(NEW_PREFIX) - 1) == 0;
		if ((len != NAME_LENGTH && !is_new) ||
		    fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) !=
			0)
			continue;
		if (st.st_mtime <= (is_new ? now - NEW_AGE : now) ||
		    (!is_new && count >= FETCH_CACHE_FILES)) {
			(void)unlinkat(folder, entry->d_name, 0);
		} else if (!is_new) {
			memcpy(files[count].name, entry->d_name, len + 1);
			files[count].until = st.st_mtime;
			files[count++].size = (uint64_t)st.st_size;
		}
	}
	return count;
}

/* What is over goes, then what is over first, until there is room. */
static void
make_room(struct fetch_cache *c, int64_t now, size_t wanted)
{
	struct file *files = calloc(FETCH_CACHE_FILES, sizeof(*files));
	int fd = openat(c->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	uint64_t total = wanted;
	size_t count;

	if (files != NULL && dir != NULL) {
		count = list_files(c->folder, dir, now, files);
		qsort(files, count, sizeof(*files), by_until);
		for (size_t i = 0; i < count; i++)
			total += files[i].size;
		for (size_t i = 0; i < count && total > FETCH_CACHE_BYTES;
		     i++) {
			(void)unlinkat(c->folder, files[i].name, 0);
			total -= files[i].size;
		}
	}
	if (dir != NULL)
		(void)closedir(dir);
	else if (fd >= 0)
		(void)close(fd);
	free(files);
}

void
fetch_cache_put(struct fetch_cache *c, const struct fetch_key *key, int64_t now,
    int64_t until, struct nm_bytes answer)
{
	char name[NAME_LENGTH + 1], first[64];
	bool good;
	int fd;

	if (until > now + FETCH_CACHE_AGE)
		until = now + FETCH_CACHE_AGE;
	if (c == NULL || until <= now || answer.len == 0 ||
	    answer.len > host_question_size(key->kind))
		return;
	make_room(c, now, answer.len);
	name_of(key, name);
	(void)snprintf(first, sizeof(first), NEW_PREFIX "%ld-%u",
	    (long)getpid(), ++c->count);
	fd = openat(c->folder, first,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	good = write_entry(fd, key, until, answer);
	good = close(fd) == 0 && good;
	if (!good || renameat(c->folder, first, c->folder, name) != 0)
		(void)unlinkat(c->folder, first, 0);
}
