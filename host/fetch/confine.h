/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What nssmime-fetch gives up before it asks anybody: new privileges, other
 * programs, local sockets, writing but in its own folder, and reading but what
 * a resolver and TLS need: the user's files are none of its business.
 */
#ifndef FETCH_CONFINE_H
#define FETCH_CONFINE_H

/* `cache`: the folder for answers, `authorities`: a file; NULL: none. */
void fetch_confine(const char *cache, const char *authorities);

#endif
