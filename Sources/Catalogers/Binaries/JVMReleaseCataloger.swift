import Bytes
import ScanModel

/// Java installations, from the `release` file in their root (OpenJDK, make/ReleaseFile.gmk: `KEY="value"` lines).
struct JVMReleaseCataloger: Cataloger {
    let name = CatalogerName.jvm
    let version = 1
    let selectors: [PathSelector] = [.name("release", parentSuffixes: [])]

    private static let maxBytes = 512 * 1024

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        // Many other files have this name; only those that name a Java version are meant.
        guard file.path.name.elementsEqual("release".utf8), file.bytes.count <= Self.maxBytes else { return found }
        var values: [String: String] = [:]
        for line in TextLines(file.bytes.all).prefix(1000) {
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let key = line[..<equals].trimmedText
            guard Self.keys.contains(key) else { continue }
            values[key] = line[(equals + 1)...].trimmedText.trimmingQuotes
        }
        guard let version = version(values), version.utf8.count <= 128 else { return found }
        let (vendor, product) = product(values, path: file.path.text.lowercased())
        found.packages = [CatalogedPackage(Package(type: .binary, name: product, version: version, group: vendor))]
        return found
    }

    private static let keys: Set<String> = [
        "JAVA_VERSION", "JAVA_RUNTIME_VERSION", "FULL_VERSION", "IMPLEMENTOR", "IMAGE_TYPE", "BUILD_TYPE",
    ]

    /// The fullest version that there is; that of old releases counts only if it means the same Java.
    private func version(_ values: [String: String]) -> String? {
        if let runtime = values["JAVA_RUNTIME_VERSION"], !runtime.isEmpty { return runtime }
        guard let java = values["JAVA_VERSION"], !java.isEmpty else { return nil }
        if let full = values["FULL_VERSION"], full.prefix(while: { $0 != "." }) == java.prefix(while: { $0 != "." }) {
            return full
        }
        return java
    }

    /// Vendor and product as the National Vulnerability Database has them.
    private func product(_ values: [String: String], path: String) -> (String, String) {
        let maker = (values["IMPLEMENTOR"] ?? "").lowercased()
        let kit = (values["IMAGE_TYPE"] ?? "").lowercased().contains("jre") ? "jre" : "jdk"
        if maker.contains("azul") || path.contains("zulu") { return ("azul", "zulu") }
        if maker.contains("sun ") { return ("sun", kit) }
        if maker.contains("ibm") || path.contains("/ibm") {
            return ("ibm", values["IMAGE_TYPE"] == "JDK" ? "java_sdk" : "java")
        }
        if maker.contains("oracle") || path.contains("oracle") || (values["BUILD_TYPE"] ?? "").contains("commercial") {
            return ("oracle", kit)
        }
        return ("oracle", "openjdk")
    }
}

extension String {
    fileprivate var trimmingQuotes: String {
        utf8.count >= 2 && hasPrefix("\"") && hasSuffix("\"") ? String(dropFirst().dropLast()) : self
    }
}
