// Device programs (BPF) of a cgroup, by its directory.
//
//   device-programs count DIRECTORY        how many are attached
//   device-programs deny DIRECTORY NAME    attaches one of that name which denies everything, beside others
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf(enum bpf_cmd command, union bpf_attr *attributes) {
    return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

static int count(int cgroup) {
    uint32_t ids[64];
    union bpf_attr query = {
        .query.target_fd = (uint32_t)cgroup,
        .query.attach_type = BPF_CGROUP_DEVICE,
        .query.prog_ids = (uint64_t)(uintptr_t)ids,
        .query.prog_cnt = 64,
    };
    if (bpf(BPF_PROG_QUERY, &query) < 0) return -1;
    printf("%u\n", query.query.prog_cnt);
    return 0;
}

static int deny(int cgroup, const char *name) {
    struct bpf_insn instructions[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
        {.code = BPF_JMP | BPF_EXIT},
    };
    union bpf_attr load = {
        .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
        .insns = (uint64_t)(uintptr_t)instructions,
        .insn_cnt = sizeof instructions / sizeof *instructions,
        .license = (uint64_t)(uintptr_t) "Apache-2.0",
    };
    snprintf(load.prog_name, sizeof load.prog_name, "%s", name);
    int program = bpf(BPF_PROG_LOAD, &load);
    if (program < 0) return -1;
    union bpf_attr attach = {
        .target_fd = (uint32_t)cgroup,
        .attach_bpf_fd = (uint32_t)program,
        .attach_type = BPF_CGROUP_DEVICE,
        .attach_flags = BPF_F_ALLOW_MULTI,
    };
    return bpf(BPF_PROG_ATTACH, &attach);
}

int main(int argc, char **argv) {
    int cgroup = argc > 2 ? open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int result = -1;
    if (cgroup >= 0 && argc == 3 && strcmp(argv[1], "count") == 0) result = count(cgroup);
    if (cgroup >= 0 && argc == 4 && strcmp(argv[1], "deny") == 0) result = deny(cgroup, argv[3]);
    if (result < 0) perror("device-programs");
    return result < 0;
}
