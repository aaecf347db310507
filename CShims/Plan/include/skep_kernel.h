// Numbers of the kernel's interface that a plan is made of, for a module that may not call the kernel itself.
#ifndef SKEP_KERNEL_H
#define SKEP_KERNEL_H

#include <asm/resource.h>
#include <linux/audit.h>
#include <linux/bpf_common.h>
#include <linux/capability.h>
#include <linux/ioprio.h>
#include <linux/mempolicy.h>
#include <linux/mount.h>
#include <linux/personality.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/stat.h>
#include <stdint.h>

// What mempolicy.h lacks before Linux 6.9.
enum { SKEP_MPOL_WEIGHTED_INTERLEAVE = 6 };

// makedev(3): a device number as the kernel takes it.
static inline uint64_t skep_make_device(uint32_t major, uint32_t minor) {
    return ((uint64_t)(major & 0xfffff000u) << 32) | ((uint64_t)(major & 0xfffu) << 8) |
           ((uint64_t)(minor & 0xffffff00u) << 12) | (uint64_t)(minor & 0xffu);
}

#endif
