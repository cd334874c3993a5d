import Foundation
import VEX

/// Reads VEX documents and exceptions from files, within bounds, and says on standard error what of them cannot be read.
enum SuppressionFiles {
    private static let maxFiles = 10_000
    private static let maxTold = 20

    /// The documents of several files and folders; not inline in the commands, whose async code Swift 6.3 then fails to
    /// optimise.
    static func documents(_ paths: [String]) throws -> [VEXDocument] { try paths.flatMap { try documents($0) } }

    /// The usable exceptions of several files, likewise.
    static func exceptions(_ paths: [String]) throws -> [FindingException] { try paths.flatMap { try exceptions($0) } }

    /// The document in a file, or those in the `.json` files of a folder and its subfolders, by path.
    ///
    /// Throws for a file that is no VEX document, and for a folder that holds none.
    static func documents(_ path: String) throws -> [VEXDocument] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return [try document(path)]
        }
        var found: [VEXDocument] = []
        var others: [String] = []
        for file in try files(in: path) {
            do {
                found.append(try document(file))
            } catch let error as VEXError {
                others.append("\(error)")
            }
        }
        tell(others, of: path)
        guard !found.isEmpty else { throw InputError("\(path) holds no VEX document in a .json file") }
        return found
    }

    /// The usable exceptions of a file.
    static func exceptions(_ path: String) throws -> [FindingException] {
        let file = try ExceptionFile(try UserFile.read(path, most: ExceptionFile.maxBytes), name: path)
        tell(file.problems, of: path)
        return file.exceptions
    }

    private static func document(_ path: String) throws -> VEXDocument {
        let limits = VEXLimits()
        let document = try VEXDocument(try UserFile.read(path, most: limits.maxBytes), name: path, limits: limits)
        tell(document.problems, of: path)
        return document
    }

    private static func files(in folder: String) throws -> [String] {
        try UserFile.checkReadable(folder)
        var found: [String] = []
        // Symbolic links are not followed, so the walk ends.
        for case let name as String in FileManager.default.enumerator(atPath: folder) ?? .init()
        where name.lowercased().hasSuffix(".json") {
            found.append("\(folder)/\(name)")
            guard found.count <= maxFiles else { throw InputError("\(folder) holds more than \(maxFiles) .json files") }
        }
        return found.sorted()
    }

    private static func tell(_ problems: [String], of path: String) {
        for problem in problems.prefix(maxTold) {
            ConsoleOutput.error("left out: \(problem.hasPrefix(path) ? problem : "\(path): \(problem)")")
        }
        if problems.count > maxTold { ConsoleOutput.error("\(path): and \(problems.count - maxTold) more left out") }
    }
}
