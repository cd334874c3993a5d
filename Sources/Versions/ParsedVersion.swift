/// A version taken apart by the rules of its scheme, to be compared many times.
package struct ParsedVersion: Sendable {
    package let scheme: VersionScheme
    let form: Form

    /// The parts, by scheme.
    enum Form: Sendable {
        case debian(DebianVersion)
        case rpm(RPMVersion)
        case alpine(AlpineVersion)
        case python(PythonVersion)
        case semantic(SemanticVersion)
        case maven(MavenVersion)
        case gem(GemVersion)
        case generic(GenericVersion)
        /// What has no place in the order of the scheme.
        case unordered
    }

    /// Takes a version apart, in time and memory linear in its length.
    ///
    /// This never fails: what the scheme cannot order becomes a version with `isOrdered` false.
    package init(_ text: String, scheme: VersionScheme) {
        self.init(bytes: Array(text.utf8)[...], scheme: scheme)
    }

    init(bytes: ArraySlice<UInt8>, scheme: VersionScheme) {
        self.init(form: Self.parse(bytes, scheme: scheme), scheme: scheme)
    }

    init(form: Form, scheme: VersionScheme) {
        self.form = form
        self.scheme = scheme
    }

    /// Whether the version has a place in the order of its scheme; false for Go's `(devel)`, for example.
    package var isOrdered: Bool {
        guard case .unordered = form else { return true }
        return false
    }

    /// Compares two versions of one scheme; nil where the schemes differ or one of the two is not ordered.
    package func compare(to other: ParsedVersion) -> VersionComparison? {
        guard scheme == other.scheme else { return nil }
        return switch (form, other.form) {
        case (.debian(let one), .debian(let two)): one.compare(to: two)
        case (.rpm(let one), .rpm(let two)): one.compare(to: two)
        case (.alpine(let one), .alpine(let two)): one.compare(to: two)
        case (.python(let one), .python(let two)): one.compare(to: two)
        case (.semantic(let one), .semantic(let two)): one.compare(to: two)
        case (.maven(let one), .maven(let two)): one.compare(to: two)
        case (.gem(let one), .gem(let two)): one.compare(to: two)
        case (.generic(let one), .generic(let two)): one.compare(to: two)
        default: nil
        }
    }

    private static func parse(_ bytes: ArraySlice<UInt8>, scheme: VersionScheme) -> Form {
        switch scheme {
        case .dpkg: .debian(DebianVersion(bytes))
        case .rpm: .rpm(RPMVersion(bytes))
        case .apk: .alpine(AlpineVersion(bytes))
        case .pep440: PythonVersion(bytes).map(Form.python) ?? .unordered
        case .semver, .npm: SemanticVersion(bytes).map(Form.semantic) ?? .unordered
        case .nuget: SemanticVersion(bytes.lowercased[...]).map(Form.semantic) ?? .unordered
        case .composer: GenericVersion(bytes, isComposer: true).map(Form.generic) ?? .unordered
        case .maven: .maven(MavenVersion(bytes))
        case .rubygems: .gem(GemVersion(bytes))
        case .go: GoVersion.parse(bytes).map(Form.semantic) ?? .unordered
        case .generic: GenericVersion(bytes).map(Form.generic) ?? .unordered
        }
    }
}
