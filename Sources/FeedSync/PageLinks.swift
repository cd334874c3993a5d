/// The links of a page that lists a folder, as web servers make them.
enum PageLinks {
    /// The most that are looked at.
    private static let maxLinks = 50_000

    /// The values of all `href` attributes, in their order.
    static func references(in page: [UInt8]) -> [String] {
        var found: [String] = []
        let text = page[...]
        var position = text.startIndex
        let mark = Array("href=".utf8)
        while position < text.endIndex, found.count < maxLinks {
            guard matches(text, position, mark) else {
                position += 1
                continue
            }
            position += mark.count
            guard position < text.endIndex else { break }
            let quote = text[position]
            guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { continue }
            let start = position + 1
            guard let end = text[start...].firstIndex(of: quote) else { break }
            found.append(String(decoding: text[start..<end], as: UTF8.self).replacing("&amp;", with: "&"))
            position = end + 1
        }
        return found
    }

    private static func matches(_ text: ArraySlice<UInt8>, _ position: Int, _ mark: [UInt8]) -> Bool {
        guard text.endIndex - position >= mark.count else { return false }
        for (offset, byte) in mark.enumerated() {
            // Letters in either case.
            let found = text[position + offset]
            guard found == byte || (found | 0x20 == byte && byte >= 0x61) else { return false }
        }
        return true
    }

    /// What lies right below `folder` among the links of its page: safe names, those of folders with a slash behind.
    static func entries(of folder: FeedAddress, in page: [UInt8]) -> (files: [String], folders: [String]) {
        var files: Set<String> = []
        var folders: Set<String> = []
        for reference in references(in: page) {
            guard let target = folder.following(reference), let path = folder.path(to: target), path.count == 1,
                let name = path.first, SafeName.isSafe(name)
            else { continue }
            if target.description.hasSuffix("/") { folders.insert(name) } else { files.insert(name) }
        }
        return (files.sorted(), folders.sorted())
    }
}
