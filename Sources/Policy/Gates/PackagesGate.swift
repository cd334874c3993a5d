import ScanModel
import Versions

extension Gate {
    static let packages = Gate(
        "packages",
        "Distro package checks",
        [RequiredPackageTrigger.self, VerifyTrigger.self, BlacklistedPackageTrigger.self]
    )
}

private struct RequiredPackageTrigger: ImageTrigger {
    static let name = "required_package"
    static let summary =
        "Triggers if the specified package and optionally a specific version is not found in the image."
    static let parameters = [
        Parameter("name", .text, required: true, example: "libssl", "Package that must be found installed in image."),
        Parameter("version", .text, example: "1.10.3rc3", "Optional version of package."),
        Parameter(
            "version_match_type",
            .choice(["exact", "minimum"]),
            example: "exact",
            "The type of comparison to use for version if a version is provided."
        ),
    ]

    private let wanted: String
    private let version: String?
    private let isMinimum: Bool

    init(_ values: ParameterValues) {
        wanted = values.text("name") ?? ""
        version = values.text("version")
        isMinimum = values.text("version_match_type") == "minimum"
    }

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        guard let package = try image.packages.get().first(where: { $0.name == wanted }) else {
            let what = version.flatMap { $0.isEmpty ? nil : ",\($0)" } ?? ""
            return [
                TriggerFinding("Required input package (\(wanted)\(what)) is not present in container image")
            ]
        }
        guard let minimum = version, package.fullVersion != minimum else { return [] }
        guard isMinimum else {
            // The name stands where a version is announced; whitelists of hashed messages expect it.
            return [
                TriggerFinding(
                    "Required input package (\(wanted)) is present (\(package.fullVersion)), "
                        + "but not at the version specified in policy (\(wanted))"
                )
            ]
        }
        guard let scheme = package.scheme else {
            throw Unjudged(
                .failed,
                "versions of \(wanted), of the type \(package.type), have no order of a distribution"
            )
        }
        // A minimum without a release is reached by every release.
        var own = minimum.contains("-") ? package.fullVersion : package.version
        var version = minimum
        // Nor does an epoch count that only one of the two has.
        if scheme != .apk, own.contains(":") != version.contains(":") {
            own = Self.withoutEpoch(own)
            version = Self.withoutEpoch(version)
        }
        guard let order = Versions.compare(own, version, scheme: scheme) else {
            throw Unjudged(.failed, "\(own) and \(version) of \(wanted) cannot be compared")
        }
        guard order == .less else { return [] }
        return [
            TriggerFinding(
                "Required min-version input package (\(wanted)) is present (\(package.fullVersion)), "
                    + "but is lower version than what is specified in policy (\(minimum))"
            )
        ]
    }
}

extension RequiredPackageTrigger {
    private static func withoutEpoch(_ version: String) -> String {
        version.firstIndex(of: ":").map { String(version[version.index(after: $0)...]) } ?? version
    }
}

private struct BlacklistedPackageTrigger: ImageTrigger {
    static let name = "blacklist"
    static let summary =
        "Triggers if the image has a package installed that matches the named package, optionally with a version."
    static let parameters = [
        Parameter("name", .text, required: true, example: "openssh-server", "Package name to blacklist."),
        Parameter("version", .text, example: "1.0.1", "Specific version of package to blacklist."),
    ]

    private let wanted: String
    private let version: String?

    init(_ values: ParameterValues) {
        wanted = values.text("name") ?? ""
        version = values.text("version").flatMap { $0.isEmpty ? nil : $0 }
    }

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        try image.packages.get().filter { $0.name == wanted && (version == nil || $0.version == version) }.map {
            TriggerFinding("Package is blacklisted: \($0.name)" + (version == nil ? "" : "-\($0.version)"))
        }
    }
}

private struct VerifyTrigger: ImageTrigger {
    static let name = "verify"
    static let summary =
        "Check package integrity against the package db in the image. Triggers for changes or removal of content in all "
        + "or the selected directories."
    static let parameters = [
        Parameter("only_packages", .list, example: "libssl,openssl", "Package names to limit verification."),
        Parameter("only_directories", .list, example: "/usr,/var/lib", "Directories to limit checks to."),
        Parameter("check", .choice(["changed", "missing"]), example: "changed", "Check to perform instead of all."),
    ]

    private enum State: String { case changed, missing }

    private let packages: Set<String>
    private let directories: [String]
    private let check: State?

    init(_ values: ParameterValues) {
        packages = Set(values.list("only_packages"))
        directories = values.list("only_directories")
        check = values.choice("check")
    }

    var needs: CollectionPlan { CollectionPlan(parts: [.files, .digests, .verify]) }

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        let files = try image.files.get()
        guard check == .missing || files.hasDigests else {
            throw Unjudged(.notCollected, "the contents of files were not hashed")
        }
        var found: [TriggerFinding] = []
        for package in try image.packages.get()
        where package.isOS && (packages.isEmpty || packages.contains(package.name)) {
            for record in try package.files.get() {
                guard directories.isEmpty || directories.contains(where: { record.path.hasPrefix($0) }),
                    let state = state(of: record, in: files), check == nil || check == state
                else { continue }
                found.append(
                    TriggerFinding(
                        "VERIFY check against package db for package '\(package.name)' failed on entry "
                            + "'\(record.path)' with status: '\(state.rawValue)'"
                    )
                )
            }
        }
        return found
    }

    private func state(of record: PackageFile, in files: FileTable) -> State? {
        guard let file = files.resolving(record.path) else { return .missing }
        guard !record.isConfiguration else { return nil }
        if file.kind == .file, let wanted = record.digest, let actual = digest(of: file, by: record.algorithm),
            actual != wanted
        {
            return .changed
        }
        if file.kind == .file || file.kind == .directory, let mode = record.mode, mode != 0, file.mode != 0 {
            // Of the shorter of the two, as the databases leave out the type.
            let one = String(mode, radix: 8)
            let other = String(file.mode, radix: 8)
            let count = min(one.utf8.count, other.utf8.count)
            if one.suffix(count) != other.suffix(count) { return .changed }
        }
        if file.kind == .file, let size = record.size, size != 0, file.size != 0, size != file.size { return .changed }
        return nil
    }

    private func digest(of file: FileFact, by algorithm: PackageFile.Algorithm?) -> String? {
        switch algorithm {
        case .sha256: file.sha256
        case .sha1: file.sha1
        case .md5: file.md5
        case nil: nil
        }
    }
}
