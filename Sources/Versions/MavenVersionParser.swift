/// Splits a Maven version into the items of its nested lists.
///
/// A dash, and every change between digits and other bytes, begins a sub-list; a dot only ends an item.
struct MavenVersionParser {
    private let bytes: [UInt8]
    private var levels: [[MavenItem]] = []
    private var items: [MavenItem] = []
    private var start = 0
    private var isDigit = false
    /// Whether the item being read is a qualifier with its number.
    private var isNumbered = false

    /// The lists of a version in small letters, outermost first.
    static func levels(of bytes: [UInt8]) -> [[MavenItem]] {
        var parser = MavenVersionParser(bytes)
        return parser.parse()
    }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func parse() -> [[MavenItem]] {
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case ASCII.dot:
                endItem(at: index)
                start = index + 1
            case ASCII.dash:
                if index > start, !isDigit, index + 1 < bytes.count, bytes[index + 1].isDigit {
                    // "rc-1" is the same as "rc1".
                    isNumbered = true
                    continue
                }
                endItem(at: index)
                start = index + 1
                beginSubList()
            case _ where byte.isDigit:
                if !isDigit, index > start {
                    isNumbered = true
                    if !items.isEmpty { beginSubList() }
                }
                isDigit = true
            default:
                if isDigit, index > start {
                    endItem(at: index)
                    start = index
                    beginSubList()
                }
                isDigit = false
            }
        }
        if start < bytes.count {
            if !isDigit, !items.isEmpty { beginSubList() }
            endItem(at: bytes.count)
        }
        return levels + [items]
    }

    /// Ends the item before `index`; an empty one is zero.
    private mutating func endItem(at index: Int) {
        let text = bytes[start..<index]
        if text.isEmpty {
            items.append(.number(.zero))
        } else if isNumbered {
            let word = text.prefix { !$0.isDigit && $0 != ASCII.dash }
            let digits = text[word.endIndex...].drop { $0 == ASCII.dash }
            items.append(.numbered(MavenQualifier(word, isNumbered: true), DecimalNumber(digits: digits)))
        } else if isDigit {
            items.append(.number(DecimalNumber(digits: text)))
        } else {
            items.append(.qualifier(MavenQualifier(text, isNumbered: false)))
        }
        isNumbered = false
    }

    private mutating func beginSubList() {
        levels.append(items)
        items = []
    }
}
