#if canImport(Glibc)
    import Glibc
#endif

/// Standard input, output and error, of which whoever started the program may have left some closed.
enum StandardStreams {
    /// Opens those that are closed, so that no file of ours gets the number of one, and what is printed then goes into it.
    ///
    /// What is printed to a standard output that was closed fails as before, and is told of; what is said on a standard
    /// error that was closed is lost.
    static func complete() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest number that is free is this one.
            _ = open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}
