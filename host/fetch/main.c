/* SPDX-License-Identifier: MPL-2.0 */
/*
 * nssmime-fetch: asks servers for the status of certificates, revocation lists
 * and issuers. It has no keys and understands nothing of what it fetches. The
 * program that started it speaks to it on its standard input, a socket.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "confine.h"
#include "service.h"

struct options {
	const char *cache;
	const char *authorities;
	const char *proxy;
	struct host_network networks[HOST_MAX_NETWORKS];
	size_t network_count;
	bool version;
};

static const struct option names[] = {
	{ "cache", required_argument, NULL, 'c' },
	{ "network", required_argument, NULL, 'n' },
	{ "proxy", required_argument, NULL, 'p' },
	{ "authorities", required_argument, NULL, 'a' },
	{ "version", no_argument, NULL, 'v' },
	{ NULL, 0, NULL, 0 },
};

static bool
add_network(struct options *o, const char *text)
{
	return o->network_count < HOST_MAX_NETWORKS &&
	    host_network_parse(text, &o->networks[o->network_count++]);
}

static bool
take_option(struct options *o, int name, const char *value)
{
	switch (name) {
	case 'c':
		o->cache = value;
		return value[0] == '/';
	case 'n':
		return add_network(o, value);
	case 'p':
		o->proxy = value;
		return host_proxy_valid(value);
	case 'a':
		o->authorities = value;
		return value[0] == '/';
	case 'v':
		o->version = true;
		return true;
	default:
		return false;
	}
}

static bool
take_options(struct options *o, int argc, char **argv)
{
	int name;

	while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (!take_option(o, name, optarg))
			return false;
	}
	return optind == argc;
}

static bool
is_packet_socket(int fd)
{
	int type = 0;
	socklen_t len = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	    type == SOCK_SEQPACKET;
}

static int
run(const struct options *o)
{
	struct fetch_rules rules = { .networks = o->networks,
		.network_count = o->network_count,
		.proxy = o->proxy,
		.authorities = o->authorities };
	struct fetch_cache *cache = NULL;
	bool good;

	(void)signal(SIGPIPE, SIG_IGN);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		(void)fputs("nssmime-fetch: libcurl does not start\n", stderr);
		return 1;
	}
	if (o->cache != NULL)
		cache = fetch_cache_open(o->cache);
	fetch_confine(
	    cache != NULL ? fetch_cache_path(cache) : NULL, o->authorities);
	good = fetch_serve(STDIN_FILENO, &rules, cache);
	fetch_cache_close(&cache);
	curl_global_cleanup();
	return good ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct options o = { .cache = NULL };

	if (!take_options(&o, argc, argv)) {
		(void)fputs("usage: nssmime-fetch [--cache FOLDER] "
			    "[--network NETWORK]... [--proxy URL]\n"
			    "                     [--authorities FILE] | "
			    "--version\n",
		    stderr);
		return 2;
	}
	if (o.version) {
		(void)puts("nssmime-fetch " NSSMIME_VERSION);
		return fflush(stdout) == 0 ? 0 : 1;
	}
	if (!is_packet_socket(STDIN_FILENO)) {
		(void)fputs(
		    "nssmime-fetch: it is started by nssmime-host alone\n",
		    stderr);
		return 2;
	}
	return run(&o);
}
