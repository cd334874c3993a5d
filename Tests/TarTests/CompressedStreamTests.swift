import Bytes
import Foundation
import Tar
import Testing

@Suite("Data in bzip2 and xz")
struct CompressedStreamTests {
    /// `hello` and a line feed, as `xz` compresses it twice, and as `bzip2` what `xz` compressed.
    private static let nested: [(form: CompressedStream.Form, text: String)] = [
        (
            .xz,
            """
            /Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQA//Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAFaGVsbG8KAAAApWCX8ZT2/eAAAR4GwS+kHR+2830BAAAA
            AARZWgDy6RFH+fDHyAABWEDnIzgkH7bzfQEAAAAABFla
            """
        ),
        (
            .bzip2,
            """
            QlpoOTFBWSZTWbY2uGIAAB//v/cQAQOgAICAAQAAcEJEhBIEgA4ABQAgAAEAQwApAiAAVGGTJo0ZAYmgZGmaginpGmgGmgGQeo9QNAiClIYIciCY0A7V
            cNgwLbJsLEnp8ZXOzMmluFJPefvhZQgGhcpAEfvxdyRThQkLY2uGIA==
            """
        ),
    ]

    private func decoded(_ text: String) throws -> [UInt8] {
        Array(try #require(Data(base64Encoded: text, options: .ignoreUnknownCharacters)))
    }

    private func read(_ bytes: [UInt8], _ form: CompressedStream.Form, pieces: Int = 4096) throws -> [UInt8] {
        let stream = try CompressedStream(ArrayProducer(bytes, pieceSize: pieces), form)
        var found: [UInt8] = []
        while true {
            let piece = try stream.next()
            if piece.isEmpty { return found }
            found.append(contentsOf: piece)
        }
    }

    @Test("What was compressed twice is decompressed once", arguments: [1, 3, 4096])
    func nested(pieces: Int) throws {
        for (form, text) in Self.nested {
            let bytes = try decoded(text)
            #expect(CompressedStream.form(of: FileBytes(bytes)) == form)
            let inner = try read(bytes, form, pieces: pieces)
            #expect(CompressedStream.form(of: FileBytes(inner)) == .xz)
            #expect(try read(inner, .xz, pieces: pieces) == Array("hello\n".utf8))
        }
    }

    @Test("Data that is cut short or begins as something else is an error, and none an empty stream")
    func damaged() throws {
        for (form, text) in Self.nested {
            let bytes = try decoded(text)
            for length in bytes.indices {
                #expect(throws: TarError.self) { try read(Array(bytes.prefix(length)), form) }
            }
        }
        let empty = try decoded("QlpoORdyRThQkAAAAAA=")
        #expect(try read(empty, .bzip2) == [])
        #expect(throws: TarError.self) { try read(Array("hello, this is none".utf8), .xz) }
        for other in ["", "BZh", "BZhello, this is none", "\u{FD}7zXZ"] {
            #expect(CompressedStream.form(of: FileBytes(Array(other.utf8))) == nil)
        }
    }
}
