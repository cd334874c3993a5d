import Foundation
import OnePassJSON
import TallymanTesting
import Testing

@Suite("JSON against Foundation")
struct OracleTests {
    private static let texts = [
        "", "a", "libssl3", #"é\u00e9\ud83d\ude00中"#, #"\"\\\/\b\f\n\r\t"#, "null", String(repeating: "x", count: 70),
    ]
    private static let numbers = ["0", "-1", "42", "1.5", "-2.5e3", "1E+2", "123456789012", "0.1"]
    private static let spaces = ["", "", "", " ", "\n                 ", "\t", "\r\n"]
    private static let alphabet =
        Array("{}[]\",:\\nultrefasb0d8-+1e9. \n\t\u{1}é\u{1F600}".utf8) + [0xFF, 0xC3, 0xED, 0xA0]

    private static func document(_ random: inout SeededRandom, depth: Int = 0) -> String {
        let space = spaces[random.below(spaces.count)]
        let text = texts[random.below(texts.count)]
        switch random.below(depth < 4 ? 8 : 5) {
        case 0: return space + "null" + space
        case 1: return space + (random.oneIn(2) ? "true" : "false")
        case 2: return numbers[random.below(numbers.count)] + space
        case 3, 4: return "\(space)\"\(text)\""
        case 5, 6:
            let members = (0..<random.below(4)).map {
                "\"\(text)\($0)\"\(space):" + document(&random, depth: depth + 1)
            }
            return space + "{" + members.joined(separator: space + ",") + space + "}"
        default:
            let elements = (0..<random.below(4)).map { _ in document(&random, depth: depth + 1) }
            return space + "[" + elements.joined(separator: ",") + space + "]" + space
        }
    }

    private static func changed(_ document: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = document
        for _ in 0...random.below(2) where !bytes.isEmpty {
            let place = random.below(bytes.count)
            switch random.below(5) {
            case 0: bytes[place] = alphabet[random.below(alphabet.count)]
            case 1: bytes.insert(alphabet[random.below(alphabet.count)], at: place)
            case 2: bytes.remove(at: place)
            case 3: bytes.removeSubrange(place...)
            default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + random.below(9))], at: place)
            }
        }
        return bytes
    }

    /// Foundation takes a comma behind the last value, which RFC 8259 does not.
    private static func hasCommaBeforeEnd(_ bytes: [UInt8]) -> Bool {
        let dense = bytes.filter { $0 > 0x20 }
        return zip(dense, dense.dropFirst()).contains { $0 == UInt8(ascii: ",") && ($1 == 0x5D || $1 == 0x7D) }
    }

    @Test("documents are read as Foundation reads them", arguments: 0..<4)
    func documents(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        for _ in 0..<1000 {
            let bytes = Array(Self.document(&random).utf8)
            let expected = try #require(JSONTree(foundation: bytes))
            #expect(try JSONTree(bytes) == expected)
            #expect(try JSONTree(bytes, strings: .mended) == expected)
            #expect(try JSONTree(bytes, strings: .lenient) == expected)
        }
    }

    @Test("changed documents are read as Foundation reads them, or refused as it does", arguments: 0..<4)
    func changes(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) &+ 100)
        var (accepted, refused) = (0, 0)
        for _ in 0..<5000 {
            let bytes = Self.changed(Array(Self.document(&random).utf8), &random)
            let read = try? JSONTree(bytes)  // `nil` is compared
            if read == nil, Self.hasCommaBeforeEnd(bytes) { continue }
            #expect(read == JSONTree(foundation: bytes), "\(String(decoding: bytes, as: UTF8.self))")
            if read == nil { refused += 1 } else { accepted += 1 }
        }
        #expect(accepted > 500 && refused > 500)
    }

    @Test("what is read by a strict rule is read alike by a looser one, skipped and passed over", arguments: 0..<4)
    func rules(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed) &+ 200)
        for _ in 0..<5000 {
            let bytes = Self.changed(Array(Self.document(&random).utf8), &random)
            let lenient = try? JSONTree(bytes, strings: .lenient)  // `nil` is compared
            let mended = try? JSONTree(bytes, strings: .mended)  // Likewise.
            let exact = try? JSONTree(bytes)  // Likewise.
            if exact != nil { #expect(mended == exact) }
            if mended != nil { #expect(lenient == mended) }
            bytes.withUnsafeBytes { bytes in
                let isSkipped = Self.takesAll(bytes) { cursor throws(JSONError) in try cursor.skip() }
                let isPassed = Self.takesAll(bytes) { cursor throws(JSONError) in try cursor.pass() }
                #expect(isSkipped == (exact != nil) || Self.hasNumberTooLarge(bytes))
                if lenient != nil { #expect(isPassed) }
                _ = Self.takesAll(bytes) { cursor throws(JSONError) in _ = try cursor.passAnything() }
            }
        }
    }

    /// A number that `Double` does not have is JSON nevertheless.
    private static func hasNumberTooLarge(_ bytes: UnsafeRawBufferPointer) -> Bool {
        do {
            _ = try JSONTree(Array(bytes))
            return false
        } catch {
            return error.reason == JSONTree.numberTooLarge
        }
    }

    private static func takesAll(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (inout JSONCursor) throws(JSONError) -> Void
    ) -> Bool {
        var cursor = JSONCursor(bytes, strings: .exact, maxDepth: 64)
        do {
            try body(&cursor)
            try cursor.end()
            return true
        } catch {
            return false
        }
    }
}
