import Crypto
import Matching
import ScanModel

/// The distinct packages that one layer brings to an image, as the fleet knows them once.
struct PackageSet: Sendable {
    struct Member: Sendable {
        /// The package's.
        let fingerprint: [UInt8]
        /// The fingerprint of the licences that the evidence states; `nil` where it states none.
        let licenses: [UInt8]?
    }

    /// What an inventory comes to.
    struct Content {
        /// Each package once, by fingerprint.
        var packages: [[UInt8]: DistinctPackage] = [:]
        var licenses: Set<LicenseSet> = []
        /// From the lowest layer to the highest.
        var sets: [PackageSet] = []
    }

    /// The position in the image of the layer that brings them.
    let layer: Int
    /// In the order of their fingerprints.
    let members: [Member]

    /// Names the content: SHA-256 over each package's fingerprint, a byte that is 0, and the licences' fingerprint or as
    /// many zeros.
    ///
    /// The byte is 1 for packages of an older schema that their owners answer for; new ones have owners of their own.
    var fingerprint: [UInt8] {
        var hasher = SHA256()
        for member in members {
            hasher.update(data: member.fingerprint + [0] + (member.licenses ?? Array(repeating: 0, count: 32)))
        }
        return Array(hasher.finalize())
    }

    /// The packages of an inventory and the sets they fall into.
    ///
    /// A package that an image has several times belongs to the lowest of its layers, with the licences that all of its
    /// evidence states.
    static func content(of inventory: Inventory) -> Content {
        var content = Content()
        var places: [[UInt8]: (layer: Int, package: Package)] = [:]
        let subjects = MatchSubject.subjects(of: inventory.packages) { _ in inventory.distro }
        for (installed, subject) in zip(inventory.packages, subjects) {
            let distinct = DistinctPackage(subject)
            content.packages[distinct.fingerprint] = distinct
            var place = places[distinct.fingerprint] ?? (installed.layer, installed.package)
            place.layer = min(place.layer, installed.layer)
            if place.package.licenses != installed.package.licenses {
                place.package.licenses += installed.package.licenses
            }
            places[distinct.fingerprint] = place
        }
        let stated = places.mapValues { LicenseSet(of: $0.package) }
        content.licenses = Set(stated.values.compactMap(\.self))
        content.sets = Dictionary(grouping: places) { $0.value.layer }.map { layer, held in
            PackageSet(
                layer: layer,
                members: held.map { Member(fingerprint: $0.key, licenses: stated[$0.key]??.fingerprint) }
                    .sorted { $0.fingerprint.lexicographicallyPrecedes($1.fingerprint) }
            )
        }.sorted { $0.layer < $1.layer }
        return content
    }
}
