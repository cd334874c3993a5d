import Foundation
import ScanModel
import TallymanTesting
import Testing

@Suite("Image configurations")
struct ImageConfigTests {
    // RFC 3339, 5.6 and 5.8.
    @Test(
        "Times are brought to UTC and to the second",
        arguments: [
            ("2024-01-31T23:59:59Z", "2024-01-31T23:59:59Z"),
            ("2024-01-31t10:00:00.123456789z", "2024-01-31T10:00:00Z"),
            ("2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00Z"),
            ("2023-12-31T23:30:00-01:00", "2024-01-01T00:30:00Z"),
            ("1990-12-31T15:59:60-08:00", "1990-12-31T23:59:60Z"), ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        ]
    )
    func times(text: String, expected: String) { #expect(Timestamp.normalized(text) == expected) }

    @Test(
        "What is no time, or Go's for none, is none",
        arguments: [
            "", "2024", "0001-01-01T00:00:00Z", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z",
            "2024-01-01T24:00:00Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00Zx",
            "2024-01-01T00:00:00+1:00", "9999-12-31T23:59:59-01:00", "2024-01-01", "2024-01-01T00:00:00+01:0",
            "2024\u{d}01\u{d}01T00:00:00Z", String(repeating: "2", count: 100),
        ]
    )
    func noTimes(text: String) { #expect(Timestamp.normalized(text) == nil) }

    @Test(
        "Labels are those that are text, whatever else stands there",
        arguments: [
            (#"{"config":{"Labels":{"a":"b","c":1,"d":null}}}"#, ["a": "b"]), (#"{"config":{"Labels":null}}"#, [:]),
            (#"{"config":{"Labels":[1]}}"#, [:]), (#"{"config":{}}"#, [:]),
        ]
    )
    func labels(json: String, expected: [String: String]) throws {
        let config = try JSONDecoder().decode(ImageConfig.self, from: Data(json.utf8))
        #expect(config.config?.labels == expected)
    }

    @Test("Labels are few and short in documents, and always the same of many")
    func bounds() {
        let many = Dictionary((0..<1000).map { ("label-\(1000 + $0)", "x") }) { first, _ in first }
        let kept = ImageLabels.bounded(many)
        #expect(kept.count == 256)
        #expect(kept.keys.contains("label-1000") && !kept.keys.contains("label-1256"))
        #expect(ImageLabels.bounded(["": "x", "a": String(repeating: "x", count: 5000), "b": "c"]) == ["b": "c"])
    }

    @Test("Changed times give a time in the one form, or none")
    func mutations() {
        var random = SeededRandom(seed: 7)
        let form = Array("dddd-dd-ddTdd:dd:ddZ".utf8)
        for text in ["2024-01-31T23:59:59Z", "2024-12-31T23:30:00.5-01:00", "0002-01-01T00:00:00+23:59"] {
            for _ in 0..<2000 {
                var bytes = Array(text.utf8)
                for _ in 0...random.below(3) where !bytes.isEmpty {
                    let index = random.below(bytes.count)
                    switch random.below(3) {
                    case 0: bytes[index] = UInt8(random.below(128))
                    case 1: bytes.remove(at: index)
                    default: bytes.insert(UInt8(48 + random.below(10)), at: index)
                    }
                }
                guard let time = Timestamp.normalized(String(decoding: bytes, as: UTF8.self)) else { continue }
                #expect(time.utf8.map { (48...57).contains($0) ? UInt8(ascii: "d") : $0 } == form)
                #expect(Timestamp.normalized(time) == time)
            }
        }
    }
}
