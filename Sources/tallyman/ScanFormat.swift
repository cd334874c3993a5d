import ArgumentParser
import SBOM

/// The forms in which `scan` and `sbom` give their result.
enum ScanFormat: Equatable {
    case table
    case json
    case sarif
    case junit
    case gitlab
    case openVEX
    case document(SBOMFormat)

    init?(name: String) {
        switch name {
        case "table": self = .table
        case "json": self = .json
        case "sarif": self = .sarif
        case "junit": self = .junit
        case "gitlab": self = .gitlab
        case "openvex": self = .openVEX
        default:
            guard let format = SBOMFormat(rawValue: name) else { return nil }
            self = .document(format)
        }
    }

    /// Every name, as the help lists them.
    static var names: [String] {
        ["table", "json", "sarif", "junit", "gitlab", "openvex"] + SBOMFormat.allCases.map(\.rawValue)
    }

    var name: String {
        switch self {
        case .table: "table"
        case .json: "json"
        case .sarif: "sarif"
        case .junit: "junit"
        case .gitlab: "gitlab"
        case .openVEX: "openvex"
        case .document(let format): format.rawValue
        }
    }

    /// Whether the form holds findings and nothing else.
    var isReport: Bool {
        switch self {
        case .sarif, .junit, .gitlab, .openVEX: true
        case .table, .json, .document: false
        }
    }
}
