public import Logging
public import Skep

extension MessageLog {
    /// A log that writes to a swift-log Logger.
    public init(_ logger: Logger) {
        self.init { level, message in
            switch level {
            case .debug: logger.debug("\(message)")
            case .warning: logger.warning("\(message)")
            }
        }
    }
}
