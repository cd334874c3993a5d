/// A version in an npm range, of which numbers may be missing or wild: `1`, `1.x`, `1.2.*`, `1.2.3-rc.1`.
struct NodePartial {
    /// The numbers before the first missing or wild one, three at most.
    let numbers: [DecimalNumber]
    /// Empty unless all three numbers are there.
    let preRelease: [SemanticVersion.Identifier]

    /// Takes a partial version up to white space, a comma or the next operator; nil where there is none.
    static func take(from scanner: inout ByteScanner) -> NodePartial? {
        _ = scanner.take(while: \.isSpace)
        let text = scanner.take { byte in
            !byte.isSpace && byte != ASCII.comma && byte != ASCII.less && byte != ASCII.greater
        }
        return NodePartial(text)
    }

    private init?(_ text: ArraySlice<UInt8>) {
        var scanner = ByteScanner(text)
        if scanner.next?.lowercased == ASCII.lowerV { scanner.skip() }
        guard !scanner.isAtEnd else { return nil }
        var numbers: [DecimalNumber] = []
        var isWild = false
        var count = 0
        repeat {
            if let number = scanner.takeNumber() {
                if !isWild { numbers.append(number) }
            } else {
                guard let byte = scanner.next, byte == ASCII.asterisk || byte.lowercased == ASCII.lowerX else {
                    return nil
                }
                scanner.skip()
                isWild = true
            }
            count += 1
        } while count < 3 && scanner.take(ASCII.dot)
        _ = scanner.take(ASCII.dash)
        let tail = scanner.take { $0 != ASCII.plus }
        self.numbers = numbers
        preRelease = numbers.count == 3 ? SemanticVersion.identifiers(tail) : []
    }

    /// The lowest version that begins with these numbers, `-0` being below every other pre-release.
    var floor: SemanticVersion {
        preRelease.isEmpty ? Self.lowest(numbers) : version
    }

    /// The version itself, missing numbers being zero.
    var version: SemanticVersion { SemanticVersion(core: numbers, preRelease: preRelease) }

    var isComplete: Bool { numbers.count == 3 }

    /// The lowest version after those that share the first `kept` numbers.
    func ceiling(keeping kept: Int) -> SemanticVersion {
        var core = Array(numbers.prefix(kept))
        if let last = core.popLast() { core.append(last.successor) }
        return Self.lowest(core)
    }

    static func lowest(_ core: [DecimalNumber]) -> SemanticVersion {
        SemanticVersion(core: core, preRelease: [.number(.zero)])
    }
}
