/// The version of a Go module or of the Go distribution, as a semantic version.
///
/// Pseudo-versions need no special case: they are pre-releases made to order by time (go.dev/ref/mod).
/// `+incompatible` is build metadata and does not count.
enum GoVersion {
    /// Nil for what has no place in the order: `(devel)`, `devel go1.x-…`, anything that begins with no number.
    static func parse(_ text: ArraySlice<UInt8>) -> SemanticVersion? {
        var scanner = ByteScanner(text.trimmed)
        var toolchain = scanner
        if toolchain.take(word: "go"), toolchain.next?.isDigit == true {
            return distribution(&toolchain)
        }
        let whole = scanner.rest
        scanner.takeLeadingV()
        let core = scanner.takeDottedNumbers()
        guard !core.isEmpty else { return nil }
        if let phase = takePhase(from: &scanner) { return SemanticVersion(core: core, preRelease: phase) }
        return SemanticVersion(whole)
    }

    /// `go1.21rc2`, `go1.21.3`; what follows (`-vendor`, ` X:experiment`) names a build of the same release.
    private static func distribution(_ scanner: inout ByteScanner) -> SemanticVersion {
        let core = scanner.takeDottedNumbers()
        return SemanticVersion(core: core, preRelease: takePhase(from: &scanner) ?? [])
    }

    /// Takes `rc2` or `beta1` right after the numbers, its word and its number being two identifiers.
    private static func takePhase(from scanner: inout ByteScanner) -> [SemanticVersion.Identifier]? {
        var attempt = scanner
        let start = attempt.rest
        guard attempt.take(word: "beta") || attempt.take(word: "rc") else { return nil }
        let word = start[..<attempt.rest.startIndex].lowercased
        guard let number = attempt.takeNumber() else { return nil }
        scanner = attempt
        return [.text(word), .number(number)]
    }
}
