import Versions

/// What a definition says about one package.
struct OVALStatement {
    /// The package in the words of the publisher: a name, or the binaries of a source.
    var packages: [String]
    /// The remarks of the criterion and of the object, from which some publishers' states are read.
    var comment: String
    var objectComment: String?
    var bound: Bound
    /// The test's identifier.
    var test: String?
    /// Which of the definition's conditions must hold with it, nearest first.
    var scopes: [Int]

    enum Bound: Equatable {
        /// Affected before `fixed`, from `introduced` on.
        case fixed(String, introduced: String?)
        /// Affected up to and with this version.
        case lastAffected(String, introduced: String?)
        /// Every version is affected.
        case all
        /// No version is.
        case none
    }
}

/// Reads the statements out of definitions.
struct OVALStatements {
    let index: OVALIndex

    private enum Meaning {
        case bound(names: [String], comment: String?, OVALStatement.Bound)
        /// The version from which on the package is affected, which another test completes.
        case lowerBound(names: [String], String)
        case condition
    }

    /// The statements of `definition` in document order, and the remarks of the tests of each scope.
    ///
    /// A criterion is understood by its test; where the document lacks it (samples do), by its comment, which publishers
    /// write with fixed words.
    func statements(of definition: OVALDefinition) -> (statements: [OVALStatement], conditions: [Int: [String]]) {
        let criteria = definition.criteria
        let meanings = criteria.leaves.map { criteria.isNegated($0) ? Meaning.condition : meaning(of: $0) }
        let isSubject = meanings.map { meaning in
            if case .bound = meaning { true } else { false }
        }
        let conditions = criteria.conditions(isSubject: isSubject)
        let statements = conditions.scopes.compactMap { leaf, scopes -> OVALStatement? in
            guard case .bound(let names, let comment, var bound) = meanings[leaf] else { return nil }
            for companion in criteria.companions(of: leaf) {
                guard case .lowerBound(let others, let version) = meanings[companion], others == names else { continue }
                bound = bound.from(version)
            }
            return OVALStatement(
                packages: names,
                comment: criteria.leaves[leaf].comment,
                objectComment: comment,
                bound: bound,
                test: criteria.leaves[leaf].test,
                scopes: scopes
            )
        }
        return (statements, conditions.leaves.mapValues { $0.map { criteria.leaves[$0].comment } })
    }

    private func meaning(of leaf: OVALCriteria.Leaf) -> Meaning {
        // That a package is missing says nothing about its versions.
        if leaf.comment.contains(" not installed") { return .condition }
        guard let test = leaf.test.flatMap({ index.tests[OVALIndex.Key($0)] }),
            let object = test.object.flatMap({ index.objects[$0] })
        else { return Self.meaning(ofComment: leaf.comment) }
        let names = self.names(of: object)
        guard !names.isEmpty else { return .condition }
        guard let state = test.states.lazy.compactMap({ index.states[$0] }).first(where: { $0.version != nil }),
            let version = state.version
        else {
            // A package that need only exist is affected in every version; a test of a signature is no statement.
            return test.states.isEmpty ? .bound(names: names, comment: object.comment, .all) : .condition
        }
        if state.isBare {
            // SUSE's way of saying "not affected": no package has the version 0.
            let isNever = version == "0" && state.operation == .equal
            return isNever ? .bound(names: names, comment: object.comment, .none) : .condition
        }
        let bare = Self.withoutZeroEpoch(version)
        switch state.operation {
        case .less:
            let isNever = bare == AffectedRange.neverAffectedBound
            return .bound(names: names, comment: object.comment, isNever ? .none : .fixed(bare, introduced: nil))
        case .lessOrEqual: return .bound(names: names, comment: object.comment, .lastAffected(bare, introduced: nil))
        case .greater, .greaterOrEqual:
            if names.allSatisfy({ $0.hasSuffix("-release") }) { return .condition }
            // Above nothing: every version, as in SUSE's "is affected".
            if bare == "0" || bare == "0-0" { return .bound(names: names, comment: object.comment, .all) }
            return .lowerBound(names: names, bare)
        default: return .condition
        }
    }

    /// The packages of an object: its name, or those that a variable lists, as names or as patterns of a manifest's lines.
    private func names(of object: OVALIndex.Object) -> [String] {
        if let name = object.name { return [name] }
        return (object.variable.flatMap { index.variables[$0] } ?? []).map { value in
            guard value.hasPrefix("^") else { return value }
            return String(value.dropFirst().prefix { $0 != "(" && $0 != "\\" })
        }
    }

    private static func withoutZeroEpoch(_ version: String) -> String {
        version.hasPrefix("0:") ? String(version.dropFirst(2)) : version
    }

    // MARK: - Comments

    private static func meaning(ofComment comment: String) -> Meaning {
        if let name = prefix(of: comment, before: " is not affected") {
            return .bound(names: [name], comment: nil, .none)
        }
        if let name = prefix(of: comment, before: " is affected") { return .bound(names: [name], comment: nil, .all) }
        for words in [" DPKG is earlier than ", " is earlier than ", " less than "] {
            guard let range = comment.firstRange(of: words) else { continue }
            let version = withoutZeroEpoch(String(comment[range.upperBound...].prefix { $0 != "," && $0 != " " }))
            let name = comment[..<range.lowerBound].split(separator: " ").last.map(String.init)
            guard let name, !version.isEmpty else { return .condition }
            let isNever = version == AffectedRange.neverAffectedBound
            return .bound(names: [name], comment: nil, isNever ? .none : .fixed(version, introduced: nil))
        }
        if let build = prefix(of: comment, before: " is installed"), let package = RPMBuild(build) {
            return .bound(names: [package.name], comment: nil, .fixed(package.version, introduced: nil))
        }
        return .condition
    }

    /// What stands before `words` at the end of `comment`, where that is one word.
    private static func prefix(of comment: String, before words: String) -> String? {
        guard comment.hasSuffix(words) else { return nil }
        let name = String(comment.dropLast(words.count))
        return name.isEmpty || name.contains(" ") ? nil : name
    }
}

extension OVALStatement.Bound {
    fileprivate func from(_ version: String) -> Self {
        switch self {
        case .fixed(let fixed, _): .fixed(fixed, introduced: version)
        case .lastAffected(let last, _): .lastAffected(last, introduced: version)
        case .all, .none: self
        }
    }
}

/// An RPM as products list it: `name-version-release`, perhaps with an architecture.
struct RPMBuild {
    var name: String
    /// Version and release.
    var version: String

    private static let architectures: Set<Substring> = [
        "i386", "i486", "i586", "i686", "x86_64", "ia64", "ppc", "ppc64", "ppc64le", "s390", "s390x", "armv6hl",
        "armv7hl", "aarch64", "aarch64_ilp32", "riscv64", "noarch", "src", "nosrc",
    ]

    /// Splits at the last two dashes; `nil` where version or release would not begin with a digit, as all of SUSE's do.
    init?(_ build: String) {
        var text = build[...]
        if let dot = text.lastIndex(of: "."), Self.architectures.contains(text[text.index(after: dot)...]) {
            text = text[..<dot]
        }
        guard !text.contains(" "), let last = text.lastIndex(of: "-"),
            let first = text[..<last].lastIndex(of: "-"), first > text.startIndex,
            text[text.index(after: first)...].first?.isNumber == true,
            text[text.index(after: last)...].first?.isNumber == true
        else { return nil }
        name = String(text[..<first])
        version = String(text[text.index(after: first)...])
    }
}
