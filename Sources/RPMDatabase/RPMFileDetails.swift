/// What a header says of one file beside its path (rpm, `docs/manual/tags.md`, "File tags").
package struct RPMFileDetails: Sendable, Equatable {
    /// The states that a file of an installed package may have; only the first is that of a file that was put there.
    private static let normalState = 0
    private static let configurationFlag = 1 << 0
    private static let ghostFlag = 1 << 6

    /// `st_mode`, with the bits of the type.
    package var mode: Int?
    package var size: Int?
    /// In hexadecimal; `nil` for what has no content.
    package var digest: String?
    package var isConfiguration: Bool
    /// Whether the file was put there when the package was installed: documentation may have been left out, and ghosts are
    /// files that a package owns and does not bring.
    package var isExpected: Bool

    /// The details of all files of a header, in its order; arrays of another length than `count` state nothing, nor do those
    /// that are damaged, which `damage` tells.
    static func all(
        of header: RPMHeader,
        count: Int,
        limits: RPMDatabaseLimits,
        damage: inout [RecordDamage]
    ) -> [RPMFileDetails] {
        let most = limits.maxFilesPerPackage
        func values<Value>(_ read: () throws(RecordDamage) -> [Value]?) -> [Value]? {
            do throws(RecordDamage) {
                let found = try read()
                return found?.count == count ? found : nil
            } catch {
                damage.append(error)
                return nil
            }
        }
        func numbers(_ tag: RPMTag) -> [Int]? {
            values { () throws(RecordDamage) in try header.integers(tag, maxCount: most) }
        }
        let modes = numbers(.fileModes)
        let longSizes = numbers(.longFileSizes)
        let sizes = longSizes ?? numbers(.fileSizes)
        let flags = numbers(.fileFlags)
        let states = numbers(.fileStates)
        let digests = values { () throws(RecordDamage) in
            try header.strings(.fileDigests, maxCount: most, maxBytes: limits.maxFieldBytes)
        }
        return (0..<count).map { index in
            let flags = flags?[index] ?? 0
            return RPMFileDetails(
                mode: modes?[index],
                size: sizes?[index],
                digest: digests.flatMap { $0[index].isEmpty ? nil : $0[index] },
                isConfiguration: flags & configurationFlag != 0,
                isExpected: flags & ghostFlag == 0 && (states?[index] ?? normalState) == normalState
            )
        }
    }
}
