/// A version and what stands around it in a file, as steps from left to right.
///
/// It is found by one of its steps: by its longest text, or where that is short by the first dot of the version. So a
/// search is a pass of `memchr`, and the other steps are looked at around what that finds.
struct BinaryPattern: Sendable, ExpressibleByArrayLiteral {
    enum Step: Sendable, ExpressibleByStringLiteral {
        /// These bytes.
        case text([UInt8])
        /// The start of the file.
        case start
        /// One zero byte or more.
        case zeros
        /// The version looked for.
        case version(VersionShape)
        /// Some other version.
        case number(VersionShape)
        /// As many bytes of a class as there are, within these bounds.
        case run(ByteClass, ClosedRange<Int>)
        /// This text or nothing.
        case optional(TextTemplate)
        /// Anything, up to so many bytes; the nearest continuation counts.
        case gap(Int)

        init(stringLiteral text: String) { self = .text(Array(text.utf8)) }

        /// Exactly one byte of a class.
        static func one(_ byteClass: ByteClass) -> Step { .run(byteClass, 1...1) }
    }

    enum Anchor: Sendable {
        /// The text of the step with this index.
        case text(Int, TextSearch)
        /// The first dot of the version, which is the step with this index.
        case dot(Int)
    }

    /// Shorter texts than this occur too often to be looked for.
    private static let minAnchorBytes = 4

    let steps: [Step]
    let anchor: Anchor

    init(_ steps: [Step]) {
        self.steps = steps
        var longest: (index: Int, count: Int, text: [UInt8])?
        for (index, step) in steps.enumerated() {
            // A run of zeros at the ends is everywhere in a program: it counts for nothing.
            guard case .text(let bytes) = step else { continue }
            let count = bytes.count { $0 != 0 }
            if count > longest?.count ?? 0 { longest = (index, count, bytes) }
        }
        let version = steps.firstIndex { if case .version = $0 { true } else { false } }
        guard let version else { preconditionFailure("a pattern without a version") }
        if let longest, longest.count >= Self.minAnchorBytes {
            anchor = .text(longest.index, TextSearch(longest.text))
        } else {
            anchor = .dot(version)
        }
    }

    init(arrayLiteral steps: Step...) { self.init(steps) }
}
