import Foundation
import TallymanTesting
import Testing

@testable import SBOM

/// The script that runs the validators of the two projects.
private enum Validators {
    static let script = OpsScript("validate-sbom")
    static let areInstalled = script.isInstalled
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
        let (status, output) = try Validators.script.run(paths)
        let complaints = output.split(separator: "\n").filter { !$0.hasSuffix(": valid") }
        #expect(status == 0, "\(complaints.prefix(10).joined(separator: "\n"))")
    }
}
