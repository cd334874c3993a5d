import ScanModel
import TallymanTesting
import Testing

@testable import SecretSearch

@Suite("Search for secrets in a stream of bytes")
struct SecretScannerTests {
    private let path = LayerPath(clean: Array("app/settings.txt".utf8))

    private func scan(
        _ bytes: [UInt8],
        rules: SecretRules = .standard,
        part: (inout SeededRandom) -> Int,
        seed: UInt64 = 1
    ) -> [SecretFinding] {
        var random = SeededRandom(seed: seed)
        var scanner = SecretScanner(rules: rules, path: path)
        var place = 0
        while place < bytes.count {
            let end = min(bytes.count, place + part(&random))
            scanner.consume(bytes[place..<end])
            place = end
        }
        return scanner.finish()
    }

    @Test("A rule that has used up its steps is not tried again, and every file that it was wanted in says so")
    func spentRule() {
        let matchers = SecretMatchers(.standard, budget: 0)
        for _ in 0..<2 {
            var scanner = SecretScanner(matchers, path: path)
            scanner.consume("aws_access_key_id = AKIAQWERTYUIOPASDFGH\n".utf8)
            #expect(scanner.finish().isEmpty && scanner.gap?.contains("too costly") == true)
        }
    }

    @Test("A short file that is no text is searched with Anchore's and users' expressions, a longer one not at all")
    func binaries() throws {
        let own = try SecretRules.named("WORD=.*xyzzy.*")
        let rules = SecretRules(adding: [own])
        let key = "\0\n-----BEGIN RSA PRIVATE KEY-----\nxyzzy\nghp_\(String(repeating: "a1", count: 18))\n"
        #expect(scan(Array(key.utf8), rules: rules, part: { _ in 7 }).map(\.rule) == ["PRIV_KEY", "WORD"])
        let long = Array(key.utf8) + Array(repeating: UInt8(0), count: 10_000)
        #expect(scan(long, rules: rules, part: { _ in 4096 }).isEmpty)
    }

    /// Lines of all lengths around secrets, some longer than what is looked at together.
    private func text(seed: UInt64) -> [UInt8] {
        var samples = SecretSamples(random: SeededRandom(seed: seed))
        var bytes: [UInt8] = []
        for (_, line, _) in samples.all().shuffled(using: &samples.random) {
            let filler = samples.random.oneIn(30) ? 40_000 : samples.random.below(300)
            bytes += (0..<filler).map { _ in samples.random.oneIn(40) ? 32 : UInt8(97 + samples.random.below(26)) }
            bytes.append(samples.random.oneIn(2) ? 10 : 32)
            bytes += Array(line.utf8)
            if samples.random.oneIn(3) { bytes += [0xC3, 0x28, 0xFF] }
            if samples.random.oneIn(2) { bytes += [13, 10] }
        }
        return bytes
    }

