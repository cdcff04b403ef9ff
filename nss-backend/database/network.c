/* SPDX-License-Identifier: MPL-2.0 */
#include "database/network.h"

#include <prerror.h>

static SECStatus
refuse(void)
{
	PR_SetError(PR_NETWORK_DOWN_ERROR, 0);
	return SECFailure;
}

static SECStatus
create_session(
    const char *host, PRUint16 port, SEC_HTTP_SERVER_SESSION *session)
{
	(void)host;
	(void)port;
	*session = NULL;
	return refuse();
}

static SECStatus
keep_alive(SEC_HTTP_SERVER_SESSION session, PRPollDesc **poll)
{
	(void)session;
	*poll = NULL;
	return refuse();
}

static SECStatus
free_session(SEC_HTTP_SERVER_SESSION session)
{
	(void)session;
	return SECSuccess;
}

static SECStatus
create_request(SEC_HTTP_SERVER_SESSION session, const char *protocol,
    const char *path, const char *method, const PRIntervalTime timeout,
    SEC_HTTP_REQUEST_SESSION *request)
{
	(void)session;
	(void)protocol;
	(void)path;
	(void)method;
	(void)timeout;
	*request = NULL;
	return refuse();
}

static SECStatus
set_post(SEC_HTTP_REQUEST_SESSION request, const char *data, const PRUint32 len,
    const char *type)
{
	(void)request;
	(void)data;
	(void)len;
	(void)type;
	return refuse();
}

static SECStatus
add_header(
    SEC_HTTP_REQUEST_SESSION request, const char *name, const char *value)
{
	(void)request;
	(void)name;
	(void)value;
	return refuse();
}

static SECStatus
try_request(SEC_HTTP_REQUEST_SESSION request, PRPollDesc **poll, PRUint16 *code,
    const char **type, const char **headers, const char **data, PRUint32 *len)
{
	(void)request;
	(void)poll;
	(void)code;
	(void)type;
	(void)headers;
	(void)data;
	(void)len;
	return refuse();
}

static SECStatus
let_go(SEC_HTTP_REQUEST_SESSION request)
{
	(void)request;
	return SECSuccess;
}

const SEC_HttpClientFcn nm_no_network = { 1,
	{ { create_session, keep_alive, free_session, create_request, set_post,
	    add_header, try_request, let_go, let_go } } };
