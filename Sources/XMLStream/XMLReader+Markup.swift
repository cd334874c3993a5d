/// What stands between `<` and `>`, read from the byte after the `<`.
extension XMLReader {
    /// `name a="b" …>` or `… />` (sections 3.1).
    func readStartTag() throws -> (name: [UInt8], attributes: [XMLElement.Attribute], isEmpty: Bool) {
        let name = try readName()
        var attributes: [XMLElement.Attribute] = []
        var valueBytes = 0
        while true {
            let hasSpace = try skipSpace()
            switch try feed.peek() {
            case UInt8(ascii: ">"):
                _ = try feed.take()
                return (name, attributes, false)
            case UInt8(ascii: "/"):
                _ = try feed.take()
                try expect(">")
                return (name, attributes, true)
            default:
                guard hasSpace else { throw error(.malformed, "no space before an attribute") }
                let attribute = try readAttribute(room: limits.maxAttributeBytes - valueBytes)
                valueBytes += attribute.value.utf8.count
                guard attributes.count < limits.maxAttributes else {
                    throw error(.limit, "more than \(limits.maxAttributes) attributes")
                }
                guard !attributes.contains(where: { $0.name == attribute.name }) else {
                    throw error(.malformed, "an attribute twice")
                }
                attributes.append(attribute)
            }
        }
    }

    /// `/name>`.
    func readEndTag() throws -> [UInt8] {
        try expect("/")
        let name = try readName()
        _ = try skipSpace()
        try expect(">")
        return name
    }

    /// `?…?>`; of the XML declaration, the encoding is looked at (section 4.3.3).
    func readInstruction() throws {
        try expect("?")
        var head: [UInt8] = []
        var last: UInt8 = 0
        while let byte = try feed.take() {
            if byte == UInt8(ascii: ">"), last == UInt8(ascii: "?") { return try refuseEncoding(of: head) }
            if head.count < limits.maxNameBytes { head.append(byte) }
            last = byte
        }
        throw error(.truncated, "the document ends inside an instruction")
    }

    /// `!--…-->` or `![CDATA[…]]>`; a document type is refused.
    func readDeclaration() throws {
        try expect("!")
        switch try feed.peek() {
        case UInt8(ascii: "-"):
            try expect("--")
            try readUntil(UInt8(ascii: "-")) { _ in }
        case UInt8(ascii: "["):
            try expect("[CDATA[")
            try readUntil(UInt8(ascii: "]")) { try append($0) }
        default: throw error(.refused, "a document type declaration")
        }
    }

    /// `&name;`, as the bytes that it stands for.
    func readReference() throws -> [UInt8] {
        try expect("&")
        var name: [UInt8] = []
        while let byte = try feed.take(), byte != UInt8(ascii: ";") {
            name.append(byte)
            guard name.count <= 16 else { break }
        }
        guard let bytes = XMLCharacters.referenced(name) else {
            throw error(.refused, "an entity that is not predefined")
        }
        return bytes
    }

    private func readAttribute(room: Int) throws -> XMLElement.Attribute {
        let name = String(decoding: try readName(), as: UTF8.self)
        _ = try skipSpace()
        try expect("=")
        _ = try skipSpace()
        guard let quote = try feed.take(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw error(.malformed, "an attribute without quotes")
        }
        var value: [UInt8] = []
        while true {
            try feed.takeRun(until: { $0 == quote || $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "<") }) { run in
                guard run.count <= room - value.count else { throw error(.limit, "attributes too long") }
                value.append(contentsOf: run)
            }
            switch try feed.peek() {
            case quote:
                _ = try feed.take()
                return XMLElement.Attribute(name: name, value: String(decoding: value, as: UTF8.self))
            case UInt8(ascii: "&"):
                value += try readReference()
                guard value.count <= room else { throw error(.limit, "attributes too long") }
            case nil: throw error(.truncated, "the document ends inside a tag")
            default: throw error(.malformed, "an attribute that holds a <")
            }
        }
    }

    private func readName() throws -> [UInt8] {
        var name: [UInt8] = []
        try feed.takeRun(until: XMLCharacters.endsName) { run in
            guard run.count <= limits.maxNameBytes - name.count else {
                throw error(.limit, "a name of more than \(limits.maxNameBytes) bytes")
            }
            name.append(contentsOf: run)
        }
        guard let first = name.first, !(0x30...0x39).contains(first) else { throw error(.malformed, "no name") }
        return name
    }

    /// Hands on what stands before two `mark` bytes and a `>` (`-->`, `]]>`), and takes all of it.
    private func readUntil(_ mark: UInt8, _ body: ([UInt8]) throws -> Void) throws {
        var marks = 0
        while let byte = try feed.peek() {
            if byte == mark {
                _ = try feed.take()
                if marks == 2 { try body([mark]) } else { marks += 1 }
            } else if byte == UInt8(ascii: ">"), marks == 2 {
                _ = try feed.take()
                return
            } else {
                if marks > 0 { try body([UInt8](repeating: mark, count: marks)) }
                marks = 0
                try feed.takeRun(until: { $0 == mark || $0 == UInt8(ascii: ">") }) { try body(Array($0)) }
                guard try feed.peek() == UInt8(ascii: ">") else { continue }
                _ = try feed.take()
                try body([UInt8(ascii: ">")])
            }
        }
        throw error(.truncated, "the document ends inside a section")
    }

    private func skipSpace() throws -> Bool {
        var hasSpace = false
        while let byte = try feed.peek(), XMLCharacters.isSpace(byte) {
            _ = try feed.take()
            hasSpace = true
        }
        return hasSpace
    }

    private func expect(_ text: StaticString) throws {
        for index in 0..<text.utf8CodeUnitCount {
            guard let byte = try feed.take() else { throw error(.truncated, "the document ends inside a tag") }
            guard byte == text.utf8Start[index] else { throw error(.malformed, "expected \(text)") }
        }
    }

    private func refuseEncoding(of head: [UInt8]) throws {
        let text = String(decoding: head, as: UTF8.self).lowercased()
        guard text.hasPrefix("xml "), let start = text.firstRange(of: "encoding") else { return }
        let value = text[start.upperBound...].drop { $0 == "=" || $0 == " " || $0 == "\"" || $0 == "'" }
        let name = value.prefix { $0 != "\"" && $0 != "'" }
        guard ["utf-8", "utf8", "us-ascii", "ascii"].contains(name) else {
            throw error(.refused, "the encoding \(name.prefix(40))")
        }
    }
}
