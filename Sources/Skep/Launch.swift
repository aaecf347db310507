import Glibc
internal import CLinux
internal import CPlan
internal import CSpawn
internal import Cgroups
internal import OCI
internal import Planning
internal import System
internal import SystemPackage

/// An init between its clone and its exec, and all that its parent holds of it meanwhile.
///
/// The order of things is the point: the plan is on its way before the clone, and the parent makes cgroups and the
/// state file while the init mounts.
struct Launch: ~Copyable {
    let order: LaunchOrder
    let connection: InitConnection
    let board: InitBoard
    /// The program file as the init has it. Held until there is nothing else to do: to let it go takes a grace period
    /// of the kernel's.
    private var binary: Descriptor?
    var birth: Birth
    var handle: ProcessHandle { _read { yield birth.handle } }

    /// Clones the init and sets it to work.
    ///
    /// - Throws: what went wrong; then no process and no cgroup is left of it.
    static func begin(_ order: LaunchOrder, joining target: Target? = nil) throws(ContainerError) -> Launch {
        let bytes: [UInt8]
        do {
            bytes = try order.plan.encoded()
        } catch {
            throw ContainerError(error)
        }
        do {
            return try begin(order, bytes, target)
        } catch {
            if !order.isJoining { order.manager.discardWhenLeft() }
            throw ContainerError(error)
        }
    }

    private static func begin(
        _ order: LaunchOrder, _ bytes: [UInt8], _ target: Target?
    ) throws(SystemError) -> Launch {
        let phase = order.trace?.begin("clone")
        defer { phase?.end() }
        let board = try InitBoard(
            timed: order.trace == nil ? 0 : order.plan.steps.count, awaited: order.awaitedSteps)
        let ends = try InitSocketPair()
        let connection = InitConnection(socket: ends.parent)
        try sendPlan(bytes, order, board, connection, target)
        let binaryPath = order.initArguments.first ?? "/proc/self/exe"
        let binary = try protectedBinary(binaryPath, isHidden: order.plan.isBornAmongOthers)
        let birth = try spawn(order, binary, binaryPath, childEnd: ends.child, target)
        return Launch(order: order, connection: connection, board: board, binary: binary, birth: birth)
    }

    private static func sendPlan(
        _ bytes: [UInt8], _ order: LaunchOrder, _ board: borrowing InitBoard,
        _ connection: borrowing InitConnection, _ target: Target?
    ) throws(SystemError) {
        let plan = try sealed(bytes)
        var namespaces = DescriptorList()
        for namespace in order.plan.travellingNamespaces {
            namespaces.append(try open(namespace))
        }
        let boardNumber = board.descriptor.number
        guard order.waitsForFifo else {
            let unused = boardNumber
            if let target, order.plan.joinsRoot { namespaces.append(try openRoot(of: target)) }
            if order.plan.sourceCount > 0 { try MountSources.open(order.plan, into: &namespaces) }
            let joined = (target.map { [$0.pidfd] } ?? []) + namespaces.numbers
            return try connection.sendPlan([plan.number, boardNumber, unused, unused] + joined)
        }
        if order.plan.sourceCount > 0 { try MountSources.open(order.plan, into: &namespaces) }
        let fifos = try ExecFifo.make(in: order.directory)
        try connection.sendPlan(
            [plan.number, boardNumber, fifos.go.number, fifos.report.number] + namespaces.numbers)
    }

    private static func openRoot(of target: Target) throws(SystemError) -> Descriptor {
        let path = "/proc/" + decimal(target.pid) + "/root"
        let root = try Descriptor.openDirectory(path)
        // Alive afterwards: so it was this process whose root that is, and not one that got its number.
        do {
            _ = try systemCall { skep_linux_pidfd_send_signal(target.pidfd, 0) }
        } catch {
            throw SystemError("open", path, error)
        }
        return root
    }

    private static func sealed(_ bytes: [UInt8]) throws(SystemError) -> Descriptor {
        do {
            return Descriptor(owning: try systemCall { skep_linux_sealed_memory("skep-plan", bytes, bytes.count) })
        } catch {
            throw SystemError("memfd_create", "skep-plan", error)
        }
    }

