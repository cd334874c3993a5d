package import ScanModel

extension ImageFacts {
    /// Fills in what was collected of the image's files, and of its packages' files once ``packages`` is filled in.
    ///
    /// What no analysis looked for stays as it is; `remedy` tells people how to have it looked for.
    package mutating func add(_ image: ImageFiles, remedy: String) {
        func collected<Value: Sendable>(
            _ parts: Set<CollectedPart>,
            _ what: String,
            _ value: () -> Value
        ) -> Collected<Value> {
            image.parts.isDisjoint(with: parts) ? .notCollected("\(what); \(remedy)") : .collected(value())
        }
        files = collected([.files], "files were not listed") {
            FileTable(image.entries, hasDigests: image.parts.contains(.digests)) { FileFact($0) }
        }
        contentSearches = image.searched
        contentMatches = collected(image.searched.isEmpty ? [] : [.content], "no content search was run") {
            image.found.flatMap { file in
                file.findings.contentMatches.map { ContentMatch(path: file.path, $0) }
            }
        }
        let retrieved = image.found.compactMap { file in
            file.findings.content.map { ("/" + file.path.text, String(decoding: $0, as: UTF8.self)) }
        }
        let contents = Dictionary(retrieved) { first, _ in first }
        retrievedFiles = collected([.retrieve], "no files were retrieved") { contents }
        passwdEntries = collected([.passwd, .retrieve], "/etc/passwd was not retrieved") {
            contents["/etc/passwd"].map { PasswdEntry.entries(of: $0) } ?? []
        }
        if contents["/etc/passwd"] == nil, passwdEntries.value != nil, image.showsPasswd {
            passwdEntries = .notCollected("the content of /etc/passwd was not kept: it is too large, or a link")
        }
        secretMatches = collected([.secrets], "no search for secrets was run") {
            image.found.flatMap { file in ContentMatch.all(path: file.path, file.findings.secrets) }
        }
        malwareScans = collected([.malware], "no malware scan was run") {
            let found = image.found.flatMap { file in file.findings.malware.map { (file.path, $0) } }
            let byScanner = Dictionary(grouping: found) { $0.1.scanner }
            // A scan that has found nothing is one, too.
            let scanners = byScanner.isEmpty ? [MalwareFinding.clamAV] : byScanner.keys.sorted()
            return scanners.map { scanner in
                MalwareScan(
                    scanner: scanner,
                    findings: (byScanner[scanner] ?? []).map {
                        .init(path: "/" + $0.0.text, signature: $0.1.signature)
                    }
                )
            }
        }
        addPackaged(image, remedy: remedy)
    }

    /// Gives each package of a distribution the files that its database lists; of several of one name to the first.
    private mutating func addPackaged(_ image: ImageFiles, remedy: String) {
        guard case .collected(var known) = packages else { return }
        var listed: [String: [PackageFile]] = [:]
        let isKnown = image.parts.contains(.verify)
        if isKnown {
            for file in image.found {
                for owner in file.findings.packaged {
                    listed[owner.owner, default: []] += owner.files.map { PackageFile($0) }
                }
            }
        }
        for index in known.indices where known[index].isOS {
            known[index].files =
                isKnown
                ? .collected(PackageFile.unique(listed.removeValue(forKey: known[index].name) ?? []))
                : .notCollected("the files of packages were not listed; \(remedy)")
        }
        packages = .collected(known)
    }
}

extension ImageFiles {
    /// Whether there is something at `/etc/passwd`, also by way of a link in place of `/etc`.
    fileprivate var showsPasswd: Bool {
        entries.kind(at: LayerPath("etc/passwd")).map { $0 != .directory } ?? false
            || entries.kind(at: LayerPath("etc")) == .symlink
    }
}

extension ContentMatch {
    /// The rules that found something in one file, each once with its lines.
    ///
    /// What one of Anchore Engine's expressions finds, the wider set does not find once more: whitelists of before cover it.
    fileprivate static func all(path: LayerPath, _ secrets: [SecretFinding]) -> [ContentMatch] {
        let covered = Set(secrets.lazy.filter(\.isAnchores).map(\.line))
        let counted = secrets.filter { $0.isAnchores || $0.isOfUser || !covered.contains($0.line) }
        return Dictionary(grouping: counted, by: \.rule).sorted { $0.key < $1.key }.compactMap { rule, found in
            found.first.map {
                ContentMatch(
                    path: "/" + path.text,
                    name: rule,
                    pattern: $0.pattern,
                    lines: Set(found.map(\.line)).sorted()
                )
            }
        }
    }

    fileprivate init(path: LayerPath, _ match: PatternMatch) {
        self.init(
            path: "/" + path.text,
            name: match.pattern.name,
            pattern: match.pattern.pattern,
            lines: match.lines
        )
    }
}

extension FileFact {
    fileprivate init(_ file: ImageFile) {
        let kind: Kind
        let type: UInt32
        switch file.kind {
        case .file, .hardlink: (kind, type) = (.file, 0o100000)
        case .directory: (kind, type) = (.directory, 0o040000)
        case .symlink: (kind, type) = (.link, 0o120000)
        case .other: (kind, type) = (.other, 0)
        }
        let known = file.attributes
        self.init(
            path: "/" + file.path.text,
            kind: kind,
            mode: type | UInt32(known?.mode ?? 0),
            userID: Int64(known?.userID ?? 0),
            groupID: Int64(known?.groupID ?? 0),
            size: known?.size ?? 0,
            sha256: file.digests.map { Hex.encode($0.sha256) },
            sha1: file.digests.flatMap { $0.sha1.isEmpty ? nil : Hex.encode($0.sha1) },
            md5: file.digests.flatMap { $0.md5.isEmpty ? nil : Hex.encode($0.md5) },
            linkTarget: kind == .link ? known.map { String(decoding: $0.linkTarget, as: UTF8.self) } : nil
        )
    }
}

extension PackageFile {
    fileprivate init(_ file: PackagedFile) {
        let algorithm: Algorithm?
        switch file.digest?.algorithm {
        case .sha256: algorithm = .sha256
        case .sha1: algorithm = .sha1
        case .md5: algorithm = .md5
        default: algorithm = nil
        }
        self.init(
            path: "/" + file.path.text,
            isConfiguration: file.isConfiguration,
            algorithm: algorithm,
            digest: algorithm == nil ? nil : file.digest?.hex,
            mode: file.mode,
            size: file.size
        )
    }

    /// Each path once: that something is configuration counts for more than its digest.
    fileprivate static func unique(_ files: [PackageFile]) -> [PackageFile] {
        var places: [String: Int] = [:]
        var result: [PackageFile] = []
        for file in files {
            if let place = places[file.path] {
                result[place].isConfiguration = result[place].isConfiguration || file.isConfiguration
            } else {
                places[file.path] = result.count
                result.append(file)
            }
        }
        return result
    }
}
