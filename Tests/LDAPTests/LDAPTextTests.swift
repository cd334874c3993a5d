import LDAP
import TallymanTesting
import Testing

@Suite("Texts in names and filters of a directory")
struct LDAPTextTests {
    @Test(
        "what could mean something is escaped (RFC 4514, section 2.4; RFC 4515, section 3)",
        arguments: [
            ("ann", "ann"), ("ann.lee-1_x@example.org", "ann.lee-1_x@example.org"), ("*", #"\2a"#),
            (")(uid=*", #"\29\28uid\3d\2a"#), (#"a\b"#, #"a\5cb"#), ("a,ou=admins", #"a\2cou\3dadmins"#),
            (" ann ", #"\20ann\20"#), ("#1", #"\231"#), ("a\u{0}b", #"a\00b"#), ("Lučić", #"Lu\c4\8di\c4\87"#),
            ("a\"b+c<d>e;f=g/h", #"a\22b\2bc\3cd\3ee\3bf\3dg\2fh"#), ("", ""),
        ]
    )
    func escaping(_ text: String, _ escaped: String) { #expect(LDAPText.escaped(text) == escaped) }

    @Test("a template is filled once: what is put in is no template")
    func filling() {
        #expect(LDAPText.filled("uid={user},ou=people", ["user": "ann"]) == "uid=ann,ou=people")
        #expect(LDAPText.filled("(&(uid={user})(m={dn}))", ["user": "{dn}", "dn": "x"]) == #"(&(uid=\7bdn\7d)(m=x))"#)
        #expect(LDAPText.filled("{user}@corp.example", ["user": "ann"]) == "ann@corp.example")
        #expect(LDAPText.filled("{other}{user", ["user": "ann"]) == "{other}{user")
        #expect(LDAPText.filled("{{user}}", ["user": "a"]) == "{a}")
    }

    @Test("no text leaves a character that has a meaning")
    func random() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...20, using: &random)).map { _ in
                UInt8.random(in: .min ... .max, using: &random)
            }
            let escaped = LDAPText.escaped(String(decoding: bytes, as: UTF8.self))
            #expect(!escaped.contains { "()*\u{0},+\"<>;=# ".contains($0) })
        }
    }

    @Test("only TLS, or this machine, gets passwords")
    func safety() {
        #expect(LDAPServer(url: "ldaps://d.example").isEncrypted)
        #expect(LDAPServer(url: "ldap://d.example", security: .startTLS).isEncrypted)
        #expect(!LDAPServer(url: "ldap://d.example").isEncrypted)
        #expect(LDAPServer(url: "ldap://127.0.0.1:389").isLocal)
        #expect(!LDAPServer(url: "ldap://127.0.0.1.example:389").isLocal)
        #expect(!LDAPServer(url: "ldap://localhost.example").isLocal)
    }
}
