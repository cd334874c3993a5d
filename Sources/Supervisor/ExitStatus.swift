/// How a child ended.
enum ExitStatus: Sendable, Hashable, CustomStringConvertible {
    case exited(Int32)
    case signalled(Int32)

    /// Reads the status word of `waitpid`.
    init(word: Int32) {
        let signal = word & 0x7F
        self = signal == 0 ? .exited((word >> 8) & 0xFF) : .signalled(signal)
    }

    var isSuccess: Bool { self == .exited(0) }

    var description: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signalled(let number): "signal \(number)"
        }
    }
}
