# What the guest is made of. A change here makes every cached image stale: its hash names their folder.
# shellcheck shell=bash disable=SC2034 # for those who source this file

readonly suite=bookworm
readonly kernel_package=linux-image-cloud-amd64 # from the suite's backports, for a current kernel
readonly disk_size=4G
readonly memory=3072

readonly guest_packages=(
    apparmor bats busybox-static ca-certificates criu crun dbus dbus-user-session fuse-overlayfs gawk iproute2 jq kmod
    libpam-systemd man-db fish groff-base podman procps python3 runc slirp4netns strace sudo systemd systemd-sysv
    uidmap util-linux zsh
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

# layout_arguments LAYOUT: what the kernel is told for a cgroup layout.
layout_arguments() {
    case $1 in
    v2) echo "systemd.unified_cgroup_hierarchy=1" ;;
    v1) echo "systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1" ;;
    *) die "no cgroup layout \"$1\": v1 or v2" ;;
    esac
}
