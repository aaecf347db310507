// Mounts that come from another user namespace have their flags locked (mount_namespaces(7)), and mount_setattr(2)
// does not say which.
#include "internal.h"
#include "syscalls.h"
#include "text.h"

#include <linux/errno.h>
#include <sys/vfs.h>

// f_flags of statfs(2), where they differ from MOUNT_ATTR_*.
#define ST_NOATIME    0x400
#define ST_NODIRATIME 0x800
#define ST_RELATIME   0x1000

static void add_name(struct skep_builder *text, bool is_locked, const char *name) {
    if (!is_locked) return;
    skep_add(text, text->length > 0 ? ", " : "");
    skep_add(text, name);
}

static uint64_t access_time_mode(long flags) {
    if (flags & ST_NOATIME) return MOUNT_ATTR_NOATIME;
    return flags & ST_RELATIME ? MOUNT_ATTR_RELATIME : MOUNT_ATTR_STRICTATIME;
}

void skep_fail_to_set(struct skep_init *init, int mount, const struct mount_attr *attr, const char *destination) {
    int error = skep_errno;
    struct statfs status;
    char detail[200];
    struct skep_builder text = skep_build(detail, sizeof detail);
    if (error == EPERM && SKEP_CALL(fstatfs, mount, &status) == 0) {
        uint64_t cleared = attr->attr_clr & ~attr->attr_set & (uint64_t)status.f_flags;
        add_name(&text, cleared & MOUNT_ATTR_RDONLY, "ro");
        add_name(&text, cleared & MOUNT_ATTR_NOSUID, "nosuid");
        add_name(&text, cleared & MOUNT_ATTR_NODEV, "nodev");
        add_name(&text, cleared & MOUNT_ATTR_NOEXEC, "noexec");
        bool changes_mode = (attr->attr_clr & MOUNT_ATTR__ATIME) &&
                            (attr->attr_set & MOUNT_ATTR__ATIME) != access_time_mode(status.f_flags);
        bool changes_directories = ((attr->attr_set & MOUNT_ATTR_NODIRATIME) && !(status.f_flags & ST_NODIRATIME)) ||
                                   ((attr->attr_clr & MOUNT_ATTR_NODIRATIME) && (status.f_flags & ST_NODIRATIME));
        add_name(&text, changes_mode || changes_directories, "the access time's mode");
    }
    if (text.length == 0) skep_fail_with(init, error, "mount_setattr", destination);
    skep_add(&text, " on ");
    skep_add(&text, destination);
    skep_fail_with(init, error, "change locked", detail);
}
