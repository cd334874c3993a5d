import Access
import Testing

@Suite("Passwords")
struct PasswordTests {
    private static let cheap = PasswordHash.Cost(rounds: 16, blockSize: 1, parallelism: 1)

    @Test("a hash takes its password and no other, also after it was stored")
    func matching() throws {
        let hash = try PasswordHash(password: "correct horse", cost: Self.cheap)
        let stored = try #require(PasswordHash(text: hash.text))
        #expect(try stored.matches("correct horse"))
        #expect(try !stored.matches("correct horsf"))
        #expect(try !stored.matches(""))
        #expect(try PasswordHash(password: "correct horse", cost: Self.cheap).text != hash.text)
    }

    @Test(
        "stored text of another form, or that asks for too much work, is none",
        arguments: [
            "", "scrypt$16$1$1$AA==$AA==", "scrypt$3$1$1$AA==$" + String(repeating: "A", count: 43) + "=",
            "scrypt$1073741824$8$1$AA==$" + String(repeating: "A", count: 43) + "=",
            "plain$16$1$1$AA==$" + String(repeating: "A", count: 43) + "=",
        ]
    )
    func damaged(_ text: String) { #expect(PasswordHash(text: text) == nil) }

    @Test("five hundred logins with one password at once cost one hash")
    func together() async throws {
        let checks = try PasswordChecks()
        let hash = try await checks.hash("secret1")
        let results = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<500 { group.addTask { try await checks.matches("secret1", hash: hash) } }
            return try await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(results.count == 500)
        #expect(results.allSatisfy { $0 })
        #expect(try await !checks.matches("secret2", hash: hash))
        #expect(try await !checks.matches("secret1", hash: nil))
    }

    @Test("a line of different wrong passwords ends in Busy and not in memory")
    func flood() async throws {
        let checks = try PasswordChecks(maxWaiting: 2)
        let hash = try PasswordHash(password: "right", cost: .standard).text
        let refused = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    do { return try await checks.matches("wrong-\(number)", hash: hash) } catch {
                        return error is PasswordChecks.Busy
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(refused >= 10)
    }

    @Test("tokens are long, never the same, and only ours have a fingerprint")
    func tokens() {
        let tokens = Set((0..<100).map { _ in BearerToken.make() })
        #expect(tokens.count == 100)
        #expect(tokens.allSatisfy { $0.utf8.count > 40 && BearerToken.fingerprint($0)?.count == 32 })
        #expect(BearerToken.fingerprint("eyJhbGciOi") == nil)
        #expect(BearerToken.password().count == 24)
    }
}
