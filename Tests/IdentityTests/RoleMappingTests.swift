import AnchoreAPI
import Identity
import Testing

@Suite("Roles by groups")
struct RoleMappingTests {
    @Test("the highest role counts, of equal ones the first, and everybody is in *")
    func highest() throws {
        let mapping = try RoleMapping(
            """
            *=read-only; dev = scanner@team-a
            cn=Admins,ou=groups,dc=example,dc=org=admin
            ops=admin@team-b
            """
        )
        #expect(mapping.role(in: [])?.role == .readOnly)
        #expect(mapping.role(in: ["dev", "other"])?.role == .scanner)
        #expect(mapping.role(in: ["dev"])?.account == "team-a")
        #expect(mapping.role(in: ["ops", "cn=Admins,ou=groups,dc=example,dc=org"])?.account == nil)
        #expect(mapping.role(in: ["ops"])?.account == "team-b")
        #expect(mapping.role(in: ["cn=admins,ou=groups,dc=example,dc=org"])?.role == .readOnly)
    }

    @Test("the names of a directory are the same in any case")
    func cases() throws {
        let mapping = try RoleMapping("CN=Admins,DC=example=admin", ignoresCase: true)
        #expect(mapping.role(in: ["cn=admins,dc=EXAMPLE"])?.role == .admin)
        #expect(mapping.role(in: []) == nil)
    }

    @Test("what cannot be read is refused", arguments: ["dev", "dev=owner", "=admin", "dev=admin@-", "dev=admin@x"])
    func damaged(_ text: String) { #expect(throws: RoleMapping.Failure.self) { try RoleMapping(text) } }
}
