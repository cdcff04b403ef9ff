/* SPDX-License-Identifier: MPL-2.0 */
/* A home folder of the test's own: HOME names it, and no variable of XDG
 * another place. */
#ifndef NSSMIME_TESTS_HOME_H
#define NSSMIME_TESTS_HOME_H

#include "pki.h"

static struct pki home;

static inline int
home_setup(void **state)
{
	(void)state;
	pki_temporary(&home);
	setenv("HOME", home.dir, 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_DATA_HOME");
	unsetenv("XDG_CACHE_HOME");
	return 0;
}

static inline int
home_teardown(void **state)
{
	(void)state;
	pki_remove(&home);
	return 0;
}

#endif
