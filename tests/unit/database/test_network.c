/* SPDX-License-Identifier: MPL-2.0 */
#include "pki.h"

#include <prerror.h>

#include "database/network.h"

/* Every step says no, so that NSS gives up at once and never waits. */
static void
nothing_is_ever_asked(void **state)
{
	const SEC_HttpClientFcnV1 *f = &nm_no_network.fcnTable.ftable1;
	SEC_HTTP_SERVER_SESSION server = (SEC_HTTP_SERVER_SESSION)&server;
	SEC_HTTP_REQUEST_SESSION request = (SEC_HTTP_REQUEST_SESSION)&request;
	const char *type, *headers, *data;
	PRPollDesc *poll = NULL;
	PRUint16 code = 0;
	PRUint32 len = 0;

	(void)state;
	assert_int_equal(nm_no_network.version, 1);
	assert_int_equal(
	    f->createSessionFcn("example.org", 80, &server), SECFailure);
	assert_int_equal(PR_GetError(), PR_NETWORK_DOWN_ERROR);
	assert_null(server);
	assert_int_equal(f->keepAliveSessionFcn(NULL, &poll), SECFailure);
	assert_null(poll);
	assert_int_equal(
	    f->createFcn(NULL, "http", "/", "GET", 1000, &request), SECFailure);
	assert_null(request);
	PR_SetError(0, 0);
	assert_int_equal(
	    f->setPostDataFcn(NULL, "x", 1, "text/plain"), SECFailure);
	assert_int_equal(PR_GetError(), PR_NETWORK_DOWN_ERROR);
	assert_int_equal(f->addHeaderFcn(NULL, "A", "b"), SECFailure);
	assert_int_equal(f->trySendAndReceiveFcn(
			     NULL, &poll, &code, &type, &headers, &data, &len),
	    SECFailure);
	assert_int_equal(f->cancelFcn(NULL), SECSuccess);
	assert_int_equal(f->freeFcn(NULL), SECSuccess);
	assert_int_equal(f->freeSessionFcn(NULL), SECSuccess);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_ever_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
