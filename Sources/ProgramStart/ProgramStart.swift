package import Foundation

/// A program to be started as a child of ours, with nothing of us but what is said here.
///
/// It begins without ignored signals and without a signal mask, and in a process group of its own: a Ctrl-C on the terminal
/// reaches us alone, and a signal to the group reaches what the program starts too.
package struct ProgramStart: Sendable {
    /// What the program finds behind a descriptor.
    package enum Descriptor: Sendable {
        case file(String, flags: Int32, mode: mode_t = 0)
        /// What is open under this number, in us or by a step before this.
        case copy(of: Int32)
    }

    /// The absolute path of the program, then its arguments.
    package var words: [String]
    /// The whole environment.
    package var environment: [String: String]
    /// The program's descriptors, set in this order; others are ours unless they are closed on exec.
    package var descriptors: [(number: Int32, what: Descriptor)]

    package init(
        words: [String],
        environment: [String: String],
        descriptors: [(number: Int32, what: Descriptor)]
    ) {
        self.words = words
        self.environment = environment
        self.descriptors = descriptors
    }

    /// Why a program did not start: an error number of the system, as in `errno`.
    package struct Failure: Error {
        package let code: Int32
    }

    /// Starts it, and gives its process number; who calls has to wait for its end (`waitpid`).
    package func start() throws(Failure) -> pid_t {
        guard let program = words.first else { throw Failure(code: EINVAL) }
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (number, what) in descriptors {
            switch what {
            case .file(let path, let flags, let mode):
                posix_spawn_file_actions_addopen(&actions, number, path, flags, mode)
            case .copy(let other): posix_spawn_file_actions_adddup2(&actions, other, number)
            }
        }
        // Ignored signals and the mask pass through exec.
        var (all, none) = (sigset_t(), sigset_t())
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = Int32(POSIX_SPAWN_SETPGROUP) | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
        posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))
        var pid: pid_t = 0
        // Null-terminated arrays of C's strings, for the duration of the call.
        let lists = [words, environment.map { "\($0.key)=\($0.value)" }.sorted()].map { $0.map { strdup($0) } + [nil] }
        defer { lists.joined().forEach { free($0) } }
        let code = posix_spawn(&pid, program, &actions, &attributes, lists[0], lists[1])
        guard code == 0 else { throw Failure(code: code) }
        return pid
    }
}
