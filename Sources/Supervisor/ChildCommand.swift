import Foundation

/// A program to run as a child: what, with what, as whom.
struct ChildCommand: Sendable {
    /// Where the child's output and errors go.
    enum Output: Sendable {
        /// To our own standard error.
        case standardError
        /// To the end of a file, which is made when it is not there.
        case file(String)
    }

    /// The absolute path of the program.
    var program: String
    var arguments: [String]
    /// The whole environment.
    var environment: [String: String]
    var output = Output.standardError
    /// A file to read from; without it the child reads nothing.
    var input: String?
    /// The account to run under; without it our own.
    var user: ServiceUser?
    /// What the kernel sends the child when we are gone.
    var parentDeathSignal = ParentDeathSignal.terminate

    /// A signal, by the name that `setpriv` knows it by.
    enum ParentDeathSignal: String, Sendable {
        case terminate = "TERM"
        /// PostgreSQL's fast shutdown.
        case interrupt = "INT"
        case kill = "KILL"
    }

    /// The words to execute: the program behind `setpriv`, which sets what must be set between fork and exec.
    ///
    /// - Throws: `missingProgram` when the account is to be changed and there is no `setpriv`.
    func words() throws(SupervisorError) -> [String] {
        guard let setpriv = Programs.find("setpriv") else {
            guard user == nil else {
                throw SupervisorError(
                    .missingProgram,
                    "setpriv is needed to run \(program) without root's rights; install util-linux"
                )
            }
            return [program] + arguments
        }
        var words = [setpriv, "--pdeathsig", parentDeathSignal.rawValue, "--no-new-privs"]
        if let user {
            words += ["--reuid=\(user.uid)", "--regid=\(user.gid)", "--clear-groups"]
        }
        return words + ["--", program] + arguments
    }
}

/// Looks for programs.
enum Programs {
    /// Folders beyond `PATH`, for services whose `PATH` is short.
    private static let usualFolders = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"]

    /// The folders of `PATH`, then the usual ones.
    static var folders: [String] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").map(String.init).filter { $0.hasPrefix("/") } + usualFolders
    }

    /// The absolute path of a program, or `nil` when it is not installed.
    static func find(_ name: String) -> String? {
        folders.lazy.map { "\($0)/\(name)" }.first(where: isExecutable)
    }

    /// Whether a file exists and may be executed.
    static func isExecutable(_ path: String) -> Bool {
        access(path, X_OK) == 0
    }
}
