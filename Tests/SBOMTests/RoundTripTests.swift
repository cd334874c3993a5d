import ScanModel
import TallymanTesting
import Testing

@testable import SBOM

@Suite struct `Round trip` {
    private func check(_ bill: BillOfMaterials, _ format: SBOMFormat) throws {
        let back = try BillOfMaterials.read(bill.encode(as: format), source: bill.subject.source)
        #expect(back.subject == bill.subject)
        #expect(back.distro == bill.distro)
        #expect(back.components == bill.orderedComponents)
        #expect(Set(back.gaps) == Set(bill.gaps))
        #expect(back.tool == bill.tool)
    }

    @Test(arguments: SBOMFormat.allCases)
    func `what is written is read back with its names, epochs, sources, licences and distribution`(
        format: SBOMFormat
    ) throws {
        try check(SampleBill.plain, format)
    }

    @Test(arguments: SBOMFormat.allCases)
    func `bills of hostile names come back as they were`(format: SBOMFormat) throws {
        for seed in 0..<40 { try check(SampleBill.random(UInt64(seed)), format) }
    }

    @Test(arguments: SBOMFormat.allCases)
    func `a document that was read is written as the same packages`(format: SBOMFormat) throws {
        for other in SBOMFormat.allCases {
            let first = try BillOfMaterials.read(SampleBill.plain.encode(as: format), source: "x")
            let second = try BillOfMaterials.read(first.encode(as: other), source: "x")
            #expect(first.components == second.components)
        }
    }

    @Test func `the order of the parts does not show, and other content has another name`() {
        var bill = SampleBill.plain
        let documents = SBOMFormat.allCases.map { bill.encode(as: $0) }
        bill.components.reverse()
        bill.components.append(bill.components[0])
        #expect(SBOMFormat.allCases.map { bill.encode(as: $0) } == documents)
        bill.components.removeLast(2)
        let fewer = DocumentDescription(bill).uuid
        #expect(fewer != DocumentDescription(SampleBill.plain).uuid)
        #expect(fewer.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
        #expect(fewer.split(separator: "-")[2].first == "5")
    }

    @Test(arguments: SBOMFormat.allCases)
    func `an image without packages is a document too`(format: SBOMFormat) throws {
        let empty = BillOfMaterials(
            subject: .init(source: ""),
            distro: nil,
            components: [],
            tool: .init(name: "tallyman", version: "1")
        )
        try check(empty, format)
    }
}