    private static func open(_ namespace: Plan.JoinedNamespace) throws(SystemError) -> Descriptor {
        do {
            return try Descriptor.open(namespace.path, O_RDONLY)
        } catch {
            throw error.blaming(namespace.origin.description)
        }
    }

    // MARK: The clone

    private static func spawn(
        _ order: LaunchOrder, _ binary: borrowing Descriptor, _ binaryPath: String,
        childEnd: borrowing Descriptor, _ target: Target?
    ) throws(SystemError) -> Birth {
        let birthplace =
            try order.staysOutOfCgroup
            ? nil
            : order.isJoining
                ? order.manager.openBirthplace(in: order.subgroups) : order.manager.makeBirthplace()
        do {
            return try clone(order, binary, binaryPath, childEnd: childEnd, birthplace: birthplace, target)
        } catch  where error.errno == .resourceBusy && error.operation == "clone3" {
            // A version 2 cgroup that hands controllers down takes no process: it goes where the init went.
            guard let target else { throw BirthFailure.explained(error) }
            let other = try order.manager.openBirthplace(besides: target.pid)
            if number(of: other) < 0 { throw error }
            return try clone(order, binary, binaryPath, childEnd: childEnd, birthplace: other, target)
        } catch  where number(of: birthplace) >= 0 {
            throw BirthFailure.explained(error)
        }
    }

    private static func clone(
        _ order: LaunchOrder, _ binary: borrowing Descriptor, _ binaryPath: String,
        childEnd: borrowing Descriptor, birthplace: borrowing Descriptor?, _ target: Target?
    ) throws(SystemError) -> Birth {
        let birthplaceNumber = number(of: birthplace)
        let plan = order.plan
        // Those that the init does not join itself.
        var namespaces = DescriptorList()
        for joined in plan.mediatedNamespaces {
            namespaces.append(try open(joined))
        }
        let arguments = order.initArguments.isEmpty ? ["skep", "init"] : order.initArguments
        let stdio = (
            order.process.standardInput ?? -1, order.process.standardOutput ?? -1, order.process.standardError ?? -1
        )
        var pidfd: CInt = -1
        var call: UnsafePointer<CChar>?
        let flags = plan.cloneFlags
        let binaryNumber = binary.number
        let joinedInit = target?.pid ?? 0
        let socket = childEnd.number
        let preserved = UInt32(order.process.preservedDescriptors)
        func request(_ argv: UnsafePointer<UnsafeMutablePointer<CChar>?>) -> skep_spawn {
            skep_spawn(
                clone_flags: flags, binary: binaryNumber, socket: socket, cgroup: birthplaceNumber,
                joined_init: joinedInit, stdio: stdio, preserved: preserved, argv: argv)
        }
        if plan.needsMediator || !plan.mediatedNamespaces.isEmpty {
            let numbers = namespaces.numbers
            let begun = withCStrings(arguments) { argv in NamespaceMediator.begin(request(argv), plan, numbers) }
            return try NamespaceMediator(try begun.get(), plan).seeThrough()
        }
        var userNamespace = plan.userNamespace
        if let target, let wanted = userNamespace {
            userNamespace = try NamespaceMediator.complete(wanted, asSeenBy: target.pid)
        }
        let (pid, error) = withCStrings(arguments) { argv in
            var request = request(argv)
            let pid = skep_spawn_init(&request, &pidfd, &call)
            return (pid, currentErrno())
        }
        if pid < 0 {
            let operation = call.map { String(cString: $0) } ?? "clone3"
            throw SystemError(operation, operation == "execveat" ? binaryPath : "the init", error)
        }
        return Birth(
            handle: ProcessHandle(pid: pid, owning: Descriptor(owning: pidfd)), userNamespace: userNamespace)
    }

    /// The descriptor's number, lent, or -1.
    private static func number(of descriptor: borrowing Descriptor?) -> CInt {
        switch descriptor {
        case .some(let descriptor): descriptor.number
        case .none: -1
        }
    }

