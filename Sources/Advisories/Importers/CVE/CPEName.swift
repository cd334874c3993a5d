/// A formatted CPE name (NISTIR 7695, section 6.2): `cpe:2.3:a:vendor:product:version:update:…`.
struct CPEName {
    /// `a` for applications, `o` for operating systems, `h` for hardware.
    let part: String
    let vendor: String
    let product: String
    /// `*` for any, `-` for none.
    let version: String
    let update: String
    let targetSoftware: String

    /// `nil` where the text is no such name.
    init?(_ text: String) {
        guard text.hasPrefix("cpe:2.3:"), text.utf8.count <= 1024 else { return nil }
        var fields: [[UInt8]] = [[]]
        var isEscaped = false
        for byte in text.utf8.dropFirst(8) {
            if isEscaped {
                fields[fields.count - 1].append(byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: ":") {
                fields.append([])
            } else {
                fields[fields.count - 1].append(byte)
            }
        }
        guard fields.count >= 5, fields.allSatisfy({ !$0.isEmpty }) else { return nil }
        let values = fields.map { String(decoding: $0, as: UTF8.self) }
        part = values[0]
        vendor = values[1].lowercased()
        product = values[2].lowercased()
        version = values[3]
        update = values[4]
        targetSoftware = values.count > 8 ? values[8].lowercased() : "*"
    }

    /// The same product with one version, as CVE records list them.
    func with(version: String) -> CPEName { CPEName(self, version: version) }

    private init(_ name: CPEName, version: String) {
        part = name.part
        vendor = name.vendor
        product = name.product
        self.version = version
        update = "*"
        targetSoftware = name.targetSoftware
    }

    /// How ranges of the product are filed.
    var key: String { "\(vendor):\(product)" }

    /// Whether the name may be of a program in a Linux image: not of a library of some language, nor of another system.
    var mayRunOnLinux: Bool {
        guard part == "a" || part == "o" else { return false }
        return Self.targets.contains(targetSoftware)
    }

    private static let targets: Set<String> = ["*", "-", "linux", "linux_kernel", "unix", "docker", "kubernetes"]

    /// Whether the name is of a platform on which no Linux image runs.
    var isForeignPlatform: Bool { part == "h" || (part == "o" && ["microsoft", "apple"].contains(vendor)) }
}
