import Foundation

/// What Ctrl-C says while a command waits for something that goes on without it.
struct InterruptNotice {
    /// 128 and the number of the signal, as shells have it.
    private static let status = 128 + SIGINT

    private let source: any DispatchSourceSignal

    /// From here on Ctrl-C prints `message` and ends the process, whatever it waits for.
    init(_ message: String) {
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler {
            ConsoleOutput.error(message)
            _exit(Self.status)
        }
        source.resume()
    }

    /// Ctrl-C does what it did before.
    func end() {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }
}
