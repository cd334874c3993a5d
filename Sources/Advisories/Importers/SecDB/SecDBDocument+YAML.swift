extension SecDBDocument {
    /// Reads the earlier form, in YAML of a fixed shape: members a line each, lists by dashes, no anchors, no blocks.
    ///
    /// What a line is about follows from its own words, as versions and identifiers cannot be taken for the few keys.
    init(yaml bytes: UnsafeRawBufferPointer, limits: AdvisoryLimits) {
        var isInFixes = false
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard line.count <= limits.maxURLBytes else {
                problems.append("a line of \(line.count) bytes")
                continue
            }
            let text = Self.withoutComment(String(decoding: line, as: UTF8.self))
            if text.isEmpty || text == "---" { continue }
            if text == "- pkg:" || text == "-pkg:" {
                packages.append(Package(name: ""))
                isInFixes = false
            } else if text == "secfixes:" {
                isInFixes = true
            } else if isInFixes {
                addFix(text, limits: limits)
            } else if let member = Self.member(text) {
                switch member.name {
                case "distroversion": release = member.value
                case "reponame": repository = member.value
                case "urlprefix": address = member.value
                case "name" where !packages.isEmpty: packages[packages.count - 1].name = member.value
                default: continue
                }
            }
        }
        let unnamed = packages.count { BoundedText.name($0.name, limits: limits) == nil }
        for _ in 0..<unnamed { problems.append("a package without a name") }
        packages.removeAll { BoundedText.name($0.name, limits: limits) == nil }
    }

    /// A line below `secfixes:`: a version, perhaps with a list in brackets, or an identifier behind a dash.
    private mutating func addFix(_ text: String, limits: AdvisoryLimits) {
        guard !packages.isEmpty else { return problems.append("fixes of no package") }
        let last = packages.count - 1
        if text.hasPrefix("-") {
            let identifier = Self.unquoted(String(text.dropFirst()).trimmingSpaces)
            guard !packages[last].fixes.isEmpty else {
                return problems.append("\(packages[last].name): an identifier without a version")
            }
            packages[last].fixes[packages[last].fixes.count - 1].identifiers.append(identifier)
        } else if let member = Self.member(text) {
            let list = member.value.hasPrefix("[") ? member.value.dropFirst().prefix { $0 != "]" } : ""
            let identifiers = list.split(separator: ",").map { Self.unquoted(String($0).trimmingSpaces) }
            packages[last].fixes.append((member.name, identifiers))
        } else {
            problems.append("\(packages[last].name): neither a version nor an identifier")
        }
    }

    /// `name: value` or `name:`; versions hold no colon.
    private static func member(_ text: String) -> (name: String, value: String)? {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let name = unquoted(String(text[..<colon]).trimmingSpaces)
        return (name, unquoted(String(text[text.index(after: colon)...]).trimmingSpaces))
    }

    private static func unquoted(_ text: String) -> String {
        guard text.utf8.count >= 2, let quote = text.first, quote == "\"" || quote == "'", text.last == quote else {
            return text
        }
        return String(text.dropFirst().dropLast())
    }

    private static func withoutComment(_ line: String) -> String {
        let text = line.trimmingSpaces
        if text.hasPrefix("#") { return "" }
        guard let start = text.firstRange(of: " #") else { return text }
        return String(text[..<start.lowerBound]).trimmingSpaces
    }
}
