import Store
import Testing

@Suite(
    "The number that stands for all open matches",
    .tags(.integration),
    .enabled(if: TestDatabase.isWanted, TestDatabase.hint)
)
struct MatchesVersionTests {
    @Test("is another after each statement that writes a match or a flaw, also of a program that knows of no number")
    func otherPrograms() async throws {
        try await TestDatabase.with { store in
            try await store.work(on: try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])]))
            // As matching passes wrote before there was such a number.
            let statements = [
                "INSERT INTO vulnerabilities (name, aliases, is_kev, summary) VALUES ('CVE-2099-1', '{}', false, 'bad')",
                """
                INSERT INTO package_vulnerabilities (package_id, vulnerability_id, severity, fix_state, fixed_versions,
                    provider, found_from, found_state)
                SELECT packages.id, vulnerabilities.id, 'high', 'fixed', '{2}', 'debian', now(), 0
                FROM packages, vulnerabilities
                """,
                "UPDATE package_vulnerabilities SET fixed_versions = '{3}'",
                """
                INSERT INTO vulnerabilities (name, aliases, is_kev, summary) VALUES ('CVE-2099-1', '{GHSA-1}', false, 'bad')
                ON CONFLICT (name) DO UPDATE SET aliases = excluded.aliases
                """,
                "UPDATE package_vulnerabilities SET found_until = now()",
            ]
            var versions = [try await version(store)]
            for statement in statements {
                try await store.execute(statement)
                versions.append(try await version(store))
            }
            #expect(Set(versions).count == statements.count + 1)
        }
    }

    @Test("stays where only the probability changes that a flaw is exploited, and where a pass has nothing to change")
    func unchanged() async throws {
        try await TestDatabase.with { store in
            try await store.work(on: try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])]))
            try await store.execute(
                "INSERT INTO vulnerabilities (name, aliases, is_kev, summary) VALUES ('CVE-2099-1', '{}', false, 'bad')"
            )
            _ = try await store.rematch()
            let before = try await version(store)
            try await store.execute("UPDATE vulnerabilities SET epss = 0.5")
            try await store.forgetMatching()
            #expect(try await store.rematch().packages == 1)
            #expect(try await version(store) == before)
        }
    }

    private func version(_ store: Store) async throws -> Int? {
        try await store.scalar("SELECT matches_version FROM matching_rules")
    }
}
