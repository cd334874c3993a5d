import Matching
import ScanModel

extension ExplanationDocument {
    /// Ranges of one package that do not hold and are shown all the same.
    private static let maxMisses = 8

    /// The story in words, a line for each statement.
    package var text: String {
        var out = id + (aliases.isEmpty ? "" : " (\(ExplanationWords.list(aliases, most: 12)))") + "\n"
        out += "\(source)\(distro.map { ", \($0.name)" } ?? "")\n\n\(summary)\n"
        for package in packages {
            out += "\n\(package.name) \(package.version) (\(package.type.rawValue))"
            out += package.ownedBy.map { ", owned by \($0)" } ?? ""
            out += package.paths.first.map { ", \($0)" } ?? ""
            out += package.paths.count > 1 ? " and \(package.paths.count - 1) more\n" : "\n"
            if let suppressed = package.suppressed { out += "  suppressed: \(suppressed)\n" }
            let telling = package.statements.filter { $0.outcome != .outside }
            let misses = package.statements.filter { $0.outcome == .outside }
            for statement in telling + misses.prefix(Self.maxMisses) {
                out += "  \(statement.outcome.rawValue): \(statement.advisory) of \(statement.provider) about "
                out += "\(statement.lookup.name) in \(statement.lookup.ecosystem): \(statement.reason)\n"
            }
            if misses.count > Self.maxMisses {
                out += "  and \(misses.count - Self.maxMisses) more ranges that do not hold it\n"
            }
        }
        let withdrawn = advisories.compactMap { advisory in
            advisory.withdrawn.map { "\(advisory.id) of \(advisory.provider) was withdrawn on \($0)" }
        }
        if !withdrawn.isEmpty { out += "\n\(withdrawn.joined(separator: "\n"))\n" }
        return out
    }
}