    @Test("How the bytes are divided changes nothing", arguments: [UInt64(1)])
    func division(_ seed: UInt64) throws {
        let bytes = text(seed: seed)
        let extra = try SecretRules.named("WORD=(?:.*[^a-z])?q[aeiou]+ .*")
        let rules = SecretRules(SecretRules.standard.rules + [extra])
        let whole = scan(bytes, rules: rules, part: { _ in Int.max >> 1 })
        #expect(whole.count > 40)
        for part in [{ (_: inout SeededRandom) in 4093 }, { $0.below(30_000) + 1 }] {
            #expect(scan(bytes, rules: rules, part: part, seed: seed) == whole)
        }
        #expect(
            scan(Array(bytes.prefix(9000)), part: { _ in 1 }) == scan(Array(bytes.prefix(9000)), part: { _ in 99 })
        )
    }

    @Test("In a line of any length each token is found once, at its place")
    func longLine() {
        var samples = SecretSamples(random: SeededRandom(seed: 11))
        var bytes: [UInt8] = []
        var places: [Int64] = []
        while bytes.count < 150_000 {
            bytes += [UInt8](repeating: UInt8(ascii: "."), count: samples.random.below(9000) + 1)
            // Some of them at the borders of what is looked at together.
            if samples.random.oneIn(3) {
                let border = (bytes.count / SecretScanner.stride + 1) * SecretScanner.stride - samples.random.below(50)
                bytes += [UInt8](repeating: UInt8(ascii: "."), count: max(0, border - bytes.count))
            }
            places.append(Int64(bytes.count))
            bytes += Array("ghp_\(samples.text(36))".utf8)
        }
        let findings = scan(bytes, part: { $0.below(50_000) + 1 })
        #expect(findings.map(\.offset) == places)
        #expect(Set(findings.map(\.line)) == [1])
    }

    @Test("Programs are passed over, however late their zero byte among the first comes")
    func programs() {
        var samples = SecretSamples()
        let token = Array("ghp_\(samples.text(36))\n".utf8)
        let filler = [UInt8](repeating: 10, count: SecretScanner.head - token.count - 1)
        #expect(scan(token + filler + [0], part: { _ in 100 }).isEmpty)
        let late = scan(token + filler + [10, 0], part: { _ in 100 })
        #expect(late.map(\.rule) == ["github-token"])
        #expect(scan([0], part: { _ in 1 }).isEmpty)
        #expect(scan([], part: { _ in 1 }).isEmpty)
    }

    @Test("Files full of keywords, of one line or of empty ones, come to an end with a bounded list")
    func hostile() throws {
        var samples = SecretSamples(random: SeededRandom(seed: 3))
        let token = "ghp_\(samples.text(36)) "
        let texts = [
            String(repeating: "ghp_", count: 3000), String(repeating: "aws_access_key_id = ", count: 500),
            String(repeating: "\n", count: 50_000), String(repeating: token, count: 1000),
            String(repeating: "api_key = \n", count: 500), String(repeating: "\"auth\": ", count: 3000),
            String(repeating: "postgres://", count: 3000), String(repeating: "-----BEGIN ", count: 3000),
        ]
        for text in texts {
            let findings = SecretScanner.findings(in: text)
            #expect(findings.count <= SecretScanner.maxFindings)
        }
        var scanner = SecretScanner(path: path)
        scanner.consume(texts[3].utf8)
        #expect(scanner.finish().count == SecretScanner.maxFindings)
        #expect(scanner.gap == "more than 200 places that look like secrets")
    }

    @Test("Damaged text is searched as well as it can be", arguments: 0..<3)
    func mutations(_ seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var bytes = Array(text(seed: 9).prefix(12_000))
        for _ in 0..<200 { bytes[random.below(bytes.count)] = UInt8(random.below(255) + 1) }
        let whole = scan(bytes, part: { _ in 5000 })
        #expect(whole == scan(bytes, part: { $0.below(3000) + 1 }, seed: UInt64(seed)))
    }

    @Test("The table of keywords finds what comparing at every place finds", arguments: 0..<4)
    func keywords(_ seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        func word(_ count: Int, _ random: inout SeededRandom) -> [UInt8] {
            (0..<count).map { _ in Array("abC_\"Z\u{e9}\n".utf8)[random.below(9)] }
        }
        let keywords = Set((0..<12).map { _ in word(4 + random.below(4), &random).map(KeywordTable.small) })
        let table = KeywordTable(Array(keywords))
        let text = word(5000, &random)
        var found: Set<[Int]> = []
        text.withUnsafeBufferPointer { bytes in table.scan(bytes) { found.insert([$0, $1]) } }
        var expected: Set<[Int]> = []
        let small = text.map(KeywordTable.small)
        for (number, keyword) in table.keywords.enumerated() {
            for start in 0...(small.count - keyword.count)
            where small[start..<(start + keyword.count)].elementsEqual(keyword) {
                expected.insert([number, start])
            }
        }
        #expect(found == expected)
    }
}
