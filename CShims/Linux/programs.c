// BPF programs, for which the C library has no wrapper.
#include "skep_linux.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf(enum bpf_cmd command, union bpf_attr *attributes) {
    return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

int skep_linux_load_device_program(const uint64_t *instructions, size_t count, const char *name) {
    union bpf_attr load = {
        .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
        .insns = (uint64_t)(uintptr_t)instructions,
        .insn_cnt = (uint32_t)count,
        .license = (uint64_t)(uintptr_t) "Apache-2.0",
    };
    strncpy(load.prog_name, name, sizeof load.prog_name - 1);
    return bpf(BPF_PROG_LOAD, &load);
}

int skep_linux_attach_device_program(int cgroup, int program, int replaced) {
    union bpf_attr attach = {
        .target_fd = (uint32_t)cgroup,
        .attach_bpf_fd = (uint32_t)program,
        .attach_type = BPF_CGROUP_DEVICE,
        .attach_flags = BPF_F_ALLOW_MULTI,
    };
    if (replaced >= 0) {
        attach.attach_flags |= BPF_F_REPLACE;
        attach.replace_bpf_fd = (uint32_t)replaced;
    }
    return bpf(BPF_PROG_ATTACH, &attach);
}

int skep_linux_attached_device_programs(int cgroup, uint32_t *ids, size_t count) {
    union bpf_attr query = {
        .query.target_fd = (uint32_t)cgroup,
        .query.attach_type = BPF_CGROUP_DEVICE,
        .query.prog_ids = (uint64_t)(uintptr_t)ids,
        .query.prog_cnt = (uint32_t)count,
    };
    if (bpf(BPF_PROG_QUERY, &query) < 0) return -1;
    return (int)query.query.prog_cnt;
}

int skep_linux_open_program(uint32_t id, const char *name) {
    union bpf_attr get = {.prog_id = id};
    int program = bpf(BPF_PROG_GET_FD_BY_ID, &get);
    if (program < 0) return -1;
    struct bpf_prog_info info = {.type = 0};
    union bpf_attr ask = {
        .info.bpf_fd = (uint32_t)program, .info.info_len = sizeof info, .info.info = (uint64_t)(uintptr_t)&info};
    if (bpf(BPF_OBJ_GET_INFO_BY_FD, &ask) == 0 && strncmp(info.name, name, sizeof info.name) == 0) return program;
    close(program);
    errno = ENOENT;
    return -1;
}
