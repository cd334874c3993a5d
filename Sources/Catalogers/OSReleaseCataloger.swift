import Bytes
import ScanModel

/// The distribution, from os-release(5), or where that is absent from the older files of single distributions.
struct OSReleaseCataloger: Cataloger {
    let name = "os-release"
    let version = 6
    let selectors: [PathSelector] =
        Self.rooted.map { .pathSuffix($0) } + [.directory(Self.variants, suffix: "")]

    private static let rooted = [
        "etc/os-release", "usr/lib/os-release", "etc/alpine-release", "etc/redhat-release", "etc/centos-release",
        "etc/fedora-release",
    ]
    /// Where Fedora had the files of its variants, with `usr/lib/os-release` as a link to one of them.
    private static let variants = "usr/lib/os.release.d"

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        // Only the image's own root counts, not a copy somewhere below.
        guard Self.rooted.contains(file.path.text) || file.path.text.hasPrefix(Self.variants + "/os-release") else {
            return found
        }
        let bytes = file.bytes.all
        switch file.path.text {
        case "etc/alpine-release":
            let version = bytes.prefix(Self.maxLineBytes).trimmedText
            found.distro =
                version.isEmpty ? nil : Distro(id: "alpine", versionID: version, name: "Alpine Linux \(version)")
        case "etc/redhat-release", "etc/centos-release", "etc/fedora-release":
            found.distro = redHat(bytes.prefix(Self.maxLineBytes).trimmedText)
        default:
            found.distro = parse(bytes)
            if found.distro == nil { found.problems.append("os-release names no distribution") }
        }
        return found
    }

    /// Longer lines name nothing that anybody gives a name to; the files of one line are read up to here.
    private static let maxLineBytes = 1024

    private func parse(_ bytes: [UInt8]) -> Distro? {
        var values: [String: String] = [:]
        for line in TextLines(bytes).prefix(1000) {
            guard line.count <= Self.maxLineBytes, line.first != UInt8(ascii: "#"),
                let equals = line.firstIndex(of: UInt8(ascii: "="))
            else { continue }
            let key = line[..<equals].trimmedText
            if !key.isEmpty { values[key] = unquote(line[(equals + 1)...].trimmedText) }
        }
        let id = (values["ID"] ?? "").lowercased()
        let pretty = values["PRETTY_NAME"] ?? values["NAME"] ?? id
        guard !id.isEmpty || !pretty.isEmpty else { return nil }
        return Distro(
            id: id,
            versionID: values["VERSION_ID"] ?? "",
            name: pretty,
            idLike: (values["ID_LIKE"] ?? "").lowercased().split(separator: " ").map(String.init),
            codename: Self.codename(values, id: id)
        )
    }

    /// The release's codename; of a derivative that of the release which it is built from, where it is told.
    private static func codename(_ values: [String: String], id: String) -> String? {
        func value(_ key: String) -> String? { values[key].flatMap { $0.isEmpty ? nil : $0 } }
        switch id {
        case "debian", "ubuntu": return value("VERSION_CODENAME")
        // Service packs are told behind the number alone: `22.03 (LTS-SP3)`, and of the first release `22.03 LTS`.
        case "openeuler":
            guard let version = value("VERSION"), let number = value("VERSION_ID"), version.hasPrefix(number) else {
                return nil
            }
            let name = version.dropFirst(number.count).split { " ()".contains($0) }.joined(separator: "-")
            return name.isEmpty ? nil : name
        default: return value("UBUNTU_CODENAME") ?? value("DEBIAN_CODENAME") ?? value("VERSION_CODENAME")
        }
    }

    /// A shell takes what follows a blank and a hash outside quotes for a comment.
    private static func withoutComment(_ text: String) -> Substring {
        var quote: Character?
        var previous: Character?
        var isEscaped = false
        for (place, character) in zip(text.indices, text) {
            if isEscaped {
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if character == quote {
                quote = nil
            } else if previous == nil, character == "\"" || character == "'" {
                quote = character
            } else if quote == nil, character == "#", previous == " " || previous == "\t" {
                var value = text[..<place]
                while value.last == " " || value.last == "\t" { value.removeLast() }
                return value
            }
            previous = character
        }
        return text[...]
    }

    /// Takes off the quotes of a shell-like value and resolves its backslashes.
    private func unquote(_ text: String) -> String {
        var value = Self.withoutComment(text)
        if let quote = value.first, quote == "\"" || quote == "'", value.count >= 2, value.last == quote {
            value = value.dropFirst().dropLast()
            if quote == "'" { return String(value) }
        }
        guard value.contains("\\") else { return String(value) }
        var out = ""
        var escaped = false
        for character in value {
            if character == "\\", !escaped {
                escaped = true
            } else {
                out.append(character)
                escaped = false
            }
        }
        return out
    }

    private func redHat(_ text: String) -> Distro? {
        let known = [
            ("centos", "centos"), ("red hat", "rhel"), ("fedora", "fedora"), ("rocky", "rocky"), ("alma", "almalinux"),
        ]
        let lower = text.lowercased()
        guard let id = known.first(where: { lower.contains($0.0) })?.1 else { return nil }
        let version = text.split(separator: " ").first { $0.first?.isNumber == true }.map(String.init) ?? ""
        return Distro(id: id, versionID: version, name: text)
    }
}
