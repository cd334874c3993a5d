import LinearRegex
package import ScanModel

/// Searches one file for secrets as its bytes come, in memory that does not grow with it.
///
/// Lines are what is searched; one longer than ``segment`` is searched in overlapping parts. What comes out does not
/// depend on how the bytes are divided into chunks. A file with a zero byte near its start is a program or the like and
/// is passed over.
package struct SecretScanner {
    /// Bytes of a line that are looked at together.
    static let segment = 32 << 10
    /// From the start of one part of a long line to that of the next.
    static let stride = segment - reach
    /// Bytes behind a keyword that its rule may look at.
    static let reach = 1024
    /// Bytes by which a file is told to be text.
    static let head = 8192
    /// Findings in one file; what is beyond is a gap.
    static let maxFindings = 200
    /// Bytes taken in at once.
    private static let portion = 64 << 10

    private enum State { case undecided, text, passedOver, ended }
    /// Whether the file is a short one that is no text: Anchore Engine's expressions and users' count there alone.
    private var isShortBinary = false

    private let rules: SecretRules
    private let path: LayerPath
    /// Whether the rules that know documentation from the image's own files count; told at the first keyword.
    private lazy var isWorthSearching = SecretRules.isWorthSearching(path)
    private var state = State.undecided
    private let matchers: SecretMatchers
    private var findings: [SecretFinding] = []
    private var count: Int64 = 0

    /// What is not searched yet; it begins with a line, or with a part of a long one.
    private var buffer: [UInt8] = []
    /// Where in the file the buffer begins, and the line that its first byte is of.
    private var bufferStart: Int64 = 0
    private var lineStart: Int64 = 0
    private var line = 1
    /// The byte in front of the buffer.
    private var previous = UInt8(ascii: "\n")

    /// Why not everything was searched, if so.
    package private(set) var gap: String?

    /// `matchers` are shared by files that are searched one after the other.
    package init(_ matchers: SecretMatchers, path: LayerPath) {
        rules = matchers.rules
        self.matchers = matchers
        self.path = path
    }

    /// A search of one file alone.
    init(rules: SecretRules = .standard, path: LayerPath) { self.init(SecretMatchers(rules), path: path) }

    /// Whether more bytes can still change anything.
    package var wantsMore: Bool { state == .undecided || state == .text }

    /// Takes in the next bytes of the file.
    package mutating func consume(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty, wantsMore {
            let room = rules.maxFileBytes - count
            guard room > 0 else {
                gap = "searched for secrets up to \(rules.maxFileBytes) bytes"
                if state == .undecided { decide() }
                if state == .text { searchRest() }
                state = .ended
                return
            }
            let part = rest.prefix(min(Self.portion, room > Int64(Int.max) ? Int.max : Int(room)))
            rest = rest[part.endIndex...]
            count += Int64(part.count)
            buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: part))
            if state == .undecided, buffer.count >= Self.head { decide() }
            if state == .text { searchWhole() }
        }
    }

    /// Takes in the next bytes of the file.
    package mutating func consume(_ bytes: some Sequence<UInt8>) {
        Array(bytes).withUnsafeBytes { consume($0) }
    }

    /// The findings, by their places; called once, at the file's end.
    package mutating func finish() -> [SecretFinding] {
        if state == .undecided {
            isShortBinary = buffer.contains(0)
            state = .text
        }
        if state == .text { searchRest() }
        state = .ended
        if isShortBinary { findings.removeAll { !$0.isAnchores && !$0.isOfUser } }
        return findings.sorted { ($0.offset, $0.rule) < ($1.offset, $1.rule) }
    }

    private mutating func decide() {
        state = buffer.prefix(Self.head).contains(0) ? .passedOver : .text
        if state == .passedOver { buffer = [] }
    }

    /// Searches the lines that are whole, and of one that is too long the parts that are.
    private mutating func searchWhole() {
        if let newline = buffer.lastIndex(of: UInt8(ascii: "\n")) {
            search(upTo: newline + 1, owned: newline + 1)
            line += 1
            drop(newline + 1)
            lineStart = bufferStart
        }
        while buffer.count >= Self.segment {
            search(upTo: Self.segment, owned: Self.stride)
            drop(Self.stride)
        }
    }

    private mutating func searchRest() {
        searchWhole()
        if !buffer.isEmpty { search(upTo: buffer.count, owned: buffer.count) }
        buffer = []
    }

    private mutating func drop(_ count: Int) {
        previous = buffer[count - 1]
        buffer.removeFirst(count)
        bufferStart += Int64(count)
    }

    /// Searches the first `end` bytes for what begins in the first `owned` of them.
    private mutating func search(upTo end: Int, owned: Int) {
        var block = SecretBlock(
            start: bufferStart,
            lineStart: Int(lineStart - bufferStart),
            line: line,
            previous: previous
        )
        let (bytes, rules) = (buffer, rules)
        bytes.withUnsafeBufferPointer { all in
            let all = UnsafeBufferPointer(rebasing: all[..<end])
            if !rules.everyLine.isEmpty { searchEveryLine(all, owned: owned, block) }
            var tried: [Int: Int] = [:]
            rules.table.scan(all) { keyword, start in
                guard start < owned, wantsFindings else { return }
                block.advance(to: start, in: all)
                for number in rules.rulesOfKeyword[keyword] {
                    let rule = rules.rules[number]
                    if rule.evidence != nil, !isWorthSearching { continue }
                    let length = rules.table.keywords[keyword].count
                    switch rule.scope {
                    case .line:
                        let part = block.segment(at: start, of: all.count)
                        guard tried.updateValue(part.lowerBound, forKey: number) != part.lowerBound else { continue }
                        attempt(number, on: part, keyword: start..<(start + length), in: all, block)
                    case .keyword(let isWord):
                        if isWord, Self.isWordByte(start > 0 ? all[start - 1] : block.previous) { continue }
                        let part = start..<min(start + Self.reach, block.lineEnd)
                        attempt(number, on: part, keyword: start..<(start + length), in: all, block)
                    }
                }
            }
            block.advance(to: max(0, owned - 1), in: all)
        }
        line = block.line
    }

    private mutating func searchEveryLine(_ all: UnsafeBufferPointer<UInt8>, owned: Int, _ block: SecretBlock) {
        var block = block
        var place = 0
        while place < owned, wantsFindings {
            block.advance(to: place, in: all)
            let part = block.segment(at: place, of: all.count)
            for number in rules.everyLine { attempt(number, on: part, keyword: place..<place, in: all, block) }
            let next = block.lineStart + (place - block.lineStart) / Self.stride * Self.stride + Self.stride
            place = next < block.lineEnd ? next : block.lineEnd + 1
        }
    }

    private var wantsFindings: Bool { findings.count < Self.maxFindings }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        (97...122).contains(KeywordTable.small(byte)) || (48...57).contains(byte) || byte == UInt8(ascii: "_")
    }

    private mutating func attempt(
        _ number: Int,
        on part: Range<Int>,
        keyword: Range<Int>,
        in all: UnsafeBufferPointer<UInt8>,
        _ block: SecretBlock
    ) {
        let rule = rules.rules[number]
        let text = UnsafeBufferPointer(rebasing: all[part])
        do {
            guard try matchers.matches(number, text) else { return }
        } catch {
            gap = "the rule \(rule.name) is too costly for these files"
            return
        }
        if let evidence = rule.evidence {
            let found = UnsafeBufferPointer(
                rebasing: all[keyword.lowerBound..<max(part.upperBound, keyword.upperBound)]
            )
            guard evidence.holds(found, keywordLength: keyword.count) else { return }
        }
        findings.append(
            SecretFinding(
                rule: rule.name,
                title: rule.title,
                pattern: rule.pattern.text,
                path: path,
                line: block.line,
                offset: block.start + Int64(keyword.lowerBound),
                excerpt: (rule.showsKeyword ? String(decoding: all[keyword].prefix(24), as: UTF8.self) : "") + "…"
            )
        )
        if !wantsFindings { gap = "more than \(Self.maxFindings) places that look like secrets" }
    }
}
