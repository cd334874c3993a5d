import Bytes
import Versions

/// The publishers whose OVAL is read, and what differs between them.
enum OVALPublisher: CaseIterable {
    case redHat, oracle, photon, azureLinux, mariner, suse, ubuntu, debian

    /// How the identifiers of the publisher's definitions begin.
    private var mark: String {
        switch self {
        case .redHat: "oval:com.redhat."
        case .oracle: "oval:com.oracle.elsa:"
        case .photon: "oval:com.vmware.phsa:"
        case .azureLinux: "oval:com.microsoft.azurelinux:"
        case .mariner: "oval:com.microsoft.cbl-mariner:"
        case .suse: "oval:org.opensuse.security:"
        case .ubuntu: "oval:com.ubuntu."
        case .debian: "oval:org.debian"
        }
    }

    /// Under which name the publisher's statements are kept.
    var provider: String {
        switch self {
        case .redHat: "redhat-oval"
        case .oracle: "oracle"
        case .photon: "photon"
        case .azureLinux: "azurelinux"
        case .mariner: "mariner"
        case .suse: "suse"
        case .ubuntu: "ubuntu-oval"
        case .debian: "debian-oval"
        }
    }

    var scheme: VersionScheme {
        switch self {
        case .ubuntu, .debian: .dpkg
        default: .rpm
        }
    }

    /// The publisher of a document that begins with `start`; `nil` where it is no OVAL or nobody's that is read here.
    static func publisher(of file: FeedFile) -> OVALPublisher? {
        guard FeedFile.isXML(file.content), let start = file.content.bytes(at: 0, count: min(file.content.count, 16384))
        else { return nil }
        let text = String(decoding: start, as: UTF8.self)
        guard text.contains("oval_definitions") else { return nil }
        return allCases.first { text.contains("id=\"\($0.mark)") }
    }

    /// The key of the release that `platform` names, as an image's os-release leads to it; `nil` for other products.
    ///
    /// Microsoft's documents do not say which release they speak of, but their file's name does.
    func release(platform: String, fileName: String) -> String? {
        let words = platform.split(separator: " ").map(String.init)
        switch self {
        case .redHat:
            let prefix = "Red Hat Enterprise Linux "
            guard platform.hasPrefix(prefix), let number = words.last, Self.isNumber(number) else { return nil }
            return RedHatProduct.key(product: "enterprise_linux", version: number)
        case .oracle:
            guard platform.hasPrefix("Oracle Linux "), let number = words.last, Self.isNumber(number) else {
                return nil
            }
            return "oracle:\(number)"
        case .photon:
            guard platform.hasPrefix("Photon "), let number = words.last, Self.isNumber(number) else { return nil }
            return "photon:\(number.contains(".") ? number : number + ".0")"
        case .azureLinux: return "azurelinux:\(Self.major(inFileName: fileName) ?? "3")"
        case .mariner: return "mariner:\(Self.major(inFileName: fileName) ?? "2")"
        case .suse: return SUSEProduct.release(platform)
        case .ubuntu: return Self.ubuntu(platform)
        case .debian:
            guard platform.hasPrefix("Debian "), let number = words.last else { return nil }
            return "debian:\(DebianRelease.number(number) ?? number)"
        }
    }

    /// `Ubuntu 22.04 LTS`, `Ubuntu Pro FIPS-updates 22.04 LTS`.
    private static func ubuntu(_ platform: String) -> String? {
        guard platform.hasPrefix("Ubuntu ") else { return nil }
        let words = platform.split(separator: " ").map { $0.lowercased() }
        guard let number = words.first(where: { UbuntuRelease.isNumber($0) }) else { return nil }
        guard words.contains("pro") else { return "ubuntu:\(number)" }
        let channel = words.first { $0 != "ubuntu" && $0 != "pro" && $0 != number && $0 != "lts" }
        return UbuntuRelease.key(number: number, channel: channel ?? "esm")
    }

    /// `3` in `azurelinux-3.0-oval.xml`.
    private static func major(inFileName name: String) -> String? {
        let file = name.split(separator: "/").last ?? ""
        for part in file.split(separator: "-") where part.contains(".") {
            let digits = part.prefix { $0.isNumber && $0.isASCII }
            if !digits.isEmpty, digits.utf8.count < 4 { return String(digits) }
        }
        return nil
    }

    private static func isNumber(_ text: String) -> Bool {
        text.utf8.count < 8 && text.utf8.first.map { $0 >= 48 && $0 <= 57 } == true
            && text.utf8.allSatisfy { ($0 >= 48 && $0 <= 57) || $0 == UInt8(ascii: ".") }
    }
}
