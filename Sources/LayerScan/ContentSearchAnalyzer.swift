import LinearRegex
import ScanModel

/// Finds the lines of text files that match expressions from their start, as Anchore Engine's content search does.
///
/// Files with a NUL in their first bytes are no text and are passed over.
struct ContentSearchAnalyzer: FileAnalyzer {
    /// Bytes of a file that are searched, 16 MiB.
    static let maxBytes: Int64 = 16 << 20
    /// Bytes of a line that are searched, 64 KiB.
    static let maxLineBytes = 64 * 1024
    /// Lines that are listed of one file and expression.
    static let maxLines = 100
    /// Steps that one expression may take in a layer: seconds.
    static let budget = 400_000_000
    /// In so many bytes a NUL tells that a file is no text.
    static let headBytes = 8192

    let name = "content-search"
    private let patterns: [(named: NamedPattern, regex: RegexPattern)]
    private let budget: Int

    /// Throws `RegexSyntaxError` where an expression is none.
    init(_ patterns: [NamedPattern], budget: Int = Self.budget) throws {
        self.budget = budget
        self.patterns = try patterns.map { ($0, try RegexPattern($0.pattern)) }
    }

    func makeReading() -> any FileReading { Reading(patterns, budget: budget) }

    private final class Reading: FileReading {
        private let patterns: [NamedPattern]
        /// `nil` for those that have used up their budget.
        private var matchers: [RegexMatcher?]
        private var lines: [[Int]]
        /// The line that has begun, up to its bound.
        private var line: [UInt8] = []
        private var lineNumber = 1
        private var isCut = false
        private var hasLongLine = false
        private var isBinary = false
        private var seen: Int64 = 0

        init(_ patterns: [(named: NamedPattern, regex: RegexPattern)], budget: Int) {
            self.patterns = patterns.map(\.named)
            matchers = patterns.map { RegexMatcher($0.regex, budget: budget) }
            lines = Array(repeating: [], count: patterns.count)
        }

        func begins(_ file: ExaminedFile) -> Bool {
            for index in lines.indices { lines[index] = [] }
            line.removeAll(keepingCapacity: true)
            lineNumber = 1
            isCut = false
            hasLongLine = false
            isBinary = false
            seen = 0
            return file.size > 0
        }

        func consume(_ bytes: UnsafeRawBufferPointer) {
            guard !isBinary, seen < maxBytes else {
                seen += Int64(bytes.count)
                return
            }
            if seen < headBytes, bytes.prefix(headBytes - Int(seen)).contains(0) {
                isBinary = true
                return
            }
            let searched = bytes.prefix(Int(min(Int64(bytes.count), maxBytes - seen)))
            seen += Int64(bytes.count)
            var rest = searched[...]
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                append(rest[..<end])
                closeLine()
                rest = rest[(end + 1)...]
            }
            append(rest)
        }

        private func append(_ part: Slice<UnsafeRawBufferPointer>) {
            let room = maxLineBytes - line.count
            if part.count > room { isCut = true }
            line.append(contentsOf: part.prefix(room))
        }

        private func closeLine() {
            defer {
                line.removeAll(keepingCapacity: true)
                lineNumber += 1
                isCut = false
            }
            if isCut { hasLongLine = true }
            while let last = line.last, last == 32 || (9...13).contains(last) { line.removeLast() }
            guard !line.isEmpty else { return }
            // Valid UTF-8 is what the automaton takes; as a rule a line is that already.
            let text = line.allSatisfy { $0 < 0x80 } ? line : Array(String(decoding: line, as: UTF8.self).utf8)
            text.withUnsafeBufferPointer { text in
                for index in matchers.indices where lines[index].count < maxLines {
                    guard let matcher = matchers[index] else { continue }
                    do throws(RegexBudgetError) {
                        if try matcher.matches(utf8: text) { lines[index].append(lineNumber) }
                    } catch {
                        matchers[index] = nil
                    }
                }
            }
        }

        func finish(into result: inout FileResult) {
            guard !isBinary else { return }
            if !line.isEmpty || isCut { closeLine() }
            for (index, pattern) in patterns.enumerated() {
                if !lines[index].isEmpty {
                    result.findings.contentMatches.append(PatternMatch(pattern: pattern, lines: lines[index]))
                }
                if matchers[index] == nil {
                    result.problems.append("not searched for \(pattern.text): the expression takes too long")
                }
            }
            if seen > maxBytes { result.problems.append("only the first \(maxBytes) of \(seen) bytes were searched") }
            if hasLongLine {
                result.problems.append("of lines longer than \(maxLineBytes) bytes only the beginning was searched")
            }
        }
    }
}
