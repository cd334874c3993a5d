import ArgumentParser

#if canImport(Glibc)
    import Glibc
#endif

/// Runs a command and turns what it throws into an exit status and one message on standard error.
enum CommandRunner {
    static func run<Root: AsyncParsableCommand>(_ root: Root.Type) async {
        // Output is often piped into a pager or `head` that closes early.
        signal(SIGPIPE, SIG_IGN)
        StandardStreams.complete()
        do {
            var command = try root.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            if let failure = ConsoleOutput.failure { throw failure }
        } catch {
            let status = ExitStatus(error)
            if status.message == nil, let failure = ConsoleOutput.failure {
                ConsoleOutput.error("tallyman: \(failure)")
            }
            if let message = status.message {
                ConsoleOutput.error("tallyman: \(message)")
                exit(status.code)
            }
            root.exit(withError: error)
        }
    }
}
