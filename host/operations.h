/* SPDX-License-Identifier: MPL-2.0 */
/* One row per method, each defined in the file that implements it. */
#ifndef HOST_OPERATIONS_H
#define HOST_OPERATIONS_H

#include "operation.h"

extern const struct host_operation host_op_hello;
extern const struct host_operation host_op_operation_cancel;

extern const struct host_operation host_op_message_protect;
extern const struct host_operation host_op_message_read;

extern const struct host_operation host_op_certificate_list;
extern const struct host_operation host_op_certificate_get;
extern const struct host_operation host_op_certificate_import;
extern const struct host_operation host_op_certificate_export;
extern const struct host_operation host_op_certificate_delete;
extern const struct host_operation host_op_certificate_trust;
extern const struct host_operation host_op_certificate_request;
extern const struct host_operation host_op_certificate_withdraw;
extern const struct host_operation host_op_certificate_find;
extern const struct host_operation host_op_certificate_check;

extern const struct host_operation host_op_database_status;
extern const struct host_operation host_op_database_candidates;
extern const struct host_operation host_op_database_use;
extern const struct host_operation host_op_database_unlock;
extern const struct host_operation host_op_database_lock;
extern const struct host_operation host_op_database_change_password;

extern const struct host_operation host_op_origin_list;
extern const struct host_operation host_op_origin_allow;
extern const struct host_operation host_op_origin_forget;

#endif
