import Advisories
import ScanModel

/// Whether a statement about RPM packages of some name is about a package of that name at all.
enum RPMApplicability {
    /// Whether module stream and architecture fit; always true for packages of other kinds.
    static func accepts(_ package: Package, _ range: AffectedRange) -> Bool {
        guard package.type == .rpm else { return true }
        return acceptsModule(package, range) && acceptsArchitecture(package, range)
    }

    /// A statement about a module stream counts for packages of that stream, and an ordinary one for ordinary packages.
    ///
    /// Where the database has no label, or an empty one, the release tells whether the package was built in a module.
    static func acceptsModule(_ package: Package, _ range: AffectedRange) -> Bool {
        let fix = range.isNotAffected ? nil : range.fixed
        let fixIsModular = fix.map(isModular) ?? (range.module != nil)
        let label = package.module.flatMap { $0.isEmpty ? nil : $0 }
        guard fixIsModular else { return label == nil && !isModular(package.version) }
        guard let label else { return isModular(package.version) }
        guard let stream = range.module else { return true }
        return label == stream || label.hasPrefix(stream + ":")
    }

    /// Whether an RPM release says that it was built in a module (`.module_el8.6.0+…`, `.module+el8…`).
    private static func isModular(_ version: String) -> Bool {
        var rest = version.utf8[...]
        while let dot = rest.firstIndex(of: UInt8(ascii: ".")) {
            rest = rest[dot...].dropFirst()
            if rest.starts(with: module), let mark = rest.dropFirst(module.count).first {
                if mark == UInt8(ascii: "_") || mark == UInt8(ascii: "+") { return true }
            }
        }
        return false
    }

    private static let module = Array("module".utf8)

    /// A package without an architecture, of text files say, is replaced by a fix for any.
    static func acceptsArchitecture(_ package: Package, _ range: AffectedRange) -> Bool {
        guard let architectures = range.architectures, !package.arch.isEmpty, package.arch != "noarch" else {
            return true
        }
        return architectures.contains(RPMArchitecture.normalized(package.arch))
    }
}
