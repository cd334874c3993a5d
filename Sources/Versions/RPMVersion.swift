/// An rpm version: `[epoch:]version[-release]`; a missing epoch is zero, a missing release before every other.
struct RPMVersion: Sendable {
    private let epoch: DecimalNumber
    private let version: [UInt8]
    private let release: [UInt8]?

    init(_ text: ArraySlice<UInt8>) {
        let whole = text.trimmed
        var scanner = ByteScanner(whole)
        let digits = scanner.take(while: \.isDigit)
        if scanner.take(ASCII.colon) {
            epoch = DecimalNumber(digits: digits)
        } else {
            epoch = .zero
            scanner = ByteScanner(whole)
        }
        let rest = scanner.rest
        let dash = rest.lastIndex(of: ASCII.dash)
        version = Array(rest[..<(dash ?? rest.endIndex)])
        release = dash.map { Array(rest[($0 + 1)...]) }
    }

    func compare(to other: RPMVersion) -> VersionComparison {
        VersionComparison(epoch, other.epoch)
            .then(Self.compareParts(version, other.version))
            .then(compareRelease(to: other))
    }

    private func compareRelease(to other: RPMVersion) -> VersionComparison {
        guard let release, let otherRelease = other.release else {
            return VersionComparison(release == nil ? 0 : 1, other.release == nil ? 0 : 1)
        }
        return Self.compareParts(release, otherRelease)
    }

    /// Compares by rpm's `rpmvercmp`: digit and letter runs in turn, other bytes only separate.
    ///
    /// A tilde orders before the end of the string, a caret after the end but before any run.
    private static func compareParts(_ left: [UInt8], _ right: [UInt8]) -> VersionComparison {
        var one = 0
        var other = 0
        while true {
            while one < left.count, isSeparator(left[one]) { one += 1 }
            while other < right.count, isSeparator(right[other]) { other += 1 }
            let oneByte = one < left.count ? left[one] : nil
            let otherByte = other < right.count ? right[other] : nil

            if oneByte == ASCII.tilde || otherByte == ASCII.tilde {
                if oneByte != ASCII.tilde { return .greater }
                if otherByte != ASCII.tilde { return .less }
                one += 1
                other += 1
                continue
            }
            if oneByte == ASCII.caret || otherByte == ASCII.caret {
                if oneByte == nil { return .less }
                if otherByte == nil { return .greater }
                if oneByte != ASCII.caret { return .greater }
                if otherByte != ASCII.caret { return .less }
                one += 1
                other += 1
                continue
            }
            guard let oneByte, let otherByte else {
                return VersionComparison(oneByte == nil ? 0 : 1, otherByte == nil ? 0 : 1)
            }

            let run: VersionComparison
            if oneByte.isDigit {
                // A number is newer than a word.
                guard otherByte.isDigit else { return .greater }
                run = .ofDigits(left.digitRun(from: &one), right.digitRun(from: &other))
            } else {
                guard otherByte.isLetter else { return .less }
                run = .ofBytes(letterRun(left, from: &one), letterRun(right, from: &other))
            }
            if run != .equal { return run }
        }
    }

    private static func letterRun(_ bytes: [UInt8], from position: inout Int) -> [UInt8] {
        let start = position
        while position < bytes.count, bytes[position].isLetter { position += 1 }
        return Array(bytes[start..<position])
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        !byte.isDigit && !byte.isLetter && byte != ASCII.tilde && byte != ASCII.caret
    }
}
