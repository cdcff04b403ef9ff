/* SPDX-License-Identifier: MPL-2.0 */
/*
 * memory FILE...: reads each message, and protects the first in several
 * manners, again and again: each time another allocation fails. What comes
 * then is an internal error, or what came without the failure: never another
 * verdict or another error, never a crash; and nothing is left behind, which
 * NSS notices of its objects and the sanitizers of memory.
 */
#include <nss.h>

#include "person.h"
#include "wrap.h"

static struct person person;
static unsigned wrongs;

static void
wrong(const char *name, unsigned long nth, const struct outcome *o)
{
	wrongs++;
	(void)fprintf(stderr, "%s, allocation %lu, ", name, nth);
	outcome_tell("fails", o);
}

/* A look-up of keys without memory finds none, and what fails with a key looks
 * as all that fails with a key does: nobody learns from it what it was. */
static bool
veiled(enum nm_error error)
{
	return error == NM_ERR_NO_PRIVATE_KEY ||
	    error == NM_ERR_INTEGRITY_FAILURE;
}

static void
read_all(const char *name, struct nm_bytes in)
{
	struct outcome good = { .layers = 0 }, bad;
	unsigned long total, tolerated = 0;

	wrap_fail(0);
	person_read(&person, NM_CONTENT_MESSAGE, in, 0, &good);
	total = wrap_count();
	must(total != 0);
	for (unsigned long i = 1; i <= total; i++) {
		bad = (struct outcome){ .layers = 0 };
		wrap_fail(i);
		person_read(&person, NM_CONTENT_MESSAGE, in, 0, &bad);
		wrap_fail(0);
		if (bad.error != NM_ERR_INTERNAL) {
			tolerated++;
			if (!outcome_same(&good, &bad) && !veiled(bad.error))
				wrong(name, i, &bad);
		}
		outcome_clear(&bad);
	}
	(void)printf(
	    "%s: %lu allocations, %lu not missed\n", name, total, tolerated);
	outcome_clear(&good);
}

static void
protect_all(const struct manner *m, struct nm_bytes in)
{
	struct nm_buffer out = NM_BUFFER_INIT;
	unsigned long total, tolerated = 0;
	struct outcome read;
	enum nm_error err;

	wrap_fail(0);
	must(person_protect(&person, m, in, 0, &out) == NM_OK);
	total = wrap_count();
	must(total != 0);
	for (unsigned long i = 1; i <= total; i++) {
		nm_buffer_reset(&out);
		wrap_fail(i);
		err = person_protect(&person, m, in, 0, &out);
		wrap_fail(0);
		if (err == NM_ERR_INTERNAL)
			continue;
		tolerated++;
		read = (struct outcome){ .error = err };
		if (err == NM_OK)
			person_read(&person, NM_CONTENT_MESSAGE,
			    nm_buffer_bytes(&out), 0, &read);
		/* as good as without the failure */
		if (read.error != NM_OK ||
		    (m->sign && read.signature != NM_STATUS_VALID) ||
		    (m->encrypt && read.encryption != NM_COVERAGE_FULL))
			wrong("protect", i, &read);
		outcome_clear(&read);
	}
	nm_buffer_reset(&out);
	(void)printf(
	    "protect: %lu allocations, %lu not missed\n", total, tolerated);
}

/* Making the index, and finding somebody with it. */
static void
index_all(void)
{
	struct nm_index *index;
	CERTCertificate **found;
	unsigned long total = 1;
	size_t count;
	enum nm_error err;

	for (unsigned long i = 0; i <= total; i++) {
		index = NULL;
		found = NULL;
		count = 0;
		wrap_fail(i);
		err = nm_index_new(person.db, &index, NULL);
		if (err == NM_OK)
			err = nm_index_by_address(
			    index, "carol@example.org", &found, &count);
		if (i == 0)
			total = wrap_count();
		wrap_fail(0);
		must(i != 0 || err == NM_OK);
		if (err == NM_OK ? count != 1 : err != NM_ERR_INTERNAL) {
			wrongs++;
			(void)fprintf(stderr, "index, allocation %lu, %s\n", i,
			    nm_error_kind(err));
		}
		free(found);
		nm_index_free(&index);
	}
	/* the one that is used from here on is made */
	must(nm_index_count(person.index) != 0);
	(void)printf("index: %lu allocations\n", total);
}

static void
load(const char *path, struct nm_buffer *out)
{
	FILE *f = fopen(path, "re");
	uint8_t *at;
	size_t n = 1;

	must(f != NULL);
	while (n != 0) {
		must((at = nm_buffer_extend(out, 4096)) != NULL);
		n = fread(at, 1, 4096, f);
		out->len -= 4096 - n;
	}
	(void)fclose(f);
}

int
main(int argc, char **argv)
{
	static const struct manner manners[] = {
		{ .sign = true, .to = "bob@example.org" },
		{ .sign = true,
		    .opaque = true,
		    .pss = true,
		    .to = "bob@example.org" },
		{ .encrypt = true,
		    .cipher = NM_CIPHER_AES128_CBC,
		    .to = "carol@example.org" },
		{ .sign = true,
		    .encrypt = true,
		    .triple = true,
		    .oaep = true,
		    .cipher = NM_CIPHER_AES256_GCM,
		    .to = "bob@example.org" },
	};
	struct nm_buffer in = NM_BUFFER_INIT;

	if (argc < 2) {
		(void)fputs("usage: memory FILE...\n", stderr);
		return 2;
	}
	wrap_fail(0);
	person_open(&person);
	index_all();
	for (int i = 1; i < argc; i++) {
		load(argv[i], &in);
		read_all(argv[i], nm_buffer_bytes(&in));
		nm_buffer_reset(&in);
	}
	load(argv[1], &in);
	for (size_t i = 0; i < sizeof(manners) / sizeof(manners[0]); i++)
		protect_all(&manners[i], nm_buffer_bytes(&in));
	nm_buffer_reset(&in);
	person_close(&person);
	/* all references were let go, or NSS would not stop */
	must(!NSS_IsInitialized());
	return wrongs == 0 ? 0 : 1;
}
