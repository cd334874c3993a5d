#if canImport(Glibc)
    import Glibc
#endif

/// Feed files are mapped into memory: where one becomes shorter while it is read, as a download does that starts anew, the
/// system has nothing to put in the place of what is gone.
enum ShrunkenFile {
    /// Has the program end with one line where that happens, and not with a crash; what was imported before stays.
    static func endsProgram() {
        signal(SIGBUS) { _ in
            let text: StaticString = """
                tallyman: a feed file became shorter while it was read; import again when nobody writes to it. \
                What was there stays as it was

                """
            _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
            _exit(ExitStatus.badInput)
        }
    }
}
