/// A Dockerfile guessed from an image's history and configuration.
///
/// The lines are Anchore Engine's where it knows the form: `/bin/sh -c #(nop) X` is the directive `X`, anything else was
/// run. Not copied: that what BuildKit and Buildah write (`USER app`, `EXPOSE map[22/tcp:{}]`) counts as something run,
/// and that images whose history is silent have no user, no ports and no environment.
package enum GuessedDockerfile {
    /// What the configuration states, whatever the history says (OCI image-spec v1.1, config.md).
    package struct Stated: Sendable {
        package var user: String?
        /// `8080/tcp`.
        package var exposedPorts: [String]
        package var hasHealthcheck: Bool
        /// `NAME=value`; read where there is no history, which states it as a rule.
        package var environment: [String]

        package init(
            user: String? = nil,
            exposedPorts: [String] = [],
            hasHealthcheck: Bool = false,
            environment: [String] = []
        ) {
            self.user = user
            self.exposedPorts = exposedPorts
            self.hasHealthcheck = hasHealthcheck
            self.environment = environment
        }
    }

    /// Lines of an image that are read.
    private static let maxLines = 10_000

    private static let mark = "/bin/sh -c #(nop) "
    private static let buildKit = " # buildkit"

    /// The file that `history`, the commands of the image's layers from the first on, and what the image's
    /// configuration states come to.
    package static func facts(history: [String], stated: Stated = Stated()) -> DockerfileFacts {
        let steps = history.prefix(maxLines).filter { !$0.isEmpty }
        var lines = ["FROM scratch"] + steps.map { line(of: $0) }
        if steps.isEmpty { lines += stated.environment.prefix(maxLines).map { "ENV \(oneLine($0))" } }
        let dockerfile = Dockerfile(lines.joined(separator: "\n"), joinsLines: false)
        if let user = stated.user.map({ oneLine($0) }), !user.isEmpty,
            dockerfile["USER"].last.map({ Self.user($0) }) != user
        {
            lines.append("USER \(user)")
        }
        let known = Set(
            dockerfile["EXPOSE"].flatMap { PythonText.words($0.whole).dropFirst().map { withProtocol($0) } }
        )
        let missing = stated.exposedPorts.map { oneLine($0) }.filter {
            !$0.isEmpty && !known.contains(withProtocol($0))
        }
        if !missing.isEmpty { lines.append("EXPOSE " + missing.sorted().joined(separator: " ")) }
        if stated.hasHealthcheck, dockerfile["HEALTHCHECK"].isEmpty { lines.append("HEALTHCHECK") }
        return DockerfileFacts(mode: .guessed, text: lines.joined(separator: "\n"), isSilent: steps.isEmpty)
    }

    private static func line(of command: String) -> String {
        let text = oneLine(command)
        if text.hasPrefix(mark) { return plainPorts(PythonText.stripped(text.dropFirst(mark.count))) }
        guard Dockerfile.startsWithDirective(text) else { return "RUN \(text)" }
        return plainPorts(text.hasSuffix(buildKit) ? String(text.dropLast(buildKit.count)) : text)
    }

    private static func oneLine(_ text: String) -> String {
        PythonText.stripped(text.split(whereSeparator: \.isNewline).joined(separator: " "))
    }

    /// `EXPOSE map[22/tcp:{} 80/tcp:{}]` as `EXPOSE 22/tcp 80/tcp`.
    private static func plainPorts(_ line: String) -> String {
        let start = "EXPOSE map["
        guard line.hasPrefix(start), line.hasSuffix("]") else { return line }
        let ports = PythonText.words(String(line.dropFirst(start.count).dropLast()))
        return "EXPOSE " + ports.map { $0.hasSuffix(":{}") ? String($0.dropLast(3)) : $0 }.joined(separator: " ")
    }

    private static func user(_ instruction: Dockerfile.Instruction) -> String {
        PythonText.stripped(instruction.whole.dropFirst("USER".count)).trimmed(["[", "]"])
    }

    private static func withProtocol(_ port: String) -> String { port.contains("/") ? port : "\(port)/tcp" }
}

extension String {
    fileprivate func trimmed(_ characters: Set<Character>) -> String {
        var text = self[...]
        while let first = text.first, characters.contains(first) { text = text.dropFirst() }
        while let last = text.last, characters.contains(last) { text = text.dropLast() }
        return String(text)
    }
}
