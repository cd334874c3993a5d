import Foundation
import TallymanTesting
import Testing

@testable import SBOM

/// The script that runs the validators of the two projects.
private enum Validators {
    static let script = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/ops/validate-sbom"
    static let areInstalled = (try? run(["--check"]))?.status == 0  // a script that does not start is not there

    static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: script)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}

@Suite(.enabled(if: Validators.areInstalled, "no validators: run ops/validate-sbom --install"))
struct `Official validators` {
    private static let endings: [SBOMFormat: String] = [
        .cyclonedxJSON: "cdx.json", .cyclonedxXML: "cdx.xml", .spdxJSON: "spdx.json", .spdxTagValue: "spdx",
    ]

    @Test(arguments: SBOMFormat.allCases)
    func `accept what is written, of hostile names too`(format: SBOMFormat) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tallyman-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // what stays behind is in the temporary folder
        let bills = [SampleBill.plain] + (0..<6).map { SampleBill.random(UInt64($0)) }
        var paths: [String] = []
        for (index, bill) in bills.enumerated() {
            let file = folder.appendingPathComponent("\(index).\(Self.endings[format] ?? "")")
            try Data(bill.encode(as: format)).write(to: file)
            paths.append(file.path)
        }
        let (status, output) = try Validators.run(paths)
        let complaints = output.split(separator: "\n").filter { !$0.hasSuffix(": valid") }
        #expect(status == 0, "\(complaints.prefix(10).joined(separator: "\n"))")
    }
}
