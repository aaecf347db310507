internal import Glibc
internal import Skep

/// The containers that kill and delete are about: one by its id, or with --regex all whose ids an extended regular
/// expression (regex(7)) is found in.
enum ContainerSelection {
    static let option = Option(
        "regex", "r", help: "take CONTAINER as an extended regular expression, for all ids that it is found in")

    /// Does something to each. One that fails keeps nobody from the others; the first failure is the command's.
    static func forEach(
        _ invocation: Invocation, _ body: (Factory, String) throws(ContainerError) -> Void
    ) throws(Failure) {
        let factory = try invocation.factory()
        guard invocation.arguments.has("regex") else {
            return try failing { () throws(ContainerError) in try body(factory, invocation.id) }
        }
        var first: ContainerError?
        for id in try ids(invocation.id, in: factory) {
            do {
                try body(factory, id)
            } catch {
                if let first { invocation.globals.log.write("warning", "\(first)") }
                first = error
            }
        }
        if let first { throw .container(first) }
    }

    private static func ids(_ pattern: String, in factory: Factory) throws(Failure) -> [String] {
        var expression = regex_t()
        let code = regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB)
        guard code == 0 else {
            let reason = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 200) { text in
                regerror(code, &expression, text.baseAddress, text.count)
                return text.baseAddress.map { String(cString: $0) } ?? ""
            }
            throw .usage("\"\(pattern)\" is no regular expression: \(reason)", command: nil)
        }
        defer { regfree(&expression) }
        let all = try failing { () throws(ContainerError) in try factory.ids() }
        return all.filter { regexec(&expression, $0, 0, nil, 0) == 0 }
    }
}
