import Licenses
import ScanModel

/// What a document says, in the form that all four writers take it from.
struct DocumentDescription {
    /// The image, the root of the document.
    struct Root {
        let ref: String
        let spdxID: String
        let name: String
        let version: String?
        let purl: String?
        let isImage: Bool
        let hashes: [FileHash]
        let properties: [Property]
    }

    /// A distribution.
    struct System {
        let ref: String
        let spdxID: String
        let distro: Distro
        let properties: [Property]
    }

    struct Component {
        let ref: String
        let spdxID: String
        let isApplication: Bool
        let purl: String
        let cpes: [String]
        let supplier: SupplierName?
        let licenses: [LicenseStatement]
        let properties: [Property]
        let content: BillOfMaterials.Component

        var package: Package { content.package }
        /// What SPDX documents say as `licenseDeclared`; `nil` where nothing is declared.
        var declaredLicense: LicenseExpression? { LicenseExpression.all(licenses.map(\.expression)) }
    }

    let uuid: String
    let tool: BillOfMaterials.Tool
    let created: String?
    let root: Root
    let systems: [System]
    let components: [Component]
    let vulnerabilities: [BillOfMaterials.Vulnerability]
    /// Whether something was not looked at.
    let isIncomplete: Bool
    /// The references of the components that have a purl and are answered for by nobody else.
    let refsByPURL: [String: [String]]

    init(_ bill: BillOfMaterials) {
        var bill = bill
        bill.components = bill.orderedComponents
        bill.gaps = Set(bill.gaps).sorted { ($0.layer, $0.gap) < ($1.layer, $1.gap) }
        bill.vulnerabilities = bill.vulnerabilities.map(\.ordered).sorted {
            // One flaw may be there twice: suppressed in some packages and not in others.
            ($0.id, $0.source, $0.affected.first?.purl ?? "") < ($1.id, $1.source, $1.affected.first?.purl ?? "")
        }
        uuid = ContentIdentity.uuid(of: bill, components: bill.components)
        tool = bill.tool
        created = bill.created
        isIncomplete = !bill.gaps.isEmpty
        vulnerabilities = bill.vulnerabilities

        var refs = UniqueNames()
        let rootRef = refs.take("image:\(bill.subject.digest?.description ?? bill.subject.source)")
        let distros = Self.distros(of: bill)
        systems = distros.map { System($0, ref: refs.take($0.referenceName)) }
        let systemRefs = Dictionary(systems.map { ($0.distro, $0.ref) }) { first, _ in first }
        root = Root(bill, ref: rootRef, distroRef: bill.distro.flatMap { systemRefs[$0] })
        let layers = bill.subject.layers
        var byPURL: [String: [String]] = [:]
        components = bill.components.map { content in
            let purl = content.installed.purl(distro: content.distro)
            let ref = refs.take(purl)
            byPURL[purl, default: []].append(ref)
            let distro =
                content.distro == bill.distro ? nil : content.distro.flatMap { systemRefs[$0] } ?? PropertyName.noDistro
            return Component(content, ref: ref, purl: purl, layers: layers, distro: distro)
        }
        refsByPURL = byPURL
    }

    /// The image's distribution first, then those of packages that have another.
    private static func distros(of bill: BillOfMaterials) -> [Distro] {
        var seen = Set([bill.distro].compactMap { $0 })
        return [bill.distro].compactMap { $0 }
            + bill.components.compactMap(\.distro).filter { seen.insert($0).inserted }
    }
}

/// Hands out names that differ: the second of a kind gets a number.
private struct UniqueNames {
    private var taken: Set<String> = []
    private var counts: [String: Int] = [:]

    mutating func take(_ name: String) -> String {
        var unique = name
        while !taken.insert(unique).inserted {
            counts[name, default: 1] += 1
            unique = "\(name)#\(counts[name, default: 1])"
        }
        return unique
    }
}

extension Distro {
    fileprivate var referenceName: String {
        "os:\(id)" + (versionID.isEmpty ? codename.map { "@\($0)" } ?? "" : "@\(versionID)")
    }
}

extension BillOfMaterials.Vulnerability {
    fileprivate var ordered: Self {
        var copy = self
        copy.affected.sort { ($0.purl, $0.version) < ($1.purl, $1.version) }
        copy.aliases.sort()
        return copy
    }
}
