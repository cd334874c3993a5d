import Foundation
package import ScanModel

/// What the API says of the files of an image.
enum FileRecords {
    /// One entry of the file system; what was not collected of it is 0 or null.
    static func entry(_ file: ImageFile) -> JSONValue {
        let known = file.attributes
        // As there, a hard link is the file, and a symbolic one as long as what it points to.
        let isLink = file.kind == .symlink
        let target = known.flatMap { isLink && !$0.linkTarget.isEmpty ? $0.linkTarget : nil }
        let size = target.map(\.count) ?? Int(clamping: known?.size ?? 0)
        return [
            "filename": .string("/" + file.path.text), "size": .int(size),
            "type": .string(type(of: file.kind)), "mode": .string(known.map { mode($0.mode) } ?? "None"),
            "sha256": .string(file.digests.map { Hex.encode($0.sha256) }),
            "uid": .int(Int(known?.userID ?? 0)), "gid": .int(Int(known?.groupID ?? 0)),
            "linkdest": .string(target.map { String(decoding: $0, as: UTF8.self) }),
        ]
    }

    /// Five octal digits: `00644`, `04755`.
    private static func mode(_ mode: UInt16) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits
    }

    private static func type(of kind: PathKind) -> String {
        switch kind {
        case .file: "file"
        case .directory: "dir"
        case .symlink: "slink"
        // As Anchore Engine names what a layer's archive has.
        case .hardlink: "file"
        case .other: "dev"
        }
    }

    /// What the malware scanner said; where none was asked, the one element that clients expect says so.
    static func malware(_ files: ImageFiles?) -> JSONValue {
        let findings = (files?.found ?? []).flatMap { file in
            file.findings.malware.map { finding -> JSONValue in
                ["path": .string("/" + file.path.text), "signature": .string(finding.signature)]
            }
        }
        return [
            [
                "scanner": .string(MalwareFinding.clamAV), "enabled": .bool(files?.parts.contains(.malware) ?? false),
                "findings": .array(findings), "metadata": ["db_version": [:]],
            ]
        ]
    }
}

/// What `images/…/artifacts` can be asked for.
package enum ArtifactType: String, Sendable, CaseIterable {
    case retrievedFiles = "retrieved_files"
    case contentSearch = "file_content_search"
    case secretSearch = "secret_search"

    /// Whether an analysis looked for it.
    package func isCollected(_ files: ImageFiles) -> Bool {
        switch self {
        case .retrievedFiles: !files.parts.isDisjoint(with: [.retrieve, .passwd])
        case .contentSearch: files.parts.contains(.content)
        case .secretSearch: files.parts.contains(.secrets)
        }
    }

    /// The files that it was found in.
    package func records(_ files: ImageFiles) -> JSONValue {
        .array(
            files.found.compactMap { file in
                let path = JSONValue.string("/" + file.path.text)
                switch self {
                case .retrievedFiles:
                    return file.findings.content.map {
                        ["path": path, "b64_content": .string($0.base64EncodedString())]
                    }
                case .contentSearch:
                    return Self.matches(path, file.findings.contentMatches.map(Self.match))
                case .secretSearch:
                    let byRule = Dictionary(grouping: file.findings.secrets, by: \.rule).sorted { $0.key < $1.key }
                    return Self.matches(path, byRule.map { Self.match(rule: $0.key, $0.value) })
                }
            }
        )
    }

    private static func matches(_ path: JSONValue, _ matches: [JSONValue]) -> JSONValue? {
        matches.isEmpty ? nil : ["path": path, "matches": .array(matches)]
    }

    private static func match(_ match: PatternMatch) -> JSONValue {
        record(match.pattern.name ?? "", match.pattern.pattern, match.lines)
    }

    private static func match(rule: String, _ found: [SecretFinding]) -> JSONValue {
        record(rule, found.first?.pattern ?? "", Set(found.map(\.line)).sorted())
    }

    private static func record(_ name: String, _ regex: String, _ lines: [Int]) -> JSONValue {
        // Anchore Engine counts from 0.
        ["name": .string(name), "regex": .string(regex), "lines": .array(lines.map { .int($0 - 1) })]
    }
}
