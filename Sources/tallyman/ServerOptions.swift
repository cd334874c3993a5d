import ArgumentParser
import Foundation
import Gatekeeping
import Logging
import ScanModel
import Web

/// How the server is reached and what it guards, as `serve` and `up` take it.
///
/// Each has a setting of its name (`TALLYMAN_TLS_CERTIFICATE`, `tls-certificate` in tallyman.yaml); what is given here goes
/// before it.
struct ServerOptions: ParsableArguments {
    @Option(
        help: "A certificate in PEM with those that lead to its authority: HTTPS alone is spoken, TLS 1.2 or newer."
    )
    var tlsCertificate: String?
    @Option(help: "The certificate's key. Both files may be replaced at any time.") var tlsKey: String?
    @Flag(help: "Ask for the API's credentials before pages and metrics are shown.") var guardPages = false
    @Option(
        help: "Addresses or networks of proxies, separated by commas, whose X-Forwarded-For says who fails to log in."
    )
    var trustedProxies: String?

    @Flag(help: "Answer Kubernetes at /admission/validate and OPA Gatekeeper at /gatekeeper/v1/provider.")
    var admission = false
    @Option(
        help:
            "What counts in which namespace: PATTERN=enforce|warn|off[,unknown=allow|deny][,policy=ID], separated by semicolons."
    )
    var admissionNamespaces: String?
    @Option(help: "allow or deny (default) an image that has no verdict yet; it is analysed at once either way.")
    var admissionUnknown: String?
    @Option(help: "Seconds that a new image may take while the API server waits, 0 to 25 (default: 5).")
    var admissionWait: String?
    @Flag(help: "Answer those without credentials too; for networks that only the API server reaches.")
    var admissionAnonymous = false

    /// What was given, by the names of the settings.
    var given: [String: String] {
        let texts = [
            "tls-certificate": tlsCertificate.map(Self.absolute), "tls-key": tlsKey.map(Self.absolute),
            "trusted-proxies": trustedProxies, "admission-namespaces": admissionNamespaces,
            "admission-unknown": admissionUnknown,
            "admission-wait": admissionWait,
        ]
        let flags = [
            "guard-pages": guardPages, "admission": admission, "admission-anonymous": admissionAnonymous,
        ]
        return texts.compactMapValues(\.self).merging(flags.filter(\.value).mapValues { _ in "true" }) { $1 }
    }

    private static func absolute(_ path: String) -> String { URL(filePath: path).path }
}

/// Settings of the server: what the command line says, else the environment and the file.
struct ServerSettings {
    private let given: [String: String]
    private let settings: Settings

    init(_ given: [String: String]) throws {
        self.given = given
        settings = try Settings()
    }

    subscript(name: String) -> String? { given[name] ?? settings[name] }

    func isOn(_ name: String) throws -> Bool { try Settings.isOn(name, self[name]) }

    /// A value of an enumeration by its name.
    func choice<Value: RawRepresentable & CaseIterable>(_ name: String, _ otherwise: Value) throws -> Value
    where Value.RawValue == String {
        guard let text = self[name] else { return otherwise }
        guard let value = Value(rawValue: text) else {
            throw UsageError("\(name) must be one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    /// Words between commas; `nil` where the setting is not there.
    func words(_ name: String) -> [String]? {
        self[name]?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// What a setting says, or what is in the file that `NAME-file` names, on one line.
    func secret(_ name: String) throws -> String? {
        if let text = self[name] { return text }
        guard let path = self["\(name)-file"] else { return nil }
        return String(decoding: try UserFile.read(path, most: 4096), as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    /// The variables that hand on to a process what was given.
    static func variables(_ given: [String: String]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: given.map { (Settings.variable($0.key), $0.value) })
    }

    func certificate(logger: Logger) throws -> ServerCertificate? {
        switch (self["tls-certificate"], self["tls-key"]) {
        case (nil, nil): return nil
        case (let certificate?, let key?):
            do { return try ServerCertificate(certificate: certificate, key: key, logger: logger) } catch {
                throw UsageError("\(error)")
            }
        default: throw UsageError("--tls-certificate and --tls-key go together")
        }
    }

    func trustedProxies() throws -> [AddressRange] {
        try (words("trusted-proxies") ?? []).map { text in
            guard let range = AddressRange(text) else {
                throw UsageError("trusted-proxies: \(text) is neither an address nor a network (192.0.2.0/24)")
            }
            return range
        }
    }

    func gatekeeping() throws -> GatekeepingSettings? {
        guard try isOn("admission") else { return nil }
        let unknown = try choice("admission-unknown", NamespaceRule.Unknown.deny)
        let otherwise = NamespaceRule(unknown: unknown)
        let namespaces: NamespaceRules
        do { namespaces = try NamespaceRules(self["admission-namespaces"] ?? "", otherwise: otherwise) } catch {
            throw UsageError("admission-namespaces: \(error)")
        }
        guard let seconds = Int(self["admission-wait"] ?? "5"), (0...25).contains(seconds) else {
            throw UsageError("admission-wait must be from 0 to 25 seconds")
        }
        return GatekeepingSettings(
            namespaces: namespaces,
            otherwise: otherwise,
            wait: .seconds(seconds),
            isOpen: try isOn("admission-anonymous")
        )
    }
}
