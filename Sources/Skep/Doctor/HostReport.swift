internal import Cgroups
package import OCI
internal import System
internal import SystemPackage

/// What a host can give containers, and what mends what it can't: nothing but a judgement of facts.
package struct HostReport: Sendable {
    /// What was found, the most needed first.
    package let findings: [HostFinding]

    /// Whether a container can run here.
    package var canRun: Bool { hindrances.isEmpty }

    /// What keeps every container from running.
    package var hindrances: [HostFinding] {
        findings.filter { $0.isEssential && $0.status == .missing }
    }

    init(_ facts: HostFacts) {
        findings =
            Self.kernel(facts) + Self.namespaces(facts) + Self.userNamespaces(facts) + Self.mapping(facts)
            + Self.mounts(facts) + Self.cgroups(facts) + Self.security(facts) + Self.rights(facts)
            + Self.around(facts)
    }

    static func text(_ errno: Errno) -> String { "\(errno.text) (\(errno.name))" }

    // MARK: The kernel

    /// The oldest kernel that Skep works with.
    private static let floor = (5, 14)

    private static func kernel(_ facts: HostFacts) -> [HostFinding] {
        let numbers = facts.kernel.utf8.split { !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0) }
            .prefix(2).compactMap { Int(String(decoding: $0, as: UTF8.self)) }
        let isEnough = numbers.count == 2 && (numbers[0], numbers[1]) >= floor
        let wanted = "\(floor.0).\(floor.1)"
        var found = [
            isEnough
                ? HostFinding("kernel", .ok, "\(facts.kernel), of \(wanted) or newer", isEssential: true)
                : HostFinding(
                    "kernel", .missing, "\(facts.kernel) is older than \(wanted)",
                    remedy: "install a kernel of \(wanted) or newer, and boot it", isEssential: true)
        ]
        found.append(call("clone3", facts.calls.clone3, "processes are made by it"))
        switch facts.calls.cloneIntoCgroup {
        case .none: break
        // Who may not move there may not be born there either; the call is known.
        case .done, .refused(.permissionDenied), .refused(.resourceBusy):
            found.append(HostFinding("clone-into-cgroup", .ok, "a container is born in its cgroup"))
        case .refused(let errno):
            found.append(HostFinding("clone-into-cgroup", .limited, "clone3: \(text(errno))", remedy: filterRemedy))
        }
        found.append(call("pidfd", facts.calls.pidfd, "processes are held by it"))
        found.append(call("openat2", facts.calls.openat2, "no path leads out of a rootfs"))
        return found
    }

    private static let filterRemedy = "let the seccomp profile of what this host itself runs in allow the call"

    private static func call(_ name: String, _ attempt: HostFacts.Attempt, _ use: String) -> HostFinding {
        guard case .refused(let errno) = attempt else { return HostFinding(name, .ok, use, isEssential: true) }
        return HostFinding(
            name, .missing, "is refused: \(text(errno))",
            remedy: errno == .noFunction ? "install a newer kernel, or " + filterRemedy : filterRemedy,
            isEssential: true)
    }

    // MARK: Mounts

    private static func mounts(_ facts: HostFacts) -> [HostFinding] {
        let calls = facts.calls
        var found = [call("mount-api", calls.mount, "fsopen, fsmount, open_tree, move_mount")]
        found.append(proc(facts))
        found.append(idMappedMounts(calls))
        found.append(
            facts.fileSystems.contains("overlay")
                ? HostFinding("overlayfs", .ok, "for the layers of engines' images")
                : HostFinding(
                    "overlayfs", .missing, "engines keep images without layers, which is slow",
                    remedy: "modprobe overlay"))
        return found
    }

    private static func idMappedMounts(_ calls: HostFacts.Calls) -> HostFinding {
        let name = "idmapped-mounts"
        switch calls.idMappedMount {
        case .done: return HostFinding(name, .ok, "on the file system of the working directory")
        case .refused(let errno):
            return HostFinding(
                name, .limited, "not on the file system of the working directory: \(text(errno))",
                remedy: "keep what is to be mapped on ext4, xfs or btrfs; on tmpfs since Linux 6.3")
        case .none:
            return HostFinding(
                name, .limited, "only the host's root can make them",
                remedy: "run skep as root for mounts with uidMappings")
        }
    }

    private static func proc(_ facts: HostFacts) -> HostFinding {
        let covered = facts.mountsBelowProc.isEmpty ? "" : " by " + facts.mountsBelowProc.joined(separator: ", ")
        let own = facts.user.isHostRoot ? facts.calls.proc : facts.calls.procOfUser
        if case .refused(let errno) = own {
            return HostFinding(
                "proc", .missing, "no container's can be mounted: \(text(errno)); this one is covered" + covered,
                remedy: maskRemedy, isEssential: true)
        }
        let hasUserNamespaces = facts.namespaces.contains { $0.name == "user" && $0.attempt == .done }
        if case .refused(let errno) = facts.calls.procOfUser, hasUserNamespaces {
            return HostFinding(
                "proc", .limited, "none with a user namespace: \(text(errno)); this one is covered" + covered,
                remedy: maskRemedy, isEssential: true)
        }
        return HostFinding("proc", .ok, "can be mounted", isEssential: true)
    }

    private static let maskRemedy =
        "have nothing mounted below /proc; in a container: empty maskedPaths and readonlyPaths "
        + "(podman run --security-opt unmask=ALL)"
}

extension HostReport: JSONObjectEncodable {
    package func encode(into object: borrowing JSONObjectBuilder) {
        object.set("canRun", canRun)
        object.set("findings", findings)
    }
}
