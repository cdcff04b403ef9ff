/* SPDX-License-Identifier: MPL-2.0 */
/* Allocations of the program's own code that fail when told to: linked with
 * --wrap, which leaves those inside of other libraries alone. */
#ifndef NSSMIME_FUZZ_WRAP_H
#define NSSMIME_FUZZ_WRAP_H

/* From now on the nth allocation (from 1) fails, and no other; 0: none. */
void wrap_fail(unsigned long nth);
/* How many there were since. */
unsigned long wrap_count(void);

#endif
