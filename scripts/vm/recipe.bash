# What the guest is made of. A change here makes every cached image stale: its hash names their folder.
# shellcheck shell=bash disable=SC2034 # for those who source this file

readonly suite=bookworm
readonly kernel_package=linux-image-cloud-amd64
# By the names of their files, the suites whose kernel they are. The current kernel is built without version 1's
# memory and cpuset; the suite's own one has them.
declare -rA kernels=([current]=$suite-backports [stable]=$suite)
readonly disk_size=4G
readonly memory=3072 # MiB

readonly guest_packages=(
    apparmor attr bats binutils busybox-static ca-certificates catatonit criu crun dbus dbus-user-session fish
    fuse-overlayfs gawk gcc gojq groff-base iproute2 iptables jq kmod libc6-dev libpam-systemd man-db netavark podman
    procps python3 runc slirp4netns strace sudo systemd systemd-sysv uidmap util-linux zsh
)

# Units that only cost time in a guest which lives for minutes.
readonly masked_units=(
    apt-daily-upgrade.timer apt-daily.timer cryptsetup.target dpkg-db-backup.timer e2scrub_all.timer
    e2scrub_reap.service fstrim.timer getty-static.service getty.target integritysetup.target man-db.timer
    modprobe@configfs.service modprobe@dm_mod.service modprobe@drm.service modprobe@efi_pstore.service
    podman-auto-update.timer podman-restart.service podman.service podman.socket
    proc-sys-fs-binfmt_misc.automount remote-fs.target serial-getty@hvc0.service serial-getty@ttyS0.service
    systemd-ask-password-console.path systemd-ask-password-wall.path systemd-binfmt.service
    systemd-firstboot.service systemd-journal-flush.service systemd-machine-id-commit.service
    systemd-pcrphase-sysinit.service systemd-pcrphase.service systemd-pstore.service
    systemd-random-seed.service systemd-repart.service systemd-sysusers.service systemd-timesyncd.service
    systemd-tmpfiles-clean.timer systemd-udev-trigger.service systemd-update-utmp-runlevel.service
    systemd-update-utmp.service veritysetup.target
)

# layout_kernel LAYOUT: the kernel that a cgroup layout is booted with.
layout_kernel() {
    case $1 in
    v2) echo current ;;
    v1 | hybrid) echo stable ;;
    *) die "no cgroup layout \"$1\": v1, v2 or hybrid" ;;
    esac
}

# layout_arguments LAYOUT: what the kernel is told for a cgroup layout.
layout_arguments() {
    case $1 in
    v2) echo "systemd.unified_cgroup_hierarchy=1" ;;
    v1) echo "systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1" ;;
    hybrid) echo "systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=0" ;;
    esac
}
