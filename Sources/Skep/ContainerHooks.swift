import Glibc
internal import OCI
internal import System

/// The hooks of a container that run in the runtime's own namespaces: config.md, POSIX-platform Hooks.
struct ContainerHooks: Sendable {
    private let hooks: Hooks
    private let identity: ContainerIdentity
    private let log: MessageLog?

    /// Nil where there are no hooks.
    init?(_ hooks: Hooks?, of identity: ContainerIdentity, log: MessageLog?) {
        guard let hooks else { return nil }
        self.hooks = hooks
        self.identity = identity
        self.log = log
    }

    /// The hooks that later commands run, as state.json keeps them.
    static func kept(_ hooks: Hooks?) -> Hooks? {
        guard let hooks else { return nil }
        let kept = Hooks(
            startContainer: hooks.startContainer, poststart: hooks.poststart, poststop: hooks.poststop)
        return kept == Hooks() ? nil : kept
    }

    /// Runs prestart and createRuntime, whose failure is the container's.
    func runBeforeStart(pid: Int32) throws(ContainerError) {
        let state = identity.state(.creating, pid: pid).serialized(.compact)
        for (index, hook) in hooks.prestart.enumerated() {
            try run(hook, "hooks.prestart[\(index)]", state)
        }
        for (index, hook) in hooks.createRuntime.enumerated() {
            try run(hook, "hooks.createRuntime[\(index)]", state)
        }
    }

    /// Runs poststart, whose failure is only told.
    func runAfterStart(pid: Int32) {
        runAll(hooks.poststart, "hooks.poststart", identity.state(.running, pid: pid))
    }

    /// Runs poststop, whose failure is only told.
    func runAfterStop() {
        runAll(hooks.poststop, "hooks.poststop", identity.state(.stopped, pid: nil))
    }

    private func runAll(_ hooks: [Hook], _ property: String, _ state: OCI.State) {
        let state = state.serialized(.compact)
        for (index, hook) in hooks.enumerated() {
            do {
                try run(hook, "\(property)[\(index)]", state)
            } catch {
                log?.warning("\(error)")
            }
        }
    }

    /// How much of a failed hook's output its error shows, from the end: less than what an error is cut to.
    private static let outputShown = 400

    private func run(_ hook: Hook, _ property: String, _ state: [UInt8]) throws(ContainerError) {
        log?.debug("running \(property): \(hook.path)")
        let program = HostProgram(
            hook.path, hook.args.isEmpty ? [hook.path] : hook.args,
            environment: hook.env ?? HostProgram.ownEnvironment, directory: identity.bundle)
        let (failure, output) = try converting(origin: property) { () throws(SystemError) in
            let input = try Descriptor.memoryFile("skep-hook-state", state)
            let output = try Descriptor.memoryFile("skep-hook-output")
            let files = try RedirectedStreams(identity.annotations)
            let process = try program.run(
                input: input.number, output: files.output ?? output.number, errors: files.errors ?? output.number)
            return (try Self.wait(for: process, seconds: hook.timeout), output.tail(Self.outputShown))
        }
        guard let failure else { return }
        let said = Self.trimmed(output)
        throw ContainerError(
            .systemError, property, said.isEmpty ? failure : failure + ": " + said, operation: "hook", path: hook.path)
    }

    /// Waits for a hook's end, which after its timeout is brought about. Why it failed; nil if it did not.
    private static func wait(
        for process: borrowing ProcessHandle, seconds: Int?
    ) throws(SystemError) -> String? {
        let longest = Int(Int32.max) / 1000
        let milliseconds = seconds.map { Int32(min($0, longest) * 1000) } ?? -1
        let hasEnded = try process.waitForEnd(milliseconds: milliseconds)
        if !hasEnded { kill(-process.pid, SIGKILL) }
        let status = ExitStatus(rawValue: try process.wait())
        if !hasEnded { return "killed after its timeout of \(seconds ?? 0) s" }
        if let signal = status.signal { return "killed by signal \(signal)" }
        return status.code == 0 ? nil : "ended with status \(status.code)"
    }

    private static func trimmed(_ output: [UInt8]) -> String {
        let end = output.lastIndex { $0 != UInt8(ascii: "\n") }
        return end.map { String(decoding: output[...$0], as: UTF8.self) } ?? ""
    }
}
