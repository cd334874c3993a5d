import Licenses
import ScanModel

/// One component as a document states it, before it is known what it is.
struct DocumentComponent {
    /// `bom-ref` or SPDX identifier.
    var ref = ""
    /// The type in CycloneDX or the purpose in SPDX, in CycloneDX's words.
    var kind = ""
    var group = ""
    var name = ""
    var version = ""
    var description = ""
    var purl = ""
    var licenses: [String] = []
    var properties: [Property] = []
    var paths: [String] = []
    var hashes: [FileHash] = []
    /// The name of the supplier or, without one, of the publisher.
    var supplier = ""
    /// SPDX: where it was built from, in free words.
    var sourceInfo = ""

    mutating func add(license: String) {
        guard !license.isEmpty, licenses.count < SBOMLimits.maxValues else { return }
        licenses.append(license)
    }

    /// Keeps a property that ``PackageReading`` or ``DocumentInterpretation`` may ask for.
    mutating func add(property name: String, _ value: String) {
        guard properties.count < SBOMLimits.maxValues, Self.prefixes.contains(where: { name.hasPrefix($0) }) else {
            return
        }
        properties.append(Property(name, value))
    }

    mutating func add(path: String) {
        guard !path.isEmpty, paths.count < SBOMLimits.maxValues else { return }
        paths.append(path)
    }

    mutating func add(hash content: String, algorithm: String) {
        guard hashes.count < SBOMLimits.maxValues, let hash = FileHash(named: algorithm, hex: content) else { return }
        hashes.append(hash)
    }

    private static let prefixes = [PropertyName.prefix, "syft:", "aquasecurity:trivy:"]
}

/// A document's components, whatever its format.
struct DocumentContents {
    /// What the document is about: the image.
    var root: DocumentComponent?
    var components: [DocumentComponent] = []
    var tool: BillOfMaterials.Tool?
    var created: String?
    var notes: [CoverageGap] = []

    mutating func add(_ component: DocumentComponent) {
        guard components.count < SBOMLimits.maxComponents else {
            return note("", "more than \(SBOMLimits.maxComponents) components")
        }
        components.append(component)
    }

    /// Notes something that was passed over; the same note once in a row.
    mutating func note(_ place: String, _ reason: String) {
        let gap = CoverageGap(path: String(place.prefix(512)), reason: reason)
        guard notes.count < SBOMLimits.maxNotes, notes.last != gap else { return }
        notes.append(gap)
    }
}
