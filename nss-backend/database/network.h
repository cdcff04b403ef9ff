/* SPDX-License-Identifier: MPL-2.0 */
#ifndef NSSMIME_DATABASE_NETWORK_H
#define NSSMIME_DATABASE_NETWORK_H

#include <ocsp.h>

/*
 * An HTTP client that always refuses. NSS makes every fetch of its own (OCSP,
 * CRL distribution points, AIA) through the registered client, so that with
 * this one the process never speaks to the network: fetching tells others who
 * reads what, and is another process's, where the user allows it.
 */
extern const SEC_HttpClientFcn nm_no_network;

#endif
