/* SPDX-License-Identifier: MPL-2.0 */
/* Which addresses may be asked, in every form in which they can be written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#include "common/network.h"

static bool
allowed(const char *literal, const struct host_network *networks, size_t count)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST,
		.ai_socktype = SOCK_STREAM },
			*found = NULL;
	bool good;

	if (getaddrinfo(literal, "80", &hints, &found) != 0)
		fail_msg("%s is no address", literal);
	good = host_address_allowed(found->ai_addr, networks, count);
	freeaddrinfo(found);
	return good;
}

static void
test_refused(void **state)
{
	static const char *const literals[] = {
		/* this network, loopback, in every form of inet_aton(3) */
		"0.0.0.0", "0", "0x0", "00", "0.255.255.255", "127.0.0.1",
		"127.1", "127.0.1", "2130706433", "0x7f000001", "0x7F.1",
		"0x7f.0x0.0x0.0x1", "017700000001", "0177.0.0.1", "0177.1",
		"127.255.255.255", "127.0.0.53", "0x7f.0.257",
		/* private, RFC 1918 */
		"10.0.0.0", "10.255.255.255", "10.1", "0xa.1", "012.1",
		"167772161", "172.16.0.1", "172.31.255.255", "0xac100001",
		"192.168.0.1", "192.168.255.255", "192.168.257", "3232235521",
		"0300.0250.0.1",
		/* carriers', link-local, the services of clouds */
		"100.64.0.1", "100.127.255.255", "100.100.100.200",
		"169.254.0.1", "169.254.169.254", "2852039166", "0xa9fea9fe",
		"0251.0376.0251.0376", "168.63.129.16",
		/* assignments, documentation, benchmarks, 6to4's relays */
		"192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1",
		"198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
		/* multicast, reserved, broadcast */
		"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.254",
		"255.255.255.255", "4294967295", "0xffffffff",
		/* IPv6: unspecified, loopback, compatible, mapped */
		"::", "::1", "0:0:0:0:0:0:0:1", "0000::0001", "::2",
		"::127.0.0.1", "::7f00:1", "::8.8.8.8", "::ffff:127.0.0.1",
		"::ffff:7f00:1", "0:0:0:0:0:ffff:127.0.0.1", "::FFFF:10.0.0.1",
		"::ffff:8.8.8.8", "::ffff:0:127.0.0.1",
		/* translated from what is refused; locally; discard-only */
		"64:ff9b::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1",
		"64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8",
		"64:ff9b:1::1", "100::1", "100:0:0:1::1", "5f00::1",
		/* 6to4, Teredo, assignments, documentation */
		"2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1", "2001::1",
		"2001:0:4136:e378::1", "2001:2::1", "2001:10::1", "2001:20::1",
		"2001:db8::1", "2001:0db8:ffff::1", "3fff::1", "3fff:fff::1",
		/* unique local, site-local, link-local, multicast */
		"fc00::1", "fd00::1", "fd00:ec2::254", "fdff::1", "fec0::1",
		"fe80::1", "fe80::1%1", "fe80::1%lo", "febf::1", "ff02::1",
		"ff02::1%lo", "ff0e::1", "ffff::1",
		/* what nobody has been given */
		"1::1", "1fff::1", "4000::1", "8000::1", "e000::1"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(literals) / sizeof(literals[0]); i++) {
		if (allowed(literals[i], NULL, 0))
			fail_msg("%s is allowed", literals[i]);
	}
}

static void
test_public(void **state)
{
	static const char *const literals[] = { "1.1.1.1", "8.8.8.8",
		"134744072", "0x08080808", "9.255.255.255", "11.0.0.0",
		"100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
		"169.253.255.255", "169.255.0.0", "172.15.255.255",
		"172.32.0.0", "192.0.1.0", "192.0.3.1", "192.167.255.255",
		"192.169.0.0", "198.17.255.255", "198.20.0.0",
		"223.255.255.255", "2000::1", "2606:4700::1111", "2001:200::1",
		"2001:4860:4860::8888", "2001:db7:ffff::1", "2001:db9::1",
		"2003::1", "2a00:1450::1", "3ffe:ffff::1", "3fff:1000::1",
		"64:ff9b::8.8.8.8", "64:ff9b::808:808" };

	(void)state;
	for (size_t i = 0; i < sizeof(literals) / sizeof(literals[0]); i++) {
		if (!allowed(literals[i], NULL, 0))
			fail_msg("%s is refused", literals[i]);
	}
}

