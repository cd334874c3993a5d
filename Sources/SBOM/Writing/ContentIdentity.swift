import Crypto
import ScanModel

/// Names that follow from content: the same content has the same name, whoever writes it and when.
enum ContentIdentity {
    /// The namespace of URLs (RFC 9562, 6.6).
    private static let urlNamespace: [UInt8] = [
        0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
    ]

    /// The UUID of a document, version 5 (RFC 9562, 5.5), over all that the document says.
    static func uuid(of bill: BillOfMaterials, components: [BillOfMaterials.Component]) -> String {
        var fields = Fields()
        fields.add(bill.subject)
        fields.add([bill.tool.name, bill.tool.version, bill.created ?? "-"])
        fields.add(bill.distro)
        for component in components { fields.add(component) }
        for gap in bill.gaps { fields.add(["\(gap.layer)", gap.gap.path, gap.gap.reason]) }
        for vulnerability in bill.vulnerabilities { fields.add(vulnerability) }
        let name = "https://tallyman.invalid/sbom/\(fields.hex)"
        var bytes = Array(Insecure.SHA1.hash(data: urlNamespace + Array(name.utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0f | 0x50
        bytes[8] = bytes[8] & 0x3f | 0x80
        let hex = Hex.encode(bytes)
        var parts: [Substring] = []
        var rest = Substring(hex)
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }

    /// A short name for `text`, sixteen hexadecimal digits.
    static func short(_ text: String) -> String {
        String(Hex.encode(SHA256.hash(data: Array(text.utf8))).prefix(16))
    }
}

/// Fields hashed without ambiguity: each with its length in front, each list with its count.
private struct Fields {
    private var hash = SHA256()

    var hex: String { Hex.encode(hash.finalize()) }

    mutating func add(_ list: [String]) {
        hash.update(data: Array("\(list.count);".utf8))
        for text in list { hash.update(data: Array("\(text.utf8.count):\(text)".utf8)) }
    }

    mutating func add(_ subject: BillOfMaterials.Subject) {
        add([
            subject.source, subject.reference ?? "-", subject.digest?.description ?? "-",
            subject.imageID?.description ?? "-", subject.platform.map { "\($0)" } ?? "-",
        ])
        add(subject.layers.map(\.description))
        add(subject.diffIDs.map(\.description))
        add(subject.labels.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
    }

    mutating func add(_ distro: Distro?) {
        guard let distro else { return add([]) }
        add([distro.id, distro.versionID, distro.name, distro.codename ?? "-"])
        add(distro.idLike)
    }

    mutating func add(_ component: BillOfMaterials.Component) {
        add(component.sortKey)
        add(component.distro)
        add(component.package.source.map { [$0.name, $0.version] } ?? [])
        add(component.package.licenses)
        add(component.package.hashes.map(\.description))
    }

    mutating func add(_ flaw: BillOfMaterials.Vulnerability) {
        add([
            flaw.id, flaw.source, flaw.severity.rawValue, flaw.epss.map { "\($0)" } ?? "-", "\(flaw.isExploited)",
        ])
        add(flaw.aliases)
        if let said = flaw.suppression {
            add([
                said.kind.rawValue, said.status.rawValue, said.justification ?? "-", said.reason ?? "-", said.source,
                said.author ?? "-", said.expires ?? "-",
            ])
        }
        for rating in flaw.ratings { add([rating.version, rating.vector, "\(rating.score)"]) }
        for affected in flaw.affected {
            add([affected.purl, affected.version, affected.fixState.rawValue] + affected.fixedVersions)
        }
    }
}
