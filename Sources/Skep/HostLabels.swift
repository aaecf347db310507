internal import OCI
internal import Planning
internal import System

extension SecurityModules {
    /// Those of the host, as far as `process` or `mountLabel` needs one: most need none, and then nothing is read.
    static func present(for process: OCI.Process?, mountLabel: String? = nil) -> SecurityModules {
        var modules: SecurityModules = []
        if !(process?.apparmorProfile ?? "").isEmpty && hasAppArmor { modules.insert(.appArmor) }
        let needsSELinux = !(process?.selinuxLabel ?? "").isEmpty || !(mountLabel ?? "").isEmpty
        if needsSELinux && hasSELinux { modules.insert(.selinux) }
        return modules
    }

    /// The directory is made when the module starts, whether or not something is mounted on it.
    static var hasSELinux: Bool { Files.exists("/sys/fs/selinux") }

    /// The file is there if AppArmor was built in, and only root may read whether it is on.
    static var hasAppArmor: Bool {
        let file = "/sys/module/apparmor/parameters/enabled"
        return (try? Files.readLine(file)).map { $0 == "Y" } ?? Files.exists(file)
    }
}
