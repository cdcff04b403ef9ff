/* SPDX-License-Identifier: MPL-2.0 */
#include "operations.h"

/* The one table of what the host can do. */
const struct host_operation *const host_operations[] = {
	&host_op_hello,
	&host_op_operation_cancel,
	&host_op_message_protect,
	&host_op_message_read,
	&host_op_certificate_list,
	&host_op_certificate_get,
	&host_op_certificate_import,
	&host_op_certificate_export,
	&host_op_certificate_delete,
	&host_op_certificate_trust,
	&host_op_certificate_request,
	&host_op_certificate_withdraw,
	&host_op_certificate_find,
	&host_op_certificate_check,
	&host_op_database_status,
	&host_op_database_candidates,
	&host_op_database_use,
	&host_op_database_unlock,
	&host_op_database_lock,
	&host_op_database_change_password,
	&host_op_origin_list,
	&host_op_origin_allow,
	&host_op_origin_forget,
	NULL,
};
