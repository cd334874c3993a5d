import Foundation

/// Tells this build of the program from another, so that a new one reads feeds anew that an old one has read.
enum ProgramIdentity {
    static let text: String = {
        let manager = FileManager.default
        let path = try? manager.destinationOfSymbolicLink(atPath: "/proc/self/exe")  // Else by version alone.
        let attributes = try? path.map(manager.attributesOfItem(atPath:))  // Likewise.
        let size = attributes?[.size] as? Int ?? 0
        let date = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        return "\(BuildVersion.text) \(size) \(Int(date))"
    }()
}
