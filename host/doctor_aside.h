/* SPDX-License-Identifier: MPL-2.0 */
/* A check in a process of its own: what tokens, databases and other programs
 * do there can neither end nor hold up the others. */
#ifndef HOST_DOCTOR_ASIDE_H
#define HOST_DOCTOR_ASIDE_H

#include "doctor.h"

enum host_aside {
	HOST_ASIDE_DONE,
	HOST_ASIDE_HUNG, /* it was ended, since it took too long */
	HOST_ASIDE_FELL	 /* it ended by itself before it was done */
};

/* Adds what `run` finds, if it comes to its end. */
enum host_aside host_doctor_aside(struct host_doctor *d, unsigned seconds,
    void (*run)(struct host_doctor *d, const void *arg), const void *arg);

#endif
