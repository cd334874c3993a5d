package import ScanModel

/// Shared libraries, which are many and mostly without an executable bit: a look at their first bytes decides which are
/// read on.
package enum LibraryMark {
    /// So many bytes are looked at: notes follow the program headers, so that they are within the first page.
    package static let headBytes = 4096

    /// Whether a file is a shared library by its name: `libc.so`, `libc.so.6`.
    package static func isLibrary(_ path: LayerPath) -> Bool {
        let name = path.name
        guard let range = name.lastRange(of: Array(".so".utf8)) else { return false }
        return range.upperBound == name.endIndex || name[range.upperBound] == UInt8(ascii: ".")
    }

    /// Whether the first bytes of a library hold `mark`.
    static func holds(_ mark: [UInt8], _ head: UnsafeRawBufferPointer) -> Bool {
        TextSearch(mark).offset(in: UnsafeRawBufferPointer(rebasing: head.prefix(headBytes)), from: 0) != nil
    }
}

extension ArraySlice<UInt8> {
    fileprivate func lastRange(of text: [UInt8]) -> Range<Int>? {
        guard count >= text.count else { return nil }
        return (startIndex...endIndex - text.count).reversed().first { self[$0...].starts(with: text) }
            .map { $0..<$0 + text.count }
    }
}