    private static func protectedBinary(_ path: String, isHidden: Bool) throws(SystemError) -> Descriptor {
        do {
            return Descriptor(
                owning: try systemCall(path) { isHidden ? skep_hide_binary($0) : skep_protect_binary($0) })
        } catch {
            throw SystemError(isHidden ? "memfd_create" : "open_tree", path, error)
        }
    }

    /// Lets the init go where processes of the container's see it. By then its program file is not held any more: that
    /// is a mount, and as long as it is held, who may mount could make it writable (CVE-2019-5736).
    mutating func letEnter() throws(ContainerError) {
        binary = nil
        try converting { () throws(SystemError) in try connection.send(SKEP_ORDER_ENTER) }
    }

    // MARK: What happens while the init works

    /// Begins what takes its time before there are cgroups: the network, for one, can be made meanwhile.
    func beginCgroups() throws(ContainerError) {
        let phase = order.trace?.begin("cgroups, begun")
        defer { phase?.end() }
        waitForOwnMemory()
        try converting { () throws(SystemError) in
            try order.manager.begin(with: handle.pid, order.resources ?? Resources())
        }
    }

    /// The kernel lets the parent of a vfork go on a moment before its child has left the memory for that of its exec.
    /// Had the child a limit by then, the OOM killer could strike, which ends all whose memory it is: the parent, too.
    private func waitForOwnMemory() {
        let deadline = Deadline(milliseconds: Self.execTime)
        while handle.sharesMemory && deadline.rest > 0 { sched_yield() }
    }

    /// How long that moment may last, in milliseconds.
    private static let execTime: Int64 = 1000

    /// Makes the cgroups that are left to make, and sets the limits.
    func prepareCgroups() throws(ContainerError) {
        let phase = order.trace?.begin("cgroups")
        defer { phase?.end() }
        try converting { () throws(SystemError) in
            try order.manager.create()
            // Also without any: devices are denied unless they are allowed.
            try order.manager.apply(order.resources ?? Resources())
            if let owner = order.plan.cgroupOwner {
                try order.manager.handOver(to: birth.userNamespace?.hostUID(of: owner) ?? owner)
            }
        }
    }

    /// Hands the init its membership of its cgroups. It waits for that before its hooks, and before it sets anything
    /// in its namespaces.
    func handOverMembership() throws(ContainerError) {
        let phase = order.trace?.begin("cgroup membership")
        defer { phase?.end() }
        try converting { () throws(SystemError) in
            try order.resourceControl?.add(handle.pid)
            let files = try order.manager.membershipFiles(in: order.subgroups)
            try connection.send(SKEP_ORDER_CGROUP, files.numbers)
        }
    }

    /// Whether the init has ended already.
    var hasEnded: Bool { (try? handle.waitForEnd(milliseconds: 0)) == true }

    /// Waits until the init is ready to go, and does what it asks for on its way there.
    func waitUntilReady() throws(ContainerError) {
        let phase = order.trace?.begin("wait until the init is ready")
        defer { phase?.end() }
        while true {
            switch try converting({ () throws(SystemError) in try connection.receive() }) {
            case .ready: return
            case .hooks:
                let phase = order.trace?.begin("hooks")
                defer { phase?.end() }
                try order.hooks?.runBeforeStart(pid: handle.pid)
                try converting { () throws(SystemError) in try connection.send(SKEP_ORDER_HOOKS_DONE) }
            case .terminal(let master): try handOver(master)
            case .listener: try tellAgent()
            case .failed(let report): throw failure(report)
            case .closed: throw try death()
            case .successor: throw Self.protocolError
            }
        }
    }

    /// Waits until the container is as others may find it, or its init has failed. Who joined it before that could have
    /// the host's network, or the host's root.
    func waitUntilComplete() {
        let phase = order.trace?.begin("wait until the container is complete")
        defer { phase?.end() }
        while board.begun < order.awaitedSteps && !connection.wait(milliseconds: 0) {
            board.wait(milliseconds: Self.longestSilence)
        }
    }

