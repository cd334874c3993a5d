import Foundation

/// What Ctrl-C says while a command waits for something that goes on without it.
struct InterruptNotice {
    /// 128 and the number of the signal, as shells have it.
    private static let status = 128 + SIGINT

    /// What Ctrl-C did before.
    private let former: (@convention(c) (Int32) -> Void)?
    /// `nil` where it was to do nothing: the command was started so, with `nohup` or in the background.
    private let source: (any DispatchSourceSignal)?

    /// Longer than it takes until a source sees signals.
    private static let patience = DispatchTimeInterval.seconds(1)

    /// From here on Ctrl-C prints `message` and ends the process, whatever it waits for.
    init(_ message: String) {
        former = signal(SIGINT, SIG_IGN)
        guard !IgnoredSignals.contains(former) else {
            source = nil
            return
        }
        // Not ignored while the source is being made: a press in between would do nothing at all.
        signal(SIGINT, former)
        let presses = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        let isReady = DispatchSemaphore(value: 0)
        presses.setRegistrationHandler { isReady.signal() }
        presses.setEventHandler {
            ConsoleOutput.error(message)
            _exit(Self.status)
        }
        presses.resume()
        _ = isReady.wait(timeout: .now() + Self.patience)
        source = presses
    }

    /// Ctrl-C does what it did before.
    func end() {
        guard let source else { return }
        source.cancel()
        signal(SIGINT, former)
    }
}
