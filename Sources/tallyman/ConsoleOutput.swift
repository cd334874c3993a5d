import Foundation
import Reports
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Results go to standard output; messages and, on a terminal, progress go to standard error.
enum ConsoleOutput {
    /// Whether a progress line stands on the terminal and must give way to what is written next.
    private static let hasProgress = Mutex(false)
    /// Why standard output took no more, once it did not.
    private static let refusal = Mutex<Int32?>(nil)
    /// Columns where the terminal does not say how many it has.
    private static let defaultColumns = 80

    /// One line of a result.
    static func line(_ text: String) { bytes(Array("\(text)\n".utf8)) }

    /// A result that has its line ends.
    static func text(_ text: String) { bytes(Array(text.utf8)) }

    /// A result's bytes.
    ///
    /// Where the reader has gone, as `head` does, nothing is left to be said.
    static func bytes(_ bytes: [UInt8]) {
        progress(nil)
        write(bytes, to: STDOUT_FILENO)
    }

    /// What keeps results off standard output, as a full disk does; `nil` while it takes them.
    static var failure: InputError? {
        refusal.withLock { $0 }.map { UserFile.unwritable("standard output", $0) }
    }

    /// A message for whoever runs the command.
    static func error(_ text: String) {
        progress(nil)
        write(Array("\(printable(text))\n".utf8), to: STDERR_FILENO)
    }

    /// Whether there is a terminal for progress to be shown on.
    static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

    /// Replaces the progress line, or takes it away; does nothing where standard error is no terminal.
    static func progress(_ text: String?) {
        guard showsProgress else { return }
        hasProgress.withLock { shown in
            guard shown || text != nil else { return }
            let room = max(10, columns(of: STDERR_FILENO) - 1)
            write(Array("\r\u{1B}[K\(printable(text ?? "").prefix(room))".utf8), to: STDERR_FILENO)
            shown = text != nil
        }
    }

    /// As wide as the terminal and coloured where standard output is one; neither cut nor coloured elsewhere.
    static var appearance: TextAppearance {
        guard isatty(STDOUT_FILENO) == 1 else { return .plain }
        let environment = ProcessInfo.processInfo.environment
        let hasColour = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
        return TextAppearance(width: columns(of: STDOUT_FILENO), colour: hasColour)
    }

    private static func columns(of descriptor: Int32) -> Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return defaultColumns }
        return Int(size.ws_col)
    }

    /// Names out of images and servers must not move the cursor or recolour the terminal.
    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 == "\n" || $0 == "\t" || !isControl($0) }))
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else {
                let code = count < 0 ? errno : EIO
                if descriptor == STDOUT_FILENO, code != EPIPE { refusal.withLock { $0 = $0 ?? code } }
                return
            }
            rest = rest.dropFirst(count)
        }
    }
}
