import ScanModel
import Testing

@testable import SBOM

@Suite struct `Suppliers` {
    @Test(arguments: [
        ("Debian Python Team <team+p@debian.org>", "Debian Python Team", "team+p@debian.org"),
        ("<a@b>", "a@b", "a@b"), ("Red Hat, Inc.", "Red Hat, Inc.", nil),
        ("x <not an address>", "x <not an address>", nil),
        ("x <a@b@c>", "x <a@b@c>", nil), ("x <>", "x <>", nil), (">", ">", nil), ("", "", nil),
        ("two <a@b> <c@d>", "two <a@b>", "c@d"),
    ])
    func `a name and an address are told apart, and put together as they were`(
        text: String,
        name: String,
        address: String?
    ) {
        let supplier = SupplierName(text)
        #expect(supplier.name == name)
        #expect(supplier.address == address)
        #expect(supplier.text == text)
    }

    @Test(arguments: [
        ("Debian Python Team <team@debian.org>", "Organization: Debian Python Team (team@debian.org)"),
        ("Red Hat, Inc.", "Organization: Red Hat, Inc."), ("A (B) <c@d>", "Organization: A [B] (c@d)"),
        ("two\nlines", "Organization: two lines"),
    ])
    func `SPDX has the address in parentheses, and no others`(text: String, expected: String) {
        #expect(SupplierName(text).spdx == expected)
    }

    @Test func `a supplier that is only blank is none in SPDX`() { #expect(SupplierName(" \n").spdx == nil) }

    @Test(arguments: [
        ("Debian (a@b)", "Debian <a@b>"), ("Debian ()", "Debian"), ("Debian (x)", "Debian (x)"), ("(a@b)", "(a@b)"),
    ])
    func `of other programs' SPDX documents the address is taken too`(text: String, expected: String) {
        #expect(SupplierName(spdx: Substring(text)).text == expected)
    }

    @Test func `Syft's publisher and Trivy's supplier of an OS package are its supplier`() throws {
        let bill = try BillOfMaterials.read(
            Array(
                #"""
                {"bomFormat":"CycloneDX","specVersion":"1.6","components":[
                 {"type":"library","name":"a","version":"1","publisher":"P <p@x>","purl":"pkg:apk/alpine/a@1?distro=alpine-3.20"},
                 {"type":"library","name":"b","version":"1","publisher":"P","supplier":{"name":"S"},
                  "purl":"pkg:deb/debian/b@1?distro=debian-12","hashes":[{"alg":"SHA-1","content":"zz"},
                  {"alg":"SHA-512","content":"ab"},{"alg":"BLAKE3","content":"00"}]}]}
                """#.utf8
            ),
            source: "x"
        )
        #expect(bill.components.map(\.package.supplier) == ["P <p@x>", "S"])
        #expect(bill.components.allSatisfy { $0.package.hashes.isEmpty })
    }
}
