import ScanModel
import Testing
import Versions

@testable import Advisories

struct DebianBulletinTests {
    private static let list = """
        [29 Mar 2023] DSA-5380-1 xorg-server - security update
        \t{CVE-2023-1393 CVE-2023-1394}
        \t[bullseye] - xorg-server 2:1.20.11-1+deb11u6
        \t[buster] - xorg-server <not-affected> (Vulnerable code not present)
        \tNOTE: fixed in testing at time of DSA
        [17 Mar 2023] DSA-5356-2 sox - regression update
        \t[bullseye] - sox 14.4.2+git20190427-2+deb11u2
        [18 Apr 2018] DSA-4205-1 jessie end-of-life
        [04 Feb 2010] DSA-1991-1 squid squid3 - denial of service
        \t{CVE-2010-0308}
                [woody] - squid <unfixed>
        \t[lenny] - squid3  3.0.STABLE8-3+lenny3 (bug #1; medium)
        \t[etch] - squid <end-of-life>
        \t[sarge] nonsense
        no bulletin
        \t[sid] - x 1
        """

    @Test("A bulletin covers its CVEs and says what each release got")
    func bulletins() throws {
        let (sink, report) = try CollectingSink.importing(document: Self.list, as: "DSA-list")
        let records = try #require(sink.records["debian-dsa"])
        #expect(records.map(\.id) == ["DSA-5380-1", "DSA-5356-2", "DSA-4205-1", "DSA-1991-1"])
        #expect(records[0].covers == ["CVE-2023-1393", "CVE-2023-1394"] && records[0].published == "2023-03-29")
        #expect(records[0].affected.map(\.ecosystem) == ["debian:11", "debian:10"])
        #expect(records[0].affected.map(\.fixed) == ["2:1.20.11-1+deb11u6", "0"])
        #expect(records[1].affected.isEmpty && records[2].affected.isEmpty)
        #expect(records[3].affected.map(\.ecosystem) == ["debian:3.0", "debian:5", "debian:4"])
        #expect(records[3].affected.map(\.fixState) == [.notFixed, .fixed, .wontFix])
        #expect(records[3].affected[1].fixed == "3.0.STABLE8-3+lenny3")
        #expect(report.providers.first?.skipped == 1)
    }

    @Test("The list of long-term support is another provider's")
    func longTerm() throws {
        let text = "[01 Apr 2023] DLA-3380-1 x - security update\n\t{CVE-2020-12362}\n\t[buster] - x 1-1\n"
        #expect(try CollectingSink.importing(document: text, as: "list").0.records["debian-dla"]?.count == 1)
    }
}
