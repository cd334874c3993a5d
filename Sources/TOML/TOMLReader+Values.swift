/// Values (TOML 1.1, "Array", "Inline Table"): what holds others is entered only within the bound on depth.
extension TOMLReader {
    mutating func readValue(depth: Int) throws(TOMLError) -> TOMLValue {
        try count()
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try readString())
        case UInt8(ascii: "["): return .array(try readArray(depth: depth))
        case UInt8(ascii: "{"): return .table(try readInlineTable(depth: depth))
        default:
            let start = position
            while let byte, TOMLScalar.isPart(byte) { position += 1 }
            // A blank may stand between a date and a time in place of the T.
            if byte == 0x20, TOMLScalar.isDate(bytes[start..<position]), let next = byte(ahead: 1),
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next)
            {
                position += 1
                while let byte, TOMLScalar.isPart(byte) { position += 1 }
            }
            guard let value = TOMLScalar.parse(bytes[start..<position]) else {
                position = start
                throw error("expected a value")
            }
            return value
        }
    }

    private mutating func checkDepth(_ depth: Int) throws(TOMLError) {
        guard depth <= limits.maxDepth else { throw error("a value of more than \(limits.maxDepth) levels") }
    }

    private mutating func readArray(depth: Int) throws(TOMLError) -> [TOMLValue] {
        try checkDepth(depth)
        position += 1
        var elements: [TOMLValue] = []
        while true {
            try skipBlankLines()
            if byte == UInt8(ascii: "]") { break }
            elements.append(try readValue(depth: depth + 1))
            try skipBlankLines()
            if byte == UInt8(ascii: "]") { break }
            guard byte == UInt8(ascii: ",") else { throw error("expected a comma or the end of an array") }
            position += 1
        }
        position += 1
        return elements
    }

    private mutating func readInlineTable(depth: Int) throws(TOMLError) -> TOMLTable {
        try checkDepth(depth)
        position += 1
        var table = TOMLTree(limits: limits)
        while true {
            try skipBlankLines()
            if byte == UInt8(ascii: "}") { break }
            let key = try readKey()
            try checkDepth(depth + key.count)
            for _ in key.dropFirst() { try count() }
            try expect(UInt8(ascii: "="), "expected an equals sign after a key")
            skipBlanks()
            let value = try readValue(depth: depth + key.count)
            if let reason = table.insert(value, under: key) { throw error(reason) }
            try skipBlankLines()
            if byte == UInt8(ascii: "}") { break }
            guard byte == UInt8(ascii: ",") else { throw error("expected a comma or the end of an inline table") }
            position += 1
        }
        position += 1
        return table.table
    }
}
