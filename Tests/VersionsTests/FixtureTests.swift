import TallymanTesting
import Testing

@testable import Versions

@Suite(.enabled(if: SharedFixtures.tables != nil, "\(SharedFixtures.missing)"))
struct FixtureTests {
    /// One peer's behaviour, or the constraint grammar of another tool: run, but not binding.
    static let informative: Set = ["peer-specific", "rpm-one-sided-epoch", "generic-range", "node-range"]

    @Test("every pair of the shared version tables is in the order the table says")
    func versions() throws {
        let rows = try VersionTables.rows(in: "versions", fieldCount: 3) { _ in true }
        #expect(rows.count > 400)
        for row in rows {
            let word = row.place.prefix { $0 != "." && $0 != "-" }
            let scheme = try #require(VersionScheme(ecosystem: String(word)))
            let outcome = Versions.compare(row.fields[0], row.fields[2], scheme: scheme)
            #expect(outcome?.symbol == row.fields[1].first, "\(row.place): \(row.fields)")
            let reverse = Versions.compare(row.fields[2], row.fields[0], scheme: scheme)
            #expect(reverse == outcome?.reversed, "\(row.place), exchanged: \(row.fields)")
        }
    }

    @Test("every line of the binding range tables has the answer the table says")
    func ranges() throws {
        let rows = try VersionTables.rows(in: "ranges", fieldCount: 4) { !Self.informative.contains($0) }
        #expect(rows.count > 150)
        for row in rows {
            let scheme = try #require(VersionScheme(ecosystem: row.fields[0]))
            let answer = Versions.satisfies(row.fields[1], row.fields[2], scheme: scheme) ?? false
            #expect(answer == (row.fields[3] == "true"), "\(row.place): \(row.fields)")
        }
    }

    @Test("the informative range tables run; how often they differ is printed", arguments: informative.sorted())
    func informativeRanges(name: String) throws {
        let rows = try VersionTables.rows(in: "ranges", fieldCount: 4) { $0 == name }
        let words: [String: VersionScheme] = ["generic-range": .generic, "node-range": .npm]
        let differing = rows.filter { row in
            guard let scheme = words[row.fields[0]] ?? VersionScheme(ecosystem: row.fields[0]) else { return true }
            let answer = Versions.satisfies(row.fields[1], row.fields[2], scheme: scheme) ?? false
            return answer != (row.fields[3] == "true")
        }
        print("\(name): \(differing.count) of \(rows.count) lines differ")
    }
}
