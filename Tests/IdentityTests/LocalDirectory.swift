import Foundation
import Glibc
import TallymanTesting

/// A private server of OpenLDAP (slapd) with people and groups, on free ports of the loopback interface.
struct LocalDirectory {
    static let isInstalled = FileManager.default.isExecutableFile(atPath: program)
    /// Without slapd the tests are skipped, except where they must not be.
    static let isWanted = isInstalled || ProcessInfo.processInfo.environment["CI"] == "true"
    private static let program = "/usr/sbin/slapd"

    let port: UInt16
    let securePort: UInt16
    let authority: TestAuthority

    var url: String { "ldap://127.0.0.1:\(port)" }
    var secureURL: String { "ldaps://127.0.0.1:\(securePort)" }

    /// Starts one, and ends it after `body`.
    static func with(_ body: (LocalDirectory) async throws -> Void) async throws {
        let folder = URL(filePath: "/tmp/tl-\(UInt32.random(in: 0...UInt32.max))")
        try FileManager.default.createDirectory(
            at: folder.appending(path: "data"),
            withIntermediateDirectories: true
        )
        defer { try? FileManager.default.removeItem(at: folder) }  // A leftover folder harms no test.
        let authority = try await TestAuthority(in: folder)
        try await authority.issue("server", for: "DNS:ldap.test,IP:127.0.0.1")
        let configuration = folder.appending(path: "slapd.conf").path
        try Data(settings(folder, authority).utf8).write(to: URL(filePath: configuration))
        let entries = folder.appending(path: "entries.ldif").path
        try Data(Self.entries.utf8).write(to: URL(filePath: entries))
        try await TestCommand.run([
            program, "-T", "add", "-f", configuration, "-l", entries,
        ])
        let directory = LocalDirectory(
            port: try TestCommand.freePort(),
            securePort: try TestCommand.freePort(),
            authority: authority
        )
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = [
            "-f", configuration, "-h", "\(directory.url) \(directory.secureURL)", "-d", "0",
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let result: Result<Void, any Error>
        do {
            try await directory.untilReady()
            result = .success(try await body(directory))
        } catch { result = .failure(error) }
        // It inherits a mask of signals that holds back gentler ones.
        kill(process.processIdentifier, SIGKILL)
        while process.isRunning { try await Task.sleep(for: .milliseconds(5)) }
        try result.get()
    }

    private func untilReady() async throws {
        for _ in 0..<200 {
            let answer = try? await TestCommand.run(  // it is about to listen
                ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/\(port) 4<>/dev/tcp/127.0.0.1/\(securePort)"]
            )
            if answer != nil { return }
            try await Task.sleep(for: .milliseconds(25))
        }
        throw POSIXError(.ETIMEDOUT)
    }

    private static func settings(_ folder: URL, _ authority: TestAuthority) -> String {
        """
        include /etc/ldap/schema/core.schema
        include /etc/ldap/schema/cosine.schema
        include /etc/ldap/schema/inetorgperson.schema
        modulepath /usr/lib/ldap
        moduleload back_mdb
        moduleload memberof
        pidfile \(folder.path)/slapd.pid
        TLSCACertificateFile \(authority.authority)
        TLSCertificateFile \(authority.certificate("server"))
        TLSCertificateKeyFile \(authority.key("server"))
        sizelimit 100
        database mdb
        maxsize 10485760
        suffix "dc=example,dc=org"
        directory \(folder.path)/data
        overlay memberof
        access to attrs=userPassword by anonymous auth by * none
        access to * by users read by anonymous read

        """
    }

    private static func person(_ id: String, _ dn: String, _ password: String) -> String {
        """

        dn: \(dn)
        objectClass: inetOrgPerson
        cn: \(id)
        sn: \(id)
        uid: \(id)
        userPassword: \(password)

        """
    }

    private static let entries =
        """
        dn: dc=example,dc=org
        objectClass: dcObject
        objectClass: organization
        o: example
        dc: example

        dn: ou=people,dc=example,dc=org
        objectClass: organizationalUnit
        ou: people

        dn: ou=groups,dc=example,dc=org
        objectClass: organizationalUnit
        ou: groups

        """
        // The entries are put in offline, where no overlay adds what it would otherwise.
        + person(
            "ann",
            "uid=ann,ou=people,dc=example,dc=org",
            "ann-secret\nmemberOf: cn=Admins,ou=groups,dc=example,dc=org"
        )
        + person("ben", "uid=ben,ou=people,dc=example,dc=org", "ben-secret")
        + person("carl, jr. (x)*", #"uid=carl\2C jr. (x)*,ou=people,dc=example,dc=org"#, "carl-secret")
        + person("twin", "cn=twin+sn=1,ou=people,dc=example,dc=org", "twin-secret").replacing("sn: twin", with: "sn: 1")
        + person("twin", "cn=twin+sn=2,ou=people,dc=example,dc=org", "twin-secret").replacing("sn: twin", with: "sn: 2")
            + """

            dn: cn=reader,dc=example,dc=org
            objectClass: organizationalRole
            objectClass: simpleSecurityObject
            cn: reader
            userPassword: reader-secret

            dn: cn=Admins,ou=groups,dc=example,dc=org
            objectClass: groupOfNames
            cn: Admins
            member: uid=ann,ou=people,dc=example,dc=org

            dn: cn=dev,ou=groups,dc=example,dc=org
            objectClass: groupOfNames
            cn: dev
            member: uid=ann,ou=people,dc=example,dc=org
            member: uid=carl\\2C jr. (x)*,ou=people,dc=example,dc=org

            """
}
