import Foundation
import TallymanTesting
import Testing

/// One test's time with a seeded mutator: whatever a parser is given, it neither traps, hangs nor hoards.
///
/// `TALLYMAN_FUZZ_SECONDS` says how much of the processor each test takes (`ops/fuzz` sets it); `TALLYMAN_FUZZ_SEED` repeats
/// a run.
enum FuzzRun {
    static let seconds = Double(ProcessInfo.processInfo.environment["TALLYMAN_FUZZ_SECONDS"] ?? "") ?? 1
    static let seed = UInt64(ProcessInfo.processInfo.environment["TALLYMAN_FUZZ_SEED"] ?? "") ?? 1
    /// Larger files are cut: most of their formats repeat themselves.
    static let maxSampleBytes = 256 * 1024
    /// One input may take so much of the processor in a debug build; what is over it grows faster than its input.
    ///
    /// A machine that does other work as well makes it no slower.
    private static let maxInputSeconds = 20.0
    private static let maxResidentBytes = 1 << 30
    /// Inputs between two looks at the memory.
    private static let inputsPerLook = 64

    /// Feeds `body` until the time is up, and holds each input's time and the process's memory against their bounds.
    ///
    /// The time is the processor's: on a machine that does other work as well it lasts longer, and tries as much.
    static func go(_ body: (inout SeededRandom) throws -> Void) throws {
        var random = SeededRandom(seed: seed)
        let start = threadSeconds()
        var inputs = 0
        while threadSeconds() - start < seconds {
            let before = threadSeconds()
            try body(&random)
            inputs += 1
            #expect(threadSeconds() - before < maxInputSeconds, "input \(inputs) of seed \(seed)")
            guard inputs % inputsPerLook == 0 else { continue }
            try #require(try residentBytes() < maxResidentBytes, "after \(inputs) inputs of seed \(seed)")
        }
        #expect(inputs > 0)
        #expect(try residentBytes() < maxResidentBytes, "after \(inputs) inputs of seed \(seed)")
    }

    /// The processor's time that this thread has taken.
    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func residentBytes() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return (Int(fields.dropFirst().first ?? "") ?? 0) * Int(getpagesize())
    }

    /// Numbers and words that parsers trip over.
    private static let words: [[UInt8]] = [
        [0], [0xff, 0xff, 0xff, 0xff], [0x7f, 0xff, 0xff, 0xff], [0x80, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0],
        Array("\n\n".utf8), Array("99999999999999999999".utf8), Array("-1".utf8), Array("{[\"".utf8),
        Array("<!DOCTYPE a [<!ENTITY b 'c'>]>".utf8), Array("&a *a".utf8), [0xc3], [0xed, 0xa0, 0x80], [0xcc, 0x88],
        [0xe2, 0x80, 0x8d],
        Array("<![CDATA[".utf8), Array("'''".utf8), Array("\"\"\"".utf8), Array("\\u".utf8), Array("1e999".utf8),
        [UInt8](repeating: UInt8(ascii: "["), count: 2000), [UInt8](repeating: UInt8(ascii: "a"), count: 5000),
    ]

    /// Flips, cuts, repeats and crosses bytes, and puts in words.
    static func mutated(_ bytes: [UInt8], _ other: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var copy = bytes
        for _ in 0...random.below(4) where !copy.isEmpty {
            let at = random.below(copy.count)
            switch random.below(8) {
            case 0: copy[at] = UInt8(random.below(256))
            case 1: copy[at] ^= 1 << UInt8(random.below(8))
            case 2: copy.removeSubrange(at..<min(copy.count, at + 1 + random.below(64)))
            case 3: copy = Array(copy[..<at])
            case 4: copy.insert(contentsOf: copy[at..<min(copy.count, at + 1 + random.below(512))], at: at)
            case 5: copy.insert(contentsOf: words[random.below(words.count)], at: at)
            case 6:
                // Lengths and offsets are numbers that stand in place.
                let word = words[random.below(5)].prefix(copy.count - at)
                copy.replaceSubrange(at..<at + word.count, with: word)
            default:
                guard !other.isEmpty else { continue }
                let from = random.below(other.count)
                copy.insert(contentsOf: other[from..<min(other.count, from + 1 + random.below(512))], at: at)
            }
        }
        return copy
    }
}

extension Array {
    /// One element, or `nil` of an empty array.
    func any(_ random: inout SeededRandom) -> Element? { isEmpty ? nil : self[random.below(count)] }
}
