internal import Skep
internal import System

/// Why a command failed.
enum Failure: Error {
    /// It was called wrongly.
    case usage(String, command: String?)
    /// A container, a configuration or the system is to blame.
    case container(ContainerError)

    /// A process could not be run in a container: told apart from what it might itself have ended with.
    case process(ContainerError)

    /// What the program ends with.
    var exitStatus: Int32 {
        switch self {
        case .usage, .container: 1
        case .process: 255
        }
    }

    /// What is to blame, but for a wrong call.
    var error: ContainerError? {
        switch self {
        case .usage: nil
        case .container(let error), .process(let error): error
        }
    }

    /// One line.
    var message: String {
        switch self {
        case .usage(let reason, let command):
            "\(reason); see \"skep \(command.map { $0 + " " } ?? "")--help\""
        case .container(let error), .process(let error): error.description
        }
    }
}

/// Runs what throws `ContainerError`, and throws it as a `Failure`.
func failing<Value: ~Copyable>(_ body: () throws(ContainerError) -> Value) throws(Failure) -> Value {
    do {
        return try body()
    } catch {
        throw .container(error)
    }
}

/// Runs what throws `SystemError`, and throws it as a `Failure` that names `origin`.
func failing<Value: ~Copyable>(
    _ origin: String, _ body: () throws(SystemError) -> Value
) throws(Failure) -> Value {
    do {
        return try body()
    } catch {
        throw .container(ContainerError(error, origin: origin))
    }
}
