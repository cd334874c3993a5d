/// A Debian package version: `[epoch:]upstream[-revision]` (Debian policy 5.6.12).
///
/// Spellings that policy forbids are ordered all the same: an epoch that is no number is part of the upstream version.
struct DebianVersion: Sendable {
    private let epoch: DecimalNumber
    private let upstream: [UInt8]
    private let revision: [UInt8]
    /// dpkg orders a missing version before every other, even one that begins with a tilde.
    private let isMissing: Bool

    init(_ text: ArraySlice<UInt8>) {
        var scanner = ByteScanner(text.trimmed)
        isMissing = scanner.isAtEnd
        let whole = scanner.rest
        // dpkg reads the epoch with strtol, which passes over a plus sign.
        _ = scanner.take(ASCII.plus)
        if let number = scanner.takeNumber(), scanner.take(ASCII.colon) {
            epoch = number
        } else {
            epoch = .zero
            scanner = ByteScanner(whole)
        }
        let version = scanner.rest
        let dash = version.lastIndex(of: ASCII.dash) ?? version.endIndex
        upstream = Array(version[..<dash])
        revision = Array(version[dash...].dropFirst())
    }

    func compare(to other: DebianVersion) -> VersionComparison {
        if isMissing || other.isMissing {
            return VersionComparison(isMissing ? 0 : 1, other.isMissing ? 0 : 1)
        }
        return VersionComparison(epoch, other.epoch)
            .then(Self.compareParts(upstream, other.upstream))
            .then(Self.compareParts(revision, other.revision))
    }

    /// Compares non-digit and digit runs in turn, as the policy's sorting algorithm says.
    private static func compareParts(_ left: [UInt8], _ right: [UInt8]) -> VersionComparison {
        var one = 0
        var other = 0
        while one < left.count || other < right.count {
            while (one < left.count && !left[one].isDigit) || (other < right.count && !right[other].isDigit) {
                let oneWeight = weight(one < left.count ? left[one] : nil)
                let otherWeight = weight(other < right.count ? right[other] : nil)
                if oneWeight != otherWeight { return VersionComparison(oneWeight, otherWeight) }
                one += 1
                other += 1
            }
            let oneDigits = left.digitRun(from: &one)
            let otherDigits = right.digitRun(from: &other)
            let numbers = VersionComparison.ofDigits(oneDigits, otherDigits)
            if numbers != .equal { return numbers }
        }
        return .equal
    }

    /// A tilde before the end, the end (or a digit) before letters, letters before everything else.
    private static func weight(_ byte: UInt8?) -> Int {
        guard let byte, !byte.isDigit else { return 0 }
        if byte == ASCII.tilde { return -1 }
        return byte.isLetter ? Int(byte) : Int(byte) + 256
    }
}
