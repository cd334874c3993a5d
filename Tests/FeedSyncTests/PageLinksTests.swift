import Foundation
import Testing

@testable import FeedSync

@Suite("Links of a folder's page")
struct PageLinksTests {
    private func entries(_ page: String, of folder: String = "http://mirror.test/feeds/") throws -> [String] {
        let found = PageLinks.entries(of: try FeedAddress(folder), in: Array(page.utf8))
        return found.files + found.folders.map { $0 + "/" }
    }

    @Test("Files and folders right below are found, in whatever form the server writes them")
    func forms() throws {
        let page = """
            <a href="../">Parent</a> <a href="?C=N;O=D">Name</a> <A HREF='alpine/'>alpine</A>
            <a href="/feeds/debian/">debian</a> <a href="http://mirror.test/feeds/kev.json">kev</a>
            <a href="a%20b.json">a b</a> <a href="x&amp;y.json">x</a>
            """
        #expect(try entries(page) == ["a b.json", "kev.json", "x&y.json", "alpine/", "debian/"])
    }

    @Test(
        "What is elsewhere, hidden or no name of a file is passed over",
        arguments: [
            "http://other.test/feeds/a.json", "https://mirror.test/feeds/a.json", "/a.json", "../a.json", ".htaccess",
            "a/b.json", "%2e%2e/", "..%2f..%2fetc%2fpasswd", "a%00b", "javascript:x", "", "#top", "a.json?x=1",
            "http://mirror.test:81/feeds/a.json", "%2Fetc",
        ]
    )
    func foreign(reference: String) throws {
        #expect(try entries("<a href=\"\(reference)\">x</a>").isEmpty)
    }

    @Test("Pages that break off anywhere cost what is missing, and nothing else")
    func truncated() throws {
        let page = Array("<a href=\"a.json\">a</a><a href='b.json'>b</a> href=href=\"".utf8)
        for count in 0...page.count {
            let found = PageLinks.entries(of: try FeedAddress("http://mirror.test/"), in: Array(page.prefix(count)))
            #expect(found.files.count <= 2 && found.folders.isEmpty)
        }
    }

    @Test(
        "HTTP dates compare as text",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37"),
            ("Mon, 01 Jan 2024 00:00:00 GMT", "2024-01-01T00:00:00"),
            ("Sunday, 06-Nov-94 08:49:37 GMT", nil), ("", nil), ("Sun, 6 Nov 1994 08:49:37 GMT", nil),
        ]
    )
    func dates(text: String, expected: String?) {
        #expect(HTTPDate.sortable(text) == expected)
    }

    @Test("The bulletins of a repository are found in its index, and in no damaged one")
    func repository() {
        let index = """
            <repomd xmlns="http://linux.duke.edu/metadata/repo"><data type="primary"><location href="repodata/p.gz"/></data>
            <data type="updateinfo"><checksum>x</checksum><location href="repodata/u.xml.gz"/></data></repomd>
            """
        #expect(FeedResolver.updateInfo(in: Array(index.utf8)) == "repodata/u.xml.gz")
        #expect(FeedResolver.updateInfo(in: Array(index.utf8.prefix(150))) == nil)
        #expect(FeedResolver.updateInfo(in: Array("<html>".utf8)) == nil)
    }

    @Test("Every feed in the catalogue has its own name, fit for a folder, and addresses under TLS")
    func catalogue() throws {
        let names = FeedCatalogue.feeds.map(\.name)
        #expect(Set(names).count == names.count && names.allSatisfy(SafeName.isSafe))
        for feed in FeedCatalogue.feeds {
            #expect(!feed.sources.isEmpty)
            for address in feed.addresses { _ = try FeedAddress(address.replacing("YEAR", with: "2024")) }
        }
        #expect(FeedCatalogue.feeds.contains { $0.isDefault } && FeedCatalogue.feed("nothing") == nil)
    }
}
