internal import OCI
internal import Planning
internal import System

/// Where system call filters come from: the cache, or the compiler.
struct FilterSource {
    private let cache: FilterCache?
    private let log: MessageLog?

    /// Filters for the containers in `root`, where compiled ones are kept too; nil keeps none.
    init(root: String?, log: MessageLog?) {
        cache = root.map { FilterCache(root: $0, log: log) }
        self.log = log
    }

    /// The filter that `spec` asks for; nil where it asks for none, which costs nothing.
    ///
    /// - Throws: `configInvalid`.
    func filter(for spec: Spec) throws(ContainerError) -> SystemCallFilter? {
        let hasOwn = FilterAnnotations.haveProgram(spec)
        guard hasOwn || spec.linux?.seccomp != nil else { return nil }
        var program: [UInt64]?
        if !hasOwn, let seccomp = spec.linux?.seccomp {
            program = try self.program(for: seccomp, refusesUnknown: FilterAnnotations.refuseUnknown(spec))
        }
        do {
            return try SystemCallFilter(
                program, of: spec, receiver: HostProgram.variable(FilterAnnotations.receiverVariable))
        } catch {
            throw ContainerError(error)
        }
    }

    private func program(for seccomp: Seccomp, refusesUnknown: Bool) throws(ContainerError) -> [UInt64] {
        let key = FilterKey.bytes(of: seccomp)
        if let known = cache?.find(key), !refusesUnknown || known.notes.isEmpty {
            log?.debug("using a filter that was compiled before")
            for note in known.notes { log?.debug(note) }
            return known.program
        }
        let rules: SystemCallRules
        do {
            rules = try SystemCallRules(seccomp, refusesUnknown: refusesUnknown)
        } catch {
            throw ContainerError(error)
        }
        let notes = rules.unknown.map(\.description)
        for note in notes { log?.debug(note) }
        let program = try FilterCompiler.compile(rules)
        log?.debug("compiled a filter of \(program.count) instructions")
        cache?.store(FilterCache.Entry(program: program, notes: notes), for: key)
        return program
    }
}
