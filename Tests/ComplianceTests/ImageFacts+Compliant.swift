import Policy

@testable import Compliance

extension PolicyInstant {
    static let noon = PolicyInstant(seconds: 1_790_000_000)
}

extension ImageFacts {
    /// An image that no control of any profile minds.
    static var compliant: ImageFacts {
        var facts = ImageFacts()
        facts.digest = "sha256:" + String(repeating: "a", count: 64)
        facts.setDockerfile(
            """
            FROM debian:12
            ADD file:0123456789abcdef in /
            RUN apt-get update && apt-get install -y curl
            RUN curl -fsS https://example.org/key.asc -o /etc/key.asc
            ENV PATH=/usr/local/bin:/usr/bin TOKENIZERS_PARALLELISM=false
            COPY app /srv/app
            EXPOSE 8080/tcp 9222
            HEALTHCHECK CMD curl -f http://localhost:8080/
            USER app
            """
        )
        facts.packages = .collected([PackageFact.curl])
        facts.vulnerabilities = .collected([])
        facts.advisories = .collected(
            AdvisoryFacts(
                namespace: "debian:12",
                hasDistroRecords: true,
                oldestSync: PolicyInstant(seconds: PolicyInstant.noon.seconds - 3600)
            )
        )
        facts.files = .collected(FileTable([FileFact(path: "/usr/bin/curl", mode: 0o100755)], hasDigests: true))
        facts.secretMatches = .collected([])
        facts.passwdEntries = .collected([PasswdEntry(line: "root:x:0:0:root:/root:/bin/bash")])
        facts.malwareScans = .collected([MalwareScan(scanner: "clamav", findings: [])])
        return facts
    }

    mutating func setDockerfile(_ text: String) {
        dockerfile = .collected(DockerfileFacts(mode: .actual, text: text))
    }

    mutating func addInstruction(_ line: String) {
        setDockerfile((dockerfile.value?.text ?? "") + "\n" + line)
    }

    /// Makes a rule fire.
    mutating func offend(_ rule: ComplianceRule) {
        let values = Dictionary(rule.parameters.map { ($0.name, $0.value) }) { first, _ in first }
        switch "\(rule.gate)/\(rule.trigger)" {
        case "dockerfile/effective_user": addInstruction("USER root")
        case "dockerfile/exposed_ports": addInstruction("EXPOSE 23/tcp")
        case "dockerfile/instruction": offend(values)
        case "packages/blacklist":
            packages = .collected([
                PackageFact(name: values["name"] ?? "", version: "1", type: "dpkg", isOS: true, files: .collected([]))
            ])
        case "packages/verify":
            packages = .collected([PackageFact.changed])
        case "passwd_file/blacklist_usernames":
            passwdEntries = .collected([PasswdEntry(line: "admin:x:1000:1000::/home/admin:/bin/sh")])
        case "files/suid_or_guid_set":
            files = .collected(FileTable([FileFact(path: "/usr/bin/su", mode: 0o104755)], hasDigests: true))
        case "secret_scans/content_regex_checks":
            secretMatches = .collected([ContentMatch(path: "/srv/key.pem", name: "PRIV_KEY", pattern: "x")])
        case "malware/scans":
            let finding = MalwareScan.Finding(path: "/srv/eicar", signature: "Eicar")
            malwareScans = .collected([MalwareScan(scanner: "clamav", findings: [finding])])
        case "malware/scan_not_run": malwareScans = .collected([])
        case "vulnerabilities/package":
            vulnerabilities = .collected([
                VulnerabilityFact(id: "CVE-2026-1", severity: .critical, package: .curl, fixedVersions: ["9"])
            ])
        case "vulnerabilities/stale_feed_data":
            advisories = .collected(
                AdvisoryFacts(
                    namespace: "debian:12",
                    hasDistroRecords: true,
                    oldestSync: PolicyInstant(seconds: PolicyInstant.noon.seconds - 8 * 86400)
                )
            )
        case "vulnerabilities/vulnerability_data_unavailable":
            advisories = .collected(
                AdvisoryFacts(namespace: "none:1", hasDistroRecords: false, oldestSync: .noon)
            )
        default: break
        }
    }

    private mutating func offend(_ values: [String: String]) {
        switch (values["instruction"] ?? "", values["check"] ?? "") {
        case ("HEALTHCHECK", "like"): addInstruction("HEALTHCHECK NONE")
        case ("HEALTHCHECK", _):
            let lines = (dockerfile.value?.text ?? "").split(separator: "\n").filter { !$0.hasPrefix("HEALTHCHECK") }
            setDockerfile(lines.joined(separator: "\n"))
        case ("ADD", _): addInstruction("ADD https://example.org/app.tar.gz /srv/")
        case ("ENV", _): addInstruction("ENV DB_PASSWORD=hunter2")
        case ("ARG", _): addInstruction("ARG API_KEY=abc")
        case ("RUN", _) where values["value"]?.contains("passw") == true: addInstruction("RUN echo 'password=abc' > /x")
        case ("RUN", _) where values["value"]?.contains("update") == true: addInstruction("RUN apt-get update")
        case ("RUN", _): addInstruction("RUN apt-get install -y --allow-unauthenticated curl")
        default: break
        }
    }
}

extension PackageFact {
    static let curl = PackageFact(
        name: "curl",
        version: "7.88.1",
        type: "dpkg",
        isOS: true,
        files: .collected([PackageFile(path: "/usr/bin/curl", mode: 0o755)])
    )
    static let changed = PackageFact(
        name: "curl",
        version: "7.88.1",
        type: "dpkg",
        isOS: true,
        files: .collected([PackageFile(path: "/usr/bin/curl", mode: 0o700)])
    )
}
