import ArgumentParser
import SBOM

/// The forms in which `scan` and `sbom` give their result.
enum ScanFormat: ExpressibleByArgument {
    case table
    case json
    case openVEX
    case document(SBOMFormat)

    init?(argument: String) {
        switch argument {
        case "table": self = .table
        case "json": self = .json
        case "openvex": self = .openVEX
        default:
            guard let format = SBOMFormat(rawValue: argument) else { return nil }
            self = .document(format)
        }
    }

    static var allValueStrings: [String] { ["table", "json", "openvex"] + SBOMFormat.allCases.map(\.rawValue) }

    var defaultValueDescription: String {
        switch self {
        case .table: "table"
        case .json: "json"
        case .openVEX: "openvex"
        case .document(let format): format.rawValue
        }
    }
}