static void
test_granted(void **state)
{
	static const char *const texts[] = { "10.1.0.0/16", "127.0.0.1/32",
		"fd00:1::/32", "fe80::/10" };
	struct host_network networks[4];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_true(host_network_parse(texts[i], &networks[i]));
	assert_true(allowed("10.1.255.255", networks, 4));
	assert_true(allowed("0x0a010001", networks, 4));
	assert_true(allowed("::ffff:10.1.0.1", networks, 4));
	assert_true(allowed("64:ff9b::10.1.0.1", networks, 4));
	assert_true(allowed("127.0.0.1", networks, 4));
	assert_true(allowed("fd00:1:ffff::1", networks, 4));
	assert_true(allowed("fe80::1%lo", networks, 4));
	assert_false(allowed("10.0.255.255", networks, 4));
	assert_false(allowed("10.2.0.0", networks, 4));
	assert_false(allowed("127.0.0.2", networks, 4));
	assert_false(allowed("::ffff:10.2.0.1", networks, 4));
	assert_false(allowed("fd00:2::1", networks, 4));
	assert_false(allowed("::1", networks, 4));
	assert_true(allowed("8.8.8.8", networks, 4));
}

/* All of IPv6 says nothing about IPv4, in whatever clothes. */
static void
test_families(void **state)
{
	struct host_network six, four;

	(void)state;
	assert_true(host_network_parse("::/0", &six));
	assert_true(host_network_parse("0.0.0.0/0", &four));
	assert_true(allowed("::1", &six, 1));
	assert_false(allowed("127.0.0.1", &six, 1));
	assert_false(allowed("::ffff:127.0.0.1", &six, 1));
	assert_true(allowed("127.0.0.1", &four, 1));
	assert_false(allowed("::1", &four, 1));
	assert_false(allowed("fd00::1", &four, 1));
}

static void
test_other_family(void **state)
{
	struct sockaddr_storage local = { .ss_family = AF_UNIX };

	(void)state;
	assert_false(host_address_allowed((struct sockaddr *)&local, NULL, 0));
}

static void
test_networks(void **state)
{
	static const char *const bad[] = { "", "10.0.0.0", "10.0.0.0/",
		"10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/+8", "10.0.0.0/-1",
		"10.0.0.0/8 ", " 10.0.0.0/8", "10.0.0.0/8/8", "10.0.0.1/8",
		"10/8", "0x0a.0.0.0/8", "012.0.0.0/8", "10.0.0/8", "fd00::/129",
		"fd00::1/8", "fd00::", "fd00::%1/64", "::ffff:10.0.0.0/104",
		"::ffff:0:0/96", "localhost/8", "/8", "10.0.0.0/99999999999" };
	static const char *const good[] = { "10.0.0.0/8", "0.0.0.0/0",
		"192.0.2.1/32", "10.128.0.0/9", "::/0", "fd00::/8", "::1/128",
		"fe80::/10", "::ffff:0:0:0/96" };
	struct host_network n;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (host_network_parse(bad[i], &n))
			fail_msg("\"%s\" is a network", bad[i]);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!host_network_parse(good[i], &n))
			fail_msg("\"%s\" is no network", good[i]);
	}
}

static void
test_proxies(void **state)
{
	static const char *const bad[] = { "", "http://", "http://a", "a:1",
		"http://a:", "http://a:0", "http://a:65536", "http://a:80/",
		"http://a:80/x", "https://a:80", "socks5://a:80", "HTTP://a:80",
		"http://u:p@a:80", "http://u@a:80", "http://a b:80",
		"http://:80", "http://[::1]", "http://[]:80", "http://[::1:80",
		"http://[::1]80", "http://[x]:80", "http://a:80\n",
		"http://a:+8", "http://a:123456" };
	static const char *const good[] = { "http://proxy.example.org:3128",
		"http://10.0.0.1:1", "http://[fd00::1]:65535" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (host_proxy_valid(bad[i]))
			fail_msg("\"%s\" is a proxy", bad[i]);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!host_proxy_valid(good[i]))
			fail_msg("\"%s\" is no proxy", good[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_public),
		cmocka_unit_test(test_granted),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_other_family),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_proxies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