    /// How long an init that has failed may go unnoticed then.
    private static let longestSilence: UInt32 = 10

    /// Has the agent get the listener. It may be what the init itself waits for: so the init is asked nothing.
    private func tellAgent() throws(ContainerError) {
        guard let agent = order.agent else { return }
        while board.listener == nil && !connection.wait(milliseconds: 1) {}
        // If there is none now, it has failed or died: whoever waits for what it says next is told.
        guard let number = board.listener else { return }
        try agent.tell(try agent.fetch(number, from: handle), of: handle.pid)
    }

    private func handOver(_ master: borrowing Descriptor) throws(ContainerError) {
        guard let socket = order.process.consoleSocket else { return }
        try Self.send(master.number, saying: "/dev/ptmx", over: socket, "console socket")
    }

    /// Tells those who asked to be told of the process: the pid file, and the pidfd's receiver.
    func announce() throws(ContainerError) {
        let phase = order.trace?.begin("announce")
        defer { phase?.end() }
        if let socket = order.process.pidfdSocket {
            try Self.send(handle.number, saying: order.isJoining ? "setns" : "standard", over: socket, "pidfd socket")
        }
        if let path = order.pidfdReceiver {
            let receiver = try converting(origin: "annotations.run.oci.pidfd_receiver") { () throws(SystemError) in
                try Descriptor.connected(to: path)
            }
            try Self.send(handle.number, saying: "standard", over: receiver.number, "pidfd receiver")
        }
        try settleOutside()
        guard let file = order.pidFile else { return }
        let name = file.split(separator: "/").last.map(String.init) ?? file
        let temporary = Paths.join(Paths.parent(of: file), "." + name)
        // Whole: an engine may be waiting for it to appear.
        try converting(origin: "--pid-file") { () throws(SystemError) in
            try Descriptor.open(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
                .write(Array(decimal(handle.pid).utf8), path: temporary)
            try Files.rename(temporary, to: file)
        }
    }

    private static func send(
        _ descriptor: CInt, saying word: String, over socket: CInt, _ name: String
    ) throws(ContainerError) {
        do {
            _ = try systemCall { skep_linux_send(socket, word, word.utf8.count, [descriptor], 1) }
        } catch {
            throw ContainerError(.systemError, name, operation: "sendmsg", errno: error)
        }
    }

    /// Lets the init go: with `waitsForFifo`, to where it waits for exec.fifo.
    func go() throws(ContainerError) {
        try converting { () throws(SystemError) in try connection.send(SKEP_ORDER_GO) }
    }

    /// Waits until the init has become the user's program.
    func waitForExec() throws(ContainerError) {
        let phase = order.trace?.begin("wait for exec")
        defer { phase?.end() }
        switch try converting({ () throws(SystemError) in try connection.receive() }) {
        // It was told to go a moment too late to know.
        case .ready where order.goesAhead: try waitForExec()
        case .failed(let report): throw failure(report)
        case .closed:
            if let report = board.report { throw failure(report) }
            // The end of the connection is the exec, unless the last step was never begun.
            if board.begun < order.plan.steps.count { throw try death() }
            if let death = try deathInExec() { throw death }
        default: throw Self.protocolError
        }
    }

    /// Ends the launch, leaving the process that came of it.
    consuming func finish() -> ProcessHandle {
        if let trace = order.trace { add(to: trace) }
        return birth.finish()
    }

    /// Undoes the launch: no process and no cgroup is left of it.
    func abandon() {
        if let trace = order.trace { add(to: trace) }
        _ = try? handle.signal(SIGKILL)
        _ = try? handle.wait()
        if !order.isJoining { order.manager.discardWhenLeft() }
    }

    /// Adds the steps that the init has begun.
    func add(to trace: Trace) {
        let steps = order.plan.steps.prefix(board.begun).map { step in
            TraceStep(name: step.action.name, detail: step.action.description, origin: step.origin.description)
        }
        trace.add(
            steps, begunAt: board.times, of: handle.pid,
            called: (order.isJoining ? "exec in " : "init of ") + order.directory.id)
    }
}
